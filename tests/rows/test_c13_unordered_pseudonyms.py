"""C13: pseudonyms tell nothing of the size, the order or the row of originals (rank correlation about 0)."""

import numpy as np
import pytest
from tests.rows.conftest import column


def ranks(values):
    return np.argsort(np.argsort(values))


@pytest.mark.parametrize("rule", ["pseudonym", "{pseudonym: {format: integer}}", "{pseudonym: {format: keep}}"])
def test_c13_the_rank_of_a_pseudonym_says_nothing_of_its_original(project, veil, rule):
    data = "id\n" + "".join(f"{i}\n" for i in range(1_000_000, 1_010_000))
    made = project(f"profile: expert\ntables: {{t: {{columns: {{id: {rule}}}}}}}\n", {"t.csv": data})
    assert veil(made.folder, "run", "project.yaml").code == 0
    found = column(made.out, "t", "id")
    values = np.array([int(one) for one in found]) if found[0].isdigit() else np.array(found)
    assert len(set(found)) == 10_000
    assert abs(np.corrcoef(ranks(values), np.arange(10_000))[0, 1]) < 0.05
