"""Notes made to hang a program: one line of megabytes, thousands of names, runs of signs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from veil.jobs.texts.notes import notes_session

HOSTILE = {
    "one word without end": "a" * 8_000,
    "digits without end": "9" * 8_000,
    "a title again and again": " Dr. Smith " * 400,
    "addresses that never end": "a.b-" * 2_000,
    "names that all differ": " ".join(
        f"Dr. {chr(65 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676 % 26)}o," for i in range(1_000)
    ),
    "open brackets": "([{<" * 2_000,
    "dates without end": "1/2/2020-" * 800,
}


def _seconds(folder: Path, text: str) -> float:
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "note.txt").write_text(text)
    session = notes_session(folder / "in", folder / "out", "safe-harbor")
    begun = time.process_time()
    assert session.run(session.keys()).exit_code in (0, 8)
    return time.process_time() - begun


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_note_takes_time_linear_in_its_length(tmp_path: Path, what: str) -> None:
    _seconds(tmp_path / "warm", "warm")
    short = _seconds(tmp_path / "short", HOSTILE[what])
    long = _seconds(tmp_path / "long", HOSTILE[what] * 8)
    assert long < 8 * 2.5 * short + 1.0, f"8 times the text took {long / short:.1f} times as long"
