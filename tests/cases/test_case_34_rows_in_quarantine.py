"""Case 34 and its kind: rows that cannot be parsed, or that the verification does not clear, cost only themselves where a project says so."""

from __future__ import annotations

import gzip
import json
import random
import sqlite3

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.conftest import PASSPHRASE, SHARED

from veil.errors import PolicyError
from veil.jobs.again import read_again
from veil.jobs.reverse import open_reversal, reverse

CASES = SHARED / "cases"
ALONE = "rows: {broken: quarantine-rows}\n"
PROJECT = """profile: expert
tables:
  visits:
    subject: id
    quote: '"'
    columns: {id: pseudonym, name: {as: given_name, known: true}, comment: scan}
"""
HEAD = "id,name,comment\n"


def manifest(made):
    return json.loads((made.out / "veil-manifest.json").read_text())


def rows_of(made):
    """What is in quarantine: label, code, rows, whether the others are in the release."""
    return [
        (one["what"], one["code"], [(place["row"], place["column"]) for place in one.get("places", [])], one.get("rows_only", False))
        for one in manifest(made)["quarantined"]
    ]  # fmt: skip


def check_whole(made, tmp_path):
    """The release agrees with its input and can be brought back; answers the folder that came back, and its record."""
    session = made.session()
    keys = session.keys(lambda: PASSPHRASE)
    assert read_again(session, keys).leaks == []
    reversal = open_reversal(made.file)
    back = reverse(reversal, reversal.keys(lambda: PASSPHRASE), "a test", tmp_path / "back").out
    return back, json.loads((back / "veil-reverse.json").read_text())


SOUND = ["1,Orla,ok", "2,Bram,fine", '3,Mae,"a, b"', '4,"Ida","two\nlines"', "5,Ulf,x"]


@pytest.mark.parametrize(
    ("broken", "after"),
    [
        ("9,Zed,one,two", 0),
        ("9,Zed,one,two", 2),
        ("9,Zed,one,two", 5),
        ("9,Zed", 1),
        ("9", 5),
        ("", 3),
        ('9,"Zed","one",two,three,four', 4),
        ('9,"Zed\nZed",one,two', 2),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_that_cannot_be_parsed_costs_itself_alone(project, tmp_path, broken, after, end):
    lines = [*SOUND[:after], broken, *SOUND[after:]]
    if broken == "" and after == 5:
        return
    whole = (HEAD + "\n".join(SOUND) + "\n").replace("\n", end)
    made = project(ALONE + PROJECT, {"visits.csv": (HEAD + "\n".join(lines) + "\n").replace("\n", end)})
    assert made.run().quarantined == [("visits file 1", "csv-ragged")]
    assert rows_of(made) == [("visits file 1", "csv-ragged", [(after + 2, "")], True)]
    sound = project(PROJECT, {"visits.csv": whole}, "sound")
    assert sound.run().quarantined == []
    assert made.bytes_out() == sound.bytes_out()
    assert f"only row {after + 2}: the other rows are in the release" in (made.out / "veil-report.html").read_text()
    assert "Zed" not in json.dumps(manifest(made)) + (made.out / "veil-report.html").read_text()
    back, record = check_whole(made, tmp_path)
    assert [line.split(",")[0] for line in (back / "visits.csv").read_text().splitlines()] == [
        line.split(",")[0] for line in whole.splitlines()
    ]
    assert record["not_restored"][-1] == {
        "what": "visits file 1",
        "why": "not in the release: csv-ragged",
        "rows": [after + 2],
    }


def test_by_default_the_table_is_in_quarantine(project):
    made = project(
        PROJECT.replace("{as: given_name, known: true}", "keep"),
        {"visits.csv": HEAD + SOUND[0] + "\n9,Zed,a,b\n" + SOUND[1] + "\n"},
    )
    assert made.run().quarantined == [("visits file 1", "csv-ragged")]
    assert rows_of(made) == [("visits file 1", "csv-ragged", [(3, "")], False)]
    assert made.bytes_out() == {}


@pytest.mark.parametrize("seed", range(12))
def test_broken_rows_at_any_place_of_any_table_leave_the_release_of_the_sound_ones(
    project, tmp_path, monkeypatch, seed
):
    """Any delimiter, encoding and packing; pieces of a few rows; the same bytes as from the table without them."""
    monkeypatch.setattr("veil.jobs.units.UNIT_BYTES", 300)
    monkeypatch.setattr("veil.formats.tabular.BLOCK", 120)
    draw = random.Random(seed)
    delimiter, ending = draw.choice([(",", "csv"), (";", "csv"), ("\t", "tsv")])
    encoding = draw.choice(["utf-8", "utf-8-sig", "cp1252"])
    columns = {"id": "pseudonym", "day": "shift", "value": "keep", "note": "drop"}
    sound, broken, lines = [], [], []
    for number in range(40):
        cells = [
            f"P{number // 2:03}",
            f"2020-0{1 + number % 9}-1{number % 10}",
            str(number),
            draw.choice(["", "x", "schön", "y z"]),
        ]
        sound.append(delimiter.join(cells))
        lines.append(sound[-1])
        if draw.random() < 0.2:
            broken.append(len(lines) + 2)
            lines.append(delimiter.join(draw.choice([cells[:2], [*cells, "x"], [*cells, *cells], cells[:1]])))
    text = "\n".join([delimiter.join(columns), *lines]) + draw.choice(["", "\n"])
    clean = "\n".join([delimiter.join(columns), *sound]) + (
        "\n" if text.endswith("\n") or lines[-1] != sound[-1] else ""
    )
    pack = gzip.compress if draw.random() < 0.3 else bytes
    name = f"t.{ending}" + (".gz" if pack is gzip.compress else "")
    stated = "cp1252" if encoding == "cp1252" else "utf-8"
    made_of = {"made": ALONE, "clean": ""}
    text_of = {"made": text, "clean": clean}
    made = {
        one: project(
            made_of[one] + f"profile: expert\ntables:\n  t:\n    subject: id\n    encoding: {stated}\n    columns: {json.dumps(columns)}\n",
            {name: pack(text_of[one].encode(encoding))}, one,
        )
        for one in made_of
    }  # fmt: skip
    for one in made.values():
        one.run()
    assert rows_of(made["made"]) == (
        [("t file 1", "csv-ragged", [(row, "") for row in broken], True)] if broken else []
    )
    out = {one: made[one].bytes_out() for one in made}
    if pack is gzip.compress:
        out = {one: {key: gzip.decompress(data) for key, data in files.items()} for one, files in out.items()}
    assert out["made"] == out["clean"]
    check_whole(made["made"], tmp_path)


def test_a_text_broken_by_a_line_end_leaves_no_half_of_it(project):
    """The second half has as many cells as the header, and would stand in the columns that are kept."""
    rows = ["1,7.5,ok", "2,8.1,fine", "3", " seen by Dr. Quennell, of Larkspur Lane, again", "4,6.6,x"]
    text = PROJECT.replace("{as: given_name, known: true}", "keep")
    made = project(ALONE + text, {"visits.csv": HEAD + "\n".join(rows) + "\n"})
    made.run()
    assert rows_of(made) == [
        ("visits file 1", "csv-ragged", [(4, "")], True), ("visits file 1", "row-doubtful", [(5, "")], True),
    ]  # fmt: skip
    assert len((made.out / "visits.csv").read_text().splitlines()) == 4
    session = made.session()
    assert read_again(session, session.keys(lambda: PASSPHRASE)).leaks == []


@pytest.mark.parametrize("rows", [["1,Orla", "2", "3,a,b,c"], ["1,Orla,x,y"]])
def test_a_table_without_a_sound_row_is_in_quarantine_as_a_whole(project, rows):
    made = project(ALONE + PROJECT, {"visits.csv": HEAD + "\n".join(rows) + "\n"})
    assert made.run().quarantined == [("visits file 1", "csv-ragged")]
    assert [one[3] for one in rows_of(made)] == [False]
    assert made.bytes_out() == {}


def test_a_stray_quote_still_costs_the_table(project):
    text = PROJECT.replace("{as: given_name, known: true}", "keep")
    made = project(ALONE + text, {"visits.csv": HEAD + '1,Orla,5" scar\n2,Bram,ok\n3,"a","b",c\n'})
    made.run()
    assert rows_of(made) == [("visits file 1", "csv-quotes", [(2, "comment")], False)]


LINES = [
    {"id": "P1", "name": "Orla", "n": 1},
    {"id": "P2", "name": "Bram", "n": 2},
    {"id": "P3", "name": "Mae", "n": 3},
]
TREE = """profile: expert
trees:
  visits: {subject: $.id, columns: {$.id: pseudonym, $.name: drop, $.n: keep}}
"""


@pytest.mark.parametrize(
    ("broken", "after"), [('{"id": "P9", "na', 0), ("{]", 1), ("nothing", 3), ('{"id": "P9"} {}', 2)]
)
def test_a_line_that_is_not_json_costs_itself_alone(project, tmp_path, monkeypatch, broken, after):
    monkeypatch.setattr("veil.formats.tree.LINES", 2)
    sound = list(map(json.dumps, LINES))
    made = project(ALONE + TREE, {"visits.ndjson": "\n".join([*sound[:after], broken, *sound[after:]]) + "\n"})
    assert made.run().quarantined == [("visits file 1", "json-broken")]
    assert rows_of(made) == [("visits file 1", "json-broken", [(after + 1, "")], True)]
    clean = project(TREE, {"visits.ndjson": "\n".join(sound) + "\n"}, "clean")
    clean.run()
    assert made.bytes_out() == clean.bytes_out()
    session = made.session()
    assert read_again(session, session.keys(lambda: PASSPHRASE)).leaks == []
    with pytest.raises(Exception, match=f"row {after + 1}") as caught:
        project(TREE, {"visits.ndjson": "\n".join([*sound[:after], broken, *sound[after:]]) + "\n"}, "strict").run()
    assert caught.value.code == "json-broken"


def test_a_format_without_broken_rows_is_refused_where_it_is_asked_for(project):
    pieces = {"visits.json": json.dumps(LINES)}
    with pytest.raises(PolicyError) as caught:
        project(ALONE + TREE, pieces).session()
    assert (caught.value.code, "ndjson" in caught.value.hint) == ("rows-broken", True)
    own = TREE.replace("{subject:", "{rows: {broken: quarantine-rows}, subject:")
    with pytest.raises(PolicyError) as caught:
        project(own, pieces, "own").session()
    assert caught.value.code == "rows-broken"
    with pytest.raises(PolicyError) as caught:
        project(TREE.replace("{subject:", "{rows: {brokn: stop}, subject:"), pieces, "odd").session()
    assert "broken" in caught.value.hint


def test_a_source_says_it_for_itself(project):
    text = PROJECT.replace("    subject", "    rows: {broken: quarantine}\n    subject").replace(
        "{as: given_name, known: true}", "keep"
    )
    made = project(ALONE + text, {"visits.csv": HEAD + "1,Orla,ok\n2,Bram\n"})
    made.run()
    assert [one[3] for one in rows_of(made)] == [False]


PEOPLE = "id,mrn,last\n" + "".join(f"P{i},{4_188_130 + 17 * i},{name}\n" for i, name in enumerate(
    ["Quennell", "Tasker", "Whitlock", "Harrow", "Lindqvist", "Okafor"]))  # fmt: skip
RESIDUE = """profile: expert
verify: {strong: quarantine-rows}
tables:
  people:
    subject: id
    columns: {id: pseudonym, mrn: {pseudonym: {}, known: strong, label: MRN}, last: {as: family_name, known: true}}
"""
TABLE = RESIDUE + "  labs:\n    subject: id\n    columns: {id: pseudonym, day: shift, test: keep, value: keep}\n"
DOCUMENTS = (
    RESIDUE
    + "trees:\n  labs:\n    subject: $.id\n    columns: {$.id: {pseudonym: {}, domain: id}, $.day: shift, $.test: keep, $.value: keep}\n"
)
BAD = {
    3: ("test", "seen by Quennell"),
    9: ("value", str(4_188_130 + 17 * 3)),
    10: ("test", "Okafor, 2nd"),
    17: ("value", "x 4188147 y"),
}
OWNER = {3: 0, 9: 3, 10: 5, 17: 1}


def labs():
    rows = []
    for i in range(20):
        row = {"id": f"P{OWNER.get(i, i % 6)}", "day": f"2021-03-{1 + i:02}", "test": "BNP", "value": f"{i}.5"}
        rows.append(row | ({BAD[i][0]: BAD[i][1]} if i in BAD else {}))
    return rows


def as_csv(rows):
    return (
        ",".join(rows[0])
        + "\n"
        + "".join(",".join(f'"{v}"' if "," in v else v for v in row.values()) + "\n" for row in rows)
    )


def as_parquet(rows):
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows), sink, row_group_size=7)
    return bytes(sink.getvalue())


def as_xlsx(rows):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    import io

    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet("labs")
        for i, row in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
            for j, cell in enumerate(row):
                sheet.write_string(i, j, cell)
    return data.getvalue()


FORMATS = {
    "labs.csv": (TABLE, as_csv, 1),
    "labs.tsv": (
        TABLE,
        lambda rows: "".join("\t".join(row) + "\n" for row in [list(rows[0]), *(row.values() for row in rows)]),
        1,
    ),
    "labs.parquet": (TABLE, as_parquet, 0),
    "labs.xlsx": (TABLE, as_xlsx, 1),
    "labs.ndjson": (DOCUMENTS, lambda rows: "".join(json.dumps(row) + "\n" for row in rows), 0),
    "labs.json": (DOCUMENTS, lambda rows: json.dumps(rows, indent=1), 0),
}


@pytest.mark.parametrize("name", FORMATS)
def test_rows_with_a_residue_cost_themselves_alone(project, tmp_path, monkeypatch, name):
    monkeypatch.setattr("veil.formats.tree.LINES", 4)
    text, written, heads = FORMATS[name]
    made = project(text, {"people.csv": PEOPLE, name: written(labs())})
    made.run()
    assert rows_of(made) == [
        ("labs file 1", "known-identifier", [(row + heads + 1, where if name.endswith(("csv", "tsv", "parquet", "xlsx")) else f"$.{where}")
                                             for row, (where, _) in sorted(BAD.items())], True),
    ]  # fmt: skip
    assert manifest(made)["checks"]["known-identifier"] == 4
    clean = project(
        text, {"people.csv": PEOPLE, name: written([row for i, row in enumerate(labs()) if i not in BAD])}, "clean"
    )
    assert clean.run().quarantined == []
    if name != "labs.parquet":  # row groups stay where they were
        assert made.bytes_out() == clean.bytes_out()
    assert manifest(made)["counts"] == manifest(clean)["counts"]
    out = b"".join(made.bytes_out().values())
    assert not any(word.encode() in out for word in ("Quennell", "Okafor", "4188147", str(4_188_130 + 51)))
    back, record = check_whole(made, tmp_path)
    assert {
        "what": "labs file 1",
        "why": "not in the release: known-identifier",
        "rows": [row + heads + 1 for row in sorted(BAD)],
    } in record["not_restored"]
    if name == "labs.csv":
        assert (back / "labs.csv").read_text() == as_csv([row for i, row in enumerate(labs()) if i not in BAD])


def test_rows_of_a_database_cost_themselves_alone(project, tmp_path):
    made = project(
        TABLE.replace("  labs:", "  labs:\n    in: sqlite:///DB").replace("DB", str(tmp_path / "labs.db")),
        {"people.csv": PEOPLE},
    )
    with sqlite3.connect(tmp_path / "labs.db") as base:
        base.execute("create table labs (id text, day text, test text, value text)")
        base.executemany("insert into labs values (:id, :day, :test, :value)", labs())
    made.run()
    assert [(what, code, [row for row, _ in rows], only) for what, code, rows, only in rows_of(made)] == [
        ("labs file 1", "known-identifier", [row + 1 for row in sorted(BAD)], True)
    ]
    assert pq.read_table(made.out / "labs.parquet").num_rows == 16
    check_whole(made, tmp_path)


def test_broken_rows_and_rows_with_a_residue_are_named_by_the_rows_of_the_file(project, tmp_path, monkeypatch):
    monkeypatch.setattr("veil.jobs.units.UNIT_BYTES", 150)
    lines = as_csv(labs()).splitlines()
    for row in (18, 11, 4, 1):  # before each bad row, and at the beginning
        lines.insert(row, "P9,2021-03-01")
    made = project(ALONE + TABLE, {"people.csv": PEOPLE, "labs.csv": "\n".join(lines) + "\n"})
    made.run()
    there = dict(enumerate(lines, 1))
    told = {code: [row for row, _ in rows] for _, code, rows, _ in rows_of(made)}
    assert told["csv-ragged"] == [number for number, line in there.items() if line == "P9,2021-03-01"]
    assert told["known-identifier"] == [n for n, line in there.items() if any(word in line for _, word in BAD.values())]
    back, _ = check_whole(made, tmp_path)
    assert len((back / "labs.csv").read_text().splitlines()) == 17


def test_weak_evidence_may_cost_its_rows(project, tmp_path):
    text = TABLE.replace("strong: quarantine-rows", "weak: quarantine-rows").replace(
        "id: pseudonym, mrn", "zip: {as: zip, known: weak}, id: pseudonym, mrn"
    )
    people = "zip," + PEOPLE.replace("\nP", "\n01201,P", 6)
    rows = [
        {"id": f"P{i % 6}", "day": "2021-03-01", "test": "BNP", "value": "1201" if i in (2, 5) else f"{i}.5"}
        for i in range(9)
    ]
    made = project(text, {"people.csv": people, "labs.csv": as_csv(rows)})
    made.run()
    assert rows_of(made) == [("labs file 1", "weak-identifier", [(4, "value"), (7, "value")], True)]
    assert manifest(made)["weak_evidence"] == []
    check_whole(made, tmp_path)


def test_a_run_that_is_killed_in_the_middle_goes_on_to_the_same_bytes(project, monkeypatch):
    monkeypatch.setattr("veil.jobs.units.UNIT_BYTES", 150)
    whole = project(TABLE, {"people.csv": PEOPLE, "labs.csv": as_csv(labs())}, "whole")
    whole.run()
    made = project(TABLE, {"people.csv": PEOPLE, "labs.csv": as_csv(labs())})
    from veil.jobs.work import Worker

    do, done = Worker.do, []

    def dies(self, unit):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(unit)
        return do(self, unit)

    with monkeypatch.context() as patched:
        patched.setattr(Worker, "do", dies)
        with pytest.raises(KeyboardInterrupt):
            made.run()
    assert not made.out.exists()
    made.run()
    assert made.bytes_out() == whole.bytes_out()
    assert manifest(made)["quarantined"] == manifest(whole)["quarantined"]


@pytest.mark.corpora
def test_the_case_of_one_row_too_long(project):
    if not (CASES / "34").is_dir():
        pytest.skip("no cases here")
    made = project("", {path.name: path.read_text() for path in (CASES / "34").glob("*.csv")})
    text = (CASES / "34" / "p.yaml").read_text().replace("study.key", "hospital.key").replace("in: .", "in: data")
    made.file.write_text(ALONE + text)
    made.run()
    assert rows_of(made) == [("fields file 1", "csv-ragged", [(2, "")], True)]
    assert len((made.out / "fields.csv").read_text().splitlines()) == 2
