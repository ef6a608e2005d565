"""C29: a data set in a published shape, released by its schema pack alone: tables, joins, shifts, and nobody in it."""

import datetime as dt

import polars as pl
import pytest
from bench.shapes import SHAPES, columns_holding, definition, invented, shaped, written

PEOPLE, STAFF = invented(4), invented(3, seed=2)
PROFILES = ("safe-harbor", "expert")


@pytest.fixture
def released(project, tmp_path):
    """Gives a set of a shape, before and after: `released("pcornet", "expert")`."""

    def release(shape, profile, *, typed=False):
        before = shaped(shape, PEOPLE, STAFF)
        written(before, shape, tmp_path / "project" / "data", typed=typed)
        made = project(f"profile: {profile}\nschema: {shape}\n", {})
        outcome = made.run()
        assert outcome.quarantined == []
        read = pl.read_parquet if typed else lambda path: pl.read_csv(path, infer_schema=False)
        return made, before, {path.stem: read(path) for path in made.out.glob("*.parquet" if typed else "*.csv")}

    return release


def pairs(before, after, column):
    was, now = before.tables[column.table][column.name], after[column.table][column.name].to_list()
    return [(a, b) for a, b in zip(was, now, strict=True) if a]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("profile", PROFILES)
def test_c29_a_shape_is_released_whole_with_joins_and_without_people(released, shape, profile):
    made, before, after = released(shape, profile)
    assert after.keys() == before.tables.keys()
    for table, columns in before.tables.items():
        assert after[table].columns == list(columns), table
        assert after[table].height == len(before.owners[table]), table
    held_by_ids(shape, before, after)
    nobody_in(made, before)
    (moved_together if profile == "expert" else only_years)(shape, before, after)


def held_by_ids(shape, before, after):
    """Ids of one thing have one pseudonym wherever they stand, and no two share one."""
    maps = {}
    for column in columns_holding(shape, "id"):
        for was, now in pairs(before, after, column):
            assert now not in (None, "", was), (column.table, column.name)
            assert maps.setdefault(column.of, {}).setdefault(was, now) == now, (column.table, column.name)
    assert maps["person"].keys() == set(before.tables[people_table(shape)][people_column(shape)])
    for of, found in maps.items():
        assert len(set(found.values())) == len(found), of


def people_table(shape):
    return next(one.table for one in definition(shape) if one.key and one.of == "person")


def people_column(shape):
    return next(one.name for one in definition(shape) if one.key and one.of == "person")


def nobody_in(made, before):
    """No planted value is in any file of the release, whole, nor in the report of the run."""
    whole = b"\n".join(path.read_bytes() for path in sorted(made.out.rglob("*")) if path.is_file()).decode().lower()
    assert len(before.planted) >= 20
    assert [number for number, value in enumerate(sorted(before.planted)) if value.lower() in whole] == []


def moved_together(shape, before, after):
    """Every day of a person's record has moved by the same number of days, and not by none."""
    shifts = {}
    for column in columns_holding(shape, "date", "datetime"):
        owners = before.owners[column.table]
        for row, (was, now) in enumerate(
            zip(before.tables[column.table][column.name], after[column.table][column.name], strict=True)
        ):
            assert now, (column.table, column.name)
            days = (dt.date.fromisoformat(now[:10]) - dt.date.fromisoformat(was[:10])).days
            shifts.setdefault(owners[row], set()).add(days)
            assert was[10:] == now[10:], (column.table, column.name)
    assert len(shifts) == len(PEOPLE)
    assert all(len(found) == 1 and 0 not in found for found in shifts.values()), shifts


def only_years(shape, before, after):
    for column in columns_holding(shape, "date", "datetime"):
        for was, now in pairs(before, after, column):
            assert now == was[:4], (column.table, column.name)


@pytest.mark.parametrize("shape", ["mimic-iv", "omop-5.3"])
def test_c29_typed_tables_keep_their_types_and_join(released, shape):
    _, before, after = released(shape, "expert", typed=True)
    for column in columns_holding(shape, "id"):
        kind = after[column.table].schema[column.name]
        assert kind.is_integer() if column.type == "integer" else kind == pl.String, (column.table, column.name)
    maps = {}
    for column in columns_holding(shape, "id"):
        for was, now in pairs(before, after, column):
            assert maps.setdefault(column.of, {}).setdefault(was, now) == now, (column.table, column.name)


def test_c29_init_with_a_schema_writes_a_project_that_describes_itself(tmp_path, veil):
    written(shaped("synthea-csv", PEOPLE, STAFF), "synthea-csv", tmp_path / "extract")
    assert veil(tmp_path, "init", "extract", "--schema", "synthea").code != 0
    assert veil(tmp_path, "init", "extract", "--schema", "synthea-csv").code == 0
    assert "schema: synthea-csv" in (tmp_path / "extract.yaml").read_text()
    done = veil(tmp_path, "describe", "extract.yaml")
    assert done.code == 0, done.erred
    assert all(word in done.said for word in ("payer_transitions", "BIRTHDATE", "pseudonym"))
