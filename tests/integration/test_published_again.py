"""A release that is published, mended and published again leaves nothing of the first in any file of the target."""

import sqlite3

import pyarrow as pa
import pytest
from tests.databases import count, project_on

from veil.errors import StoreError
from veil.stores import open_store, open_target

PLANTED = "Quillfeather"


def table(word, rows=4_000):
    cells = {"id": range(rows), "name": [f"{word} {i}" for i in range(rows)], "last": ["zz" + word] * rows}
    return pa.table({"id": pa.array(cells["id"], pa.int64()), "name": cells["name"], "last": cells["last"]})


@pytest.fixture(params=["sqlite", "duckdb", "delta"])
def address(request, tmp_path):
    (tmp_path / "target").mkdir()
    return f"{request.param}:///{tmp_path}/target/x{next(count)}.{request.param}", tmp_path / "target"


@pytest.fixture
def lax(monkeypatch):
    """SQLite as it is built elsewhere: it leaves what it deletes in the file unless it is asked not to."""
    connect = sqlite3.connect

    def opened(*words, **more):
        line = connect(*words, **more)
        line.execute("PRAGMA secure_delete = OFF")
        return line

    monkeypatch.setattr("veil.stores.sqlite.sqlite3.connect", opened)


def put(address, folder, tables):
    target = open_target(address, folder)
    for name, rows in tables.items():
        assert target.put(name, rows.schema, rows.to_batches(1_000), f"mark of {rows['name'][0]}") == len(rows)
    target.tidy()
    target.close()


def holds(folder, word):
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_the_bytes_of_a_replaced_table_are_in_no_file(address, tmp_path, lax):
    written, folder = address
    other = table("Kept", 10)
    put(written, tmp_path, {"people": table(PLANTED), "other": other})
    assert holds(folder, PLANTED)  # the search can find it
    put(written, tmp_path, {"people": table("Mended", 50)})
    assert holds(folder, PLANTED) == []
    store = open_store(written, tmp_path)
    read = {name: pa.Table.from_batches((store / name).read((None, None), 100)) for name in store.names()}
    store.close()
    assert {name: len(rows) for name, rows in read.items()} == {"people": 50, "other": 10}
    assert sorted(read["other"]["name"].to_pylist()) == sorted(other["name"].to_pylist())
    assert not [path for path in folder.iterdir() if "veil-" in path.name]


def test_a_target_that_was_left_untidy_is_tidied_by_the_next_publication(address, tmp_path, lax):
    written, folder = address
    put(written, tmp_path, {"people": table(PLANTED)})
    target = open_target(written, tmp_path)
    rows = table("Mended", 50)
    target.put("people", rows.schema, rows.to_batches(), "m2")
    target.close()  # killed before it tidied
    target = open_target(written, tmp_path)
    assert target.mark_of("people") == "m2"
    target.tidy()
    target.close()
    assert holds(folder, PLANTED) == []


def test_a_run_that_publishes_again_under_another_rule_leaves_nothing_of_the_first(address, project, tmp_path, lax):
    written, folder = address
    rows = "id,surname\n" + "".join(f"{i},{PLANTED}\n" for i in range(500))
    made = project(
        "profile: redact\ntables:\n  people:\n    columns: {id: keep, surname: keep}\n", {"people.csv": rows}
    )
    text = made.file.read_text()
    made.file.write_text(text + f"publish: '{written}'\n")
    assert made.run().exit_code == 0
    assert holds(folder, PLANTED)
    made.file.write_text(made.file.read_text().replace("surname: keep", "surname: drop"))
    assert made.run().exit_code == 0
    assert holds(folder, PLANTED) == []


def test_an_empty_delta_table_that_was_made_to_be_filled_keeps_its_types_and_partitions(tmp_path):
    from deltalake import DeltaTable

    kinds = pa.schema([("id", pa.int32()), ("name", pa.string()), ("site", pa.string()), ("more", pa.float64())])
    place = tmp_path / "lake" / "people"
    DeltaTable.create(
        str(place),
        kinds,
        partition_by=["site"],
        name="ours",
        description="of the study",
        configuration={"delta.enableChangeDataFeed": "true"},
    )
    target = open_target(f"delta:///{tmp_path}/lake", tmp_path)
    for word, mark in (("Ada", "m1"), ("Bo", "m2")):
        rows = pa.table({"id": ["1", "2"], "name": [word, word], "site": ["a", "b"]})
        assert target.put("people", rows.schema, rows.to_batches(), mark) == 2
        seen = DeltaTable(str(place))
        assert seen.metadata().partition_columns == ["site"]
        assert seen.metadata().description == "of the study"
        found = seen.to_pyarrow_dataset().to_table().to_pydict()
        assert sorted(found["id"]) == [1, 2] and set(found["name"]) == {word} and found["more"] == [None, None]
        assert target.mark_of("people") == mark
    assert holds(tmp_path / "lake", "Ada") == []


def test_a_delta_table_of_others_whose_history_has_rows_is_left_alone(tmp_path):
    from deltalake import DeltaTable, write_deltalake

    place = str(tmp_path / "lake" / "people")
    (tmp_path / "lake").mkdir()
    write_deltalake(place, pa.table({"id": [1]}))
    DeltaTable(place).delete()
    with pytest.raises(StoreError, match="publish-there"):
        open_target(f"delta:///{tmp_path}/lake", tmp_path).put("people", pa.schema([("id", pa.int64())]), [], "m")
    assert DeltaTable(place).version() == 1


def test_a_delta_table_with_a_change_feed_is_warned_of_in_the_plan(project, tmp_path):
    from deltalake import write_deltalake

    (tmp_path / "lake").mkdir()
    write_deltalake(
        str(tmp_path / "lake" / "people"), pa.table({"id": [1]}), configuration={"delta.enableChangeDataFeed": "true"}
    )
    write_deltalake(str(tmp_path / "lake" / "plain"), pa.table({"id": [1]}))
    made = project_on(project, f"delta:///{tmp_path}/lake")
    head = made.file.read_text()
    made.file.write_text(
        "profile: redact\ntables:\n  people: {columns: {id: keep}}\n  plain: {columns: {id: keep}}\n"
        + "\n".join(line for line in head.splitlines() if line.startswith(("in:", "out:", "keyring:")))
        + "\n"
    )
    notices = [one for one in made.session().plan.notices if "change data feed" in one]
    assert len(notices) == 1 and notices[0].startswith("people: ")


@pytest.mark.parametrize("scheme", ["sqlite", "duckdb", "delta"])
def test_three_slashes_are_relative_unless_only_the_machine_has_that_folder(tmp_path, scheme):
    from veil.stores.address import parse

    assert parse(f"{scheme}:///x.db", tmp_path).path == tmp_path / "x.db"
    assert parse(f"{scheme}:///new/x.db", tmp_path).path == tmp_path / "new" / "x.db"
    assert str(parse(f"{scheme}:////abs/x.db", tmp_path).path) == "/abs/x.db"
    assert parse(f"{scheme}://{tmp_path}/x.db", tmp_path).path == tmp_path / "x.db"
    first = tmp_path.parts[1]
    (tmp_path / first).mkdir()
    assert parse(f"{scheme}://{tmp_path}/x.db", tmp_path).path == tmp_path / str(tmp_path)[1:] / "x.db"
