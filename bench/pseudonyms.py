"""Ten million distinct ids, dense and sparse: are their pseudonyms unique, and do they tell anything of the ids?

Usage: python -m bench.pseudonyms [IDS]     ends with 1 where two ids share a pseudonym or a correlation is no chance.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bench.machine import machine
from veil.keys import Keys, integers, pseudonyms

IDS = 10_000_000
STEP = 1_000_000
SYMBOLS = 12  # of a text pseudonym, 5 bits each: distinct in these, distinct as a whole
CHANCE = 6  # standard deviations: what chance alone does not reach
Way = Callable[[pa.Array, Keys, str], pa.Array]
Numbers = npt.NDArray[np.int64]
KEYS = Keys.from_secret(bytes(range(32)))
OTHER = Keys.from_secret(bytes(range(1, 33)))


def dense(count: int) -> Numbers:
    return np.arange(1, count + 1, dtype=np.int64)


def sparse(count: int) -> Numbers:
    """Distinct, in order, spread over fifteen digits: what a text pseudonym of the common length holds."""
    gaps = np.random.default_rng(11).integers(1, 19 * 10**14 // count, count)
    return np.cumsum(gaps)


@dataclass(frozen=True, slots=True)
class Answer:
    """The pseudonyms as numbers that sort as they do, their lengths, and the nanoseconds of CPU each took."""

    numbers: Numbers
    lengths: Numbers
    each: float


def answer(ids: Numbers, way: Way, keys: Keys) -> Answer:
    numbers, lengths, spent = [], [], 0.0
    for at in range(0, len(ids), STEP):
        values = pa.array(ids[at : at + STEP]).cast(pa.large_string())
        begun = time.process_time()
        made = way(values, keys, "person_id")
        spent += time.process_time() - begun
        lengths.append(pc.utf8_length(made).to_numpy(zero_copy_only=False).astype(np.int8))
        numbers.append(pc.cast(made, pa.int64()).to_numpy() if way is integers else _leading(made))
    return Answer(np.concatenate(numbers), np.concatenate(lengths), 1e9 * spent / len(ids))


def _leading(made: pa.Array) -> Numbers:
    """The first symbols as one number; the alphabet is in the order of its bytes."""
    alphabet = np.frombuffer(b"0123456789abcdefghjkmnpqrstvwxyz", np.uint8)
    places = np.zeros(256, np.int64)
    places[alphabet] = np.arange(32)
    cut = pc.utf8_slice_codeunits(made, 0, SYMBOLS)
    symbols = np.frombuffer(b"".join(cut.cast(pa.large_binary()).to_pylist()), np.uint8).reshape(len(made), SYMBOLS)
    number = np.zeros(len(made), np.int64)
    for column in range(SYMBOLS):
        number = number * 32 + places[symbols[:, column]]
    return number


def correlation(one: npt.NDArray[np.generic], other: npt.NDArray[np.generic]) -> float:
    """Of numbers that do not vary there is none to see: 0."""
    left, right = np.asarray(one, np.float64), np.asarray(other, np.float64)
    spread = float(left.std() * right.std())
    return float(((left - left.mean()) * (right - right.mean())).mean() / spread) if spread else 0.0


def ranks(numbers: Numbers) -> npt.NDArray[np.int32]:
    found = np.empty(len(numbers), np.int32)
    found[np.argsort(numbers)] = np.arange(len(numbers), dtype=np.int32)
    return found


def leading_digit(numbers: Numbers) -> Numbers:
    size = 10 ** np.floor(np.log10(np.maximum(numbers, 1))).astype(np.int64)
    return numbers // size


def measure(name: str, ids: Numbers, way: Way, bits: int) -> bool:
    """Print one line; whether all is as chance would have it."""
    count = len(ids)
    mine = answer(ids, way, KEYS)
    unique = bool((np.diff(np.sort(mine.numbers)) != 0).all())
    place = ranks(mine.numbers)
    lengths = np.floor(np.log10(ids)).astype(np.int64)
    found = {
        "rank": correlation(np.arange(count), place),
        "next id": correlation(place[:-1], place[1:]),
        "length": correlation(lengths, mine.lengths),
        "prefix": correlation(leading_digit(ids), mine.numbers),
    }
    same = int((mine.numbers == answer(ids, way, OTHER).numbers).sum())
    good = unique and all(abs(one) < CHANCE / count**0.5 for one in found.values()) and same <= 5 + 2 * count / 2**bits
    told = ", ".join(f"{what} {value:+.5f}" for what, value in found.items())
    state = "unique" if unique else "NOT UNIQUE"
    chance = f"same under another key: {same} ({count / 2**bits:.1g} by chance)"
    print(f"{name:<16} {state}; {told}; {mine.each:.0f} ns each; {chance}{'' if good else '; FAILED'}", flush=True)
    return good


def main(count: int) -> None:
    print(machine())
    print(
        f"{count:,} distinct ids; correlations with their pseudonyms, of which chance gives some {1 / count**0.5:.5f}"
    )
    ways: tuple[tuple[str, Way, int], ...] = (("text", pseudonyms, 5 * SYMBOLS), ("integer", integers, 53))
    good = [
        measure(f"{kind}, {name}", ids(count), way, bits)
        for name, ids in (("dense", dense), ("sparse", sparse))
        for kind, way, bits in ways
    ]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else IDS)
