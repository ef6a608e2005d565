"""Short texts in unfamiliar styles: what `veil find` masks and leaves, style by style and label by label.

Usage: python -m bench.unfamiliar [--seed N] [--texts N] [--leaks N] [--json FILE]

Fourteen styles (trails of access, telephones, boards of wards, pasted rows, chat, slips, labels, other English-speaking
countries, numbers and addresses in words), filled by a seed with words of no list. Seven (`read`) may be looked at for
leaks; seven (`kept`) were never looked at while anything was made. What counts is as in `bench.heldout`; a year of birth
that makes somebody older than 89 counts as such an age.
"""

from __future__ import annotations

from pathlib import Path

from bench.heldout import asked, families, report
from bench.unfamiliar_invent import KINDS

FOLDER = Path(__file__).parent / "unfamiliar_styles"
TEXTS = 60  # of each style


def main() -> None:
    summary = __doc__.splitlines()[0] if __doc__ else ""
    report(asked("bench.unfamiliar", summary, TEXTS), families(FOLDER), KINDS)


if __name__ == "__main__":
    main()
