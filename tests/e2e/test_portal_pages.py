"""The portal in a real browser: from the first admin to a result that is fetched, with the keyboard."""

import time
from pathlib import Path

import pytest
from tests.portals import NOTE, PASSWORD, TABLE, on_disk
from tests.tracing import until
from tests.visits import a_chromium, a_visit, downloaded, enter, hand_in, shot  # noqa: F401  fixtures

from veil.service.work.sweeper import sweep

pytestmark = pytest.mark.browser

# Goes on when what the page had to do is done; its clock, and so its timers, stand still meanwhile.
NEXT_TASK = """() => new Promise((done) => {
  const line = new MessageChannel();
  line.port1.onmessage = done;
  line.port2.postMessage(0);
})"""


def test_from_the_first_admin_to_a_note_that_is_fetched(visit):
    admin = visit.page("/sign-in")
    admin.wait_for_url("**/setup")
    enter(admin, "ada", code=visit.store.people.setup_code())
    admin.wait_for_url("**/people")
    admin.click("text=Create invitation link")
    admin.wait_for_selector("#fresh:not([hidden])")
    shot(admin, "portal-people")
    link = admin.input_value("#link").removeprefix(visit.root)
    bob = visit.page(link)
    enter(bob, "bob")
    bob.wait_for_url("**/files")
    bob.wait_for_selector("#profile option", state="attached")
    hand_in(bob, "note.txt", NOTE)
    visit.worker.once()
    bob.wait_for_selector(".badge.good")
    shot(bob, "portal-files")
    assert downloaded(bob) == b"Seen by Dr. [NAME] on [DATE]. MRN [MRN]. Call [PHONE].\n"
    bob.click("button:text-is('What was done')")
    bob.wait_for_selector("#report[open]")
    assert "no certificate" in bob.inner_text("#told")
    bob.click("#close")
    bob.click("text=Sign out")
    bob.wait_for_url("**/sign-in")
    bob.goto(visit.root + "/files")
    bob.wait_for_url("**/sign-in")


def test_a_table_is_planned_changed_accepted_and_fetched(visit):
    page = visit.submitter()
    hand_in(page, "patients.csv", TABLE)
    visit.worker.once()
    page.click("text=Review plan")
    page.wait_for_selector("#plan[open]")
    shot(page, "portal-plan")
    page.select_option("[aria-label='Action for zip']", "drop")
    page.click("#accept")
    page.wait_for_selector("#plan:not([open])", state="attached")
    page.wait_for_selector(".badge:has-text('Queued')")
    visit.worker.once()
    page.wait_for_selector(".badge.good")
    assert downloaded(page).splitlines()[0] == b"patient_id,mrn,born,note"


def test_ticked_identifiers_go_and_all_others_stay(visit):
    page = visit.submitter()
    page.check("#by-identifiers")
    page.check("#identifiers input[value='Name']")
    hand_in(page, "note.txt", NOTE)
    visit.worker.once()
    page.wait_for_selector(".badge.good")
    assert downloaded(page) == NOTE.replace(b"Alice Wong", b"[NAME]")


def test_nothing_is_sent_before_start_and_a_chosen_file_can_be_removed(visit):
    page = visit.submitter()
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method in ("POST", "PUT") else None)
    files = [{"name": name, "mimeType": "text/plain", "buffer": NOTE} for name in ("first.txt", "second.txt")]
    page.set_input_files("#file", files)
    page.wait_for_selector("#chosen tr:nth-child(2)")
    assert page.locator("#chosen tr").nth(0).inner_text().split("\t")[:3] == ["first.txt", "70 B", "safe-harbor"]
    page.click("[aria-label='Remove first.txt from the list']")
    assert sent == []
    page.click("#start")
    page.wait_for_selector("#rows tr .badge:has-text('Queued')")
    assert "first.txt" not in page.inner_text("#rows")
    assert len([url for url in sent if url.endswith("/jobs")]) == 1


def test_a_first_visitor_has_a_sample_one_click_away(visit):
    page = visit.submitter()
    page.click("#sample-table")
    page.wait_for_selector("#chosen tr")
    page.click("#start")
    page.wait_for_selector("#rows tr .badge:has-text('Queued')")
    visit.worker.once()
    page.click("text=Review plan")
    page.wait_for_selector("#plan[open]")
    assert page.inner_text("#plan-title") == "Plan: sample-patients.csv"
    rows = {row.split("\t")[0].strip(): row for row in page.locator("#columns tr").all_inner_texts()}
    assert "First name" in rows["first_name"]
    assert "High" in rows["first_name"]
    assert "55802 → 558" in rows["zip"]
    assert page.locator("#columns select").first.input_value() == "proposed"
    page.select_option("[aria-label='Action for weight_kg']", "drop")
    assert "84.2 → (removed)" in page.locator("#columns tr", has_text="weight_kg").inner_text()
    page.click("#accept")
    page.wait_for_selector(".badge:has-text('Queued')")
    visit.worker.once()
    page.wait_for_selector(".badge.good")
    assert b"Okafor" not in downloaded(page)


def test_the_record_of_what_was_done_can_be_saved(visit):
    page = visit.submitter()
    hand_in(page, "Quackenthorpe.txt", NOTE)
    visit.worker.once()
    page.click("button:text-is('What was done')")
    page.wait_for_selector("#report[open]")
    with page.expect_download() as coming:
        page.click("#save")
    assert coming.value.suggested_filename == "veil-record.txt"
    record = Path(coming.value.path()).read_text()
    assert "Policy: safe-harbor" in record
    assert "Wong" not in record
    assert "Quackenthorpe" not in record, "the name of a file may name a patient"


def test_a_name_of_a_file_that_is_markup_stays_words(visit):
    page = visit.submitter()
    name = "<img src=x onerror=alert(1)>.txt"
    hand_in(page, name, b"<script>alert(1)</script> Dr. Wong\n")
    visit.worker.once()
    page.wait_for_selector(".badge.good")
    assert name in page.inner_text("#rows")
    assert page.query_selector("#rows img") is None


def test_a_result_whose_time_is_over_is_told_as_deleted(visit):
    page = visit.submitter()
    hand_in(page, "note.txt", NOTE)
    visit.worker.once()
    page.wait_for_selector(".badge.good")
    with visit.store.database.change() as line:
        line.execute("UPDATE jobs SET until = ?", (time.time() - 1,))
    sweep(visit.store)
    page.reload()
    page.wait_for_selector(".badge:has-text('Expired')")
    assert "note.txt" not in page.inner_text("#rows")
    assert page.query_selector("a:text-is('Download')") is None


def test_expired_files_are_told_apart_by_number_format_and_day_and_their_names_are_nowhere(visit):
    names = ["Quackenbush Zebulon discharge.txt", "labs of Ada Lovelace.csv", "third.txt"]
    page = visit.submitter()
    page.uncheck("#review")
    for name in names:
        hand_in(page, name, TABLE if name.endswith(".csv") else NOTE)
    for _ in names:
        visit.worker.once()
    for place in (1, 2, 3):
        page.wait_for_selector(f"#rows tr:nth-child({place}) .badge.good")
    with visit.store.database.change() as line:  # the first two are over, yesterday; the third is kept
        line.execute("UPDATE jobs SET until = ? WHERE number < 3", (time.time() - 86_400,))
    for place in (2, 3):  # not yet swept, in the page that is open
        page.wait_for_selector(f"#rows tr:nth-child({place}) .badge:text-is('Expired')")
    day = time.strftime("%-d %B %Y", time.localtime(time.time() - 86_400))
    expected = ["third.txt", f"File 2 of 3 (csv), expired on {day}", f"File 1 of 3 (text), expired on {day}"]
    column = "[...document.querySelectorAll('#rows tr td:first-child')].map((cell) => cell.textContent)"
    assert page.evaluate(column) == expected
    sweep(visit.store)
    page.reload()
    page.wait_for_selector(".badge:has-text('Expired')")
    shot(page, "portal-expired")
    assert page.evaluate(column) == expected
    kept = on_disk(visit.store.site)
    assert not [word for name in names for word in name.split() if len(word) > 4 and word.encode() in kept]
    page.click("#rows tr:nth-child(3) >> text=Delete")
    page.wait_for_selector("#rows tr:nth-child(3)", state="detached")
    assert page.evaluate(column) == expected[:2]


def test_a_cancelled_file_and_a_wrong_password_are_said(visit):
    page = visit.submitter()
    hand_in(page, "note.txt", NOTE)
    page.click("text=Cancel")
    page.wait_for_selector(".badge:has-text('Cancelled')")
    other = visit.page("/sign-in")
    other.fill("#name", "bob")
    other.fill("#password", "not the password")
    other.click("#enter")
    other.wait_for_selector("#said:has-text('wrong')")


def test_a_file_that_is_refused_is_said_with_its_reason_and_keeps_no_other_out(visit):
    page = visit.submitter()
    page.set_input_files(
        "#file",
        [
            {"name": "note.exe", "mimeType": "text/plain", "buffer": NOTE},
            {"name": "note.txt", "mimeType": "text/plain", "buffer": NOTE},
        ],
    )
    page.click("#start")
    page.wait_for_selector("#said.bad:has-text('note.exe: files of this type')")
    assert page.inner_text("#rows").count("note.txt") == 1


def test_an_upload_that_has_no_room_says_so_and_leaves_no_job_that_waits(visit):
    page = visit.submitter()
    hand_in(page, "first.txt", NOTE)
    with visit.store.database.change() as line:
        line.execute("UPDATE objects SET size = ?", (visit.store.terms.quota - 10,))
    page.set_input_files("#file", {"name": "second.txt", "mimeType": "text/plain", "buffer": NOTE})
    page.click("#start")
    page.wait_for_selector("#said.bad:has-text('larger than the upload limit')")
    page.wait_for_selector("#rows tr")
    assert len(visit.store.database.rows("SELECT * FROM jobs")) == 1


def test_a_page_that_nobody_touches_stops_asking_so_that_its_session_ends(visit):
    page = visit.submitter()
    page.clock.install()
    page.reload()
    page.wait_for_selector("#profile option", state="attached")
    asked, answered = [], []
    for event, requests in (("request", asked), ("requestfinished", answered), ("requestfailed", answered)):
        page.on(
            event, lambda request, seen=requests: seen.append(request.url) if request.url.endswith("/jobs") else None
        )

    def answers_arrived():
        page.evaluate(NEXT_TASK)
        return len(answered) >= len(asked)

    def pass_minutes(count):
        before = len(asked)
        for _ in range(6 * count):
            page.clock.run_for(10_000)
            assert until(lambda: answers_arrived() or page.wait_for_timeout(20), 60)
            page.evaluate(NEXT_TASK)  # the page reads the answer and sets its next timer
        return len(asked) - before

    assert pass_minutes(5) > 10
    pass_minutes(6)
    assert pass_minutes(20) == 0
    page.keyboard.press("Tab")
    assert pass_minutes(1) > 2


def test_the_whole_way_goes_with_the_keyboard_alone(visit):
    page = visit.submitter()
    hand_in(page, "patients.csv", TABLE)  # the system's own dialog stands between a key and a file
    visit.worker.once()
    page.wait_for_selector("text=Review plan")
    reach(page, "Review plan")
    page.keyboard.press("Enter")
    page.wait_for_selector("#plan[open]")
    reach(page, "Accept and start")
    page.keyboard.press("Enter")
    page.wait_for_selector("#plan:not([open])", state="attached")
    page.wait_for_selector(".badge:has-text('Queued')")
    visit.worker.once()
    page.wait_for_selector(".badge.good")
    reach(page, "Download")
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    assert coming.value.path()


def reach(page, words):
    """Tab until an element of these words has the focus, which is to be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "() => [document.activeElement.textContent.trim(), getComputedStyle(document.activeElement).outlineStyle]"
        )
        if told[0] == words:
            assert told[1] == "solid"
            return
    raise AssertionError(f"no way to {words}")


def test_a_password_is_changed_with_the_keyboard_alone(visit):
    page = visit.submitter()
    reach(page, "Password")
    page.keyboard.press("Enter")
    page.wait_for_url("**/password")
    page.wait_for_selector("#who a[aria-current]")
    for words in (PASSWORD, "another few words", "another few w0rds"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#said:has-text('not the same')")
    page.fill("#again", "another few words")
    page.keyboard.press("Enter")
    page.wait_for_selector("#said:has-text('was changed')")
    assert visit.store.passwords.enter("bob", "another few words").name == "bob"


def test_who_forgot_the_password_sets_another_by_a_link_of_the_admin(visit):
    visit.store.people.set_up(visit.store.people.setup_code(), "ada", PASSWORD)
    bob = visit.submitter()
    hand_in(bob, "note.txt", NOTE)
    admin = visit.page("/sign-in")
    enter(admin, "ada")
    admin.wait_for_url("**/people")
    admin.click("[aria-label='Password reset link for bob']")
    admin.wait_for_selector("#fresh:not([hidden])")
    assert "deleted when it is used" in admin.inner_text("#link-words")
    again = visit.page(admin.input_value("#link").removeprefix(visit.root))
    again.wait_for_selector("#name-row[hidden]", state="attached")
    again.fill("#password", "another few words")
    again.keyboard.press("Enter")
    again.wait_for_url("**/files")
    again.wait_for_selector("#none:not([hidden])")
    bob.reload()
    bob.wait_for_url("**/sign-in")


def test_pages_hold_no_markup_from_words_and_nothing_from_elsewhere():
    from veil.service.portal.pages import FOLDER

    for path in FOLDER.glob("*.js"):
        told = path.read_text()
        assert not any(
            word in told for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
        ), path.name
    for path in FOLDER.glob("*.html"):
        told = path.read_text()
        assert "http" not in told.replace('http-equiv="', ""), path.name
        assert not any(word in told for word in ("<style", "style=", "onclick", "onload", "<script>")), path.name
