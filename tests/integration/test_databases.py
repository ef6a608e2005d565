"""Databases as inputs and as places of release: the same rows as from files, whatever the database; nothing lost or doubled."""

import contextlib
import itertools
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.conftest import PASSPHRASE
from tests.databases import TABLES, ZOO, count, fill, in_maria, in_postgres, project_on, released, texts
from tests.servers import PASSWORD, Maria, Postgres, serving

from veil.errors import StoreError
from veil.jobs.release import publish as publishing
from veil.jobs.work import retry, worker
from veil.stores import open_store, open_target


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    yield from serving(Postgres, tmp_path_factory.mktemp("postgres"))


@pytest.fixture(scope="module")
def maria(tmp_path_factory):
    yield from serving(Maria, tmp_path_factory.mktemp("maria"))


KINDS = [
    "sqlite",
    "duckdb",
    pytest.param("postgresql", marks=pytest.mark.server),
    pytest.param("mariadb", marks=pytest.mark.server),
]


@pytest.fixture(params=KINDS)
def empty(request, tmp_path, monkeypatch):
    """The address of an empty database of each kind."""
    monkeypatch.setenv("VEIL_DB_PASSWORD", PASSWORD)
    yield from _empty(request, request.param, tmp_path)


def _empty(request, kind, folder):
    number = next(count)
    if kind in ("sqlite", "duckdb"):
        yield f"{kind}:///{folder}/x{number}.{kind}"
    elif kind == "delta":
        (folder / f"x{number}").mkdir()
        yield f"delta:///{folder}/x{number}"
    elif kind == "postgresql":
        server = request.getfixturevalue("postgres")
        in_postgres(server, f'CREATE SCHEMA "s{number}"')
        yield f"{server.address}?schema=s{number}"
    else:
        server = request.getfixturevalue("maria")
        in_maria(server, f"CREATE DATABASE s{number}")
        yield server.address.removesuffix("veil") + f"s{number}"


@pytest.fixture
def from_files(project, tmp_path):
    """The release that files of the same rows give."""
    files = {}
    for name, table in TABLES.items():
        pq.write_table(table, tmp_path / "one.parquet")
        files[f"{name}.parquet"] = (tmp_path / "one.parquet").read_bytes()
    made = project_on(project, "", files)
    made.run()
    return released(made)


def test_a_database_gives_the_release_that_files_of_the_same_rows_give(empty, project, tmp_path, from_files):
    fill(empty, TABLES, tmp_path)
    made = project_on(project, empty)
    outcome = made.run()
    assert outcome.exit_code == 0
    assert released(made) == from_files
    assert PASSWORD not in made.out.joinpath("veil-manifest.json").read_text()


def test_two_workers_and_small_stretches_give_the_same_bytes_as_one(empty, project, tmp_path, monkeypatch):
    fill(empty, TABLES, tmp_path)
    made = project_on(project, empty)
    made.run()
    whole = {path.name: pq.read_table(path) for path in made.out.glob("*.parquet")}
    monkeypatch.setattr("veil.formats.sql.STRETCH", 7)
    made.run(workers=2)
    assert {path.name: pq.read_table(path) for path in made.out.glob("*.parquet")} == whole


def test_a_release_stands_in_the_database_as_it_lies_in_the_folder(empty, project, tmp_path, from_files):
    source = f"sqlite:///{tmp_path}/source.sqlite"
    fill(source, TABLES, tmp_path)
    made = project_on(project, source, more=f"publish: '{empty}'\n")
    made.run()
    assert read_all(empty, tmp_path) == {name: numbers(cells) for name, cells in from_files.items()}
    made.run()  # the same again: nothing is doubled
    assert read_all(empty, tmp_path) == {name: numbers(cells) for name, cells in from_files.items()}


def numbers(cells):
    return {name: sorted(map(str, column)) for name, column in cells.items()}


def read_all(address, folder):
    store = open_store(address, folder)
    found = {
        name: numbers(texts(pa.Table.from_batches((store / name).read((None, None), 1000)))) for name in store.names()
    }
    store.close()
    return found


def test_a_table_of_others_is_not_overwritten_and_an_empty_one_is_filled(empty, tmp_path):
    table = TABLES["patients"]
    fill(empty, {"patients": table}, tmp_path)
    target = open_target(empty, tmp_path)
    forget(empty, target)
    with pytest.raises(StoreError) as caught:
        target.put("patients", table.schema, table.to_batches(), "another")
    assert caught.value.code == "publish-there"
    assert "Ada" not in str(caught.value)
    target.close()


def forget(address, target):
    """Takes the mark away, as if somebody else had made the table."""
    with contextlib.suppress(AttributeError):
        if address.startswith("delta"):
            from deltalake import write_deltalake

            write_deltalake(address.removeprefix("delta:///") + "/patients", TABLES["patients"], mode="overwrite")
        elif address.startswith("mariadb"):
            target._line.rows("ALTER TABLE patients COMMENT = ''")
        elif address.startswith("postgresql"):
            target._line.run(f"DELETE FROM {target._at('veil_published')}")
            target._line.commit()
        else:
            target._line.execute("DELETE FROM veil_published")


def test_names_and_cells_that_look_like_sql_are_names_and_cells(empty, tmp_path):
    odd = pa.table(
        {
            'a"b %s': ["'; DROP TABLE patients; --", "100 %", "\\", "\N{SNOWMAN}\n\t", None],
            "select": pa.array([1, None, 3, 2**53, -5], pa.int64()),
        }
    )
    fill(empty, {ZOO: odd}, tmp_path)
    store = open_store(empty, tmp_path)
    assert store.names() == [ZOO]
    assert texts(pa.Table.from_batches((store / ZOO).read((None, None), 2))) == texts(odd)
    store.close()


def test_whole_numbers_of_every_size_stay_themselves(empty, tmp_path):
    kinds = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32()]
    kinds += [] if empty.startswith(("sqlite", "mariadb")) else [pa.uint64()]
    ends = {str(kind): [2 ** (kind.bit_width - ("u" not in str(kind))) - 1, None, 1] for kind in kinds}
    table = pa.table({str(kind): pa.array(ends[str(kind)], kind) for kind in kinds})
    fill(empty, {"numbers": table}, tmp_path)
    store = open_store(empty, tmp_path)
    assert texts(pa.Table.from_batches((store / "numbers").read((None, None), 2))) == texts(table)
    store.close()


@pytest.mark.server
def test_a_type_that_postgresql_does_not_have_is_told_at_once(postgres, tmp_path, monkeypatch, request):
    monkeypatch.setenv("VEIL_DB_PASSWORD", PASSWORD)
    target = open_target(next(_empty(request, "postgresql", tmp_path)), tmp_path)
    table = pa.table({"a": [{"name": "Ada"}]})
    with pytest.raises(StoreError) as caught:
        target.put("t", table.schema, table.to_batches(), "a mark")
    assert caught.value.code == "publish-type"
    target.close()


@pytest.mark.server
def test_small_numbers_of_postgresql_are_read_whole(postgres, tmp_path, monkeypatch, request):
    monkeypatch.setenv("VEIL_DB_PASSWORD", PASSWORD)
    address = next(_empty(request, "postgresql", tmp_path))
    space = address.rpartition("=")[2]
    in_postgres(postgres, f"CREATE TABLE {space}.t (a smallint)", f"INSERT INTO {space}.t VALUES (32767), (-32768)")
    store = open_store(address, tmp_path)
    assert pa.Table.from_batches((store / "t").read((None, None), 9))["a"].to_pylist() == [32767, -32768]
    store.close()


def test_a_table_that_changes_under_a_run_shows_nothing(empty, project, tmp_path, monkeypatch):
    fill(empty, TABLES, tmp_path)
    made = project_on(project, empty)
    once = iter([True])
    held = worker.UnitWorker.do

    def changing(self, unit):
        if next(once, False):
            bigger = pa.concat_tables([TABLES["labs"], TABLES["labs"]])
            if empty.startswith("duckdb"):  # one process writes or many read
                for store in self.setting.inputs._open.values():
                    store.close()
            fill_again(empty, "labs", bigger, tmp_path)
        return held(self, unit)

    monkeypatch.setattr(worker.UnitWorker, "do", changing)
    with pytest.raises(StoreError) as caught:
        made.run()
    assert caught.value.code == "input-changed"
    assert not made.out.exists()
    assert made.run().exit_code == 0


@pytest.mark.server
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_who_read_only_the_first_rows_of_a_table_keeps_nobody_from_replacing_it(kind, request, tmp_path, monkeypatch):
    monkeypatch.setenv("VEIL_DB_PASSWORD", PASSWORD)
    address = next(_empty(request, kind, tmp_path))
    fill(address, TABLES, tmp_path)
    store = open_store(address, tmp_path)
    reader = (store / "labs").read((None, None), 3)
    assert next(reader).num_rows == 3
    reader.close()
    fill_again(address, "labs", TABLES["labs"].slice(0, 5), tmp_path)
    assert sum(batch.num_rows for batch in (store / "labs").read((None, None), 3)) == 5
    store.close()


def fill_again(address, name, table, folder):
    target = open_target(address, folder)
    target.put(name, table.schema, table.to_batches(), "later")
    target.close()


@pytest.mark.server
@pytest.mark.parametrize("kind", [Postgres, Maria])
def test_a_database_that_goes_away_in_the_middle_is_tried_again_and_the_run_resumes(
    kind, request, project, tmp_path, monkeypatch, from_files
):
    monkeypatch.setenv("VEIL_DB_PASSWORD", PASSWORD)
    server = request.getfixturevalue("postgres" if kind is Postgres else "maria")
    address = next(_empty(request, "postgresql" if kind is Postgres else "mariadb", tmp_path))
    fill(address, TABLES, tmp_path)
    made = project_on(project, address, more=f"publish: 'sqlite:///{tmp_path}/out{kind.__name__}.sqlite'\n")
    monkeypatch.setattr(retry, "WAITS", (0.1,))
    held, count = worker.UnitWorker._run, itertools.count()

    def failing(self, *args):
        if next(count) == 1:
            server.stop()
        return held(self, *args)

    monkeypatch.setattr(worker.UnitWorker, "_run", failing)
    with pytest.raises(StoreError) as caught:
        made.run()
    assert caught.value.code == "store-gone"
    assert not made.out.exists()
    monkeypatch.setattr(worker.UnitWorker, "_run", held)
    server.start()
    made.run()
    assert released(made) == from_files


def test_a_publication_that_breaks_off_is_finished_by_the_next_run(empty, project, tmp_path, monkeypatch):
    source = f"sqlite:///{tmp_path}/source.sqlite"
    fill(source, TABLES, tmp_path)
    made = project_on(project, source, more=f"publish: '{empty}'\n")
    held, count = publishing._put, itertools.count()

    def breaking(*args):
        if next(count) == 1:
            raise KeyboardInterrupt
        return held(*args)

    monkeypatch.setattr(publishing, "_put", breaking)
    with pytest.raises(KeyboardInterrupt):
        made.run()
    assert made.out.exists()
    monkeypatch.setattr(publishing, "_put", held)
    made.run()
    assert read_all(empty, tmp_path) == {name: numbers(cells) for name, cells in released(made).items()}


def test_what_was_read_from_a_database_comes_back_as_it_was(project, tmp_path):
    from veil.jobs.reversal.compare import compare
    from veil.jobs.reversal.reverse import open_reversal, reverse

    address = f"sqlite:///{tmp_path}/source.sqlite"
    fill(address, TABLES, tmp_path)
    made = project_on(project, address)
    made.run()
    reversal = open_reversal(made.file)
    back = reverse(reversal, reversal.keys(lambda: PASSPHRASE), "a test").out
    record = compare(made.session(), back)
    assert record["passed"], record
    was = open_store(address, tmp_path)
    again = pq.read_table(back / "encounters.parquet")
    assert texts(again) == texts(pa.Table.from_batches((was / "encounters").read((None, None), 100)))


def test_what_a_view_of_sqlite_sorts_is_in_no_temporary_file(tmp_path):
    import sqlite3
    from pathlib import Path

    with contextlib.closing(sqlite3.connect(tmp_path / "x.sqlite")) as line, line:
        line.execute("CREATE TABLE t (a TEXT)")
        line.executemany("INSERT INTO t VALUES (?)", ((f"{i * 7919 % 300_007:060}",) for i in range(300_000)))
        line.execute("CREATE VIEW v AS SELECT a FROM t ORDER BY a")
    with contextlib.closing(open_store(f"sqlite:///{tmp_path}/x.sqlite", tmp_path)) as store:
        rows = (store / "v").read((None, None), 10)
        assert next(rows).num_rows == 10
        assert not [one for one in map(os.path.realpath, Path("/proc/self/fd").glob("*")) if "etilqs" in one]
        rows.close()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("postgresql://veil:secret@host/db", "password-in-project"),
        ("mariadb://host/db?password=secret", "password-in-project"),
        ("oracle://host/db", "store-scheme"),
        ("sqlite:///nowhere.db", "store-refused"),
        ("duckdb:///nowhere.duckdb", "store-refused"),
        ("sqlite://host:port/x", "store-address"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(project, written, code):
    made = project_on(project, written)
    with pytest.raises(StoreError) as caught:
        made.run()
    assert caught.value.code == code
    assert "secret" not in str(caught.value)
