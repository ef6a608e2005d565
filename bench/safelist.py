"""The safelist beside the default and philter-lite, each as a command, on the same notes.

Usage: python -m bench.safelist [CORPUS ...]     one table; ends with 1 where CI=true and the peer is missing.
"""

from __future__ import annotations

import sys

from bench.corpora import NO_REAL_GOLD, PEERS, give_up, must_prove
from bench.detect import COLUMNS, VEIL, is_here, measure, shown
from bench.machine import machine

SAFELIST = f"{VEIL} --safelist"
PHILTER = "philter_lite06"
NOT_READ = ("outis-name-contrast", "outis-context")  # while the safe words were chosen
CORPORA = ("aci-visit-notes", "seeded-mtsamples", "asq-phi", "mtsamples-clean", *NOT_READ)


def main(names: list[str]) -> None:
    if not PEERS.exists():
        give_up("the harness of the peers is not beside the checkout (../shared/peers)")
    print(f"{machine()}\n{NO_REAL_GOLD}\n")
    print(f"{'corpus':<20} {'system':<28} {'read':>5} " + " ".join(f"{title:>12}" for _, title in COLUMNS))
    systems = [VEIL, SAFELIST, *([PHILTER] if is_here(PHILTER) else [])]
    for name in names or CORPORA:
        print(f"{name}: {'not read' if name in NOT_READ else 'read'} while the safe words were chosen")
        for system in systems:
            found = measure(name, system)
            print(
                f"{name:<20} {system:<28} {found['size']:>5.0f} "
                + " ".join(f"{shown(found[key]):>12}" for key, _ in COLUMNS),
                flush=True,
            )
    if PHILTER not in systems:
        print(f"not measured: {PHILTER} is not on this machine (../shared/peers/setup.sh builds it)")
        sys.exit(1 if must_prove() else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
