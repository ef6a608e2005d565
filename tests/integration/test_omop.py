"""The OMOP set that nobody here wrote, through the shipped schema pack."""

import pytest
from bench import omop
from bench.corpora import CORPORA, must_prove

pytestmark = pytest.mark.corpora


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    if not (CORPORA / omop.SET).exists():
        if must_prove():
            pytest.fail("the open corpora are not beside the checkout, and this must be proved")
        pytest.skip("the open corpora are not beside the checkout")
    return omop.prepare(tmp_path_factory.mktemp("omop"))


@pytest.mark.parametrize("profile", omop.PROFILES)
def test_every_table_comes_back_with_its_keys_and_intervals(project, profile):
    assert (project / "data" / "__MACOSX").is_dir()
    omop.run(project, profile)
    checks = omop.check(project, profile)
    assert checks.failed == []
    assert checks.made["tables present"] == 39
    assert checks.made["foreign keys"] > 100_000
    figures = omop.risk(project, profile, project / "risk.html")
    assert figures["after"]["k"] >= figures["before"]["k"] >= 1
    assert "</svg>" in (project / "risk.html").read_text()
