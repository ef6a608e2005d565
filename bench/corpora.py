"""The open corpora and the peers beside the checkout: where they are, and what a bench does without them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

SHARED = Path(__file__).resolve().parents[2] / "shared"
CORPORA = SHARED / "corpora"
PEERS = SHARED / "peers"
NO_REAL_GOLD = (
    "No open set of real English notes with real gold exists: these figures are of synthetic or edited texts."
)


def must_prove() -> bool:
    """Whether a proof that cannot be made is a failure."""
    return os.environ.get("CI", "").lower() == "true"


def give_up(what: str) -> NoReturn:
    """Say what is missing and end; a failure where `CI=true`."""
    print(f"not measured: {what}")
    sys.exit(1 if must_prove() else 0)


def corpus(name: str) -> Path:
    path = CORPORA / name
    if not path.exists():
        give_up("the open corpora are not beside the checkout (../shared/corpora)")
    return path
