"""Verify seeks the strong kinds of identifiers by means of its own: with the run's detectors blinded it still finds them."""

import dataclasses

import pytest

from veil.detectors.patterns import Patterns
from veil.jobs.checks.verify_release import read_again
from veil.policy.plan import Plan
from veil.verify.text_comparison import TextComparison

PLANTED = [
    ("ssn", "Her number is 123-45-6789 ok"),
    ("ssn", "SSN: 123456789, seen again"),
    ("ssn", "social security number 219 09 4821 was given"),
    ("email", "write to quentin.x+labs@mailbox.org today"),
    ("email", "contact: o_k@quennell-lane.co.uk"),
    ("phone", "call (617) 253-1000 after noon"),
    ("phone", "617.253.1000 is the neighbour's"),
    ("phone", "cell 6172531000"),
    ("phone", "Tel: +16172531000"),
    ("url", "see https://mailbox.org/u/118 for more"),
    ("url", "on www.quennell-family.net she wrote"),
    ("ip", "logged in from IP address 81.62.14.77"),
    ("ip", "ip: 62.12.100.4 was blocked"),
    ("mrn", "MRN: 00418813 was merged"),
    ("mrn", "medical record number 4188130 in the chart"),
]
SOUND = [
    "BP 120/80, pulse 72, weight 123.45 kg, score 2020-1234",
    "glucose 103 45 6789 counts",
    "version 1.2.3.4 of the form",
    "dose 5000000 units",
    "sample 617-25-31 of lot 6172531000",
    "took 50 mg at 10:30",
    "ICD-10 E11.9, LOINC 2345-7, NDC 0002-0505-01",
    "hemoglobin 13.5; platelets 250000",
    "section 3.1.2.7 applies",
    "see www and http",
]
TABLE = "profile: redact\ndetectors: [patterns]\ntables: {t: {columns: {id: keep, remark: scan}}}\n"


def rows(texts):
    quoted = [text.replace('"', '""') for text in texts]
    return "id,remark\n" + "".join(f'r{number},"{text}"\n' for number, text in enumerate(quoted))


def blinded(monkeypatch):
    monkeypatch.setattr(Patterns, "find", lambda _, texts, owners: [[] for _ in texts])


@pytest.mark.parametrize(("kind", "text"), PLANTED)
def test_a_planted_identifier_is_seen_though_the_detectors_are_blind(project, monkeypatch, kind, text):
    made = project(TABLE, {"t.csv": rows(["nothing to see", text])})
    with monkeypatch.context() as patched:
        blinded(patched)
        assert [what for what, _ in made.run().quarantined] == ["t file 1"], kind
        patched.setattr(
            "veil.verify.Verifier.batch", lambda *_: __import__("veil.verify", fromlist=["Findings"]).Findings()
        )
        assert made.run().quarantined == []  # it would have been released
    with monkeypatch.context() as patched:
        blinded(patched)
        session = made.session()
        leaks = read_again(session, session.keys(lambda: "open sesame")).leaks
    assert leaks and all(text not in place for place, _ in leaks)


def test_what_only_looks_like_one_does_not_cost_a_table(project, monkeypatch):
    made = project(TABLE, {"t.csv": rows(SOUND)})
    assert made.run().quarantined == []
    blinded(monkeypatch)
    assert made.run().quarantined == []


@pytest.mark.parametrize(("kind", "text"), PLANTED)
def test_a_kind_that_the_policy_keeps_is_not_sought(project, kind, text):
    from veil.model import Label
    from veil.policy.rules import Keep

    plan: Plan = project(TABLE, {"t.csv": rows(["x"])}).session().plan
    assert TextComparison(plan).left(text, text) == "residual-pattern"
    kept = dataclasses.replace(plan, labels=plan.labels | {Label(kind.upper()): Keep()})
    assert TextComparison(kept).left(text, text) != "residual-pattern"
    assert TextComparison(plan).left(text, "[GONE]") == ""
