"""Short texts in unfamiliar styles: what identifies is found, and what stands beside it stays."""

from __future__ import annotations

import pytest

from veil.detectors.scanner import standard

SCANNER = standard()
SHOWN = frozenset({"AGE", "TIME", "WEEKDAY", "STATE", "PROFESSION"})


def masked(text: str) -> list[str]:
    return [text[span.start : span.end] for span in SCANNER.find([text])[0] if span.label not in SHOWN]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("thanks @okafor_rn for the swap", ["okafor_rn"]),
        ("WARN auth: login failed for jquenvel from console, build 7.12.4", ["jquenvel"]),
        ("print job done, user=quenvel_j rc=0 retries=2", ["quenvel_j"]),
        ("pls bleep me 33917 if sbp <90", ["33917"]),
        ("Drain out soon. Call Brolavik at 30257 with questions.", ["Brolavik", "30257"]),
        ("pg 41188 for Quenvel", ["41188", "Quenvel"]),
        ("copy to doctor Quenvel, that is Q-U-E-N-V-E-L, please", ["Quenvel", "Q-U-E-N-V-E-L"]),
        ("born the third of May nineteen forty-seven, no fever", ["third of May nineteen forty-seven"]),
        ("her mum, who is ninety-three and well, came", ["ninety-three"]),
        ("a 1931-born retired cook", ["1931"]),
        ("BED/NAME/AGE/JOBS\n4W11/Quenvel/95/bloods\n4W12/Brolavik/41/CT", ["Quenvel", "95", "Brolavik"]),
        ("| Surname | Quenvel |\n| Forename | Orla |\n| Language | Tagalog |\n| Diet | soft |", ["Quenvel", "Orla"]),
        ("will recheck later. - KQ", ["KQ"]),
        ("Orla Quenvel, M.D.\nOQ:mk\ncc: file", ["Orla Quenvel", "OQ:mk"]),
        ("PPS 1690773E, BP 120/80", ["1690773E"]),
        ("Seen by Quenvel MD for a cough", ["Quenvel"]),
    ],
)
def test_what_identifies_is_found(text: str, found: list[str]) -> None:
    got = masked(text)
    assert [value for value in found if value not in got] == []


@pytest.mark.parametrize(
    "text",
    [
        "INFO job done, ver=2.5.1 rc=0 took=49ms",
        "meds given @home and pain @rest",
        "BP 130/90/laying, HR 88",
        "Plan for today: repeat labs. - CT",
        "A-B-C approach, then S-O-A-P note",
        "Skin closed with 4-0 Monocryl and 0.25% Marcaine",
        "Surname\tForename\tDOB\tGP",
        "BNP 300 pg 20 units",
        "SOB 3/12, worse with exertion",
        "Ddx: Osler-Weber-Rendu, Ehlers-Danlos",
    ],
)
def test_what_stands_beside_it_stays(text: str) -> None:
    assert masked(text) == []
