"""Scenes of the crash proof: small projects as they stand before a run, and what must be true of them after it was killed."""

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
from tests.conftest import PASSPHRASE, Made, bytes_of
from tests.servers import PASSWORD

from veil.audit import verify_chain
from veil.jobs.reversal.compare import compare
from veil.jobs.reversal.reverse import open_reversal, reverse
from veil.stores import open_store

HEAD = "keyring: hospital.key\nout: release\nreference_date: 2026-06-30\n"
NOTES = """detectors: [patterns, dates, known]
tables:
  people:
    subject: pid
    columns: {pid: pseudonym, mrn: {pseudonym: {}, known: strong, label: MRN}, given: {surrogate: given_name, known: true}, born: shift}
  visits:
    subject: pid
    columns: {vid: pseudonym, pid: pseudonym, at: shift, remark: scan}
notes:
  notes:
    subject: {from: file_name, pattern: "{pid}-{n}.txt"}
    columns: {text: scan}
"""
CODES = """tables:
  people: {subject: pid, columns: {pid: pseudonym, mrn: pseudonym, given: drop, born: birth_year}}
  visits: {subject: pid, columns: {vid: pseudonym, pid: pseudonym, at: year, remark: drop}}
"""
TABLES = """tables:
  people: {subject: pid, columns: {pid: pseudonym, mrn: pseudonym, given: {surrogate: given_name}, born: shift}}
  visits: {subject: pid, columns: {vid: pseudonym, pid: pseudonym, at: shift, remark: drop}}
"""


def given(number):
    return f"Zebulonia{'bcdfghkl'[number % 8]}{'mnprstvz'[number // 8]}"


def owner(number):
    return f"Pzqx{number:04}"  # no digest has these letters


def people(count):
    rows = [(owner(i), f"7717{i:05}", given(i), f"19{40 + i}-03-1{i % 9}") for i in range(count)]
    return ["pid", "mrn", "given", "born"], rows


def visits(count):
    rows = [
        (f"Vzqx{i:04}", owner(i % count), f"2019-11-0{1 + i % 9}", f"{given(i % count)} came. MRN 7717{i % count:05}")
        for i in range(3 * count)
    ]
    return ["vid", "pid", "at", "remark"], rows


def planted(count):
    """What stands in the input and nowhere else."""
    _, rows = people(count)
    return [value.encode() for row in rows for value in row[:3]] + [row[0].encode() for row in visits(count)[1]]


def csv(table):
    return "".join(",".join(row) + "\n" for row in (table[0], *table[1]))


class Scene:
    """A project as it stands before a run, set up again before each kill.

    Shape:   `was` and `new`: what others see of it before and after a run that nothing disturbs.
    """

    count = 6

    def __init__(self, folder: Path, keyring_file: Path, crashing) -> None:
        self.folder, self._before, self.crashing = folder / "work", folder / "before", crashing
        self.folder.mkdir()
        shutil.copy(keyring_file, self.folder / "hospital.key")
        self.made = Made(self.folder / "project.yaml")
        self.set_up()
        shutil.copytree(self.folder, self._before)
        self.was, self.rows_were = self.seen(), self.rows()
        done = self.run()
        assert done.code == 0, done.told
        self.changes = done.changes
        self.new, self.rows_new = self.seen(), self.rows()
        assert self.new is not None
        assert self.new != self.was

    def set_up(self):
        self.made.file.write_text(HEAD + "in: data\nprofile: expert\n" + NOTES)
        self.fill(self.count)
        (self.folder / "data/notes").mkdir()
        for i in range(2):
            (self.folder / f"data/notes/{owner(i)}-1.txt").write_text(
                f"{given(i)}, MRN 7717{i:05}, seen on 2019-11-02.\n"
            )

    def fill(self, count):
        (self.folder / "data").mkdir(exist_ok=True)
        for name, table in (("people", people(count)), ("visits", visits(count))):
            (self.folder / f"data/{name}.csv").write_text(csv(table))

    def again(self):
        shutil.rmtree(self.folder)
        shutil.copytree(self._before, self.folder)

    def run(self, workers=1, **more):
        return self.crashing.run(self.folder, "run", "project.yaml", "-w", str(workers), **more)

    def seen(self):
        """The release, by bytes, and its manifest but for what tells the time; None where there is none."""
        if not self.made.out.exists():
            return None
        manifest = json.loads((self.made.out / "veil-manifest.json").read_text())
        told = {key: value for key, value in manifest.items() if key not in ("made", "audit")}
        assert (self.made.out / "veil-report.html").exists()
        return {**self.bytes_out(), "manifest": json.dumps(told, sort_keys=True)}

    def bytes_out(self):
        return bytes_of(self.made.out)

    def rows(self):
        """What stands elsewhere, by table."""
        return {}

    def keys(self):
        return self.made.session().keys(lambda: PASSPHRASE)

    def check_killed(self):
        """Whole and old, or whole and new; and nothing in clear beside the input. Answers whether it is the new."""
        now, rows = self.seen(), self.rows()
        assert now in (self.was, self.new), "half a release"
        for name in rows:
            assert rows[name] in (self.rows_were.get(name), self.rows_new[name]), "half a table"
        for path in self.folder.rglob("*"):
            name = path.relative_to(self.folder)
            if path.is_file() and name.parts[0] not in ("data", "project.yaml", "source.sqlite"):
                held = path.read_bytes() + str(name).encode()
                assert not any(value in held for value in planted(10)), f"in clear {len(name.parts)} deep"
        return now == self.new

    def check_ended(self):
        """As if nothing had happened."""
        assert self.seen() == self.new
        assert self.rows() == self.rows_new
        left = [path for path in self.folder.glob(".*") if not path.name.endswith(".new")]
        assert not left, "a side folder stays"
        assert not list((self.folder / "tmp").iterdir())
        record = verify_chain(self.folder / "release.private/audit.jsonl")
        assert record.acts[-1]["what"] == "run ended"
        self.check_back()

    def check_back(self):
        reversal = open_reversal(self.made.file)
        back = reverse(reversal, reversal.keys(lambda: PASSPHRASE), "a test").out
        assert compare(self.made.session(), back)["passed"]


class NextMonth(Scene):
    """Random codes: last month's release and vault are there, and more people came."""

    def set_up(self):
        self.made.file.write_text(HEAD + "in: data\nprofile: safe-harbor\n" + CODES)
        self.last_month()
        self.fill(self.count)

    def last_month(self):
        self.fill(4)
        assert self.run().code == 0
        self.old = self.codes()

    def codes(self):
        if not (self.folder / "hospital.key.vault").exists():
            return {}
        with contextlib.closing(self.keys().require_vault()) as vault:
            asked = pa.array([row[0] for row in people(10)[1]], pa.large_string())
            found = vault.codes("pid", asked).to_pylist()
            visit = vault.codes("vid", pa.array([row[0] for row in visits(10)[1]], pa.large_string())).to_pylist()
            mrn = vault.codes("mrn", pa.array([row[1] for row in people(10)[1]], pa.large_string())).to_pylist()
        names = [f"{kind}{i}" for kind, many in (("p", found), ("v", visit), ("m", mrn)) for i in range(len(many))]
        return {name: code for name, code in zip(names, [*found, *visit, *mrn], strict=True) if code is not None}

    def seen(self):
        """Codes are random: of each, whose it is."""
        found = super().seen()
        if found is not None:
            manifest = json.loads(found.pop("manifest"))
            manifest.pop("outputs")
            found["manifest"] = json.dumps(manifest, sort_keys=True)
        return found

    def bytes_out(self):
        whose = {code.encode(): name.encode() for name, code in self.codes().items()}
        found = {}
        for name, data in super().bytes_out().items():
            for code, owner in whose.items():
                data = data.replace(code, owner)
            found[name] = data
        return found

    def check_killed(self):
        self.minted = self.codes()
        assert self.old.items() <= self.minted.items(), "an old code is lost"
        return super().check_killed()

    def check_ended(self):
        now = self.codes()
        assert len(set(now.values())) == len(now)
        assert self.minted.items() <= now.items(), "a code that was minted is another now"
        super().check_ended()

    def check_back(self):
        """A release of codes says nothing back; the vault does."""


class FirstMonth(NextMonth):
    """Random codes: neither a vault nor a release is there."""

    def last_month(self):
        self.old = {}


class Published(Scene):
    """From SQLite into a database that has last month's tables."""

    def set_up(self):
        head = HEAD + f"in: 'sqlite:///source.sqlite'\npublish: '{self.target()}'\nprofile: expert\n"
        self.made.file.write_text(head + TABLES)
        self.fill(4)
        done = self.run()
        assert done.code == 0, done.told
        self.fill(self.count)

    def target(self):
        return "sqlite:///target.sqlite"

    def fill(self, count):
        with contextlib.closing(sqlite3.connect(self.folder / "source.sqlite")) as line, line:
            for name, (columns, rows) in (("people", people(count)), ("visits", visits(count))):
                line.execute(f"DROP TABLE IF EXISTS {name}")
                line.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
                line.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?)", rows)

    def rows(self):
        """The tables as others find them; of a file, in a copy: who opens it ends what was broken off there."""
        aside = self.folder.with_name("aside")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        for path in self.folder.glob("target.sqlite*"):
            shutil.copy(path, aside)
        with contextlib.closing(sqlite3.connect(aside / "target.sqlite")) as line:
            line.execute("PRAGMA user_version").fetchall()
        with contextlib.closing(open_store(self.target(), aside)) as store:
            return {name: self._cells(store, name) for name in store.names()}

    def _cells(self, store, name):
        table = pa.Table.from_batches((store / name).read((None, None), 1000))
        return sorted(zip(*(list(map(str, table[key].to_pylist())) for key in sorted(table.column_names)), strict=True))


class PublishedToServer(Published):
    """From SQLite into a schema of PostgreSQL that has last month's tables."""

    tables = ("people", "visits", "veil_published")
    server = None  # the test gives it

    def target(self):
        return f"{self.server.address}?schema=shown"

    def set_up(self):
        self.say(
            "DROP SCHEMA IF EXISTS shown CASCADE",
            "DROP SCHEMA IF EXISTS before CASCADE",
            "CREATE SCHEMA shown",
            "CREATE SCHEMA before",
        )
        super().set_up()
        self.say(*(f"CREATE TABLE before.{name} (LIKE shown.{name} INCLUDING ALL)" for name in self.tables))
        self.say(*(f"INSERT INTO before.{name} SELECT * FROM shown.{name}" for name in self.tables))

    def again(self):
        super().again()
        for name in self.tables:
            self.say(
                f"DROP TABLE IF EXISTS shown.{name}",
                f"CREATE TABLE shown.{name} (LIKE before.{name} INCLUDING ALL)",
                f"INSERT INTO shown.{name} SELECT * FROM before.{name}",
            )

    def say(self, *statements):
        from adbc_driver_postgresql import dbapi

        with contextlib.closing(dbapi.connect(f"{self.server.address}?password={quote(PASSWORD)}")) as line:
            with line.cursor() as cursor:
                for one in statements:
                    cursor.execute(one)
            line.commit()

    def rows(self):
        with contextlib.closing(open_store(self.target(), self.folder)) as store:
            return {name: self._cells(store, name) for name in store.names()}


class PublishedToMaria(PublishedToServer):
    """From SQLite into a database of MariaDB that has last month's tables; a table's mark is its comment."""

    def target(self):
        return f"{self.server.address.removesuffix('veil')}shown"

    def set_up(self):
        self.say(
            "DROP DATABASE IF EXISTS shown",
            "DROP DATABASE IF EXISTS earlier",
            "CREATE DATABASE shown",
            "CREATE DATABASE earlier",
        )
        Published.set_up(self)
        self.say(*(one for name in ("people", "visits") for one in _copied(name, "shown", "earlier")))

    def again(self):
        Scene.again(self)
        self.say("DROP DATABASE shown", "CREATE DATABASE shown")
        self.say(*(one for name in ("people", "visits") for one in _copied(name, "earlier", "shown")))

    def say(self, *statements):
        import pymysql

        with contextlib.closing(
            pymysql.connect(host="127.0.0.1", port=self.server.port, user="veil", password=PASSWORD)
        ) as line:
            with line.cursor() as cursor:
                for one in statements:
                    cursor.execute(one)
            line.commit()


def _copied(name, from_, to):
    return [f"CREATE TABLE {to}.{name} LIKE {from_}.{name}", f"INSERT INTO {to}.{name} SELECT * FROM {from_}.{name}"]
