"""C5: one non-zero offset per patient for every date column in every table, whatever the order; intervals identical."""

import datetime as dt

import pytest
from tests.rows.conftest import ALL, column, policy

DATES = (("patients", "born", "patient_id"), ("encounters", "start", "patient_id"), ("labs", "taken", "encounter_id"))


def steps(made):
    data, found = made.folder / "data", {}
    visits = dict(
        zip(column(data, "encounters", "encounter_id"), column(data, "encounters", "patient_id"), strict=True)
    )
    for table, name, owner in DATES:
        for who, old, new in zip(
            column(data, table, owner), column(data, table, name), column(made.out, table, name), strict=True
        ):
            if who:
                days = (dt.datetime.fromisoformat(new) - dt.datetime.fromisoformat(old)).days
                found.setdefault(visits.get(who, who), set()).add(days)
    return found


@pytest.mark.parametrize("turned", [False, True])
def test_c5_every_date_of_a_patient_moves_by_one_step_that_is_not_zero(project, veil, turned):
    text = policy()
    if turned:  # dates before ids, tables the other way round
        text = text.replace(
            "{encounter_id: pseudonym, patient_id: pseudonym, start: shift}",
            "{start: shift, patient_id: pseudonym, encounter_id: pseudonym}",
        )
    made = project(text, ALL)
    assert veil(made.folder, "run", "project.yaml").code == 0
    found = steps(made)
    assert set(found) == {"1042", "7"}
    assert all(len(one) == 1 and 0 not in one for one in found.values())


def test_c5_a_shift_may_come_from_a_map(project, veil):
    made = project("offsets: shifts.csv\n" + policy(), ALL)
    (made.folder / "shifts.csv").write_text("patient_id,days\n1042,31\n")
    assert veil(made.folder, "run", "project.yaml").code == 0
    assert steps(made)["1042"] == {31}
