"""Places: towns, counties and institutions in one text."""

from __future__ import annotations

import re
from typing import NamedTuple

from veil.detectors.tokens import JOINING_GAPS, Tokens, family_rank
from veil.lexicon.words import CITY, CLINICAL, EVERYDAY
from veil.model import Label


class FoundPlace(NamedTuple):
    """Words `first` to `last` (taken in) are a place."""

    first: int
    last: int
    score: float
    rule: str
    label: Label


class Places:
    """Reads the places of one text."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens, self.cues, self.names = tokens, tokens.cues, tokens.language.places
        self.bits_of, self.is_wordlike = tokens.bits_of, tokens.is_wordlike
        self.found: list[FoundPlace] = []
        self.taken: set[int] = set()

    def read(self) -> list[FoundPlace]:
        """All places: towns before states first, then institutions, then what a cue stands before."""
        tokens = self.tokens
        for i in tokens.capitals:
            if i and (tokens.words[i] in self.names.short or tokens.lower[i] in self.names.states_first):
                self._read_before_state(i, tokens.lower[i])
        for i, lower in enumerate(tokens.lower):
            if lower in self.cues.heads and self._heads(i, lower):
                self._read_facility(i)
        for i in tokens.capitals:
            self._read_capital(i, tokens.lower[i])
        towards, signed, keys = self.cues.towards_place, "@" in tokens.shown, self.cues.place_keys | self.cues.site_keys
        for i, lower in enumerate(tokens.lower):
            if (lower in towards or (signed and "@" in tokens.gap_behind(i))) and i + 1 < len(tokens):
                self._read_towards(i + 1)
            if lower in keys:
                self._read_key(i, lower)
        return self._with_towns()

    def _read_capital(self, i: int, lower: str) -> None:
        if lower in self.cues.counties and i:
            self._read_county(i)
        elif lower in self.cues.of_heads:
            self._read_of(i)
        elif lower in self.cues.known_sites:
            self._read_known(i, lower)
        elif lower in self.cues.orders or lower in self.cues.serves:
            self._read_order(i, lower)

    def _heads(self, i: int, lower: str) -> bool:
        """Whether word i is the head of an institution's name: `Hospital`, `Medical Center`, `clinic` behind a name."""
        tokens = self.tokens
        before = tokens.lower[i - 1] if i and tokens.gap(i) == " " else ""
        if not tokens.words[i][0].isupper():
            if lower in self.cues.offices and before and tokens.words[i - 1][0].isupper():
                return (
                    bool(self.bits_of(before) & CITY) or " ".join(tokens.lower[max(0, i - 2) : i]) in self.names.cities
                )
            return (
                lower in self.cues.facilities_small
                and bool(before)
                and tokens.words[i - 1][0].isupper()
                and before not in self.cues.generic
                and before not in self.cues.not_names
                and not tokens.begins(i - 1)
                and (bool(self.bits_of(before) & CITY) or not self.is_wordlike(before, self.bits_of(before)))
            )
        if lower in self.cues.facilities or before in self.cues.facility_pairs.get(lower, ()):
            return True
        return lower in self.cues.centers and i > 2 and tokens.gap(i - 1) == " " and self._is_own(i - 2)

    def _read_order(self, i: int, lower: str) -> None:
        """`Mercy Wexford`, `Wexford Regional`: on a line of its own, or behind `at` and `to`."""
        tokens = self.tokens
        first = last = i
        while (
            last + 1 < len(tokens)
            and last - first < 4
            and (self._goes_on(last + 1) or (tokens.gap(last + 1) == ". " and tokens.lower[last] in self.cues.saint))
        ):
            last += 1
        while first and i - first < 3 and tokens.gap(first) == " " and tokens.words[first - 1][0].isupper():
            first -= 1
        if (
            first == last
            or i not in {first, last}
            or ((i == first) != (lower in self.cues.orders) and (i == last) != (lower in self.cues.serves))
        ):
            return
        alone = self._is_alone(first, last)
        towards = first and tokens.lower[first - 1] in self.cues.sites_towards and tokens.gap(first) == " "
        plain = all(
            self.is_wordlike(tokens.lower[k], self.bits_of(tokens.lower[k])) for k in range(first, last + 1) if k != i
        )
        if (alone or towards) and not (plain and alone and i == last) and not tokens.line_is_loud(i):
            self._add(first, last, 0.65, "order", Label.ORGANIZATION)

    def _with_towns(self) -> list[FoundPlace]:
        """The places, a town behind `in` or a comma taken into the institution before it."""
        tokens = self.tokens
        for place in [place for place in self.found if place.label is Label.ORGANIZATION]:
            k = place.last + 1
            if (
                k < len(tokens)
                and tokens.gap(k) == ", "
                and tokens.lower[k] in self.names.cities
                and not self._is_word(k)
            ):
                self._add(k, k, 0.6, "town", Label.LOCATION)
        joined: list[FoundPlace] = []
        for place in sorted(self.found):
            if joined and joined[-1].label is Label.ORGANIZATION and place.label is Label.LOCATION:
                before = joined[-1]
                between = tokens.shown[tokens.ends[before.last] : tokens.starts[place.first]]
                if between in self.cues.place_joints:
                    joined[-1] = before._replace(last=place.last)
                    continue
            joined.append(place)
        return joined

    def _is_own(self, k: int) -> bool:
        """Whether word k can be what tells one institution from another."""
        tokens = self.tokens
        return (
            tokens.words[k][0].isupper()
            and tokens.lower[k] not in self.cues.generic
            and tokens.lower[k] not in self.cues.not_names
        )

    def _read_facility(self, i: int) -> None:
        """The capitalised words before a hospital's head word, when one of them is its own."""
        tokens = self.tokens
        if self._heads_later(i):
            return
        first = self._first_of_facility(i)
        last = i
        while last + 1 < len(tokens) and tokens.gap(last + 1) == " " and self._heads(last + 1, tokens.lower[last + 1]):
            last += 1
        own = [k for k in range(first, i) if self._is_own(k)]
        if not own or tokens.line_is_loud(i) or any(tokens.lower[k] in self.cues.placeholders for k in own):
            if self._is_stayed_at(first, i) and not own and not tokens.line_is_loud(i):
                self._add(first, last, 0.55, "treated-at", Label.ORGANIZATION)
            else:
                self._read_of(i)
            return
        plain = all(self.is_wordlike(tokens.lower[k], self.bits_of(tokens.lower[k])) for k in own)
        opens = len(own) == 1 and tokens.begins(first) and not self._is_alone(first, last)
        if plain and opens and tokens.lower[i] not in self.cues.sure_heads:
            return
        self._add(first, last, 0.8, "facility", Label.ORGANIZATION)

    def _heads_later(self, i: int) -> bool:
        """Whether another head follows in the same capitals: `Iron College Community Health Center`."""
        tokens = self.tokens
        for k in range(i + 1, min(i + 5, len(tokens))):
            if tokens.gap(k) != " " or not tokens.words[k][0].isupper():
                return False
            if k > i + 1 and self._heads(k, tokens.lower[k]):
                return True
        return False

    def _is_alone(self, first: int, last: int) -> bool:
        """Whether the words are a line of their own."""
        tokens = self.tokens
        line = tokens.tail(last).lstrip(" ")[:1] in {"", "\n"}
        return line and (first == 0 or "\n" in tokens.gap(first)) and not tokens.gap(first).strip()

    def _is_stayed_at(self, first: int, i: int) -> bool:
        """Whether `General Hospital` or `Cancer Center` is one institution, as behind `seen at`."""
        tokens = self.tokens
        if first == i or tokens.lower[first - 1] not in self.cues.sites_towards or tokens.gap(first) != " ":
            return False
        treated = any(word in self.cues.treated for word in tokens.lower[max(0, first - 4) : first])
        return treated or tokens.lower[first] in self.cues.institutional

    def _first_of_facility(self, i: int) -> int:
        tokens = self.tokens
        first = i
        while first > 0 and i - first < 6:
            k = first - 1
            gap = tokens.gap(first)
            word, lower = tokens.words[k], tokens.lower[k]
            saint = lower in self.cues.saints and gap in {". ", " "}
            if not (gap in {" ", "'s ", "' ", " & ", "-"} or saint):
                break
            if not (word[0].isupper() or lower in self.cues.of_or_and):
                break
            inside = (
                k > 0
                and tokens.gap(k) == " "
                and (tokens.words[k - 1][0].isupper() or tokens.lower[k - 1] in self.cues.of)
            )
            fits = inside or lower in self.cues.generic or lower in self.cues.in_facility
            if (
                lower in self.cues.titles_no_saint
                or (lower in self.cues.not_names and not fits)
                or tokens.begins(first)
            ):
                break
            first = k
        while first < i and (not tokens.words[first][0].isupper() or tokens.lower[first] in self.cues.leading):
            first += 1
        return first

    def _read_of(self, i: int) -> None:
        """`University of Utah Hospital`, `Hospital of Saint Raphael`."""
        tokens = self.tokens
        k = i + 2
        if k >= len(tokens) or tokens.lower[i + 1] not in self.cues.of_or_at or tokens.gap(i + 1) != " ":
            return
        if not tokens.words[k][0].isupper() or tokens.lower[k] in self.cues.not_names or tokens.line_is_loud(i):
            return
        if tokens.lower[i] not in self.cues.of_heads:
            return
        bits = self.bits_of(tokens.lower[k])
        if bits & CLINICAL and not bits & CITY:
            return
        last = k
        while last + 1 < len(tokens) and tokens.gap(last + 1) == " " and tokens.words[last + 1][0].isupper():
            last += 1
        self._add(i, min(last, k + 4), 0.75, "facility", Label.ORGANIZATION)

    def _read_county(self, i: int) -> None:
        tokens = self.tokens
        k = i - 1
        if tokens.gap(i) != " " or not tokens.words[k][0].isupper() or tokens.lower[k] in self.cues.not_names:
            return
        if (
            k
            and tokens.gap(k) == " "
            and tokens.words[k - 1][0].isupper()
            and tokens.lower[k - 1] not in self.cues.not_names
        ):
            k -= 1
        self._add(k, i, 0.8, "county", Label.LOCATION)

    def _read_known(self, i: int, lower: str) -> None:
        tokens = self.tokens
        for name in self.cues.known_sites[lower]:
            words = name.split()
            if [*tokens.lower[i : i + len(words)]] == words and (
                len(words) > 1 or tokens.words[i].isupper() or len(lower) > 5
            ):
                self._add(i, i + len(words) - 1, 0.7, "well-known", Label.ORGANIZATION)
                return

    def _read_towards(self, i: int) -> None:
        """The town behind `lives in`, `from`, `near`; the institution behind `seen at`, `admitted to`."""
        tokens = self.tokens
        if tokens.gap(i) not in self.cues.site_gaps or not tokens.words[i][0].isupper() or i in self.taken:
            return
        if tokens.lower[i] in self.cues.not_towns and not self._goes_on(i + 1):
            return
        last = i
        if tokens.lower[i] in self.cues.town_fronts and i + 1 < len(tokens) and tokens.gap(i + 1) in {". ", " "}:
            last += 1
        while last + 1 < len(tokens) and last - i < 3 and self._goes_on(last + 1):
            last += 1
        name = " ".join(tokens.lower[i : last + 1])
        known = (name in self.names.states and name not in self.cues.own_both) or name in self.names.countries
        if known or tokens.line_is_loud(i) or tokens.lower[i] in self.cues.titles_no_saint:
            return
        self._read_run(i, last, name)

    def _read_run(self, i: int, last: int, name: str) -> None:
        """The capitalised words `i` to `last` behind a preposition, by what stands before that."""
        tokens = self.tokens
        before = tokens.lower[max(0, i - 5) : i]
        bits = self.bits_of(tokens.lower[last])
        plain = (
            last == i
            and self.is_wordlike(tokens.lower[i], bits)
            and not (bits & CITY and not bits & (CLINICAL | EVERYDAY))
        )
        loud = tokens.words[i].isupper()
        moved = any(word in self.cues.moves for word in before)
        lives = moved or any(word in self.cues.lives for word in before)
        of = before[-1] in self.cues.of and self.cues.natives.isdisjoint(before[-2:-1])
        if lives and not (plain and (loud or moved)) and not of:
            self._add(i, last, 0.8, "lives", Label.LOCATION)
        elif plain or (last == i and tokens.lower[i] in self.cues.not_sites):
            return
        elif before[-1] in self.cues.treated_towards and self._is_treated(before):
            self._add(i, last, 0.6, "treated-at", Label.ORGANIZATION)
        elif name in self.names.cities and before[-1] not in self.cues.of_or_at and not (last == i and bits & CLINICAL):
            self._add(i, last, 0.6, "town", Label.LOCATION)

    def _is_treated(self, before: list[str]) -> bool:
        """Whether care or a clinician stands before `at`: `seen at`, `Dr. Ruiz at`."""
        titled = before[-1] in self.cues.at and any(word in self.cues.titles for word in before[-4:])
        return titled or any(word in self.cues.treated for word in before[-3:])

    def _read_key(self, i: int, lower: str) -> None:
        """`Receiving institution: Ash Hollow Clinic`, `City | Wexford`, `the town where she stays is Wexford`."""
        tokens = self.tokens
        j = self._value_of(i)
        if j is None:
            return
        last = j
        while last + 1 < len(tokens) and last - j < 6 and self._goes_on(last + 1):
            last += 1
        own = [k for k in range(j, last + 1) if tokens.lower[k] not in self.cues.not_own]
        if not own or (last == j and self._is_word(j) and lower not in self.cues.place_keys):
            return
        if tokens.gap_behind(last) == " " and not tokens.words[last + 1][0].isupper():
            return
        self._add(j, last, 0.7, "key", Label.LOCATION if lower in self.cues.place_keys else Label.ORGANIZATION)

    def _value_of(self, i: int) -> int | None:
        """The capitalised word that begins the value of the key at word i, behind a colon, a bracket, `of` or `is`."""
        tokens = self.tokens
        for j in range(i + 1, min(i + 9, len(tokens))):
            gap = tokens.gap(j)
            capital = tokens.words[j][0].isupper()
            if _KEY_GAP.fullmatch(gap):
                return j if capital else None
            if gap != " ":
                return None
            if capital:
                return (
                    j
                    if tokens.lower[j - 1] in self.cues.place_is or tuple(tokens.lower[j - 2 : j]) == self.cues.city_of
                    else None
                )
        return None

    def _is_word(self, i: int) -> bool:
        return self.is_wordlike(self.tokens.lower[i], self.bits_of(self.tokens.lower[i]))

    def _read_before_state(self, i: int, lower: str) -> None:
        """`Boston MA`, `Iowa Falls, Iowa`: a town of the list, or any name before a state that is no credential."""
        tokens = self.tokens
        gap = tokens.gap(i)
        if gap not in {", ", " ", ","} or not tokens.words[i - 1][0].isupper():
            return
        if i + 1 < len(tokens) and tokens.gap(i + 1) == " " and tokens.lower[i + 1] in self.cues.after_va:
            return
        two = i + 1 < len(tokens) and f"{lower} {tokens.lower[i + 1]}" in self.names.states
        if not two and lower not in self.names.states and tokens.words[i] not in self.names.short:
            return
        doubtful = tokens.words[i] in self.cues.credential_states
        first = self._first_of_town(i)
        towns = [k for k in range(first, i) if " ".join(tokens.lower[k:i]) in self.names.cities]
        if towns and (doubtful or gap == " "):
            k = towns[0]
            named = k and tokens.gap(k) in {" ", ". "} and tokens.words[k - 1][0].isupper()
            if not (doubtful and (named or self._borne(k, i))):
                self._add(k, i + two, 0.75, "town-state", Label.LOCATION)
        elif first < i and gap != " " and not (doubtful or tokens.line_is_loud(i) or tokens.words[i - 1].isupper()):
            self._add(first, i + two, 0.75 if towns else 0.65, "town-state", Label.LOCATION)

    def _first_of_town(self, i: int) -> int:
        """The first of at most four capitalised words before word i that can be of one place."""
        tokens = self.tokens
        first = i
        while first and i - first < 4:
            k = first - 1
            if first < i and (tokens.gap(first) not in JOINING_GAPS or tokens.begins(first)):
                break
            lower = tokens.lower[k]
            if not tokens.words[k][0].isupper() or lower in self.cues.not_towns or lower in self.cues.titles_no_saint:
                break
            first = k
        return first

    def _borne(self, k: int, i: int) -> bool:
        """Whether the one word before a credential is rather a name than a town: `Duncan, MD`."""
        return i - k == 1 and self.tokens.gap(i) == ", " and family_rank(self.bits_of(self.tokens.lower[k])) > 9

    def _goes_on(self, k: int) -> bool:
        tokens = self.tokens
        if k >= len(tokens):
            return False
        lower = tokens.lower[k]
        fits = lower not in self.cues.not_names or lower in self.cues.sides
        return tokens.gap(k) in {" ", "-"} and tokens.words[k][0].isupper() and fits

    def _add(self, first: int, last: int, score: float, rule: str, label: Label) -> None:
        span = range(first, last + 1)
        if self.taken.isdisjoint(span):
            self.taken.update(span)
            self.found.append(FoundPlace(first, last, score, rule, label))


_KEY_GAP = re.compile(r"(?:\s?(?:[:=|]|\t)[ \t*]{0,6}\n?[ \t]{0,4}|[ ][\-/][ ]|[ ][(\[])")
