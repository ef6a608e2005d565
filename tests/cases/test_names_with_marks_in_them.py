"""Names of tables, columns, files and sheets may hold any sign: none of them has a meaning of its own."""

import csv
import io

import pytest
from typer.testing import CliRunner

from veil.cli.app import app

HEADS = "name: marks\nprofile: expert\n"


def rows_of(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.reader(file))


def table(*rows):
    made = io.StringIO()
    csv.writer(made).writerows(rows)
    return made.getvalue()


@pytest.mark.parametrize("name", ["visits.2020", "a.b.c", "visits#1", "through", "map-visits", "visits+2020"])
def test_a_key_of_two_columns_links_through_a_table_of_any_name(project, name):
    """`labs` has no patient of its own: its dates move as those of the visit that its two columns name."""
    project_text = (
        HEADS
        + f"""\
tables:
  people: {{files: people.csv, subject: pid, columns: {{pid: {{pseudonym: {{}}, domain: pid}}}}}}
  {name!r}:
    files: visits.csv
    subject: pid
    columns: {{site: keep, number: keep, pid: {{pseudonym: {{}}, domain: pid}}, day: shift}}
  labs:
    files: labs.csv
    subject: {{through: {name!r}, on: [site, number]}}
    columns: {{site: keep, number: keep, day: shift}}
"""
    )
    visits = [
        ("site", "number", "pid", "day"),
        ("A", "1", "p1", "2020-03-01"),
        ("A", "2", "p2", "2020-03-01"),
        ("B", "1", "p2", "2020-03-02"),
    ]
    labs = [("site", "number", "day"), ("A", "1", "2020-03-01"), ("A", "2", "2020-03-01"), ("B", "1", "2020-03-02")]
    made = project(
        project_text,
        {"people.csv": table(["pid"], ["p1"], ["p2"]), "visits.csv": table(*visits), "labs.csv": table(*labs)},
    )
    made.run()
    moved = [row[3] for row in rows_of(made.out / "visits.csv")[1:]]
    assert [row[2] for row in rows_of(made.out / "labs.csv")[1:]] == moved
    assert all(new != old[3] for new, old in zip(moved, visits[1:], strict=True))


def workbook(path, sheets):
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)


PEOPLE = [
    ["patient_id", "first_name", "last_name"],
    *(
        [f"P{n:03}", first, last]
        for n, (first, last) in enumerate(
            [
                ("Orla", "Quennell"),
                ("Marian", "Okafor"),
                ("Tobias", "Lindqvist"),
                ("Ines", "Carvalho"),
                ("Yusuf", "Demir"),
                ("Petra", "Novak"),
            ]
        )
    ),
]
VISITS = [["patient_id", "visit_date", "ward"], *([f"P{n:03}", f"2021-0{n + 1}-14", "surgery"] for n in range(6))]


@pytest.mark.parametrize(
    ("file", "sheets"),
    [
        ("clinic.xlsx", ("people", "visits")),
        ("a#b.xlsx", ("people", "visits")),
        ("clinic.xlsx", ("people#1", "visits#2")),
        ("my clinic.xlsx", ("The People", "The Visits")),
        ("x#y.xlsx", ("#", "##")),
    ],
)
def test_each_sheet_of_a_workbook_is_a_table_whatever_it_is_called(project, tmp_path, file, sheets):
    workbook(tmp_path / file, dict(zip(sheets, (PEOPLE, VISITS), strict=True)))
    made = project(
        f"""\
name: marks
profile: expert
tables:
  people:
    files: [{file!r}]
    sheet: {sheets[0]!r}
    subject: patient_id
    columns: {{patient_id: pseudonym, first_name: drop, last_name: drop}}
  visits:
    files: [{file!r}]
    sheet: {sheets[1]!r}
    subject: patient_id
    columns: {{patient_id: pseudonym, visit_date: shift, ward: keep}}
""",
        {file: (tmp_path / file).read_bytes()},
    )
    made.run()
    assert len(list(made.out.glob("*.xlsx"))) == 2
    seen = CliRunner().invoke(app, ["scan", str(made.file.parent / "data")])
    assert seen.exit_code == 0, seen.output
    assert "patient_id" in seen.output
