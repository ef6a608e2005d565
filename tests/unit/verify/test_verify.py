"""Situations of verify: what it sees by means of its own, and what it lets be."""

import datetime as dt

import pytest

from veil.model import Known, Label
from veil.policy.plan import Plan
from veil.policy.profile import read_profile
from veil.verify import Probe
from veil.verify.stand_ins import is_ours
from veil.verify.text_comparison import TextComparison


def plan(profile):
    return Plan(
        "x",
        profile,
        "none",
        "p",
        "en-US",
        dt.date(2026, 6, 30),
        read_profile(profile).labels,
        (),
        (),
        {},
        None,
        {},
    )


EXPERT, REDACT = TextComparison(plan("expert")), TextComparison(plan("redact"))


@pytest.mark.parametrize(
    ("reading", "before", "after", "code"),
    [
        (REDACT, "SSN 123-45-6789.", "SSN [SSN].", ""),
        (REDACT, "SSN 123-45-6789.", "SSN 123-45-6789.", "residual-pattern"),
        (REDACT, "SSN 123-45-6789.", "SSN 1[SSN]", "torn"),
        (EXPERT, "Call 617-253-1000", "Call 555-786-0805", ""),
        (EXPERT, "Call 617-253-1000", "Call 617-253-1000", "residual-pattern"),
        (EXPERT, "Call 555-253-1000", "Call 555-253-1000", ""),
        (REDACT, "Dr. Harrington came", "Dr. [NAME] came", ""),
        (REDACT, "Dr. Harrington came", "Dr. Harrington came", "residual-name"),
        (EXPERT, "Dr. Wong and Dr. Leigh", "Dr. Leigh and Dr. Wong", ""),
        (EXPERT, "Dr. Wong and Dr. Leigh", "Dr. Barr and Dr. Leigh", "residual-name"),
        (REDACT, "Dr. Harrington came", "Dr. H[NAME]came", "torn"),
        (EXPERT, "John Smith came", "JMarcus Homan came", "torn"),
        (EXPERT, "Dr. Harrington", "Dr. Htrevizo", "torn"),
        (REDACT, "seen 04/12/2020", "seen [DATE]", ""),
        (REDACT, "seen 04/12/2020", "seen 04/12/2020", "residual-date"),
        (EXPERT, "seen 04/12/2020", "seen 06/01/2020", ""),
        (REDACT, "ratio 4/12, BP 120/80", "ratio 4/12, BP 120/80", ""),
    ],
)
def test_a_text_is_read_by_other_means_than_the_detectors(reading, before, after, code):
    assert reading.left(before, after) == code


KNOWN = [
    Known("family_name", "Quackenthorpe", Label.NAME, "strong"),
    Known("family_name", "May", Label.NAME, "weak"),
    Known("number", "00-4127-7", Label.MRN, "strong"),
    Known("birth_date", "1941-03-17", Label.DATE, "weak"),
]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("QUACKENTHORPE's arm", [("family_name", "strong")]),
        ("Quackenthorpes", [("family_name", "strong")]),
        ("Quackenthorpeling", []),
        ("no. 41277", [("number", "strong")]),
        ("no. 0041277,", [("number", "strong")]),
        ("no. 4 12 77", [("number", "strong")]),
        ("no. 1412770", []),
        ("born 1941-03-17", []),
        ("", []),
    ],
)
def test_a_known_identifier_is_seen_however_it_is_written(text, seen):
    assert [(one.kind, one.strength) for one in Probe(KNOWN).survivors(text)] == seen


@pytest.mark.parametrize(
    ("value", "label", "ours"),
    [
        ("[SSN]", Label.SSN, True),
        ("123-45-6789", Label.SSN, False),
        ("(555) 786-0805", Label.PHONE, True),
        ("617-253-1000", Label.PHONE, False),
        ("6555-786-0805-1", Label.PHONE, False),
        ("person-kbdp76syy2@example.org", Label.EMAIL, True),
        ("jperson-kbdp76syy2@hospital.org", Label.EMAIL, False),
        ("192.0.2.7", Label.IP, True),
        ("10.0.0.7", Label.IP, False),
        ("687ncmy02dncev7gz2y95f711b", Label.MRN, True),
        ("41277", Label.MRN, False),
    ],
)
def test_our_own_stand_ins_are_told_from_their_form(value, label, ours):
    assert is_ours(value, label) is ours
