"""C22: csv, parquet, json and xlsx, packed or not; what a file claims to be is never run."""

import bz2
import datetime as dt
import gzip
import io
import lzma
import pickle
import zipfile

import pyarrow as pa
import pytest
from tests.conftest import PASSPHRASE
from tests.rows.conftest import COLUMNS, ENCOUNTERS, LABS, PATIENTS

from veil.errors import Error
from veil.formats.compression import created, opened

PACK = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: pa.compress(data, codec="zstd", asbytes=True),
}
POLICY = COLUMNS.replace("VALUE", "drop")


def plain_release(project):
    made = project(POLICY, {"patients.csv": PATIENTS, "encounters.csv": ENCOUNTERS, "labs.csv": LABS}, name="plain")
    made.run()
    return made.bytes_out()


@pytest.mark.parametrize("ending", PACK)
def test_c22_packed_tables_give_the_cells_that_plain_ones_give(project, ending):
    files = {
        f"{name}.csv.{ending}": PACK[ending](text.encode())
        for name, text in [("patients", PATIENTS), ("encounters", ENCOUNTERS), ("labs", LABS)]
    }
    made = project(POLICY, files)
    assert made.run().exit_code == 0
    found = {path.name.removesuffix(f".{ending}"): opened(path).read() for path in made.out.glob(f"*.{ending}")}
    assert found == plain_release(project)
    again = made.bytes_out()
    made.run()
    assert made.bytes_out() == again  # no time of the day stands in a packed file


@pytest.mark.parametrize("ending", PACK)
def test_c22_packed_notes_and_lines_of_json_are_read_and_packed_again(project, ending):
    files = {
        f"notes/a.txt.{ending}": PACK[ending](b"Seen by Dr. Anna Schmidt."),
        f"people.ndjson.{ending}": PACK[ending](b'{"ssn": "123-45-6789", "sex": "F"}\n'),
    }
    made = project(
        'profile: redact\nnotes: {notes: {}}\ntrees: {people: {columns: {"$.ssn": drop, "$.sex": keep}}}\n', files
    )
    assert made.run().exit_code == 0
    assert b"Schmidt" not in opened(made.out / f"notes/a.txt.{ending}").read()
    assert opened(made.out / f"people.ndjson.{ending}").read() == b'{"sex": "F"}\n'


@pytest.mark.parametrize("ending", PACK)
def test_c22_a_packed_table_that_is_not_whole_is_put_aside(project, ending):
    data = PACK[ending]((PATIENTS + "9,1,2,3,4,5\n" * 20_000).encode())
    made = project(
        "profile: redact\ntables: {patients: {unlisted: drop, columns: {zip: keep}}}\n",
        {f"patients.csv.{ending}": data[: len(data) * 2 // 3]},
    )
    try:
        assert made.run().exit_code == 8
    except Error as error:  # the first bytes were already too few to see a header
        assert error.code in ("packed-broken", "csv-empty")


def test_c22_a_quote_of_its_own_is_stated(project):
    text = "id;name\n1;'O''Brien; Pat'\n2;'x'\n"
    made = project('profile: redact\ntables: {t: {quote: "\'", columns: {id: keep, name: keep}}}\n', {"t.csv": text})
    made.run()
    assert made.bytes_out()["t.csv"].decode() == text


def book(folder, sheets):
    import xlsxwriter

    path = folder / "made.xlsx"
    made = xlsxwriter.Workbook(str(path))
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(i, j, cell, day)
                elif cell is not None:
                    sheet.write(i, j, cell)
        sheet.write_comment(1, 0, "told by Anna Schmidt")
    made.close()
    return path.read_bytes()


def cells(path):
    import python_calamine

    opened_ = python_calamine.CalamineWorkbook.from_path(path)
    return opened_.get_sheet_by_index(0).to_python()


PEOPLE = [
    ["patient_id", "name", "born", "weight"],
    [1042, "Ada", dt.date(1950, 2, 28), 61.5],
    [7, "Bo", dt.date(1988, 12, 31), None],
    ["A-9", None, None, 70],
]
VISITS = [["patient_id", "seen"], [7, dt.date(2020, 2, 29)], [1042, dt.date(2019, 1, 1)]]
SHEETS = """profile: expert
tables:
  people:
    files: made.xlsx
    subject: patient_id
    columns: {patient_id: pseudonym, name: drop, born: shift, weight: keep}
  visits:
    files: made.xlsx
    sheet: Visits 2020
    subject: patient_id
    columns: {patient_id: pseudonym, seen: shift}
"""


def test_c22_each_sheet_of_a_workbook_is_a_table_and_cells_keep_their_kinds(project, tmp_path):
    made = project(
        SHEETS,
        {"made.xlsx": book(tmp_path, {"People": PEOPLE, "Visits 2020": VISITS, "secret": [["ssn"], ["123-45-6789"]]})},
    )
    outcome = made.run()
    assert outcome.exit_code == 0
    people, visits = cells(made.out / "made-People.xlsx"), cells(made.out / "made-Visits 2020.xlsx")
    assert [row[2] for row in people] == ["weight", 61.5, "", 70.0]
    ids = [row[0] for row in people[1:]]
    assert [row[0] for row in visits[1:]] == [ids[1], ids[0]]
    shift = people[1][1] - dt.date(1950, 2, 28)
    assert visits[2][1] - dt.date(2019, 1, 1) == shift
    assert not any(b"Schmidt" in data or b"123-45" in data for data in made.bytes_out().values())
    assert len(made.bytes_out()) == 2  # a sheet that no table names does not pass


def test_c22_a_workbook_comes_back_with_its_kinds(project, tmp_path):
    from veil.jobs.reversal.compare import compare
    from veil.jobs.reversal.reverse import open_reversal, reverse

    made = project(
        SHEETS.replace("name: drop", "name: pseudonym"),
        {"made.xlsx": book(tmp_path, {"People": PEOPLE, "Visits 2020": VISITS})},
    )
    made.run()
    reversal = open_reversal(made.file)
    back = reverse(reversal, reversal.keys(lambda: PASSPHRASE), "a test").out
    assert cells(back / "made-People.xlsx") == [["" if cell is None else cell for cell in row] for row in PEOPLE]
    assert compare(made.session(), back)["passed"]


@pytest.mark.parametrize(
    ("sheets", "code"),
    [
        ({"a": PEOPLE, "b": VISITS}, "sheet-missing"),
        ({"people": [["a", "a"], [1, 2]]}, "xlsx-header"),
        ({"people": [["a", None], [1, 2]]}, "xlsx-header"),
    ],
)
def test_c22_a_workbook_that_cannot_be_told_is_refused(project, tmp_path, sheets, code):
    made = project(
        "profile: redact\ntables: {people: {files: made.xlsx, unlisted: drop, columns: {}}}\n",
        {"made.xlsx": book(tmp_path, sheets)},
    )
    with pytest.raises(Error) as caught:
        made.run()
    assert caught.value.code == code


def test_c22_nothing_is_ever_unpickled(project, tmp_path):
    class Runs:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    for name in ("t.csv", "t.parquet", "t.xlsx", "t.csv.gz"):
        made = project(
            "profile: redact\ntables: {t: {unlisted: drop, columns: {}}}\n", {name: pickle.dumps(Runs())}, name=name
        )
        with pytest.raises(Error):
            made.run()
    assert not (tmp_path / "ran").exists()


def test_c22_what_is_packed_is_what_was_written(tmp_path):
    for ending in PACK:
        with created(tmp_path / f"x.{ending}") as file:
            file.write(b"one, two\n" * 1000)
        with opened(tmp_path / f"x.{ending}") as file:
            assert file.read() == b"one, two\n" * 1000


def dataset(frames):
    """Parquet files in folders that tell a column, as bytes by name."""
    import io

    import pyarrow.parquet as pq

    found = {}
    for name, rows in frames.items():
        sink = io.BytesIO()
        pq.write_table(pa.table(rows), sink)
        found[name] = sink.getvalue()
    return found


LAKE = {
    "labs/patient_id=1042/year=2019/part-0.parquet": {
        "value": [1.5, 2.5],
        "taken": [dt.date(2019, 1, 31), dt.date(2019, 2, 1)],
    },
    "labs/patient_id=7/year=2019/part-0.parquet": {"value": [3.5], "taken": [dt.date(2019, 3, 1)]},
    "labs/patient_id=7/year=2020/part-0.parquet": {"value": [4.5], "taken": [dt.date(2020, 2, 29)]},
}
PARTED = """profile: expert
tables:
  labs:
    subject: patient_id
    columns: {patient_id: RULE, year: keep, value: keep, taken: shift}
"""


def lake(out):
    import pyarrow.dataset as ds

    return ds.dataset(out / "labs", partitioning="hive").to_table().to_pylist()


def test_c22_folders_that_tell_a_column_tell_its_replacement(project):
    made = project(PARTED.replace("RULE", "pseudonym"), dataset(LAKE))
    assert made.run().exit_code == 0
    assert not any("1042" in name or "=7" in name for name in made.bytes_out())
    rows = lake(made.out)
    assert sorted((row["value"], row["year"]) for row in rows) == [(1.5, 2019), (2.5, 2019), (3.5, 2019), (4.5, 2020)]
    who = {row["value"]: row["patient_id"] for row in rows}
    assert who[1.5] == who[2.5] != who[3.5] == who[4.5]
    when = {row["value"]: row["taken"] for row in rows}
    assert when[4.5] - when[3.5] == dt.date(2020, 2, 29) - dt.date(2019, 3, 1)
    from veil.jobs.checks.verify_release import read_again

    assert read_again(made.session(), made.session().keys(lambda: PASSPHRASE)).leaks == []


def test_c22_a_partition_that_is_dropped_leaves_no_folder(project):
    made = project(PARTED.replace("RULE", "drop"), dataset(LAKE))
    assert made.run().exit_code == 0
    assert len(made.bytes_out()) == 3
    assert all("patient_id" not in name for name in made.bytes_out())


def test_c22_a_partition_whose_new_values_differ_within_a_file_is_put_aside(project):
    rows = {"labs/day=2019-01-31/x.parquet": {"patient_id": ["7", "1042"], "value": [1.0, 2.0]}}
    text = "profile: expert\ntables: {labs: {subject: patient_id, columns: {patient_id: pseudonym, day: shift, value: keep}}}\n"
    outcome = project(text, dataset(rows)).run()
    assert [code for _, code in outcome.quarantined] == ["partition-many"]


def test_c22_a_partitioned_table_comes_back_to_its_folders(project):
    import pyarrow.parquet as pq

    from veil.jobs.reversal.reverse import open_reversal, reverse

    made = project(PARTED.replace("RULE", "pseudonym"), dataset(LAKE))
    made.run()
    reversal = open_reversal(made.file)
    back = reverse(reversal, reversal.keys(lambda: PASSPHRASE), "a test").out
    for name, rows in LAKE.items():
        assert pq.ParquetFile(back / name).read().to_pydict() == rows


def test_c22_spans_of_time_stay_spans(project, tmp_path):
    import xlsxwriter

    spans = [dt.timedelta(hours=30), dt.timedelta(minutes=3, seconds=2), dt.timedelta(days=400, milliseconds=250)]
    rows = [["asleep", "name"], *([span, "Ada"] for span in spans)]
    path = tmp_path / "spans.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        sheet, look = made.add_worksheet("t"), made.add_format({"num_format": "[h]:mm:ss"})
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                sheet.write(i, j, cell, look if isinstance(cell, dt.timedelta) else None)
    made = project(
        "profile: redact\ntables: {t: {columns: {asleep: keep, name: drop}}}\n", {"t.xlsx": path.read_bytes()}
    )
    assert made.run().exit_code == 0
    assert [row[0] for row in cells(made.out / "t-t.xlsx")] == ["asleep", *spans]


def with_cell(book_bytes, old, new):
    """A workbook in which a piece of its first sheet is another."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book_bytes)) as source, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        for one in source.namelist():
            data = source.read(one)
            made.writestr(one, data.replace(old, new) if one.endswith("sheet1.xml") else data)
    return sink.getvalue()


def test_c22_a_cell_at_the_far_end_of_a_sheet_ends_no_run(project, tmp_path):
    data = with_cell(book(tmp_path, {"t": [["a"], [7]]}), b'r="A2"', b'r="XFD1048576"')
    made = project("profile: redact\ntables: {t: {columns: {a: keep}}}\n", {"t.xlsx": data})
    with pytest.raises(Error, match="xlsx-too-wide"):
        made.run()


def test_c22_a_workbook_that_lies_about_its_size_is_refused(project, tmp_path):
    data = bytearray(book(tmp_path, {"t": [["a"], [7]]}))
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        size = packed.getinfo("xl/worksheets/sheet1.xml").file_size
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    assert int.from_bytes(data[at + 24 : at + 28], "little") == size
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    made = project("profile: redact\ntables: {t: {columns: {a: keep}}}\n", {"t.xlsx": bytes(data)})
    with pytest.raises(Error, match="xlsx-unreadable"):
        made.run()


def test_c22_a_number_that_is_none_is_text(project, tmp_path):
    data = with_cell(book(tmp_path, {"t": [["a"], [12345.5]]}), b"12345.5", b"NaN")
    made = project("profile: redact\ntables: {t: {columns: {a: keep}}}\n", {"t.xlsx": data})
    assert made.run().exit_code == 0
    assert cells(made.out / "t-t.xlsx") == [["a"], ["nan"]]
