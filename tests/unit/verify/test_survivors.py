"""A weak word of the patient counts where it is written as a name, and nowhere else."""

from __future__ import annotations

import pytest

from veil.model import Known, Label
from veil.verify.survivors import Probe


@pytest.mark.parametrize(
    ("value", "text", "count"),
    [
        ("Will", "Will came. Call Will.", 2),
        ("Will", "will come, and will stay", 0),
        ("Will", "WILL was seen; Will's mother will call", 2),
        ("may", "May was admitted in may", 1),
        ("MAY", "it may be that May may go", 1),
        ("de la Cruz", "seen by de la Cruz, de la cruz is no name here", 1),
        ("New  Reading", "moved to New\nReading; a new reading was taken", 1),
        ("Groß", "GROSS came; eine gross Narbe", 1),
        ("李", "李 came", 1),
        ("Will", "Willow and Goodwill stay", 0),
    ],
)
def test_a_weak_word_counts_with_a_capital(value, text, count):
    probe = Probe([Known("given_name", value, Label.NAME, "weak")])
    assert sum(one.count for one in probe.survivors(text)) == count


@pytest.mark.parametrize("text", ["whitlock came", "WHITLOCK came", "Whitlock's chart"])
def test_a_strong_word_counts_in_any_case(text):
    probe = Probe([Known("family_name", "Whitlock", Label.NAME, "strong")])
    assert [(one.strength, one.count) for one in probe.survivors(text)] == [("strong", 1)]


@pytest.mark.parametrize(
    ("value", "text", "seen"),
    [
        ("0001201", "BNP 1201", [("weak", 1)]),
        ("0001201", "MRN 0001201 seen", [("strong", 1)]),
        ("0001201", "1201", [("weak", 1)]),
        ("0001201", "00001201", [("weak", 1)]),
        ("00-4127-7", "no. 41277", [("strong", 1)]),
        ("41277", "ratio 412.77", [("weak", 1)]),
        ("41277", "41277.0", [("strong", 1)]),
        ("41277", "id 41277. Next", [("strong", 1)]),
        ("6172531000", "call 617.253.1000", [("strong", 1)]),
        ("41277", "4.1277 and 41277", [("strong", 1), ("weak", 1)]),
        ("41277", "141277.5", []),
        ("A12345", "a-12345", []),
    ],
)
def test_a_measured_value_that_is_equal_by_chance_is_weak(value, text, seen):
    probe = Probe([Known("number", value, Label.MRN, "strong")])
    assert [(one.strength, one.count) for one in probe.survivors(text)] == seen


def test_a_weak_number_stays_weak():
    probe = Probe([Known("zip", "01201", Label.ZIP, "weak")])
    for cell in ("1201", "01201", " 1201.0 "):
        assert [(one.strength, one.count) for one in probe.survivors(cell)] == [("weak", 1)]
    for text in ("1201 cells", "12010", "12.01", "1200"):
        assert probe.survivors(text) == []
