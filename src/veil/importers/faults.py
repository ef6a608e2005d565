"""Faults: what was measured of Cleared 0.4.11, by number, and what the same line means here; see docs/how-to/from-cleared.md."""

from __future__ import annotations

import re

FAULTS = {
    1: "the pseudonym reveals nothing about the original id; Cleared numbered ids in order, which revealed their rank",
    2: "a column without a rule stops the run; Cleared passed it unchanged without a warning",
    3: "all dates of a person are shifted by the same amount, whatever the order of rules; in Cleared a date after its id had another shift",
    4: "the shift is never 0; Cleared could release true dates",
    5: "a null id stays null and belongs to no patient; in Cleared the table failed, or `nan` became a patient",
    6: "cells are text: leading zeros, `NA` and large numbers come back as they were; Cleared let pandas guess",
    7: "a database is refused here at once; in Cleared it was accepted and failed in the run",
    8: "`veil verify` reads every column, and exits 0 only where nothing is wrong",
    9: "a missing table may be skipped, but no table at all is an error; in Cleared it was a success",
    10: "the output is written completely and verified, or not at all, and its reversal data is stored with it",
    11: "nothing depends on the order of tables or rules; Cleared read `depends_on`, `name` and `suffix` and did nothing with them",
    12: "an override of a key that does not exist is an error; Cleared could ignore it silently",
    13: "`global_uids` (from `cleared init`) is not a key of Cleared, and is left out",
    14: "dates keep their written form; `1950` stays a year; what is no date is emptied and counted",
    15: "ends of months cannot move back exactly by months or years; what differs is kept, sealed",
    16: "a condition compares columns with literals and runs no code; it reads cells as they were before any rule",
    17: "casts and conditions do not depend on the version of pandas; a cell that cannot be cast is emptied and counted",
    18: "every manifest names the version that made it; Cleared said 0.0.0 or 0.1.0",
}


SHORT = {
    1: "tells nothing of the original",
    2: "no rule, no pass",
    3: "one shift a person",
    4: "never 0",
    5: "null stays null",
    9: "no table at all is an error",
    10: "whole and verified, or not at all",
    11: "the order changes nothing",
    14: "its written form stays",
    15: "ends of months are kept, sealed",
    16: "runs no code",
    17: "what cannot be cast is counted",
}


def safer(*numbers: int) -> str:
    """The comment beside a line."""
    return "safer: " + ", ".join(f"{SHORT[number]} ({number})" for number in numbers)


def faults_in_full(lines: list[str]) -> list[str]:
    """The faults that lines speak of, in full, with those that hold for any project."""
    numbers = {int(number) for line in lines for number in re.findall(r"\((\d+)\)", line.partition("   # ")[2])} | {
        6,
        8,
        12,
        18,
    }
    return [f"#   ({number}) {FAULTS[number]}" for number in sorted(numbers) if number in FAULTS]
