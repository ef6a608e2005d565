"""C25: order follows what depends on what; cycles are refused. In Veil no order can be wrong, so there is no `depends_on`."""

from itertools import permutations

import yaml
from tests.rows.conftest import ALL, policy

from veil.policy.parse import parse_yaml


def test_c25_no_order_of_tables_or_columns_changes_the_output(project, veil):
    whole = parse_yaml(policy(), "p").data
    outputs = []
    for i, order in enumerate(list(permutations(whole["tables"]))[::2]):
        tables = {
            name: {**whole["tables"][name], "columns": dict(reversed(whole["tables"][name]["columns"].items()))}
            for name in order
        }
        made = project(
            yaml.safe_dump({**whole, "person": "patient_id", "tables": tables}, sort_keys=False), ALL, f"p{i}"
        )
        assert veil(made.folder, "run", "project.yaml").code == 0
        outputs.append(made.bytes_out())
    assert all(one == outputs[0] for one in outputs)


def test_c25_a_circle_of_tables_is_refused_with_the_circle_shown(project, veil):
    text = policy().replace(
        "    subject: patient_id\n    columns: {encounter_id",
        "    subject: {through: labs, on: encounter_id}\n    columns: {encounter_id",
    )
    done = veil(project(text, ALL).folder, "run", "project.yaml")
    assert done.code == 2
    assert "encounters -> labs -> encounters" in done.erred
