"""C11: null rows stay null; no failure, no shared pseudonym."""

from tests.rows.conftest import column


def test_c11_empty_ids_stay_empty_and_are_nobody(project, veil):
    data = "pid,at\n1,2019-01-01\n,2019-01-01\nNA,2019-01-01\n,2020-01-01\n"
    made = project(
        "profile: expert\ntables: {t: {subject: pid, columns: {pid: pseudonym, at: shift}}}\n", {"t.csv": data}
    )
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 0
    ids = column(made.out, "t", "pid")
    assert [one == "" for one in ids] == [False, True, False, True]
    assert ids[2] == "NA"  # a word for "no value" stays as it is and is nobody
    assert [one == "" for one in column(made.out, "t", "at")] == [False, True, True, True]
    assert "t: 3 rows have no patient" in done.erred
