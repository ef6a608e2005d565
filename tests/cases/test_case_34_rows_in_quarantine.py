"""Case 34 and its kind: rows that cannot be parsed, or that the verification does not clear, cost only themselves where a project says so."""

from __future__ import annotations

import gzip
import json
import random

import pytest
from tests.conftest import PASSPHRASE, SHARED
from tests.quarantined import ALONE, check_whole, manifest, rows_of

from veil.errors import PolicyError
from veil.jobs.checks.verify_release import read_again

CASES = SHARED / "cases"
PROJECT = """profile: expert
tables:
  visits:
    subject: id
    quote: '"'
    columns: {id: pseudonym, name: {as: given_name, known: true}, comment: scan}
"""
HEAD = "id,name,comment\n"


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
    monkeypatch.setattr("veil.jobs.work.units.UNIT_BYTES", 300)
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
            made_of[one]
            + f"profile: expert\ntables:\n  t:\n    subject: id\n    encoding: {stated}\n    columns: {json.dumps(columns)}\n",
            {name: pack(text_of[one].encode(encoding))},
            one,
        )
        for one in made_of
    }
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
        ("visits file 1", "csv-ragged", [(4, "")], True),
        ("visits file 1", "row-doubtful", [(5, "")], True),
    ]
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
