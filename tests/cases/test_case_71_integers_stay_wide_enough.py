"""Ids of any width come out as integers of 64 bits, equal wherever they stand, so that tables still join; 71 and 49."""

import io
import itertools

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from veil.jobs.reversal.reverse import open_reversal, reverse

WIDTHS = [
    pa.int8(),
    pa.uint8(),
    pa.int16(),
    pa.uint16(),
    pa.int32(),
    pa.uint32(),
    pa.int64(),
    pa.uint64(),
    pa.float64(),
]
IDS = [1, 2, 3, 100, 127]
RULES = """profile: PROFILE
tables:
  patients: {subject: patient_id, columns: {patient_id: RULE, sex: keep, age: keep}}
  visits: {subject: patient_id, columns: {visit_id: RULE, patient_id: RULE, floor: keep}}
"""


def parquet(**columns):
    held = io.BytesIO()
    pq.write_table(pa.table(columns), held)
    return held.getvalue()


def hospital(project, kind, other, rule="{as: integer_id}", profile="expert"):
    visits = [IDS[i % 5] for i in range(15)] + [None]
    return project(
        RULES.replace("RULE", rule).replace("PROFILE", profile),
        {
            "patients.parquet": parquet(patient_id=pa.array(IDS, kind), sex=["F"] * 5, age=pa.array(IDS, pa.int8())),
            "visits.parquet": parquet(
                visit_id=pa.array(range(16), pa.int16()),
                patient_id=pa.array(visits, other),
                floor=pa.array([3] * 16, pa.uint8()),
            ),
        },
    )


@pytest.mark.parametrize(("kind", "other"), [*zip(WIDTHS[:-1], WIDTHS[1:], strict=True)], ids=str)
def test_tables_whose_ids_differ_in_width_join_in_every_library(project, kind, other):
    rule = "{pseudonym: {format: integer}, cast: integer}"
    made = hospital(project, kind, other, rule)
    assert made.run().exit_code == 0
    people, visits = (pq.read_table(made.out / f"{name}.parquet") for name in ("patients", "visits"))
    assert people.schema.field("patient_id").type == visits.schema.field("patient_id").type == pa.int64()
    assert visits.schema.field("visit_id").type == pa.int64()
    assert people.schema.field("age").type == pa.int8() and visits.schema.field("floor").type == pa.uint8()
    assert people.join(visits, "patient_id", join_type="inner").num_rows == 15
    assert pl.from_arrow(people).join(pl.from_arrow(visits), on="patient_id").height == 15
    with duckdb.connect() as line:
        line.register("p", people)
        line.register("v", visits)
        assert line.execute("SELECT count(*) FROM p JOIN v USING (patient_id)").fetchone() == (15,)
    assert len(set(people["patient_id"].to_pylist())) == 5
    assert not set(people["patient_id"].to_pylist()) & set(IDS)


@pytest.mark.parametrize("profile", ["expert", "safe-harbor", "gdpr-pseudonymised"])
def test_so_they_do_under_every_profile(project, profile):
    made = hospital(project, pa.int64(), pa.int32(), profile=profile)
    assert made.run().exit_code == 0
    people, visits = (pq.read_table(made.out / f"{name}.parquet") for name in ("patients", "visits"))
    assert people.join(visits, "patient_id", join_type="inner").num_rows == 15


def test_the_width_is_the_same_in_every_batch_and_comes_back_in_reverse(project, monkeypatch, passphrase):
    monkeypatch.setattr("veil.formats.parquet.ROWS", 3)
    made = hospital(project, pa.int32(), pa.int8())
    made.file.write_text(made.file.read_text() + "reversible: true\n")
    assert made.run(workers=1).exit_code == 0
    reversal = open_reversal(made.file)
    reverse(reversal, reversal.keys(lambda: passphrase), "a test", made.folder / "back")
    for name in ("patients", "visits"):
        was, now = (
            pq.read_table(folder / f"{name}.parquet") for folder in (made.folder / "data", made.folder / "back")
        )
        assert now.schema.types == was.schema.types
        assert now.equals(was)


def test_numbers_that_are_rounded_and_dates_that_move_keep_their_width(project):
    cells = {
        "id": pa.array([1, 2], pa.int32()),
        "seen": pa.array([17000, 18000], pa.date32()),
        "count": pa.array([12, 27], pa.int16()),
    }
    made = project(
        "profile: expert\ntables:\n  t: {subject: id, columns: {id: {as: integer_id}, seen: shift, count: {round: {to: 5}}}}\n",
        {"t.parquet": parquet(**cells)},
    )
    assert made.run().exit_code == 0
    table = pq.read_table(made.out / "t.parquet")
    assert table.schema.types == [pa.int64(), pa.date32(), pa.int16()]
    assert table["count"].to_pylist() == [10, 25]


def test_no_id_is_lost_beyond_the_numbers_that_a_pseudonym_can_hold(project):
    wide = [2**62, 2**53 + 1, -5, 7]
    made = project(
        "profile: expert\ntables:\n  t: {subject: id, columns: {id: {as: integer_id}, n: keep}}\n",
        {"t.parquet": parquet(id=pa.array(wide), n=[1, 2, 3, 4])},
    )
    outcome = made.run()
    table = pq.read_table(made.out / "t.parquet")
    assert table.schema.field("id").type == pa.int64()
    unread = sum(row["count"] for row in outcome.manifest["counts"] if row["detail"] == "unreadable")
    assert unread == table["id"].null_count == 3  # counted, and named in the report


def test_pairs_of_widths_are_all_here():
    assert len({*itertools.chain(*zip(WIDTHS[:-1], WIDTHS[1:], strict=True))}) == len(WIDTHS)
