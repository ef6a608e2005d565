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
