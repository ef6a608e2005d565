"""C7: shift date strings inside a value column on filtered rows only, by the shift of the date columns."""

import datetime as dt

from tests.rows.conftest import ALL, column, policy


def test_c7_a_date_in_a_value_moves_as_the_dates_of_its_patient(project, veil):
    made = project(policy("[{where: event_name = 'date of visit', shift: {}}, keep]"), ALL)
    assert veil(made.folder, "run", "project.yaml").code == 0
    was, now = column(made.folder / "data", "labs", "value"), column(made.out, "labs", "value")
    assert [now[i] for i in (0, 1, 2, 4)] == [was[i] for i in (0, 1, 2, 4)]
    start = column(made.out, "encounters", "start")[1]
    assert now[3] == start  # both were 2019-03-01, of one patient
    assert dt.date.fromisoformat(start) != dt.date(2019, 3, 1)
