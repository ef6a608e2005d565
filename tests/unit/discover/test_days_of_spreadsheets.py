"""Days: numbers of days from spreadsheets, and eight digits that nothing decides, are never proposed as kept or as read dates."""

import pytest

from veil.discover.propose import propose
from veil.discover.write import project_text

NAMES = [
    "birth",
    "Birth Date",
    "dob",
    "DOB",
    "date",
    "Date",
    "admit_date",
    "visit_dt",
    "VisitDateTime",
    "date_of_birth",
    "service_date",
    "admitted",
]
SERIALS = {
    "whole": lambda i: str(20_000 + 613 * i),
    "with a fraction": lambda i: f"{43_000 + 7 * i}.{25 * (i % 4)}",
    "as a data frame writes it": lambda i: f"{20_000 + 613 * i}.0",
    "few that differ": lambda i: str(43_831 + i % 3),
}
EIGHT = {
    "month or day first": lambda i: f"{1 + i % 12:02}{1 + i % 7:02}{1930 + i}",
    "a lost zero": lambda i: f"{1 + i % 9}{1 + i % 7:02}{1930 + i}",
    "as a data frame writes it": lambda i: f"{1 + i % 9}{1 + i % 7:02}{1930 + i}.0",
    "of one year": lambda i: f"{1 + i % 12:02}{1 + i % 11:02}2019",
    "in several rows": lambda i: f"{1 + i % 12:02}{1 + i % 7:02}201{i % 3}",
}


def lines(tmp_path, column, write, profile, beside=""):
    head, cells = (",also", lambda i: f",{beside.format(i)}") if beside else ("", lambda _: "")
    rows = "".join(f"P{i:04},{write(i)}{cells(i)}\n" for i in range(60))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").write_text(f"patient_id,{column}{head}\n{rows}")
    return project_text(propose(tmp_path / "data", profile), tmp_path).splitlines()


def rule(found, column):
    line = next(one for one in found if one.strip().removeprefix('"').startswith((f"{column}:", f'{column}":')))
    return line.split(":", 1)[1].split("#")[0].strip()


@pytest.mark.parametrize("profile", ["expert", "safe-harbor"])
@pytest.mark.parametrize("way", SERIALS)
@pytest.mark.parametrize("column", NAMES)
def test_numbers_of_days_under_a_name_of_a_date_are_dropped_and_said_to_be_such(tmp_path, column, way, profile):
    found = lines(tmp_path, column, SERIALS[way], profile)
    assert rule(found, column) == "drop"
    assert any("numbers of days, as in spreadsheets" in line for line in found)
    assert not [line for line in found if "born:" in line]


@pytest.mark.parametrize("column", ["dob", "seen", "visit_date", "Birth Date"])
@pytest.mark.parametrize("way", EIGHT)
def test_eight_digits_that_nothing_decides_are_dropped_and_asked_about(tmp_path, column, way):
    found = lines(tmp_path, column, EIGHT[way], "expert")
    assert rule(found, column) == "drop"
    assert any("nothing shows whether the day or the month is first" in line and "day_first:" in line for line in found)


@pytest.mark.parametrize("way", EIGHT)
def test_another_column_of_the_table_decides_them(tmp_path, way):
    found = lines(tmp_path, "dob", EIGHT[way], "expert", beside="3{0}/01/2019".replace("{0}", "1"))
    assert rule(found, "dob") != "drop"
    assert any("day_first: true" in line and "#" not in line.split("day_first")[0] for line in found)


@pytest.mark.parametrize("column", ["platelets", "zip", "cost"])
def test_numbers_under_another_name_are_not_taken_for_days(tmp_path, column):
    found = lines(tmp_path, column, SERIALS["whole"], "expert")
    assert not any("numbers of days" in line for line in found)
