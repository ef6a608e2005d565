"""Law 10 for operators that nobody has seen: built in, new, of a package; noticed by run, by `veil verify` and by check_plugin."""

import shutil
import sys

import pytest

from veil.jobs.checks.verify_release import read_again
from veil.parts import OPERATORS
from veil.testing import HOWS, check_operator, check_plugin, sabotaged
from veil.verify import Findings

NEW = '''
import datetime as dt
from dataclasses import dataclass
from typing import ClassVar
import pyarrow as pa
import pyarrow.compute as pc
from veil.operators.base import Outcome, outcome, by_distinct, by_domain
from veil.keys import pseudonyms
from veil.testing import sabotaged

class _Plain:
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False

@dataclass(frozen=True)
class Same(_Plain):
    """The value itself."""
    name: ClassVar[str] = "same"
    def replace(self, values, about, keys):
        return Outcome(values)

@dataclass(frozen=True)
class Owner(_Plain):
    """Whose row it is, in clear."""
    name: ClassVar[str] = "owner"
    def replace(self, values, about, keys):
        return Outcome(pc.if_else(values.is_valid(), about["subject"].combine_chunks(), pa.scalar(None, pa.large_string())))

@dataclass(frozen=True)
class Wrapped(_Plain):
    """The value between words."""
    name: ClassVar[str] = "wrapped"
    def replace(self, values, about, keys):
        return outcome(values, by_distinct(values, lambda one: None if one is None else f"no. {one} of us"))

@dataclass(frozen=True)
class Spaced(_Plain):
    """The value with other punctuation."""
    name: ClassVar[str] = "spaced"
    def replace(self, values, about, keys):
        return outcome(values, by_distinct(values, lambda one: None if one is None else f"{one[:3]}-{one[3:]}"))

@dataclass(frozen=True)
class MostlySame(_Plain):
    """The value itself, but for one in four."""
    name: ClassVar[str] = "mostly_same"
    def replace(self, values, about, keys):
        return outcome(values, by_distinct(values, lambda one: None if one is None else one if sum(map(ord, one)) % 4 else "x" + one[::-1]))

@dataclass(frozen=True)
class NowAndThen(_Plain):
    """The value between words for one in three, else read from its end."""
    name: ClassVar[str] = "now_and_then"
    def replace(self, values, about, keys):
        return outcome(values, by_distinct(values, lambda one: None if one is None else f"no. {one} of us" if sum(map(ord, one)) % 3 == 0 else one[::-1] + "~"))

@dataclass(frozen=True)
class Backwards(_Plain):
    """The value read from its end, and a mark."""
    name: ClassVar[str] = "backwards"
    def replace(self, values, about, keys):
        return outcome(values, by_distinct(values, lambda one: None if one is None else one[::-1] + "~"))
'''
BAD = ["Same", "Owner", "Wrapped", "Spaced", "MostlySame"]
PEOPLE = "patient_id,mrn,ssn,n\n" + "".join(
    f"{7_301_001 + 13 * i},{40_100_201 + 7 * i},{123_45_6701 + 911 * i},{i}\n" for i in range(12)
)
PROJECT = """profile: expert
{head}tables:
  people:
    subject: patient_id
    columns:
      patient_id: {{pseudonym: {{}}, known: strong, label: MRN}}
      mrn: {{{rule}: {{}}, known: strong, label: MRN}}
      ssn: {{{rule}: {{}}, known: strong, label: SSN}}
      n: keep
"""
ASKED = {"values": ["40100201", "123-45-6789", "Okonkwo", None], "about": {"subject": "7301001"}}


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A module of operators that can be imported, as a project's own or a package's."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    (site / "newops.py").write_text(NEW)
    yield site
    sys.modules.pop("newops", None)


def registered(monkeypatch, written, kind):
    """The name of an operator that is built in for this test."""
    import newops

    name = getattr(newops, kind).name
    monkeypatch.setitem(OPERATORS, name, f"newops:{kind}")
    return name


def packaged(written, kind, how=""):
    """The name of an operator that a package offers, sabotaged or not."""
    import newops

    name = getattr(newops, kind).name
    if how:
        text = f"from newops import {kind}\nfrom veil.testing import sabotaged\nBad = sabotaged({kind}, {how!r})\n"
        (written / "spoiled.py").write_text(text)
        sys.modules.pop("spoiled", None)
    info = written / "new_ops-1.0.dist-info"
    shutil.rmtree(info, ignore_errors=True)
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: new-ops\nVersion: 1.0\n")
    place = "spoiled:Bad" if how else f"newops:{kind}"
    (info / "entry_points.txt").write_text(f"[veil.operators]\n{name} = {place}\n")
    return name


def people(project, rule, head=""):
    return project(PROJECT.format(rule=rule, head=head), {"people.csv": PEOPLE})


def leaks_of_blind_run(made, monkeypatch):
    """What `veil verify` finds in a release whose own run looked at nothing."""
    with monkeypatch.context() as blind:
        blind.setattr("veil.verify.verifier.Verifier.batch", lambda *_: Findings())
        assert made.run().quarantined == []
    session = made.session()
    return read_again(session, session.keys(lambda: "open sesame")).leaks


@pytest.mark.parametrize("kind", BAD)
def test_a_new_operator_that_gives_out_an_identifier_is_noticed_by_run_and_by_verify(
    project, monkeypatch, written, kind
):
    made = people(project, registered(monkeypatch, written, kind))
    assert leaks_of_blind_run(made, monkeypatch)
    shutil.rmtree(made.out)
    assert [what for what, _ in made.run().quarantined] == ["people file 1"]
    assert not (made.out / "people.csv").exists()


@pytest.mark.parametrize("kind", BAD)
def test_a_package_whose_operator_gives_out_an_identifier_is_noticed_by_run_and_by_verify(
    project, monkeypatch, written, kind
):
    made = people(project, packaged(written, kind), "plugins: [new-ops]\n")
    assert leaks_of_blind_run(made, monkeypatch)
    shutil.rmtree(made.out)
    assert [what for what, _ in made.run().quarantined] == ["people file 1"]


@pytest.mark.parametrize("kind", [*BAD, "NowAndThen"])
def test_no_identifier_is_released_where_rows_are_in_quarantine_and_not_tables(project, monkeypatch, written, kind):
    """An operator at fault costs the table; one that gives out some identifiers costs their rows."""
    made = people(project, packaged(written, kind), "plugins: [new-ops]\nverify: {strong: quarantine-rows}\n")
    [one] = {what for what, _ in made.run().quarantined}
    assert one == "people file 1"
    out = b"".join(made.bytes_out().values()).decode()
    values = [line.split(",") for line in PEOPLE.splitlines()[1:]]
    assert not any(value in out for row in values for value in row[:3])
    told = made.run().manifest["quarantined"]
    gone = {place["row"] for place in told[0]["places"]} if told[0].get("rows_only") else set(range(2, 14))
    assert len(out.splitlines()) == (13 - len(gone) if len(gone) < 12 else 0)
    assert (0 < len(gone) < 12) == (kind == "NowAndThen")


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("way", ["built in", "package"])
def test_a_new_operator_that_is_sabotaged_is_noticed_by_run_and_by_verify(project, monkeypatch, written, how, way):
    if way == "built in":
        import newops

        name = registered(monkeypatch, written, "Backwards")
        made = people(project, name)
        assert made.run().quarantined == []
        monkeypatch.setattr("newops.Backwards", sabotaged(newops.Backwards, how))
    else:
        name = packaged(written, "Backwards", how)
        made = people(project, name, "plugins: [new-ops]\n")
    shutil.rmtree(made.out, ignore_errors=True)
    assert leaks_of_blind_run(made, monkeypatch)
    shutil.rmtree(made.out)
    assert [what for what, _ in made.run().quarantined] == ["people file 1"]


def test_a_new_operator_that_is_sound_is_let_through(project, monkeypatch, written):
    made = people(project, registered(monkeypatch, written, "Backwards"))
    assert leaks_of_blind_run(made, monkeypatch) == []
    shutil.rmtree(made.out)
    assert made.run().quarantined == []


@pytest.mark.parametrize("kind", ["Same", "MostlySame"])
def test_check_plugin_refuses_an_operator_that_lets_values_stay(written, kind):
    name = packaged(written, kind)
    with pytest.raises(AssertionError, match="every value changes"):
        check_plugin("new-ops", {name: ["40100201", "40100203", "40100204"]}, about=ASKED["about"])


@pytest.mark.parametrize("how", HOWS)
def test_check_plugin_refuses_a_sabotaged_operator(written, how):
    name = packaged(written, "Backwards", how)
    with pytest.raises(AssertionError):
        check_plugin("new-ops", {name: ASKED["values"]})


def test_check_plugin_lets_a_sound_operator_through(written):
    name = packaged(written, "Backwards")
    assert check_plugin("new-ops", {name: ASKED["values"]})[name][0] == "10200104~"


CONDITIONAL = """profile: expert
tables:
  people:
    subject: patient_id
    columns:
      patient_id: pseudonym
      mrn:
        - {where: "n > 5", %s: {}}
        - keep
      ssn: drop
      n: keep
"""


@pytest.mark.parametrize("how", HOWS)
def test_a_sabotaged_operator_under_a_condition_is_noticed(project, monkeypatch, how):
    made = project(CONDITIONAL % "pseudonym", {"people.csv": PEOPLE})
    assert made.run().quarantined == []
    shutil.rmtree(made.out)
    from veil.operators.pseudonym import Pseudonym

    class Other(Pseudonym):
        """The tables' own ids are sound."""

        replace = sabotaged(Pseudonym, how).replace

    monkeypatch.setattr("veil.operators.pseudonym.Hash", Other)
    made = project(CONDITIONAL % "hash", {"people.csv": PEOPLE})
    assert [what for what, _ in made.run().quarantined] == ["people file 1"]


def test_an_operator_that_declares_a_form_is_refused_where_it_breaks_it():
    from dataclasses import dataclass
    from typing import ClassVar

    from veil.operators.promise import Promise
    from veil.operators.redact import Constant

    @dataclass(frozen=True)
    class Year(Constant):
        promise: ClassVar[Promise] = Promise(form=r"\d{4}")

    assert check_operator(lambda: Year("1999"), ["1", "2"]) == ["1999", "1999"]
    with pytest.raises(AssertionError, match="form"):
        check_operator(lambda: Year("19999"), ["1", "2"])


NOTES = "pid,text\np1,Pt Ottoline Fairbrass of Larkspur was seen by Dr. Whitlock on 04/12/2020; call 617-253-1000 or o.f@mail.org.\n"


@pytest.mark.parametrize("label", ["NAME", "LOCATION", "DATE", "PHONE", "EMAIL"])
def test_an_operator_that_gives_back_what_a_text_holds_masks_it(project, monkeypatch, written, label):
    name = registered(monkeypatch, written, "Same")
    tables = "tables: {t: {subject: pid, columns: {pid: pseudonym, text: scan}}}\n"
    made = project(f"profile: redact\nlabels: {{{label}: {name}}}\n" + tables, {"t.csv": NOTES})
    assert made.run().quarantined == []
    plain = project("profile: redact\n" + tables, {"t.csv": NOTES}, "plain")
    assert plain.run().quarantined == []
    assert (made.out / "t.csv").read_text().split(",", 2)[2] == (plain.out / "t.csv").read_text().split(",", 2)[2]
