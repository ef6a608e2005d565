"""A format added for the test's sake, as a plug-in and as a built-in: it touches at most three files."""

import sys
from pathlib import Path

import pytest

from veil import parts
from veil.errors import PartError, PolicyError
from veil.jobs.checks.verify_release import read_again
from veil.parts import endings
from veil.testing import check_format

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "contributing" / "add-a-format.md"
MODULE = PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
TABLE = "id|name|word\n1|Orla Quennell|kept, as it is\n2|Maeve Lindqvist|\n"
TOUCHED = ("src/veil/formats/psv.py", "src/veil/parts.py", "tests/unit/formats/test_psv.py")
PROJECT = "profile: redact\ntables: {t: {columns: {id: keep, name: drop, word: keep}}}\n"
RESULT = b"id|word\n1|kept, as it is\n2|\n"


@pytest.fixture
def module(tmp_path, monkeypatch):
    """The format of the page as a module that can be imported."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "veil_psv.py").write_text(MODULE)
    monkeypatch.syspath_prepend(site)
    yield site
    sys.modules.pop("veil_psv", None)
    endings.cache_clear()


@pytest.fixture
def package(module):
    info = module / "veil_psv-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: veil-psv\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[veil.formats]\npsv = veil_psv:Psv\n")
    return module


def run(made):
    assert made.run().quarantined == []
    session = made.session()
    assert read_again(session, session.keys(lambda: "open sesame")).leaks == []
    return made.bytes_out()


@pytest.mark.parametrize("stated", ["", "format: psv, ", "format: 'veil-psv:psv', "])
def test_a_format_of_a_package_that_is_listed_is_used_by_its_name_or_its_ending(project, package, stated):
    made = project("plugins: [veil-psv]\n" + PROJECT.replace("{columns", "{" + stated + "columns"), {"t.psv": TABLE})
    assert run(made) == {"t.psv": RESULT}
    assert made.session().plan.source("t").format == "veil-psv:psv"


def test_a_format_of_a_package_that_is_not_listed_is_not_asked_and_the_error_says_what_to_do(project, package):
    made = project(PROJECT.replace("{columns", "{files: t.psv, format: psv, columns"), {"t.psv": TABLE})
    with pytest.raises(PartError) as told:
        made.session()
    assert told.value.code == "part-unknown"
    assert "plugins: [veil-psv]" in told.value.hint


def test_a_package_with_a_format_of_veils_own_name_is_refused(project, package):
    (package / "veil_psv-1.0.dist-info" / "entry_points.txt").write_text("[veil.formats]\ncsv = veil_psv:Psv\n")
    with pytest.raises(PolicyError) as told:
        project(
            "plugins: [veil-psv]\n" + PROJECT, {"t.csv": TABLE.replace("|", ",").replace("kept, as", "kept as")}
        ).session()
    assert told.value.code == "plugin-shadow"


def test_a_part_that_is_no_format_is_refused(project, package):
    (package / "veil_psv.py").write_text("class Psv:\n    name = 'psv'\n")
    with pytest.raises(PartError) as told:
        project(
            "plugins: [veil-psv]\n" + PROJECT.replace("{columns", "{files: t.psv, format: psv, columns"),
            {"t.psv": TABLE},
        ).session()
    assert told.value.code == "plugin-shape"


def test_as_a_built_in_it_is_a_module_a_row_of_the_table_and_a_test(project, module, monkeypatch, tmp_path):
    assert len(TOUCHED) <= 3
    monkeypatch.setitem(parts.FORMATS, "psv", "veil_psv:Psv")
    endings.cache_clear()
    assert endings()[".psv"] == "psv"
    assert run(project(PROJECT, {"t.psv": TABLE})) == {"t.psv": RESULT}
    (tmp_path / "t.psv").write_text(TABLE)
    check_format(parts.part("formats", "psv")(), tmp_path / "t.psv")


@pytest.mark.parametrize("name", ["pdf", "docx", "csvv"])
def test_an_unknown_format_is_answered_with_those_that_there_are(project, name):
    made = project(PROJECT.replace("{columns", "{format: " + name + ", columns"), {"t.csv": "id,name,word\n1,a,b\n"})
    with pytest.raises(PartError) as told:
        made.session()
    assert name in told.value.message
    assert ", ".join(sorted(parts.FORMATS)) in told.value.hint
    assert told.value.where.startswith("project.yaml:")


def test_a_setting_that_a_format_does_not_have_is_refused_with_those_that_it_has(project):
    made = project(PROJECT.replace("{columns", "{settings: {sheets: 1}, columns"), {"t.csv": "id,name,word\n1,a,b\n"})
    with pytest.raises(PolicyError) as told:
        made.session()
    assert told.value.code == "format-setting"
    assert "delimiter" in told.value.hint
