"""G11: a page for one text: samples, spans with their reasons, strategies, threshold, JSON, copy; safe, by keyboard, in light and dark."""

import json
import os
from pathlib import Path

import pytest
from tests.browsers import CONTRAST, chromium, violations
from tests.portals import PASSWORD, TABLE, Browser, workbook

pytestmark = pytest.mark.browser
EVIL = (
    "<img src=x onerror=alert(1)> Dr. <b>Wong</b> & <script>alert(2)</script> SSN 123-45-6789 \"'><svg onload=alert(3)>"
)
SHOTS = os.environ.get("VEIL_SHOTS")


@pytest.fixture(scope="module")
def browser():
    with chromium() as one:
        yield one


@pytest.fixture
def page(browser, serving):
    faults = []
    context = browser.new_context(
        viewport={"width": 1200, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    one = context.new_page()
    one.set_default_timeout(15_000)
    one.on("pageerror", lambda error: faults.append(str(error)))
    one.on("console", lambda told: faults.append(told.text) if "Content Security Policy" in told.text else None)
    one.on("dialog", lambda dialog: faults.append(dialog.message))
    one.goto(serving.url.replace("127.0.0.1", "localhost"))
    yield one
    context.close()
    assert faults == []


def answered(page, act):
    """Does something and waits until the page shows the answer to it."""
    with page.expect_response("**/api/v1/explain"):
        act()
    page.wait_for_selector("#said.good")
    return page.inner_text("#result")


def test_g11_a_sample_is_shown_beside_its_result_with_the_reason_of_each_span(page):
    told = answered(page, lambda: page.select_option("#sample", label="Discharge summary"))
    assert "[NAME]" in told
    assert "Okafor" not in told
    original = page.locator("#original mark:not(.kept)")
    assert original.count() == page.locator("#result mark:not(.kept)").count() > 10
    row = page.locator("#why tr", has_text="Lena Brandt").first.inner_text()
    assert "NAME" in row
    assert "ner/clinician" in row
    assert "safe-harbor: NAME: placeholder" in row
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / "text.png"), full_page=True)


def test_g11_strategy_policy_and_threshold_change_the_result_at_once(page):
    first = answered(page, lambda: page.fill("#text", "Seen by Dr. Alice Wong on 03/04/2019"))
    assert first == "Seen by Dr. [NAME] on [DATE]"
    assert answered(page, lambda: page.select_option("#strategy", "redact")) == "Seen by Dr. ██████████ on ██████████"
    assert "[NAME_" in answered(page, lambda: page.select_option("#strategy", "hash"))
    expert = answered(page, lambda: page.select_option("#profile", "expert"))
    assert "Wong" not in expert
    assert "[" not in expert
    page.select_option("#profile", "")
    page.focus("#threshold")
    with page.expect_response(lambda reply: '"confidence_threshold":1' in (reply.request.post_data or "")):
        page.keyboard.press("End")
    page.wait_for_function("document.getElementById('bar').textContent === '1.00'")


def test_g11_the_result_and_the_json_are_copied_by_one_press(page):
    answered(page, lambda: page.fill("#text", "SSN 123-45-6789"))
    page.focus("#copy")
    page.keyboard.press("Enter")
    page.wait_for_selector("#said:has-text('clipboard')")
    assert page.evaluate("navigator.clipboard.readText()") == "SSN [SSN]"
    page.click("text=Answer as JSON")
    page.click("#copy-json")
    page.wait_for_selector("#said:has-text('Answer copied')")
    assert json.loads(page.evaluate("navigator.clipboard.readText()"))["spans"][0]["label"] == "SSN"


def test_g11_no_text_becomes_markup(page):
    told = answered(page, lambda: page.fill("#text", EVIL))
    assert "<script>alert(2)</script>" in page.inner_text("#original")
    assert "<img src=x onerror=alert(1)>" in told
    assert page.locator("#original img, #original script, #original svg, #result img, #why img").count() == 0
    page.wait_for_timeout(300)


def test_g11_spans_are_reached_by_the_keyboard_and_chosen_in_both_texts(page):
    answered(page, lambda: page.fill("#text", "Dr. Alice Wong, SSN 123-45-6789"))
    page.focus("#copy")
    page.keyboard.press("Shift+Tab")
    page.wait_for_selector("#original mark.chosen")
    assert page.inner_text("#original mark.chosen") == "123-45-6789"
    assert page.inner_text("#result mark.chosen") == "[SSN]"
    assert "SSN" in page.inner_text("#why tr.chosen")


def test_g11_a_file_of_text_is_opened(page, tmp_path):
    (tmp_path / "note.txt").write_text("Dr. Alice Wong")
    assert answered(page, lambda: page.set_input_files("#file", tmp_path / "note.txt")) == "Dr. [NAME]"


def test_g11_only_selected_identifiers_are_replaced_and_the_result_is_downloaded(page):
    answered(page, lambda: page.fill("#text", "Dr. Alice Wong, SSN 123-45-6789"))
    page.click("#only summary")
    page.wait_for_selector("#types input[value='SSN']")
    assert answered(page, lambda: page.check("#types input[value='SSN']")) == "Dr. Alice Wong, SSN [SSN]"
    with page.expect_download() as coming:
        page.click("#download")
    assert Path(coming.value.path()).read_text() == "Dr. Alice Wong, SSN [SSN]"


@pytest.mark.parametrize("width", [375, 1200], ids=["phone", "wide"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_g11_the_page_is_accessible_and_fits_its_screen(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    answered(page, lambda: page.select_option("#sample", label="Telephone note"))
    page.wait_for_timeout(300)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"text-{scheme}-{width}.png"), full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_g11_every_word_can_be_read_in_light_and_in_dark(page, scheme):
    page.emulate_media(color_scheme=scheme)
    answered(page, lambda: page.select_option("#sample", label="Telephone note"))
    page.wait_for_timeout(300)
    assert page.evaluate(CONTRAST) == []
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"text-{scheme}.png"), full_page=True)


def test_g11_where_a_token_is_needed_the_page_asks_for_it_and_keeps_it_to_itself(browser, tmp_path):
    from tests.services import served

    with served(tmp_path) as service:
        context = browser.new_context()
        one = context.new_page()
        one.goto(service.url)
        one.fill("#text", "SSN 123-45-6789")
        one.wait_for_selector("#entry:not([hidden])")
        one.fill("#token", service.token)
        one.wait_for_selector("#said.good")
        assert one.inner_text("#result") == "SSN [SSN]"
        assert one.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
        context.close()


@pytest.mark.parametrize(
    ("name", "data"), [("people.xlsx", workbook("People")), ("people.csv", TABLE), ("records.json", b'[{"id": "1"}]')]
)
def test_g11_a_file_with_fields_goes_to_the_portal_with_the_policy_of_the_page(browser, with_jobs, name, data):
    context = browser.new_context()
    one = context.new_page()
    one.goto(with_jobs.url)
    one.wait_for_selector("#rooms a[href='/sign-in']")
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    one.set_input_files("#file", file)
    one.wait_for_selector("#said a[href='/sign-in']")
    one.click("#said a")
    one.fill("#name", "bob")
    one.fill("#password", PASSWORD)
    one.keyboard.press("Enter")
    one.wait_for_url("**/files")
    one.goto(with_jobs.url)
    one.wait_for_selector("#rooms a[href='/files']")
    one.select_option("#profile", "expert")
    one.set_input_files("#file", file)
    one.click("#said.good a[href='/files']")
    row = one.locator("#rows tr", has_text=name)
    assert "expert" in row.inner_text()
    row.locator(".badge:has-text('Needs review')").wait_for(timeout=60_000)
    context.close()


@pytest.fixture(scope="module")
def with_jobs(tmp_path_factory):
    """A service with a portal, where bob has an account."""
    from tests.services import served

    folder = tmp_path_factory.mktemp("jobs")
    with served(folder, "--data", "data", "--key-file", "key") as service:
        code = service.process.stdout.readline().split()[1]
        address = f"{service.url}/portal/api"
        with Browser(address) as admin, Browser(address) as bob:
            admin.enter("/setup", name="ada", code=code)
            token = admin.ask("POST", "/invitations", json={"role": "submitter"}).json()["token"]
            bob.enter("/invitations/accept", name="bob", token=token)
        yield service


def refused(page, act):
    """Does something that the page refuses, and gives its words."""
    page.evaluate("document.getElementById('said').className = ''")
    act()
    page.wait_for_selector("#said.bad")
    assert page.inner_text("#result") == ""
    return page.inner_text("#said")


def paste(page, text):
    """As a person pastes: the whole text at once."""
    page.evaluate(
        "text => { const area = document.getElementById('text'); area.focus(); area.select(); document.execCommand('insertText', false, text); }",
        text,
    )


def test_g11_a_paste_that_is_too_long_is_refused_and_not_cut(page):
    long = "Seen by Dr. Alice Wong. " + "The wound is clean. " * 50_000 + "SSN 123-45-6789"
    told = refused(page, lambda: page.fill("#text", long))
    assert "1,000,039 characters" in told
    assert "up to 1,000,000" in told
    assert page.input_value("#text") == long
    assert "spans" not in told


def test_g11_a_long_text_is_read_to_its_end_and_its_answer_is_whole(page):
    lines = [f"{i % 12 + 1}/{i % 27 + 1}/2019 The wound is clean and dry.\n" for i in range(1_200)]
    page.set_default_timeout(90_000)
    text = "".join(lines) + "The wound is clean and dry. " * 2_200 + "SSN 123-45-6789"
    shown = answered(page, lambda: paste(page, text))
    assert shown.endswith(" SSN [SSN]")
    assert shown.count("[DATE]") == 1_200
    assert page.locator("#result mark:not(.kept)").count() == 1_201
    assert page.locator("#why tr").count() == 1_000
    assert "The first 1,000 of 1,201" in page.inner_text("#more")
    page.click("#answer summary")
    page.click("#copy-json")
    page.wait_for_selector("#said:has-text('Answer copied')")
    answer = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert len(answer["spans"]) == 1_201
    assert answer["deidentified_text"] == shown
    with page.expect_download() as coming:
        page.click("#download")
    assert Path(coming.value.path()).read_text() == shown


@pytest.mark.parametrize("coding", ["utf-8", "latin-1", "cp1252", "utf-16", "utf-8-sig"])
def test_g11_a_file_is_read_in_its_own_coding(page, tmp_path, coding):
    (tmp_path / "note.txt").write_bytes("Café: seen by Dr. Zoë Müller on 03/04/2019, fièvre 38°".encode(coding))
    told = answered(page, lambda: page.set_input_files("#file", tmp_path / "note.txt"))
    assert told.startswith("Café: seen by Dr. [NAME] on [DATE], fièvre 38°")
    assert ("Latin-1" in page.inner_text("#coding")) == (coding in ("latin-1", "cp1252"))


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04\x00\x00", b"Dr. Wong \x00"])
def test_g11_a_file_that_is_no_text_is_refused(page, tmp_path, content):
    (tmp_path / "note.txt").write_bytes(content)
    assert "not plain text" in refused(page, lambda: page.set_input_files("#file", tmp_path / "note.txt"))


def test_g11_a_file_that_is_too_long_is_refused_and_not_cut(page, tmp_path):
    (tmp_path / "note.txt").write_text("Dr. Alice Wong " * 80_000)
    assert "1,200,000 characters" in refused(page, lambda: page.set_input_files("#file", tmp_path / "note.txt"))
    (tmp_path / "huge.txt").write_bytes(b"x" * 4_000_001)
    assert "too long" in refused(page, lambda: page.set_input_files("#file", tmp_path / "huge.txt"))


def test_g11_a_policy_replaces_the_strategy_and_the_page_shows_it(page):
    answered(page, lambda: page.fill("#text", "Seen by Dr. Alice Wong on 03/04/2019"))
    answered(page, lambda: page.select_option("#profile", "expert"))
    assert page.locator("#strategy").is_disabled()
    answered(page, lambda: page.select_option("#profile", ""))
    assert page.locator("#strategy").is_enabled()


def test_g11_words_of_ones_own_lists_are_kept_or_replaced(page):
    answered(page, lambda: page.fill("#text", "Dr. Alice Wong saw the blue heron ward."))
    page.click("#lists summary")
    assert answered(page, lambda: page.fill("#deny", "blue heron")) == "Dr. [NAME] saw the [ID] ward."
    assert answered(page, lambda: page.fill("#allow", "alice wong")) == "Dr. Alice Wong saw the [ID] ward."
