"""C28: an operator of another package is registered once, and named in a project that lists the package."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from veil.errors import PartError, PolicyError
from veil.testing import check_plugin

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "plugin-luhn"
PROJECT = "profile: redact\nplugins: [shout-words]\ntables: {t: {columns: {word: {shout: {mark: '?'}}}}}\n"
SHOUT = '''
from dataclasses import dataclass
from typing import ClassVar
import pyarrow as pa
import pyarrow.compute as pc
from veil.operators.base import Outcome

@dataclass(frozen=True)
class Shout:
    """Large letters and a mark."""
    mark: str = "!"
    name: ClassVar[str] = "shout"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False

    def replace(self, values, about, keys):
        word = pa.large_string()
        return Outcome(pc.binary_join_element_wise(pc.utf8_upper(values), pa.scalar(self.mark, word), pa.scalar("", word)))
'''


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Installs a package as pip leaves it: a module, and what it says of itself. Modules of it are forgotten afterwards."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    before = set(sys.modules)

    def install(name, points, modules, version="1.0"):
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        shutil.rmtree(info, ignore_errors=True)
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(
            "[veil.operators]\n" + "".join(f"{k} = {v}\n" for k, v in points.items())
        )
        for path, text in modules.items():
            (site / path).parent.mkdir(exist_ok=True)
            (site / path).write_text(text)
        return info

    yield install
    for module in set(sys.modules) - before:
        if module.startswith(("shouting", "veil_luhn", "broken")):
            del sys.modules[module]


@pytest.fixture
def shout(installed):
    return installed("Shout_Words", {"shout": "shouting:Shout"}, {"shouting.py": SHOUT})


@pytest.fixture
def luhn(installed):
    source = EXAMPLE / "src" / "veil_luhn"
    modules = {f"veil_luhn/{path.name}": path.read_text() for path in source.glob("*.py")}
    return installed("veil-luhn", {"luhn_pseudonym": "veil_luhn.operator:LuhnPseudonym"}, modules, "0.1.0")


def test_c28_an_operator_of_a_package_that_is_listed_runs_by_its_name_and_options(project, shout):
    made = project(PROJECT, {"t.csv": "word\nhello\n"})
    assert made.run().exit_code == 0
    assert made.bytes_out()["t.csv"] == b"word\nHELLO?\n"
    plan = json.loads((made.out / "veil-manifest.json").read_text())["plan"]
    assert plan["plugins"] == [["shout-words", "1.0"]]
    assert plan["sources"][0]["rules"][0][1]["cases"][0]["treatment"]["operator"] == "shout-words:shout"


def test_c28_another_version_of_the_package_is_another_plan(project, installed, shout):
    made = project(PROJECT, {"t.csv": "word\nhello\n"})
    before = made.session().plan.digest()
    assert made.session().plan.digest() == before
    shutil.rmtree(shout)
    installed("shout-words", {"shout": "shouting:Shout"}, {}, "1.1")
    assert made.session().plan.digest() != before


@pytest.mark.parametrize("word", ["shout", "shout-words:shout"])
def test_c28_a_package_that_is_installed_and_not_listed_is_not_used_and_not_imported(project, shout, word):
    made = project(f"profile: redact\ntables: {{t: {{columns: {{word: '{word}'}}}}}}\n", {"t.csv": "word\nhello\n"})
    with pytest.raises(PartError) as told:
        made.run()
    assert told.value.code == "part-unknown"
    assert "plugins: [shout-words]" in told.value.hint
    assert "shouting" not in sys.modules
    assert not made.out.exists()


def test_c28_an_operator_that_nobody_registered_stops_before_anything_is_written(project):
    made = project(PROJECT.replace("plugins: [shout-words]\n", ""), {"t.csv": "word\nhello\n"})
    with pytest.raises(PartError, match="part-unknown"):
        made.run()
    assert not made.out.exists()


def told(project, text=PROJECT):
    with pytest.raises((PartError, PolicyError)) as found:
        project(text, {"t.csv": "word\nhello\n"}).run()
    return found.value.code


def test_c28_a_package_that_cannot_be_used_as_listed_is_told_by_what_is_wrong(project, installed):
    assert told(project) == "plugin-missing"
    installed("shout-words", {"pseudonym": "shouting:Shout"}, {"shouting.py": SHOUT})
    assert told(project) == "plugin-shadow"
    installed("shout-words", {}, {})
    assert told(project) == "plugin-empty"
    installed("shout-words", {"shout": "broken:Shout"}, {"broken.py": "raise ValueError('123-45-6789')"})
    assert told(project) == "plugin-load"
    installed("shout-words", {"shout": "shouting:dataclass"}, {})
    assert told(project) == "plugin-shape"
    installed("other-words", {"shout": "shouting:Shout"}, {})
    assert told(project, PROJECT.replace("[shout-words]", "[shout-words, other-words]")) == "plugin-twice"


def test_c28_a_derived_operator_of_a_package_is_refused_where_safe_harbor_is_claimed(project, luhn):
    text = "profile: safe-harbor\nplugins: [veil-luhn]\ntables: {t: {columns: {npi: luhn_pseudonym}}}\n"
    with pytest.raises(PolicyError, match="claims-derived"):
        project(text, {"t.csv": "npi\n1\n"}).run()


LUHN = "profile: expert\nplugins: [veil-luhn]\noptions: {luhn_pseudonym: {prefix: '80840'}}\ntables: {t: {columns: {npi: luhn_pseudonym}}}\n"
NPIS = "npi\n1234567893\n1245319599\n1234567890\n"


def test_c28_the_example_runs_in_processes_and_comes_back_with_the_version_that_went(
    project, veil, luhn, installed, monkeypatch
):
    monkeypatch.setenv("PYTHONPATH", str(luhn.parent))
    made = project(LUHN, {"t.csv": NPIS})
    assert veil(made.folder, "run", "project.yaml", "-w", "2").code == 0
    out = (made.out / "t.csv").read_text().splitlines()
    assert [len(one) for one in out[1:3]] == [10, 10]
    assert not set(NPIS.split()) & set(out[1:])
    done = veil(made.folder, "reverse", "project.yaml", "--reason", "r", "-o", "back")
    assert done.code == 0, done.erred
    assert (made.folder / "back/t.csv").read_text() == NPIS
    shutil.rmtree(luhn)
    installed("veil-luhn", {"luhn_pseudonym": "veil_luhn.operator:LuhnPseudonym"}, {}, "0.2.0")
    assert "[plugin-other]" in veil(made.folder, "reverse", "project.yaml", "--reason", "r", "-o", "again").erred


def test_c28_the_laws_hold_for_the_example(luhn):
    made = check_plugin("veil-luhn", {"luhn_pseudonym": ["4539148803436467", "79927398713", None]})
    assert made["luhn_pseudonym"][2] is None


BAD = {
    "null does not stay null": SHOUT.replace("values), pa", "pc.fill_null(values, '')), pa"),
    "law 3": SHOUT.replace(
        "return Outcome(", "import random\n        self = Shout(str(random.random()))\n        return Outcome("
    ),
    "is frozen": SHOUT.replace("frozen=True", "frozen=False"),
    "derives nothing, and asked for a key": SHOUT.replace("word = pa", "keys.secret('x'); word = pa"),
    "has no `restore`": SHOUT.replace("reversible: ClassVar[bool] = False", "reversible: ClassVar[bool] = True"),
    "has the name of its entry point": SHOUT.replace('= "shout"', '= "whisper"'),
    "in a sentence": SHOUT.replace('"""Large letters and a mark."""', ""),
}


@pytest.mark.parametrize("law", BAD)
def test_c28_the_law_that_a_package_breaks_is_named(installed, law):
    installed("shout-words", {"shout": "shouting:Shout"}, {"shouting.py": BAD[law]})
    with pytest.raises(AssertionError, match=law):
        check_plugin("shout-words", {"shout": ["hello", "there"]})
