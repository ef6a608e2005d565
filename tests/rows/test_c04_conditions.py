"""C4: `concept_id in [..]` and SQL-like conditions; a bad one fails before any output; none can run code."""

import pytest
from tests.rows.conftest import ALL, column, policy


@pytest.mark.parametrize(
    ("where", "changed"),
    [
        ("concept_id in [3004249, 99]", [0, 1]),
        ("concept_id in (7)", [2, 3, 4]),
        ("concept_id = 99 or event_name = 'comment'", [1, 4]),
        ("concept_id == 7 and not event_name like 'c%'", [2, 3]),
        ("value is null", [2]),
        ("taken between '2020' and '2021'", [1, 4]),
        ("event_name = 'a==b'", []),
        ("concept_id not in (7, 99)", [0]),
    ],
)
def test_c4_a_condition_chooses_its_rows(project, veil, where, changed):
    made = project(
        policy(f'[{{where: "{where}", constant: X}}, keep]').replace("constant: X", "constant: {value: X}"), ALL
    )
    assert veil(made.folder, "run", "project.yaml").code == 0
    now = column(made.out, "labs", "value")
    assert [i for i, cell in enumerate(now) if cell == "X"] == [
        i for i in changed if column(made.folder / "data", "labs", "value")[i]
    ]


@pytest.mark.parametrize(
    "where",
    [
        "concept_id in (",
        "@pd.io.common.os.system('touch pwned')",
        "__import__('os').system('x') = 1",
        "upper(value) = 'A'",
        "concept_id in (select 1)",
        "nothing = 1",
    ],
)
def test_c4_a_bad_condition_fails_before_any_output_and_runs_nothing(project, veil, where):
    made = project(policy(f'[{{where: "{where}", drop: }}, keep]').replace("drop: }", "constant: {value: X}}"), ALL)
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 2
    assert "[condition-" in done.erred
    assert not made.out.exists()
    assert not (made.folder / "pwned").exists()
