"""The published examples of other services come out exactly as their users know them, by the shipped defaults."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from veil.jobs.texts.texts import deidentify

CONTRACTS = Path(__file__).resolve().parents[3] / "shared" / "contracts"
pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not CONTRACTS.exists(), reason="the contracts are not beside the checkout"),
]


def blocks(name: str) -> list[str]:
    return re.findall(r"```text\n(.*?)```", (CONTRACTS / name).read_text(encoding="utf-8"), re.DOTALL)


def found(text: str, *options: str) -> list[tuple[str, str]]:
    done = subprocess.run(
        [Path(sys.executable).with_name("veil"), "find", "--jsonl", *options],
        input=json.dumps({"id": "1", "text": text}) + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [(span["label"], text[span["start"] : span["end"]]) for span in json.loads(done.stdout)["spans"]]


def test_the_sample_note_of_detectphi_has_its_date_and_its_age_and_neither_false_hit() -> None:
    note = blocks("detectphi.md")[0]
    assert found(note, "--all") == [("DATE", "12/04/2012"), ("AGE", "48")]
    assert found(note) == [("DATE", "12/04/2012")]


def test_the_example_of_the_rest_service_becomes_what_its_readme_says() -> None:
    before, after = blocks("rest.md")[:2]
    text = before.rstrip("\n")
    for label, words in reversed(found(text, "--all")):
        head, _, tail = text.rpartition(words)
        text = f"{head}[{label}]{tail}"
    assert text == after.rstrip("\n")


def test_the_short_example_of_the_rest_service_by_the_python_door() -> None:
    answer = deidentify(["Patient John Smith SSN 123-45-6789"])[0]
    assert answer == "Patient [NAME] SSN [SSN]"
