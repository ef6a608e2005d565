"""Jobs: taken once, seen once, and gone when their time is over."""

import multiprocessing
import threading
import time

import pytest
from tests.portals import ME, NOTE, OTHER, TABLE, handed_in, on_disk, result_of, sealed, site_in, working

from veil.audit import verify_chain
from veil.errors import LimitError, ServiceError
from veil.service.store import Caller, JobRequest, ServiceStore, jobs
from veil.service.store.opening import RECORD
from veil.service.store.shared_log import write_acts
from veil.service.work.sweeper import sweep


def taken(store, now=None):
    now = store.clock.now() if now is None else now
    with store.database.change() as line:
        return jobs.take(line, now, store.terms.lease, store.terms.tries)


def code_of(do, *told, **more):
    with pytest.raises((ServiceError, LimitError)) as caught:
        do(*told, **more)
    return caught.value.code


def test_a_note_goes_in_and_comes_out_for_its_submitter_alone(store, site):
    job = handed_in(store)
    with working(site) as worker:
        assert worker.once()
        assert not worker.once()
    assert store.job(ME, job.id).state == "done"
    assert result_of(store, job.id) == b"Seen by Dr. [NAME] on [DATE]. MRN [MRN]. Call [PHONE].\n"
    assert code_of(store.fetch, OTHER, job.id) == "job-unknown"
    assert code_of(store.fetch, Caller(ME.owner, "admin"), job.id) == "role"


def test_many_workers_at_once_never_take_one_job_twice(store):
    made = {handed_in(store).id for _ in range(12)}
    got, start = [], threading.Barrier(6)

    def work():
        start.wait()
        while lease := taken(store):
            got.append(lease.job)

    threads = [threading.Thread(target=work) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(got) == sorted(made)


def test_a_worker_that_says_nothing_loses_its_job_and_its_result_is_not_seen(tmp_path):
    site = site_in(tmp_path, lease=0.2)
    store = ServiceStore(site)
    job = handed_in(store)
    lost = taken(store)
    time.sleep(0.25)
    with working(site) as worker:
        worker.once()
        seen = result_of(store, job.id)
        draft = store.objects.draft(100)
        draft.write(b"late")
        draft.finish()
        worker._ended(lost, {"report": {"name": "late.txt"}}, draft)
    assert result_of(store, job.id) == seen
    assert len(sealed(site)) == 1
    store.close()


def test_a_job_that_took_three_workers_with_it_has_failed_and_its_input_is_gone(tmp_path):
    site = site_in(tmp_path, lease=0.05)
    store = ServiceStore(site)
    job = handed_in(store)
    for _ in range(3):
        assert taken(store) is not None
        time.sleep(0.06)
    assert taken(store) is None
    sweep(store)
    assert (store.job(ME, job.id).state, store.job(ME, job.id).code) == ("failed", "job-crashed")
    assert sealed(site) == []
    store.close()


def test_a_job_whose_process_was_killed_from_outside_is_tried_again_but_not_for_ever(store, site, monkeypatch):
    job = handed_in(store)
    with working(site) as worker:
        real = worker._answer

        def killed(lease, line, until):
            for child in multiprocessing.active_children():
                child.kill()
            return real(lease, line, until)

        monkeypatch.setattr(worker, "_answer", killed)
        states = []
        for _ in range(3):
            worker.once()
            states.append(store.job(ME, job.id).state)
        assert states == ["uploaded", "uploaded", "failed"]
    assert store.job(ME, job.id).code == "job-limits"
    assert sealed(site) == []


@pytest.mark.parametrize("when", ["is read", "is worked at", "is stored"])
def test_a_job_whose_store_goes_away_while_it_is_worked_at_keeps_its_input_and_is_done_later(
    tmp_path, monkeypatch, when
):
    site = site_in(tmp_path, lease=0.2)
    store = ServiceStore(site)
    job = handed_in(store)

    def gone(*_):
        raise ServiceError("store-closed", "away for a while")

    with working(site) as worker:
        place = {
            "is read": (worker._store.objects, "read"),
            "is worked at": (worker, "_renewed"),
            "is stored": (worker._store.objects, "draft"),
        }[when]
        with monkeypatch.context() as away:
            away.setattr(*place, gone)
            for _ in range(4):  # more often than a job is tried
                assert code_of(worker.once) == "store-closed"
                time.sleep(0.25)
                sweep(store)
        assert len(sealed(site)) == 1
        assert worker.once()
    assert store.job(ME, job.id).state == "done"
    store.close()


def test_a_cancelled_job_is_taken_from_its_worker_and_its_input_is_shredded_at_once(store, site):
    job = handed_in(store)
    lease = taken(store)
    store.cancel(ME, job.id)
    assert sealed(site) == []
    with store.database.change() as line:
        assert not jobs.renew(line, lease, 0, "", 0, 0)
    assert code_of(store.start, ME, job.id) == "job-state"


def test_the_input_is_gone_when_the_job_is_done_and_when_it_has_failed(store, site):
    for data in (TABLE, b"\x00\xff\xfe not a table"):
        handed_in(store, "t.csv", data)
        with working(site) as worker:
            worker.once()
        assert store.database.rows("SELECT * FROM objects WHERE what = 'input'") == []
    assert {one.state for one, _ in store.jobs(ME)} == {"done", "failed"}
    assert len(sealed(site)) == 1


def test_the_wrapped_key_of_a_deleted_object_is_nowhere_on_disk(store, site):
    job = handed_in(store)
    keys = [row["key"] for row in store.database.rows("SELECT key FROM objects UNION SELECT key FROM jobs")]
    held = on_disk(site, log=False)
    assert all(key in held for key in keys)
    store.delete(ME, job.id)
    held = on_disk(site, log=False)
    assert not any(key in held for key in keys)


def test_a_result_is_refused_after_its_time_though_nobody_sweeps(tmp_path):
    site = site_in(tmp_path, kept=0.3)
    store = ServiceStore(site)
    job = handed_in(store)
    with working(site) as worker:
        worker.once()
    assert result_of(store, job.id)
    time.sleep(0.35)
    assert code_of(store.fetch, ME, job.id) == "job-expired"
    assert store.jobs(ME)[0][0].state == "expired"
    assert store.about(ME, job.id) == {}
    assert sweep(store) == 1
    assert sealed(site) == []
    row = store.database.row("SELECT * FROM jobs")
    assert [row[name] for name in ("key", "about", "plan", "report")] == [None] * 4
    store.close()


def test_a_result_is_refused_after_its_time_though_the_machine_is_set_back(tmp_path):
    site = site_in(tmp_path, kept=3600.0)
    store = ServiceStore(site)
    job = handed_in(store)
    with working(site) as worker:
        worker.once()
    wall, real = [0.0], time.time
    store.clock._wall = lambda: real() + wall[0]
    wall[0] = 3700.0
    assert code_of(store.fetch, ME, job.id) == "job-expired"
    wall[0] = 0.0
    assert code_of(store.fetch, ME, job.id) == "job-expired"
    again = ServiceStore(site)
    assert code_of(again.fetch, ME, job.id) == "job-expired"
    again.close()
    store.close()


def test_a_download_that_begins_in_time_ends_with_it(store, site):
    job = handed_in(store, "n.txt", NOTE * 2500)
    with working(site) as worker:
        worker.once()
    pieces = store.fetch(ME, job.id)[2]
    assert next(pieces)
    until = store.job(ME, job.id).until
    store.clock._wall = lambda: until + 1
    assert code_of(list, pieces) == "job-expired"


def test_an_upload_over_the_limit_or_the_quota_is_refused_and_leaves_nothing(tmp_path):
    store = ServiceStore(site_in(tmp_path, upload=100, quota=150))
    job = store.create(ME, "n.txt", JobRequest("redact"), review=False)
    draft = store.receive(ME, job.id)
    with pytest.raises(LimitError):
        draft.write(bytes(101))
    draft.drop()
    one, other = (store.create(ME, "n.txt", JobRequest("redact"), review=False) for _ in range(2))
    drafts = [store.receive(ME, each.id) for each in (one, other)]
    [each.write(b"x" * 90) for each in drafts]
    store.received(ME, one.id, drafts[0])
    assert code_of(store.received, ME, other.id, drafts[1]) == "quota"
    assert len(sealed(store.site)) == 1
    store.close()


def test_nobody_makes_jobs_without_end(store, monkeypatch):
    monkeypatch.setattr("veil.service.store.store._MOST_OPEN", 3)
    made = [store.create(ME, "n.txt", JobRequest("redact"), review=False).id for _ in range(3)]
    assert code_of(store.create, ME, "n.txt", JobRequest("redact"), review=False) == "jobs-open"
    assert store.create(OTHER, "n.txt", JobRequest("redact"), review=False)
    store.cancel(ME, made[0])
    assert store.create(ME, "n.txt", JobRequest("redact"), review=False)


def test_a_list_of_jobs_tells_their_names_and_needs_no_second_look(store, monkeypatch):
    handed_in(store, "one.txt")
    handed_in(store, "two.txt")
    monkeypatch.setattr(store, "_checked", None)  # a job that is deleted meanwhile would break a list that looks twice
    assert sorted(about["name"] for _, about in store.jobs(ME)) == ["one.txt", "two.txt"]


def test_an_upload_to_a_disk_that_refuses_it_leaves_nothing_and_is_told(store, site, one_node):
    draft = store.receive(ME, store.create(ME, "n.txt", JobRequest("redact"), review=False).id)
    draft.write(bytes(200_000))
    draft.sink._file.close()
    draft.sink._file = open("/dev/full", "wb")
    draft.sink._file.write(b"x")
    assert code_of(draft.finish) == "store-closed"
    draft.drop()
    assert sealed(site) == []


def test_the_name_of_a_sealed_file_is_on_disk_before_it_counts(store, site, one_node, monkeypatch):
    import os

    seen, real = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (seen.append(os.readlink(f"/proc/self/fd/{handle}")), real(handle)))
    draft = store.receive(ME, store.create(ME, "n.txt", JobRequest("redact"), review=False).id)
    draft.write(NOTE)
    seen.clear()
    draft.finish()
    assert seen == [str(site.folder / "objects" / draft.id), str(site.folder / "objects")]


def test_two_uploads_of_one_job_are_one(store):
    job = store.create(ME, "n.txt", JobRequest("redact"), review=False)
    first, second = store.receive(ME, job.id), store.receive(ME, job.id)
    store.received(ME, job.id, first)
    assert code_of(store.received, ME, job.id, second) == "job-state"
    assert store.database.row("SELECT count(*) AS n FROM objects")["n"] == 1


def test_a_name_of_no_known_format_and_a_choice_of_nothing_are_refused(store):
    assert code_of(store.create, ME, "x.exe", JobRequest("redact"), review=False) == "job-format"
    assert code_of(store.create, ME, "a\nb.txt", JobRequest("redact"), review=False) == "job-name"
    for told in (
        {},
        {"profile": "none"},
        {"identifiers": ("Shoe size",)},
        {"profile": "redact", "identifiers": ("Name",)},
    ):
        assert code_of(JobRequest, **told) == "choice"


def test_every_act_is_in_a_record_that_holds_and_says_no_word_of_the_file(store, site, tmp_path):
    job = handed_in(store, "Wong_Alice.txt")
    with working(site) as worker:
        worker.once()
    result_of(store, job.id)
    with pytest.raises(ServiceError):
        store.fetch(OTHER, job.id)
    store.delete(ME, job.id)
    record = tmp_path / "record" if site.folder is None else site.folder / RECORD
    if site.folder is None:
        write_acts(store.database, record)
    checked = verify_chain(record, seals={site.keys.id: site.keys})
    assert [act["what"] for act in checked.acts] == [
        "job made",
        "uploaded",
        "taken",
        "done",
        "fetched",
        "refused",
        "deleted",
    ]
    assert checked.acts[-2]["by"] == OTHER.owner
    assert checked.acts[3]["network"] in ("namespace", "interpreter")
    assert checked.acts[3]["files"] in ("landlock", "interpreter")
    assert b"Wong" not in record.read_bytes()


def test_files_that_no_row_tells_of_are_cleared_once_nobody_writes_them(store, site, one_node):
    import os

    left, fresh = site.folder / "objects" / ("0" * 32), site.folder / "objects" / ("1" * 32)
    left.write_bytes(b"noise")
    fresh.write_bytes(b"an upload")
    os.utime(left, (1, 1))
    sweep(store)
    assert not left.exists()
    assert fresh.exists()


def test_small_files_are_taken_before_a_large_one_that_came_first(store):
    large = handed_in(store, data=b"x,y\n" + b"1,2\n" * 1_000_000)
    small = [handed_in(store) for _ in range(5)]
    got = [taken(store).job for _ in range(6)]
    assert got == [*(one.id for one in small), large.id]


def test_a_large_file_does_not_wait_for_ever(store):
    large = handed_in(store, data=b"x,y\n" + b"1,2\n" * 1_000_000)
    now = store.clock.now()
    with store.database.change() as line:
        jobs.put(line, large.id, {"changed": now - 600})
    handed_in(store)
    assert taken(store).job == large.id


def test_a_worker_for_small_files_takes_no_large_one(store):
    large, small = handed_in(store, data=b"x,y\n" + b"1,2\n" * 2_000_000), handed_in(store)

    def small_one():
        with store.database.change() as line:
            return jobs.take(line, store.clock.now(), store.terms.lease, store.terms.tries, jobs.SMALL)

    assert small_one().job == small.id
    assert small_one() is None
    assert taken(store).job == large.id
