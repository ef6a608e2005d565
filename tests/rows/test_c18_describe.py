"""C18: one HTML page of the plan: tables, treatments, conditions, input and output."""

from tests.rows.conftest import ALL, policy


def test_c18_the_page_of_the_plan_shows_tables_treatments_conditions_and_folders(project, veil):
    made = project(policy('[{where: "concept_id in (3004249, 99)", pseudonym: {domain: patient_id}}, keep]'), ALL)
    assert veil(made.folder, "describe", "project.yaml", "-o", "plan.html").code == 0
    page = (made.folder / "plan.html").read_text()
    for told in (
        "patients",
        "encounters",
        "labs",
        "zip3",
        "surrogate",
        "concept_id in (3004249, 99)",
        "<code>data</code>",
        "<code>release</code>",
        "csv",
    ):
        assert told in page
    assert "<script" not in page
    assert not any(value in page for value in ("00771234", "98.6", "Ada"))
    assert not made.out.exists()
