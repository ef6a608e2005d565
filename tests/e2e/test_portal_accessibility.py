"""The portal in a real browser: every page in light and dark, on a phone and wide, by WCAG 2.2 AA."""

import contextlib

import pytest
from tests.browsers import CONTRAST, violations
from tests.portals import PASSWORD, TABLE
from tests.visits import a_chromium, a_visit, enter, hand_in, shot  # noqa: F401  fixtures

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_word_of_every_page_has_contrast(visit, dark):
    visit.store.people.set_up(visit.store.people.setup_code(), "ada", PASSWORD)
    entry = visit.page("/sign-in", dark=dark)
    assert entry.evaluate(CONTRAST) == []
    enter(entry, "ada")
    entry.wait_for_url("**/people")
    entry.wait_for_selector("#people tr")
    assert entry.evaluate(CONTRAST) == []
    entry.goto(visit.root + "/password")
    entry.wait_for_selector("#who a")
    assert entry.evaluate(CONTRAST) == []
    page = visit.submitter(dark=dark)
    page.check("#by-identifiers")
    page.check("#by-profile")
    hand_in(page, "patients.csv", TABLE)
    visit.worker.once()
    page.click("text=Review plan")
    page.wait_for_selector("#plan[open]")
    assert page.evaluate(CONTRAST) == []
    page.click("#later")
    page.check("#by-identifiers")
    assert page.evaluate(CONTRAST) == []
    with contextlib.suppress(Exception):
        shot(page, f"portal-files-{'dark' if dark else 'light'}")


@pytest.mark.parametrize("width", [375, 1200], ids=["phone", "wide"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_is_accessible_and_fits_its_screen(visit, dark, width):
    """WCAG 2.2 AA by axe-core; no page is wider than its screen."""
    store, theme = visit.store, f"{'dark' if dark else 'light'}-{width}"

    def check(page, name):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        shot(page, f"{name}-{theme}")

    entry = visit.page("/sign-in", dark=dark)
    entry.wait_for_url("**/setup")
    check(entry, "setup")
    enter(entry, "ada", code=store.people.setup_code())
    entry.wait_for_url("**/people")
    entry.wait_for_selector("#people tr")
    check(entry, "users")
    page = visit.submitter(dark=dark)
    page.wait_for_selector("#none:not([hidden])")
    check(page, "files-empty")
    page.click("#sample-table")
    page.check("#by-identifiers")
    check(page, "files-chosen")
    page.check("#by-profile")
    page.click("#start")
    page.wait_for_selector("#rows tr .badge:has-text('Queued')")
    visit.worker.once()
    page.click("text=Review plan")
    page.wait_for_selector("#plan[open]")
    check(page, "plan")
    page.click("#accept")
    page.wait_for_selector(".badge:has-text('Queued')")
    visit.worker.once()
    page.click("button:text-is('What was done')")
    page.wait_for_selector("#report[open]")
    check(page, "record")
    page.goto(visit.root + "/password")
    page.wait_for_selector("#who a[aria-current]")
    check(page, "password")
