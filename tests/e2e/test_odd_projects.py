"""Odd project files: each fault is told with its code, none as a fault of ours."""

import pytest

from veil.errors import Error

GOOD = "profile: expert\ntables: {t: {subject: pid, columns: {pid: pseudonym, name: scan}}}\n"
TABLE = {"t.csv": "pid,name\n1,John\n"}


@pytest.mark.parametrize("rule", ["[]", "{pseudonym: [1]}", "{pseudonym: {format: {a: 1}}}", "{surrogate: [name]}"])
def test_a_rule_of_a_wrong_type_is_told(project, rule):
    with pytest.raises(Error):
        project(GOOD.replace("scan", rule), TABLE).run()


@pytest.mark.parametrize("override", ["reference_date=2020-13-45", "name=[", "tables.t.delimiter=;;"])
def test_an_override_that_is_no_value_is_told(project, override):
    with pytest.raises(Error):
        project(GOOD, TABLE).session(override)


@pytest.mark.parametrize("kind", ["known", "offsets"])
def test_a_side_file_of_another_encoding_is_read_or_told(project, kind):
    made = project(f"{kind}: side.csv\n" + GOOD, TABLE)
    rows = "1,family_name,Müller\n" if kind == "known" else "subject,days\n1,40\n"
    (made.folder / "side.csv").write_bytes(rows.encode("cp1252"))
    assert made.run().exit_code == 0


def test_a_shift_from_outside_that_is_no_number_is_told_and_not_made_up(project):
    made = project("offsets: side.csv\n" + GOOD, TABLE)
    (made.folder / "side.csv").write_text("subject,days\n1,40\n2,ten\n", encoding="utf-8")
    with pytest.raises(Error) as told:
        made.run()
    assert told.value.code == "offsets-file"
    assert "ten" not in str(told.value)
