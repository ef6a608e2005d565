"""C21: a folder of files per table: one output per segment, one map."""

from tests.rows.conftest import column


def test_c21_each_segment_has_its_output_and_all_share_one_map(project, veil):
    made = project(
        "profile: expert\ntables: {labs: {files: labs/, subject: pid, columns: {pid: pseudonym, at: shift}}}\n",
        {
            "labs/part-1.csv": "pid,at\n1,2019-01-01\n2,2019-01-01\n",
            "labs/part-2.csv": "pid,at\n2,2019-01-01\n3,2019-01-01\n",
        },
    )
    assert veil(made.folder, "run", "project.yaml").code == 0
    one, two = (column(made.out / "labs", f"part-{i}", "pid") for i in (1, 2))
    assert one[1] == two[0]
    assert len({*one, *two}) == 3
    assert column(made.out / "labs", "part-1", "at")[1] == column(made.out / "labs", "part-2", "at")[0]
    assert veil(made.folder, "reverse", "project.yaml", "--reason", "r", "-o", "back").code == 0
    for name in ("labs/part-1.csv", "labs/part-2.csv"):
        assert (made.folder / "back" / name).read_bytes() == (made.folder / "data" / name).read_bytes()
