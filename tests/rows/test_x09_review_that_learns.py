"""X9: a reviewer reads a sample, decides span by span, and gets entries for the site's lists and how much is found."""

import json

import pytest
from tests.portals import Browser, joined, served, site_in, working

from veil.service.store import Caller, JobRequest, ServiceStore
from veil.service.store.reviews import Mark, Reviews

NOTES = [
    {
        "id": str(i),
        "note": f"Seen by Dr. Wong on 03/0{i % 9 + 1}/2019. Zyrcomab 5 mg. The moonwort called. Dr. Zyrcomab agrees.",
    }
    for i in range(30)
]
FILE = "".join(json.dumps(one) + "\n" for one in NOTES).encode()
REVIEWER = Caller("person-reviewer", "reviewer")


@pytest.fixture
def store(tmp_path):
    site = site_in(tmp_path)
    made = ServiceStore(site)
    yield made
    made.close()


def sampled(store, caller=REVIEWER, sample=12):
    job = store.create(caller, "notes.jsonl", JobRequest("safe-harbor"), review=False, sample=sample)
    draft = store.receive(caller, job.id)
    draft.write(FILE)
    store.received(caller, job.id, draft)
    with working(store.site) as worker:
        while worker.once():
            pass
    assert store.job(caller, job.id).state == "done", store.report(caller, job.id)
    return job.id


def place(text, word):
    return text["text"].index(word), text["text"].index(word) + len(word)


def test_x9_decisions_become_entries_that_the_next_job_goes_by(store):
    job, reviews = sampled(store), Reviews(store)
    texts = reviews.texts(REVIEWER, job)
    assert len(texts) == 12
    assert all(one["text"][span["start"] : span["end"]] for one in texts for span in one["spans"])
    for number, one in enumerate(texts):
        reviews.decide(REVIEWER, job, Mark(number, *place(one, "moonwort"), "ORGANIZATION", "missed"))
        for span in one["spans"]:
            if one["text"][span["start"] : span["end"]] == "Zyrcomab":
                reviews.decide(REVIEWER, job, Mark(number, span["start"], span["end"], span["label"], "wrong"))
        reviews.read(REVIEWER, job, number, done=True)
    entries = {(one["kind"], one["label"], one["word"]) for one in reviews.proposed(REVIEWER, job)}
    assert entries == {("allow", "", "Zyrcomab"), ("deny", "ORGANIZATION", "moonwort")}
    assert reviews.approve(REVIEWER, job, sorted(entries)) == len(entries)
    again = Reviews(store).texts(REVIEWER, sampled(store))
    for one in again:
        assert "Zyrcomab" not in {one["text"][span["start"] : span["end"]] for span in one["spans"]}
        for kind, _, word in entries:
            found = {one["text"][span["start"] : span["end"]] for span in one["spans"]}
            assert (word in " ".join(found)) == (kind == "deny")


def test_x9_recall_has_an_interval_and_counts_only_what_was_read_to_its_end(store):
    job, reviews = sampled(store), Reviews(store)
    assert reviews.estimate(REVIEWER, job)["recall"] is None
    texts = reviews.texts(REVIEWER, job)
    for number in range(10):
        reviews.read(REVIEWER, job, number, done=True)
        few = reviews.estimate(REVIEWER, job)["recall"]
        assert (few["low"] is None) == (number < 9)
    whole = reviews.estimate(REVIEWER, job)["recall"]
    assert (whole["share"], whole["high"]) == (1.0, 1.0)
    assert whole["low"] == pytest.approx(0.7)  # by the rule of three, of ten texts
    missed = place(texts[0], "5 mg")
    reviews.decide(REVIEWER, job, Mark(0, *missed, "ID", "missed"))
    reviews.decide(REVIEWER, job, Mark(11, *place(texts[11], "5 mg"), "ID", "missed"))
    told = reviews.estimate(REVIEWER, job)
    assert told["recall"]["of"] - told["recall"]["hits"] == 1
    assert told["recall"]["low"] < told["recall"]["share"] < 1
    assert (told["texts"], told["read"], told["labels"]["ID"]["misses"]) == (12, 10, 1)
    reviews.decide(REVIEWER, job, Mark(0, *missed, "ID", ""))
    assert reviews.estimate(REVIEWER, job)["recall"]["share"] == 1


def test_x9_what_was_right_once_or_holds_a_digit_becomes_no_entry(store):
    job, reviews = sampled(store), Reviews(store)
    texts = reviews.texts(REVIEWER, job)
    spans = [
        (n, one, span)
        for n, one in enumerate(texts)
        for span in one["spans"]
        if one["text"][span["start"] : span["end"]] == "Wong"
    ]
    for i, (number, _, span) in enumerate(spans):
        reviews.decide(REVIEWER, job, Mark(number, span["start"], span["end"], "NAME", "right" if i == 0 else "wrong"))
    reviews.decide(REVIEWER, job, Mark(0, *place(texts[0], "5 mg"), "ID", "missed"))
    assert reviews.proposed(REVIEWER, job) == []


def test_x9_entries_that_do_not_follow_from_the_review_are_refused(store):
    job = sampled(store)
    with pytest.raises(Exception, match="review-entry"):
        Reviews(store).approve(REVIEWER, job, [("allow", "", "Wong")])


def test_x9_a_place_outside_the_sample_is_refused(store):
    job, reviews = sampled(store), Reviews(store)
    for mark in (
        Mark(99, 0, 1, "NAME", "missed"),
        Mark(0, 0, 10_000, "NAME", "missed"),
        Mark(0, 0, 1, "NAME", "right"),
        Mark(0, 0, 1, "NOBODY", "missed"),
        Mark(0, -1, 1, "NAME", "missed"),
    ):
        with pytest.raises(Exception, match="review-place"):
            reviews.decide(REVIEWER, job, mark)


def test_x9_nothing_of_a_review_is_in_clear_and_all_of_it_goes_with_the_job(store, tmp_path):
    job, reviews = sampled(store), Reviews(store)
    texts = reviews.texts(REVIEWER, job)
    reviews.decide(REVIEWER, job, Mark(0, *place(texts[0], "moonwort"), "ORGANIZATION", "missed"))
    reviews.approve(
        REVIEWER, job, [(one["kind"], one["label"], one["word"]) for one in reviews.proposed(REVIEWER, job)]
    )
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"moonwort" not in path.read_bytes()
            assert b"Zyrcomab" not in path.read_bytes()
    store.delete(REVIEWER, job)
    assert store.database.rows("SELECT * FROM marks") == []


def test_x9_only_a_reviewer_reads_a_sample_and_only_their_own(store):
    job = sampled(store)
    with served(store) as address, Browser(address) as somebody:
        assert somebody.ask("GET", f"/jobs/{job}/review").status_code == 401
        for role, name in (("submitter", "sue"), ("reviewer", "rob")):
            with joined(store, address, name, role) as one:
                calls = [("GET", "review"), ("GET", "review/estimate"), ("GET", "review/entries")]
                assert {one.ask(method, f"/jobs/{job}/{call}").status_code for method, call in calls} <= {403, 404}
                assert one.ask("GET", "/rules").status_code == (200 if role == "reviewer" else 403)


def test_x9_the_calls_of_a_review_by_the_page_that_makes_them(store):
    with served(store) as address, working(store.site) as worker, joined(store, address, "rita", "reviewer") as one:
        job = one.ask("POST", "/jobs", json={"name": "n.jsonl", "profile": "safe-harbor", "sample": 5}).json()["id"]
        one.ask("PUT", f"/jobs/{job}/file", content=FILE)
        while worker.once():
            pass
        told = one.ask("GET", f"/jobs/{job}/review").json()
        assert (len(told["texts"]), told["marks"], told["read"]) == (5, [], [])
        span = told["texts"][2]["spans"][0]
        mark = {"text": 2, "start": span["start"], "end": span["end"], "label": span["label"], "verdict": "wrong"}
        assert one.ask("PUT", f"/jobs/{job}/review/mark", json=mark).json() == {"done": True}
        one.ask("PUT", f"/jobs/{job}/review/read", json={"text": 2, "done": True})
        assert one.ask("GET", f"/jobs/{job}/review").json()["marks"] == [mark]
        assert one.ask("GET", f"/jobs/{job}/review/estimate").json()["precision"]["share"] < 1
        entries = one.ask("GET", f"/jobs/{job}/review/entries").json()
        chosen = [{key: entry[key] for key in ("kind", "label", "word")} for entry in entries]
        assert one.ask("POST", f"/jobs/{job}/review/entries", json={"entries": chosen}).json() == {"added": len(chosen)}
        (rule,) = one.ask("GET", "/rules").json()
        assert rule["word"] in one.ask("GET", "/rules.yaml").text
        assert one.ask("DELETE", f"/rules/{rule['id']}").json() == {"done": True}
        assert one.ask("GET", "/rules").json() == []
