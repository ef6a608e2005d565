"""The page of a review in a real browser, with the keyboard alone."""

import json
import os
from pathlib import Path

import pytest
from tests.browsers import CONTRAST, chromium
from tests.portals import PASSWORD, served, site_in, working

from veil.service.store import ServiceStore

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("VEIL_SHOTS")
NOTES = "".join(
    json.dumps(
        {
            "note": f"Mr. Hollis Brandt came on 03/0{i % 9 + 1}/2019. Zyrcomab 5 mg from the moonwort ward. <b>Dr. Lena Wong</b>, MRN 0048291{i % 10}."
        }
    )
    + "\n"
    for i in range(30)
)


@pytest.fixture(scope="module")
def browser():
    with chromium() as one:
        yield one


@pytest.fixture
def reviewing(browser, tmp_path):
    """A reviewer's page, and the worker of the portal."""
    store = ServiceStore(site_in(tmp_path))
    faults = []
    with served(store) as address, working(store.site) as worker:
        token, _ = store.people.invite("reviewer")
        context = browser.new_context(viewport={"width": 1200, "height": 900})
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.goto(address.removesuffix("/portal/api") + f"/invite#{token}")
        page.fill("#name", "rita")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/files")
        page.click("nav >> text=Review")
        page.wait_for_selector("#profile option", state="attached")
        yield page, worker, store
        context.close()
    store.close()
    assert faults == []


def drawn(page, worker, texts):
    page.fill("#sample", str(texts))
    page.set_input_files(
        "#file", {"name": "notes.jsonl", "mimeType": "application/octet-stream", "buffer": NOTES.encode()}
    )
    page.wait_for_selector("#said:has-text('uploaded')")
    while worker.once():
        pass
    page.click("#samples button")
    page.wait_for_selector("#original mark")


def pressed(page, *keys):
    """Presses keys as quickly as they go."""
    for key in keys:
        page.keyboard.press(key)


def test_a_reviewer_reads_decides_and_approves_by_the_keyboard_alone(reviewing):
    page, worker, store = reviewing
    drawn(page, worker, 10)
    result = page.locator("#result mark").all_inner_texts()
    assert len(result) == page.locator("#original mark").count() > 2
    assert [words for words in result if not (words.startswith("[") and words.endswith("]"))] == []
    pressed(page, "a", "r", "u")  # right; wrong, then taken back
    for _ in range(40):
        page.keyboard.press("ArrowRight")
        if page.inner_text("#why") == "chosen: moonwort":
            break
    page.wait_for_selector("#why:has-text('moonwort')")
    page.select_option("#label", "ORGANIZATION")
    pressed(page, "m")
    page.wait_for_selector("#original mark.is-warn")
    assert page.inner_text("#original mark.is-warn") == "moonwort"
    for _ in range(10):
        pressed(page, "Enter")
    page.wait_for_selector("#estimate:has-text('10 of 10')")
    assert "95 %" in page.inner_text("#estimate")
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / "portal-review.png"), full_page=True)
    page.check("#entries tr:has-text('moonwort') input")
    page.click("#approve")
    page.wait_for_selector("#rules tr:has-text('moonwort')")
    assert [one["word"] for one in store.database.rows("SELECT * FROM rules")] != ["moonwort"]  # sealed
    page.click("#rules button")
    page.wait_for_selector("#lists", state="hidden")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_of_a_review_can_be_read_and_none_becomes_markup(reviewing, scheme):
    page, worker, _ = reviewing
    page.emulate_media(color_scheme=scheme)
    drawn(page, worker, 3)
    assert "<b>" in page.inner_text("#original")
    assert page.locator("#original b, #result b").count() == 0
    pressed(page, "a", "j", "r")
    assert page.evaluate(CONTRAST) == []
