"""What tests of single rows in quarantine ask of a release."""

from __future__ import annotations

import json

from tests.conftest import PASSPHRASE

from veil.jobs.checks.verify_release import read_again
from veil.jobs.reversal.reverse import open_reversal, reverse

ALONE = "rows: {broken: quarantine-rows}\n"


def manifest(made):
    return json.loads((made.out / "veil-manifest.json").read_text())


def rows_of(made):
    """What is in quarantine: label, code, rows, whether the others are in the release."""
    return [
        (
            one["what"],
            one["code"],
            [(place["row"], place["column"]) for place in one.get("places", [])],
            one.get("rows_only", False),
        )
        for one in manifest(made)["quarantined"]
    ]


def check_whole(made, tmp_path):
    """The release agrees with its input and can be brought back; answers the folder that came back, and its record."""
    session = made.session()
    keys = session.keys(lambda: PASSPHRASE)
    assert read_again(session, keys).leaks == []
    reversal = open_reversal(made.file)
    back = reverse(reversal, reversal.keys(lambda: PASSPHRASE), "a test", tmp_path / "back").out
    return back, json.loads((back / "veil-reverse.json").read_text())
