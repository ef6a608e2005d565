"""C8: cast to integer, float, string, datetime; cells that cannot be are reported, never null or 'nan' in silence."""

import json

import pytest
from tests.rows.conftest import column

CELLS = ["7", "007", "7.0", "7.5", "1e3", "2012-02-29", "unknown", "", "NA", "nan"]
GOOD = {"integer": {0, 1, 2}, "float": {0, 1, 2, 3, 4}, "string": set(range(7)) | {8, 9}, "datetime": {5}}


@pytest.mark.parametrize("kind", GOOD)
def test_c8_cells_of_another_kind_are_counted_and_the_others_stay(project, veil, kind):
    data = "id,value\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(CELLS))
    made = project(
        f"profile: expert\ntables: {{t: {{columns: {{id: keep, value: {{keep: , cast: {kind}}}}}}}}}\n", {"t.csv": data}
    )
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 0, done.erred
    assert column(made.out, "t", "value") == [cell if i in GOOD[kind] else "" for i, cell in enumerate(CELLS)]
    bad = sum(cell != "" for cell in CELLS) - len(GOOD[kind])
    counts = json.loads((made.out / "veil-manifest.json").read_text())["counts"]
    assert sum(row["count"] for row in counts if row["detail"] == "uncastable") == bad
    assert (f"t.value: {bad} cells" in done.erred) is bool(bad)
    assert veil(made.folder, "reverse", "project.yaml", "--reason", "r", "-o", "back").code == 0
    assert (made.folder / "back/t.csv").read_text() == data  # what was emptied is not lost


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("{keep: , cast: number}", "cast-word"),
        ("{scan: , cast: integer}", "cast-treatment"),
        ("{cast: number}", "cast-word"),
    ],
)
def test_c8_a_cast_that_is_none_is_refused(project, veil, rule, code):
    made = project(
        f"profile: expert\ntables: {{t: {{columns: {{id: keep, value: {rule}}}}}}}\n", {"t.csv": "id,value\n1,2\n"}
    )
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 2
    assert f"[{code}]" in done.erred
