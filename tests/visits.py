"""People who visit the portal in a real browser, each in a context of their own."""

import os
from pathlib import Path

import pytest
from tests import browsers
from tests.portals import PASSWORD, served, site_in, working

from veil.service.store import ServiceStore

SHOTS = os.environ.get("VEIL_SHOTS")  # a folder for the pictures of the documentation


@pytest.fixture(scope="module", name="chromium")
def a_chromium():
    with browsers.chromium() as one:
        yield one


class Visit:
    """A portal, and pages of people who never meet in one browser."""

    def __init__(self, chromium, store, address):
        self.chromium, self.store, self.root = chromium, store, address.removesuffix("/portal/api")
        self.open, self.faults = [], []

    def page(self, path, *, dark=False):
        context = self.chromium.new_context(
            color_scheme="dark" if dark else "light", accept_downloads=True, viewport={"width": 1200, "height": 900}
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on(
            "console", lambda told: self.faults.append(told.text) if "Content Security Policy" in told.text else None
        )
        page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))
        page.goto(self.root + path)
        self.open.append(context)
        return page

    def submitter(self, name="bob", *, dark=False):
        token, _ = self.store.people.invite("submitter")
        page = self.page(f"/invite#{token}", dark=dark)
        enter(page, name)
        page.wait_for_url("**/files")
        page.wait_for_selector("#profile option", state="attached")
        return page


def enter(page, name, **more):
    for field, value in {**more, "name": name, "password": PASSWORD}.items():
        page.fill(f"#{field}", value)
    page.keyboard.press("Enter")


@pytest.fixture(name="visit")
def a_visit(tmp_path, chromium):
    site = site_in(tmp_path)
    store = ServiceStore(site)
    with served(store) as address, working(site) as worker:
        made = Visit(chromium, store, address)
        made.worker = worker
        yield made
        for context in made.open:
            context.close()
    store.close()
    assert made.faults == []


def hand_in(page, name, data):
    page.set_input_files("#file", {"name": name, "mimeType": "application/octet-stream", "buffer": data})
    page.click("#start")
    page.wait_for_selector("#rows tr .badge:not(:has-text('Uploading'))")


def shot(page, name):
    if SHOTS:
        dialog = page.query_selector("dialog[open]") is not None
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=not dialog)


def downloaded(page):
    with page.expect_download() as coming:
        page.click("a:text-is('Download')")
    return Path(coming.value.path()).read_bytes()
