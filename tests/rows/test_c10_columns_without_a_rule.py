"""C10: be stopped (or warned, by policy) when a column has no rule; opt in to pass-through."""

from tests.rows.conftest import ALL, column, policy

BARE = policy().replace(", zip: zip3", "")


def test_c10_a_column_without_a_rule_stops_the_run(project, veil):
    made = project(BARE, ALL)
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 2
    assert "[column-unlisted] patients has columns without a rule: zip at project.yaml:" in done.erred
    assert not made.out.exists()


def test_c10_it_is_dropped_or_passes_only_where_a_person_says_so(project, veil):
    dropping = project("unlisted: drop\n" + BARE, ALL, "dropping")
    assert veil(dropping.folder, "run", "project.yaml").code == 0
    assert "zip" not in (dropping.out / "patients.csv").read_text()
    keeping = project("unlisted: keep\n" + BARE, ALL, "keeping")
    done = veil(keeping.folder, "run", "project.yaml")
    assert done.code == 0
    assert "patients: columns without a rule are kept unchanged: zip" in done.erred
    assert column(keeping.out, "patients", "zip") == ["02139", "00501", "10001"]


def test_c10_nothing_passes_through_under_a_claim_or_where_no_column_has_a_rule(project, veil):
    claimed = project("unlisted: keep\nclaims: limited-data-set\n" + BARE, ALL, "claimed")
    assert "[claims-unlisted]" in veil(claimed.folder, "run", "project.yaml").erred
    headless = project(
        "unlisted: keep\nprofile: expert\ntables: {t: {}}\n", {"t.csv": "Ada,Lovelace\nBo,Diddley\n"}, "headless"
    )
    done = veil(headless.folder, "run", "project.yaml")
    assert "[column-unlisted]" in done.erred
    assert "Lovelace" not in done.erred
