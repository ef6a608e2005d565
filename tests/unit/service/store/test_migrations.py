"""Migrations: a data folder of an older release opens, a newer one is refused, and what is cut off in the middle left nothing."""

import hashlib
import sqlite3
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from tests.portals import CHEAP, result_of, shared, site_in, working

from veil.audit import verify_chain
from veil.errors import ConflictError
from veil.keys import Keys
from veil.service.store import Caller, Limits, ServiceStore, Site
from veil.service.store.migrations import state
from veil.service.store.migrations.upgrade import scripts
from veil.service.store.opening import RECORD
from veil.service.store.reviews import Reviews
from veil.service.store.site_lists import site_rules
from veil.service.store.sqlite import NAME, Sqlite
from veil.service.work.accepted_plan import with_chosen_rules

FOLDERS = Path(__file__).parent / "folders"
KEYS = Keys.from_secret(hashlib.sha256(b"an invented key").digest())
PASSWORD = "an invented password"
NAMES = ("facts", "people", "invitations", "renewals", "sessions", "jobs", "objects", "marks", "readings", "rules")


@pytest.fixture
def old(tmp_path):
    """A data folder of commit 4635fa8."""
    with tarfile.open(FOLDERS / "4635fa8.tar.gz") as packed:
        packed.extractall(tmp_path, filter="data")
    (tmp_path / "data").chmod(0o700)
    (tmp_path / "data" / "objects").chmod(0o700)
    return tmp_path / "data"


@pytest.fixture
def old_site(old):
    """The same rows in a folder of one node, or in the PostgreSQL of several."""
    terms, nodes = Limits(password=CHEAP), shared.get()
    if nodes is None:
        return Site(old, KEYS, terms)
    address = nodes.database(old)
    schema = address.rpartition("=")[2]
    made = (FOLDERS / "4635fa8.postgresql.sql").read_text().replace("$$ BEGIN", "$$ BEGIN ")
    nodes.asked(f'CREATE SCHEMA "{schema}"; SET search_path TO "{schema}"; {made}')
    with closing(sqlite3.connect(old / NAME)) as line:
        for table in NAMES:
            _copy(nodes, schema, table, line.execute(f"SELECT * FROM {table}"))
    return Site(None, KEYS, terms, database=address, objects=str(old / "objects"))


def _copy(nodes, schema, table, rows):
    names = ", ".join(name for name, *_ in rows.description)
    for row in rows:
        values = ", ".join(
            "NULL"
            if one is None
            else f"'\\x{one.hex()}'"
            if isinstance(one, bytes)
            else "'{}'".format(str(one).replace("'", "''"))
            for one in row
        )
        nodes.asked(f'INSERT INTO "{schema}".{table} ({names}) VALUES ({values})')


def _callers(store):
    return {one.name: Caller(one.id, one.role) for one in store.people.all()}


def test_a_data_folder_of_an_older_release_opens_with_all_that_is_in_it(old_site):
    store = ServiceStore(old_site)
    callers = _callers(store)
    assert {name: one.role for name, one in callers.items()} == {
        "admin": "admin",
        "ada": "submitter",
        "rea": "reviewer",
    }
    assert store.passwords.enter("ada", PASSWORD).id == callers["ada"].owner
    jobs = {about.get("name", ""): job for job, about in store.jobs(callers["ada"])}
    assert {name: (job.state, job.number) for name, job in jobs.items()} == {
        "": ("expired", 1),
        "note.txt": ("done", 2),
        "patients.csv": ("planned", 3),
        "broken.json": ("failed", 4),
        "later.txt": ("uploaded", 5),
    }
    assert result_of(store, jobs["note.txt"].id, callers["ada"]).startswith(b"Seen by Dr. [NAME] on [DATE].")
    assert store.report(callers["ada"], jobs["broken.json"].id)["message"]
    assert {(one.kind, one.word) for one in site_rules(store.database, store.objects)} == {
        ("allow", "Seen"),
        ("deny", "Quux"),
    }
    [(sample, _)] = store.jobs(callers["rea"])
    assert sample.number == 1
    marks, read = Reviews(store).marks(callers["rea"], sample.id)
    assert len(marks) == 1 and read == {0}
    assert store.database.row(state.READ_VERSION)["version_num"] == state.CURRENT
    store.close()


def test_work_goes_on_in_an_older_data_folder(old_site):
    store = ServiceStore(old_site)
    ada = _callers(store)["ada"]
    jobs = {about.get("name", ""): job.id for job, about in store.jobs(ada)}
    store.change_plan(ada, jobs["patients.csv"], with_chosen_rules(store.plan(ada, jobs["patients.csv"]), []))
    store.start(ada, jobs["patients.csv"])
    with working(old_site) as worker:
        while worker.once():
            pass
    assert {store.job(ada, jobs[name]).state for name in ("patients.csv", "later.txt")} == {"done"}
    assert b"Lovelace" not in result_of(store, jobs["patients.csv"], ada)
    store.delete(ada, jobs["note.txt"])
    if old_site.folder is not None:
        assert verify_chain(old_site.folder / RECORD, seals={KEYS.id: KEYS}).records > 25
    store.close()


def test_a_new_database_has_the_tables_of_an_upgraded_one(old_site, tmp_path):
    (tmp_path / "new").mkdir()
    upgraded, new = ServiceStore(old_site), ServiceStore(site_in(tmp_path / "new"))
    assert _shape(upgraded.database) == _shape(new.database)
    assert len(_shape(new.database)) > 60
    upgraded.close()
    new.close()


def _shape(database):
    """Columns, defaults, keys, indexes and triggers, as each server tells of them."""
    if isinstance(database, Sqlite):
        tables = [row["name"] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {
            (
                table,
                row["name"],
                row["type"],
                row["notnull"] or row["pk"] > 0,
                str(row["dflt_value"]).strip("'"),
                row["pk"],
            )
            for table in tables
            for row in database.rows(f"PRAGMA table_info({table})")
        }
        indexes = {
            (table, one["unique"], tuple(row["name"] for row in database.rows(f"PRAGMA index_info({one['name']})")))
            for table in tables
            for one in database.rows(f"PRAGMA index_list({table})")
        }
        return (
            columns
            | indexes
            | {row["name"] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        )
    columns = database.rows(
        "SELECT table_name, column_name, data_type, is_nullable, split_part(trim(both '''' from coalesce(column_default, '')), '''', 1) AS filled"
        " FROM information_schema.columns WHERE table_schema = current_schema()"
    )
    others = database.rows(
        "SELECT replace(replace(indexdef, '\"', ''), current_schema() || '.', '') AS told FROM pg_catalog.pg_indexes WHERE schemaname = current_schema()"
        " UNION SELECT trigger_name || event_manipulation FROM information_schema.triggers WHERE trigger_schema = current_schema()"
        " UNION SELECT table_name || constraint_type FROM information_schema.table_constraints"
        " WHERE table_schema = current_schema() AND constraint_type <> 'CHECK'"
    )
    return {tuple(row.values()) for row in (*columns, *others)}


def test_a_newer_database_is_refused_and_stays_as_it_was(old_site):
    store = ServiceStore(old_site)
    with store.database.change() as line:
        line.execute("UPDATE schema_version SET version_num = '0999'")
    before = [tuple(row[name] for name in row.keys()) for row in store.database.rows("SELECT * FROM jobs ORDER BY id")]
    with pytest.raises(ConflictError) as caught:
        ServiceStore(old_site)
    assert caught.value.code == "store-newer"
    assert "newer version of Veil" in str(caught.value)
    assert "install" in caught.value.hint
    after = [tuple(row[name] for name in row.keys()) for row in store.database.rows("SELECT * FROM jobs ORDER BY id")]
    assert after == before
    store.close()


def test_several_open_an_older_data_folder_at_once(old_site):
    found, start = [], threading.Barrier(5)

    def opens():
        start.wait()
        store = ServiceStore(old_site)
        found.append(len(store.jobs(_callers(store)["ada"])))
        store.close()

    threads = [threading.Thread(target=opens) for _ in range(5)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert found == [5] * 5


CUT = """
import os, sys, sqlite3
from pathlib import Path
import sqlalchemy as sa
from veil.service.store.sqlite import NAME, Sqlite
from veil.service.store.migrations import state, upgrade
import veil.service.store.migrations.versions.v0001_first_tables, alembic.ddl.sqlite

folder, number = Path(sys.argv[1]), 0
def shape():
    with sqlite3.connect(folder / NAME) as line:
        assert line.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return sorted(line.execute("SELECT type, name, sql FROM sqlite_master").fetchall()), line.execute(sys.argv[2]).fetchall() if len(sys.argv) > 2 else []
before = None
while True:
    number += 1
    child = os.fork()
    if not child:
        seen = 0
        def cut(*_):
            global seen
            seen += 1
            if seen == number:
                os._exit(9)
        sa.event.listen(sa.Engine, "before_cursor_execute", cut)
        sa.event.listen(sa.Engine, "commit", cut)
        Sqlite(folder)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == 0:
        break
    assert code == 9, code
    now = shape()
    before = before or now
    assert now == before, number
print(number)
"""


@pytest.mark.parametrize("begin", ["an empty folder", "an older one"])
def test_what_was_cut_off_in_the_middle_left_nothing(begin, old, tmp_path, one_node):
    folder = old
    if begin == "an empty folder":
        folder = tmp_path / "empty"
        folder.mkdir(mode=0o700)
    asked = ["SELECT * FROM jobs ORDER BY id"] if folder == old else []
    done = subprocess.run([sys.executable, "-c", CUT, str(folder), *asked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > (5 if folder == old else 20)
    database = Sqlite(folder)
    assert database.row(state.READ_VERSION)["version_num"] == state.CURRENT
    database.close()


def test_the_steps_are_in_one_line_and_the_code_knows_the_last():
    script = scripts()
    assert script.get_heads() == [state.CURRENT]
    assert tuple(one.revision for one in reversed(list(script.walk_revisions()))) == state.VERSIONS


def test_an_open_data_folder_is_opened_again_without_sqlalchemy(tmp_path, one_node):
    ServiceStore(site_in(tmp_path)).close()
    asked = (
        "import sys; from pathlib import Path; from veil.service.store.sqlite import Sqlite;"
        f"Sqlite(Path({str(tmp_path / 'data')!r})).close(); print('sqlalchemy' in sys.modules or 'alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "False\n"
