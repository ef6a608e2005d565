"""Several nodes over one database and one bucket: no job is lost or done twice, whoever dies; what one knows all know."""

import contextlib
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tests import portals
from tests.nodes import names_of, shared_servers
from tests.portals import ME, handed_in, result_of, site_in
from tests.servers import PASSWORD

from veil.audit import verify_chain
from veil.errors import LeakError, ServiceError
from veil.service.store import ServiceStore, jobs
from veil.service.store.shared_log import write_acts
from veil.service.work.worker import serve

pytestmark = pytest.mark.server
NOTE = "Seen by Dr. Alice Wong on 03/04/2019. MRN 1234567. Visit {}.\n"
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture(scope="module")
def servers():
    yield from shared_servers()


@pytest.fixture(autouse=True)
def nodes(servers):
    token = portals.shared.set(servers)
    yield servers
    portals.shared.reset(token)


@pytest.fixture
def store(tmp_path):
    made = ServiceStore(site_in(tmp_path))
    yield made
    made.close()


def code_of(do, *told, **more):
    with pytest.raises((ServiceError, LeakError)) as caught:
        do(*told, **more)
    return caught.value.code


def takes(site, start, told):
    """Takes jobs as fast as it can; hands out which, and how long it waited for each."""
    store = ServiceStore(site)
    start.wait()
    got = []
    while True:
        now, before = store.clock.now(), time.monotonic()
        with store.database.change() as line:
            lease = jobs.take(line, now, 600, 3)
        if lease is None:
            break
        got.append((lease.job, time.monotonic() - before))
    told.put(got)
    store.close()


def waiting(store, count):
    """So many jobs that wait for a worker, without their files."""
    with store.database.change() as line:
        now = time.time()
        for i in range(count):
            line.execute(
                "INSERT INTO jobs (id, owner, state, format, made, changed, until) VALUES (?, ?, 'queued', 'text', ?, ?, ?)",
                (f"{i:032x}", ME.owner, now, now + i, now + 3600),
            )
    return {f"{i:032x}" for i in range(count)}


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
def test_eight_processes_that_take_at_once_get_every_job_once_and_none_starves(
    store, nodes, isolation, record_property
):
    made = waiting(store, 400)
    nodes.asked(f"ALTER ROLE veil SET default_transaction_isolation = '{isolation}'")
    start, told = SPAWN.Barrier(9), SPAWN.Queue()
    takers = [SPAWN.Process(target=takes, args=(store.site, start, told)) for _ in range(8)]
    try:
        [one.start() for one in takers]
        start.wait(60)
        got = [told.get(timeout=60) for _ in takers]
    finally:
        [one.join(10) for one in takers]
        nodes.asked("ALTER ROLE veil RESET default_transaction_isolation")
    taken = Counter(job for each in got for job, _ in each)
    assert set(taken) == made
    assert set(taken.values()) == {1}
    counts, waits = sorted(len(each) for each in got), sorted(waited for each in got for _, waited in each)
    record_property(
        "counted",
        f"{isolation}: 8 processes took 400 jobs, {counts} each; they waited {waits[200] * 1000:.0f} ms, {waits[-1] * 1000:.0f} at most",
    )
    assert counts[0] >= 10
    assert waits[-1] < 5


@pytest.mark.slow
def test_a_hundred_jobs_are_done_once_each_though_workers_are_killed(tmp_path, nodes):
    site = site_in(tmp_path, lease=2.0, tries=50)
    store, count = ServiceStore(site), 100
    with store.database.change() as line:
        line.execute(
            "CREATE TABLE ended (job TEXT);"
            "CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ended VALUES (NEW.id); RETURN NULL; END $$;"
            "CREATE TRIGGER watch AFTER UPDATE ON jobs FOR EACH ROW WHEN (NEW.state = 'done' OR NEW.state = 'failed') EXECUTE FUNCTION watch()"
        )
    made = {handed_in(store, data=NOTE.format(i).encode()).id: i for i in range(count)}
    workers = [_worker(site) for _ in range(4)]
    drawn, killed = random.Random(7), 0
    until = time.monotonic() + 400
    while (done := len(store.database.rows("SELECT job FROM ended"))) < count and time.monotonic() < until:
        time.sleep(drawn.uniform(0.5, 1.5))
        if killed < 25 and done > 3:
            place = drawn.randrange(len(workers))
            os.kill(workers[place].pid, signal.SIGKILL)
            workers[place].join()
            workers[place] = _worker(site)
            killed += 1
    for one in workers:
        one.kill()
        one.join()
    ended = Counter(row["job"] for row in store.database.rows("SELECT job FROM ended"))
    assert killed >= 10
    assert set(ended) == set(made)
    assert set(ended.values()) == {1}
    assert {one.state for one, _ in store.jobs(ME)} == {"done"}
    assert all(f"Visit {i}.".encode() in result_of(store, job) for job, i in made.items())
    outputs = store.database.rows("SELECT id, job FROM objects")
    assert Counter(row["job"] for row in outputs) == dict.fromkeys(made, 1)
    assert {row["id"] for row in outputs} <= {name.rpartition("/")[2] for name in names_of(site.objects)}
    write_acts(store.database, tmp_path / "record")
    told = verify_chain(tmp_path / "record", seals={site.keys.id: site.keys})
    assert max(Counter(act["job"] for act in told.acts if act["what"] == "done").values()) == 1
    assert Counter(act["what"] for act in told.acts)["taken"] >= count
    store.close()


def _worker(site):
    process = SPAWN.Process(target=serve, args=(site,))
    process.start()
    return process


def test_a_server_that_went_away_and_came_back_is_spoken_to_again(store, nodes):
    person = store.people.set_up(store.people.setup_code(), "ada", portals.PASSWORD)
    token = store.sessions.begin(person)
    nodes.server.stop()
    assert code_of(store.sessions.person, token) == "store-closed"
    nodes.server.start()
    assert store.sessions.person(token).id == person.id


def test_a_change_whose_end_was_not_heard_is_told_as_it_ended(store, nodes, monkeypatch):
    from veil.service.store.pg_connection import PgConnection

    ended = PgConnection.committed

    def unheard(self):
        ended(self)
        self.is_open = False
        return False

    monkeypatch.setattr(PgConnection, "committed", unheard)
    job = handed_in(store)
    monkeypatch.undo()
    assert job.state == "uploaded"
    assert len(names_of(store.site.objects)) == 1

    def cut_off(self):
        nodes.asked(f"SELECT pg_terminate_backend({self.execute('SELECT pg_backend_pid() AS id').fetchone()['id']})")
        return ended(self)

    draft = store.receive(ME, (other := store.create(ME, "n.txt", _choice(), review=False)).id)
    draft.write(b"x")
    monkeypatch.setattr(PgConnection, "committed", cut_off)
    assert code_of(store.received, ME, other.id, draft) == "store-closed"
    monkeypatch.undo()
    assert store.job(ME, other.id).state == "new"
    assert len(names_of(store.site.objects)) == 1


def _choice():
    from veil.service.store import JobRequest

    return JobRequest("redact")


def test_a_change_is_on_disk_when_it_ends_and_a_silent_node_loses_it(store, nodes):
    nodes.asked("ALTER ROLE veil SET synchronous_commit = off")
    try:
        fresh = ServiceStore(store.site)
        with fresh.database.change() as line:
            said = {
                name: line.execute(f"SHOW {name}").fetchone()[name]
                for name in ("synchronous_commit", "idle_in_transaction_session_timeout")
            }
        fresh.close()
    finally:
        nodes.asked("ALTER ROLE veil RESET synchronous_commit")
    assert said == {"synchronous_commit": "on", "idle_in_transaction_session_timeout": "20s"}


def test_a_change_in_which_a_statement_failed_is_none_though_somebody_caught_it(store):
    def change():
        with store.database.change() as line:
            line.execute("INSERT INTO facts VALUES ('seen', '1')")
            with contextlib.suppress(ServiceError):
                line.execute("SELECT nothing FROM nowhere")

    assert code_of(change) == "store-closed"
    assert store.database.fact("seen") is None


def test_tables_are_written_anew_where_something_was_deleted_and_else_not(store, record_property):
    with store.database.change() as line:
        for i in range(1000):
            line.execute(
                "INSERT INTO jobs (id, owner, state, format, made, changed, until, key, report) VALUES (?, ?, 'done', 'text', 0, 0, 9e12, ?, ?)",
                (f"{i:032x}", ME.owner, os.urandom(60), os.urandom(8000)),
            )

    def written():
        return store.database.row(
            "SELECT pg_relation_filenode('jobs') AS jobs, pg_relation_filenode('objects') AS objects"
        )

    store.database.cut()  # the first one is due at once
    before = written()
    store.database.cut()
    assert written() == before
    with store.database.change() as line:
        line.execute("DELETE FROM jobs WHERE id = ?", (f"{7:032x}",))
    store.database.cut()
    assert written() == before, "ten seconds are not over"
    with store.database.change() as line:
        line.execute("UPDATE facts SET value = '1000' WHERE name = 'cut'")
    began = time.monotonic()
    store.database.cut()
    record_property("counted", f"cut of 1,000 jobs with reports of 8 kB: {(time.monotonic() - began) * 1000:.0f} ms")
    assert written()["jobs"] != before["jobs"]
    assert store.database.fact("due") is None


def test_a_cut_that_a_reader_holds_up_is_due_again(store, nodes):
    import pg8000.native

    with store.database.change() as line:
        line.execute("DELETE FROM objects WHERE id = 'none'")
    schema = store.site.database.rpartition("=")[2]
    with contextlib.closing(
        pg8000.native.Connection(
            "veil", host="127.0.0.1", port=nodes.server.port, database="postgres", password=PASSWORD
        )
    ) as other:
        other.run("BEGIN")
        other.run(f"SELECT * FROM {schema}.objects")
        assert code_of(store.database.cut) == "store-closed"
    assert store.database.fact("due") == "1"
    assert {line.execute("SHOW lock_timeout").fetchone()["lock_timeout"] for line in store.database._idle.queue} == {
        "30s"
    }


def test_signs_that_no_text_can_hold_are_nobodys_name(store):
    assert code_of(store.passwords.enter, "a\0b", portals.PASSWORD) == "sign-in"
    assert code_of(store.job, ME, "0" * 31 + "\0") == "job-unknown"
    assert code_of(store.job, ME, "\ud800") == "job-unknown"


def test_a_record_that_was_changed_takes_no_act_more(store, tmp_path):
    for _ in range(3):
        store.act("one", "me")
    with store.database.change() as line:
        line.execute("DELETE FROM acts WHERE number = 3")
    assert code_of(store.act, "two", "me") == "audit-broken"
    write_acts(store.database, tmp_path / "cut")
    assert code_of(verify_chain, tmp_path / "cut") == "audit-cut"
    with store.database.change() as line:
        line.execute("DELETE FROM acts")
    assert code_of(store.act, "two", "me") == "audit-broken"


def test_a_record_whose_middle_was_changed_is_told_when_it_is_checked(store, tmp_path):
    for number in range(3):
        store.act("one", "me", n=number)
    row = store.database.row("SELECT line FROM acts WHERE number = 2")
    with store.database.change() as line:
        line.execute("UPDATE acts SET line = ? WHERE number = 2", (row["line"].replace(b'"n": 1', b'"n": 7'),))
    write_acts(store.database, tmp_path / "record")
    assert code_of(verify_chain, tmp_path / "record") == "audit-broken"
    assert code_of(write_acts, store.database, tmp_path / "record") == "audit-there"


def test_a_large_file_goes_to_the_bucket_in_parts_and_comes_back_whole(store):
    data = os.urandom(1 << 20) * 24
    draft = store.objects.draft(1 << 30)
    for i in range(0, len(data), 300_000):
        draft.write(data[i : i + 300_000])
    draft.finish()
    with store.database.change() as line:
        store.objects.keep(line, draft, "0" * 32, ME.owner, "input", 0)
    row = store.database.row("SELECT * FROM objects")
    assert b"".join(store.objects.read(row)) == data
    assert draft.id not in store.objects.orphans(set(), time.time() + 3600)
    assert draft.id in store.objects.orphans(set(), time.time() + 2 * 86_400)
    store.objects.take_away([draft.id, draft.id])
    assert code_of(list, store.objects.read(row)) == "object-gone"
    fresh = store.objects.draft(1 << 30)
    fresh.write(data)
    fresh.drop()
    assert names_of(store.site.objects) == []


def test_a_bucket_that_is_not_reached_is_told_without_its_words(store):
    site = replace(store.site, objects="s3://no-such-bucket-of-ours/x")
    other = ServiceStore(site)
    with pytest.raises(ServiceError) as caught:
        handed_in(other)
    assert caught.value.code == "store-closed"
    assert "no-such" not in caught.value.line()
    other.close()


def test_nodes_without_a_place_for_files_or_with_another_kind_of_database_do_not_begin(store):
    assert code_of(ServiceStore, replace(store.site, objects="")) == "store-objects"
    assert code_of(ServiceStore, replace(store.site, objects="sqlite:///x")) == "store-kind"
    assert code_of(ServiceStore, replace(store.site, database="mariadb://veil@127.0.0.1/veil")) == "store-kind"


def test_without_tls_a_database_on_another_machine_is_not_spoken_to(store):
    from veil.service.store.pg_connection import _sealed
    from veil.stores.address import parse

    context = _sealed(parse("postgresql://veil@db.example.org/veil", Path()))
    assert (context.check_hostname, context.verify_mode.name) == (True, "CERT_REQUIRED")
    assert _sealed(parse("postgresql://veil@db.example.org/veil?sslmode=disable", Path())) is False
    with pytest.raises(ServiceError):
        _sealed(parse("postgresql://veil@db.example.org/veil?sslmode=prefer", Path()))
