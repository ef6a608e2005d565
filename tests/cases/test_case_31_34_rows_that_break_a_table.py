"""An error of a row says which file, which row as a person counts it, and which column; never a value."""

from __future__ import annotations

import json

import pytest
from tests.conftest import SHARED

from veil.errors import FormatError

CASES = SHARED / "cases"
PROJECT = """profile: expert
tables:
  visits:
    subject: id
    quote: '"'
    columns: {id: pseudonym, name: NAME, comment: scan}
"""
HEAD = "id,name,comment\n"
SOUND = "1,Orla Quennell,ok\n"


def made(project, rows, *, known="keep"):
    return project(PROJECT.replace("NAME", known), {"visits.csv": HEAD + rows})


def place(run):
    [one] = json.loads((run.out / "veil-manifest.json").read_text())["quarantined"]
    return one["what"], one["code"], [(spot["row"], spot["column"]) for spot in one["places"]]


@pytest.mark.parametrize(
    ("rows", "code", "row", "column"),
    [
        ('1,Orla,5" scar and 3" wound\n2,"Bram",ok\n', "csv-quotes", 2, "comment"),
        (SOUND + '2,Bram O"Tasker,ok\n3,"Mae ""M""",x\n', "csv-quotes", 3, "name"),
        (SOUND + SOUND + '3,"Mae" then more,ok\n', "csv-quotes", 4, "name"),
        (SOUND + '2,Bram,"tall, 6\'2"" and more\n', "csv-quotes", 3, "comment"),
        (SOUND + '2,"two\nlines",ok\n3,x,5" more\n4,y,"z"\n', "csv-quotes", 4, "comment"),
        (SOUND + "2,Bram,YES,only for Observations.\n" + SOUND, "csv-ragged", 3, ""),
        (SOUND + SOUND + "3,Mae\n", "csv-ragged", 4, ""),
        (SOUND + "\n" + SOUND, "csv-ragged", 3, ""),
        (SOUND + '2,"a, b",x\n3,"c",d,e\n', "csv-ragged", 4, ""),
        ('1,"a\nb",x\n2,c\n', "csv-ragged", 3, ""),
    ],
)
def test_a_broken_row_is_named(project, rows, code, row, column):
    run = made(project, rows)
    assert run.run().quarantined == [("visits file 1", code)]
    assert place(run) == ("visits file 1", code, [(row, column)])
    page = (run.out / "veil-report.html").read_text()
    assert f"row {row}" in page
    with pytest.raises(FormatError) as caught:
        made(project, rows, known="{as: person_name, known: true}").run()  # here it is read first to know who is who
    error = caught.value
    assert (error.where, error.row, error.column) == ("visits file 1", row, column)
    assert f"at visits file 1, row {row}" + (f", column {column}" if column else "") in error.line()
    assert not any(word in error.line() for word in ("scar", "Tasker", "Orla", "Mae", "Bram"))


def test_a_row_in_a_later_piece_of_a_long_table_is_counted_from_the_first(project):
    sound = 120_000
    rows = "".join(f"{i},Orla Quennell,{'word ' * 12}\n" for i in range(sound)) + "9,Bram,a,b\n"
    run = project(
        PROJECT.replace("NAME", "keep").replace("comment: scan", "comment: keep"), {"visits.csv": HEAD + rows}
    )
    with pytest.raises(FormatError) as caught:
        list(_all(run.session()))
    assert (caught.value.where, caught.value.row) == ("visits file 1", sound + 2)


def _all(session):
    from veil.jobs.work.units import batches, units_of

    for unit in units_of(session.plan, session.inputs):
        yield from batches(session.plan.source(unit.source), session.inputs, unit.part)


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("case", "project_file", "said"),
    [
        ("31", "p.yaml", "row 2, column comment"),
        ("34", "p.yaml", "row 2"),
    ],
)
def test_the_cases_name_the_row_that_is_broken(project, case, project_file, said):
    if not (CASES / case).is_dir():
        pytest.skip("no cases here")
    run = project("", {path.name: path.read_text() for path in (CASES / case).glob("*.csv")})
    text = (CASES / case / project_file).read_text().replace("study.key", "hospital.key").replace("in: .", "in: data")
    run.file.write_text(text)
    try:
        run.run()
        told = json.loads((run.out / "veil-manifest.json").read_text())["quarantined"][0]["places"][0]
        line = f"row {told['row']}" + (f", column {told['column']}" if told["column"] else "")
    except FormatError as error:
        line = error.line()
    assert said in line


@pytest.mark.corpora
def test_quotes_that_open_no_cell_are_text_where_the_file_has_no_quoted_cell(project):
    if not (CASES / "31").is_dir():
        pytest.skip("no cases here")
    run = project("", {"b.csv": (CASES / "31" / "b.csv").read_text()})
    text = (CASES / "31" / "b.yaml").read_text().replace("study.key", "hospital.key").replace("in: .", "in: data")
    run.file.write_text(text)
    assert run.run().quarantined == []
    rows = [line.partition(",")[2] for line in (run.out / "b.csv").read_text().splitlines()]
    assert rows == ["comment", '5" scar and 3" wound', '"quoted" then more', "plain"]
