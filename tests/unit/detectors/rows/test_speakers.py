"""Who begins line after line of a chat."""

from __future__ import annotations

import pytest

from veil.detectors.rows.speakers import Speakers
from veil.lexicon.language import english

SPEAKERS = Speakers(english())


def speakers(text: str) -> list[str]:
    return [text[start:end] for start, end in SPEAKERS.more(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Brolavik: hi\nQuenvel: yes\nBrolavik: ok", ["Brolavik", "Quenvel", "Brolavik"]),
        ("[10:42] Orla Quenvel: hi\n[10:43] Orla Quenvel: ok", ["Orla Quenvel", "Orla Quenvel"]),
        ("jquenvel: bump\nrvbrola: yes\njquenvel: ok", ["jquenvel", "rvbrola", "jquenvel"]),
    ],
)
def test_a_name_that_speaks_twice_is_found(text: str, found: list[str]) -> None:
    assert speakers(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Plan: rest\nExam: normal\nPlan: home",
        "Patient: I hurt\nDoctor: where\nPatient: here",
        "Neuro: intact\nCardiac: regular\nNeuro: same",
        "Brolavik: once and no more",
    ],
)
def test_a_heading_or_a_role_is_none(text: str) -> None:
    assert speakers(text) == []
