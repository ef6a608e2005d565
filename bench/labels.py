"""Recall and precision of each kind of identifier on the open corpora, Veil beside Presidio and philter-lite.

Usage: python -m bench.labels [CORPUS ...]     one table; ends with 1 where CI=true and a peer is missing.

Shares of characters. *masked*: of this kind, under whatever label. *named*: masked and under a label of this kind. *right*:
of what was given a label of this kind, what is of this kind. philter-lite tells no labels that could be compared.
"""

from __future__ import annotations

import importlib
import json
import shlex
import subprocess
import sys
from collections import Counter
from typing import Any

from bench.corpora import NO_REAL_GOLD, PEERS, corpus, give_up, must_prove
from bench.detect import CAPS, SEEN, SYSTEMS, UNSEEN, command_of, is_here
from bench.machine import machine

KINDS = {
    "NAME": "NAME PERSON",
    "DATE": "DATE DATE_TIME",
    "AGE>89": "AGE_OVER_89",
    "LOCATION": "LOCATION ZIP ORGANIZATION",
    "CONTACT": "PHONE FAX EMAIL URL IP PHONE_NUMBER EMAIL_ADDRESS IP_ADDRESS",
    "ID": "SSN MRN HEALTH_PLAN ACCOUNT LICENSE VEHICLE DEVICE BIOMETRIC ID US_SSN US_DRIVER_LICENSE CREDIT_CARD "
    "US_BANK_NUMBER US_PASSPORT US_ITIN MEDICAL_LICENSE IBAN_CODE UK_NHS NRP CRYPTO",
}
KIND_OF = {label: kind for kind, labels in KINDS.items() for label in labels.split()}
NAMELESS = ("philter_lite06",)
Answer = list[tuple[int, int, str]]


def answers(system: str, records: list[dict[str, Any]]) -> list[Answer]:
    """What a system finds in each note: start, end, label."""
    lines = "".join(json.dumps({"id": one["id"], "text": one["text"]}) + "\n" for one in records)
    done = subprocess.run(shlex.split(command_of(system)), input=lines, capture_output=True, text=True, check=True)
    found = [json.loads(line)["spans"] for line in done.stdout.splitlines()]
    return [
        [(s["start"], s["end"], s["label"]) if isinstance(s, dict) else (s[0], s[1], str(s[2])) for s in spans]
        for spans in found
    ]


def counted(note: Any, answer: Answer, counts: Counter[tuple[str, str]]) -> None:
    """Adds the characters of one note."""
    said = [""] * note.length
    for start, end, label in answer:
        for i in range(max(0, start), min(end, note.length)):
            said[i] = KIND_OF.get(label, "?")
    for i in note.chars:
        kind = note.kind[i]
        if kind in KINDS:
            counts[kind, "all"] += 1
            counts[kind, "masked"] += bool(said[i])
            counts[kind, "named"] += said[i] == kind
        if said[i] in KINDS and (kind is None or kind in KINDS):
            counts[said[i], "said"] += 1
            counts[said[i], "right"] += kind == said[i]


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}" if whole else "-"


def main(names: list[str]) -> None:
    if not PEERS.exists():
        give_up("the harness of the peers is not beside the checkout (../shared/peers)")
    sys.path.insert(0, str(PEERS))
    score = importlib.import_module("score")
    labels = json.loads((PEERS / "labels.json").read_text())
    systems = [system for system in SYSTEMS if is_here(system)]
    print(f"{machine()}\n{NO_REAL_GOLD}\n")
    print(f"{'corpus':<20} {'system':<18} {'kind':<9} {'characters':>10} {'masked':>8} {'named':>8} {'right':>8}")
    for name in names or [*SEEN, *UNSEEN]:
        records = [json.loads(line) for line in corpus(f"{name}.jsonl").open(encoding="utf-8")]
        records = records[:: max(1, len(records) // CAPS[name])] if name in CAPS else records
        notes = [
            score.Note({"text": one["text"], "spans": one.get("spans", [])}, labels[name], score.IDENTIFYING)
            for one in records
        ]
        for system in systems:
            counts: Counter[tuple[str, str]] = Counter()
            for note, answer in zip(notes, answers(system, records), strict=True):
                counted(note, answer, counts)
            for kind in KINDS:
                whole, told = counts[kind, "all"], counts[kind, "said"]
                if whole:
                    named = (
                        ("-", "-")
                        if system in NAMELESS
                        else (share(counts[kind, "named"], whole), share(counts[kind, "right"], told))
                    )
                    print(
                        f"{name:<20} {system:<18} {kind:<9} {whole:>10,} {share(counts[kind, 'masked'], whole):>8} {named[0]:>8} {named[1]:>8}",
                        flush=True,
                    )
    missing = [system for system in SYSTEMS if system not in systems]
    for system in missing:
        print(f"not measured: {system} is not on this machine (../shared/peers/setup.sh builds it)")
    sys.exit(1 if missing and must_prove() else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
