"""Places: stand-ins for towns, streets, addresses and hospitals; a state stays."""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from veil.keys import Keys
from veil.lexicon.places import countries, states, surrogate_cities
from veil.operators.base import Outcome, by_distinct, one_of, outcome
from veil.operators.generalize import zip_list
from veil.operators.kept_words import word_set, words
from veil.operators.promise import ALONE, Promise
from veil.operators.street_words import street_key

KINDS = ("place", "city", "street", "organization")
_WORD = re.compile(r"[^\W\d_][\w'’.\-]*")
_DIGITS = re.compile(r"\d+")
_ZIP = re.compile(r"(?:^|(?<=[\s,]))\d{5}(?:-\d{4})?\s*$")
_LAST_WORDS = [re.compile(rf"(?:^|(?<=[\s,]))([A-Za-z]+(?: [A-Za-z]+){{{n}}})[\s,]*$") for n in (2, 1, 0)]
_STREET = re.compile(r"^\s*(?:\d+|p\.?\s?o\.?\s?box\b)", re.IGNORECASE)
_SPLIT = re.compile(r"([,\n]+\s*)")


@dataclass(frozen=True, slots=True)
class Place:
    """Replaces each place by a surrogate, chosen with the key for the folded value within its domain.

    Shape:   `kind`: `city`; `street` (number, name and kind of street, unit); `organization` (hospital, clinic,
             ward, employer); `place`: an address in one line, a street or a town, as it looks. A value without a
             letter or digit is unread.
    Keeps:   state and country; kinds of streets and of institutions; case; how many digits a number has. Of a ZIP
             code its first three digits, where they may be shown, then 00.
    """

    kind: str = "place"
    name: ClassVar[str] = "surrogate"
    derives: ClassVar[bool] = True
    reversible: ClassVar[bool] = False

    @property
    def promise(self) -> Promise:
        """A state or a country in the place of a town stays; a few stand-ins are drawn from short lists."""
        return Promise(stays=_are_wide, by_chance=True, asks=ALONE, stand_ins=True)

    def __post_init__(self) -> None:
        one_of(self.name, "kind", self.kind, KINDS)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """Shape: n -> n; null stays null. Errors: KeyringError `keys-missing`."""
        del about
        draw = Draw(keys.secret("surrogate", "place"))
        make: dict[str, Callable[[str], str]] = {
            "city": draw.town,
            "street": draw.street,
            "organization": draw.organization,
            "place": draw.place,
        }
        way = make[self.kind]

        def shown(value: str | None) -> str | None:
            return way(value) if value is not None and re.search(r"\w", value) else None

        return outcome(values, by_distinct(values, shown))


def _are_wide(values: pa.Array) -> pa.BooleanArray:
    return pa.array([_is_state(value.strip()) for value in values.to_pylist()], pa.bool_())


class Draw:
    """Draws from lists by the key; equal folded values draw the same."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def number(self, *parts: str) -> int:
        folded = [" ".join(part.casefold().split()).encode() for part in parts]
        whole = b"".join(struct.pack(">I", len(part)) + part for part in folded)
        return int.from_bytes(hmac.digest(self._secret, whole, hashlib.sha256)[:8], "big")

    def choice(self, names: Sequence[str], *parts: str) -> str:
        """One of the names, never the last part itself."""
        at = self.number(*parts)
        own = parts[-1].casefold()
        return next((name for i in range(3) if (name := names[(at + i) % len(names)]).casefold() not in own), names[0])

    def digits(self, shown: str, *parts: str) -> str:
        """Another number of as many digits, without a leading zero unless the first had one."""
        count = min(len(shown), 18)
        low = 0 if shown.startswith("0") or count == 1 else 10 ** (count - 1)
        size = 10**count - low
        at = self.number("digits", shown, *parts) % size
        if low + at == int(shown[:count]):
            at = (at + 1) % size
        return f"{low + at:0{count}}{'0' * (len(shown) - count)}"

    def town(self, value: str) -> str:
        """Another town, also for one that is called like a state or a country: Jamaica, Lebanon, Washington."""
        return _cased(self.choice(surrogate_cities(), "city", value), value)

    def city(self, value: str) -> str:
        if value.strip().casefold() in states() or value.strip() in states() or value.strip().casefold() in countries():
            return value
        return self.town(value)

    def street(self, value: str) -> str:
        """The numbers and the name of the street, exchanged.

        Keeps:   an address has one surrogate, whichever way its street is abbreviated (`12 Larkspur Lane`, `12 LARKSPUR LN`);
                 the kind of a street alone (`Highway`, in a part of its own) gets a name too, and never stays as it was.
        """
        key = street_key(value)
        numbered = _DIGITS.sub(lambda match: self.digits(match.group(), key), value)
        run: list[re.Match[str]] = []
        for match in _WORD.finditer(numbered):
            stays = len(match.group()) == 1 or _is_beside(match.group())
            if stays and run:
                break
            if not stays:
                run.append(match)
        if not run:
            named = _cased(self.choice(words("streets"), "street", key), value.strip())
            return numbered if numbered != value else f"{named} {value}"
        own = numbered[run[0].start() : run[-1].end()]
        name = _cased(self.choice(words("streets"), "street", key), own)
        return numbered[: run[0].start()] + name + numbered[run[-1].end() :]

    def organization(self, value: str) -> str:
        """A town's name before the words that say what kind of house it is."""
        found = list(_WORD.finditer(value))
        own = [match for match in found if match.group().casefold().rstrip(".") not in word_set("beside_house")]
        town = self.choice(surrogate_cities(), "organization", value)
        if not own or len(own) == len(found):
            return f"{town} Medical Center" if own or not found else _cased(f"{town} {value}", value)
        first, last = own[0], own[-1]
        return value[: first.start()] + _cased(town, first.group()) + value[last.end() :]

    def place(self, value: str) -> str:
        if _ZIP.fullmatch(value) or not _STREET.match(value):
            return self._towns(value)
        first, *rest = _SPLIT.split(value, maxsplit=1)
        return self.street(first) + (rest[0] + self._towns(rest[1]) if rest else "")

    def _towns(self, value: str) -> str:
        """`Boston, MA 02139`: the town goes, the state stays, the ZIP code keeps what may be shown."""
        code = _ZIP.search(value)
        rest, tail = (value[: code.start()], _shown_zip(code.group())) if code else (value, "")
        ends = (pattern.search(rest) for pattern in _LAST_WORDS)
        state = next((match for match in ends if match and _is_state(match.group(1))), None)
        if state is not None:
            rest, tail = rest[: state.start()], rest[state.start() :] + tail
        town = rest.rstrip(" ,\n")
        return (self.city(town) if town else "") + rest[len(town) :] + tail


def _is_beside(word: str) -> bool:
    """Whether a word says what kind of street or unit it is, long or short."""
    folded = word.rstrip(".").casefold()
    return folded in word_set("beside_street") or street_key(folded) in word_set("beside_street")


def _is_state(word: str) -> bool:
    return word in states() or word.casefold() in states() or word.casefold() in countries()


def _shown_zip(value: str) -> str:
    first = "000" if value[:3] in zip_list().withheld else value[:3]
    return f"{first}00" + ("-0000" if "-" in value else "")


def _cased(name: str, shown: str) -> str:
    if shown.isupper() and len(shown) > 1:
        return name.upper()
    return name.lower() if shown.islower() else name
