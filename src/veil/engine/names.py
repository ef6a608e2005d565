"""Names of files: they stay only if nothing is found in them, else they become the subject's pseudonym."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import pyarrow as pa

from veil.detectors.scanner import Scanner
from veil.engine.operate import Operators
from veil.engine.subjects import name_part
from veil.formats.packing import bare
from veil.keys import Keys
from veil.lexicon import words
from veil.model import Owner, about_table
from veil.operators.promise import promise_of
from veil.policy.plan import Plan, SourcePlan
from veil.policy.rules import Apply, Keep
from veil.roster import Roster

_LETTERS = re.compile(r"[^\W\d_]+")
_DAY = re.compile(r"(?:19|20)\d\d[-_. /]\d\d?(?!\d)|(?<!\d)\d\d?[-_. ]\d\d?[-_. ](?:19|20)?\d\d(?!\d)|\d{5,}")


class FileNames:
    """New names for the files of a plan."""

    def __init__(self, plan: Plan, keys: Keys, roster: Roster | None, scanner: Scanner | None, salt: bytes) -> None:
        self._plan, self._keys, self._roster, self._scanner = plan, keys, roster, scanner
        self._operators, self._salt = Operators(plan, keys), salt

    def renamed(self, source: SourcePlan, names: Sequence[str], subjects: Sequence[str | None]) -> list[str]:
        """Shape: n names, n subjects -> n new names, as many distinct ones; folders are pieces of a name."""
        return [self._name(source, name, subject) for name, subject in zip(names, subjects, strict=True)]

    def _name(self, source: SourcePlan, name: str, subject: str | None) -> str:
        if isinstance(source.names, Keep):
            return name
        path = PurePosixPath(name)
        if source.subject.pattern:
            return self._by_pattern(source, name, subject)
        if self._is_clean(name, subject) and (len(source.files) == 1 or _is_plain(name, source.name)):
            return name
        clean_folder = self._is_clean(str(path.parent), subject) and _is_plain(str(path.parent), source.name)
        folder = path.parent if clean_folder else PurePosixPath()
        return str(folder / f"{self._stand_in(subject)}-{self._token(name)}{_ending(path)}")

    def _by_pattern(self, source: SourcePlan, name: str, subject: str | None) -> str:
        """The id in the name gives way to its pseudonym; short numbers stay; the rest stays only if it is clean."""
        path, pattern = PurePosixPath(name), source.subject.pattern
        value = name_part(pattern, source.subject.column, name)
        clean_folder = self._is_clean(str(path.parent), subject) and _is_plain(str(path.parent), source.name)
        folder = path.parent if clean_folder and "/" not in pattern else PurePosixPath()
        if value is None:
            return str(folder / f"{self._token(name)}{_ending(path)}")
        made = pattern
        for piece in set(re.findall(r"{(\w+)}", pattern)):
            part = name_part(pattern, piece, name) or ""
            small = bool(re.fullmatch(r"\d{1,4}", part))
            new = (
                self._pseudonym(value, source.subject.domain)
                if piece == source.subject.column
                else part
                if small
                else self._token(part)
            )
            made = made.replace("{" + piece + "}", new)
        return str(folder / made)

    def _is_clean(self, name: str, subject: str | None) -> bool:
        if name in (".", ""):
            return True
        if self._scanner is None or (subject and not subject.startswith("file:") and subject in name):
            return False
        known = self._roster.known([subject]).get(subject, ()) if self._roster is not None and subject else ()
        shown = re.sub(r"[_\-.]+", " ", str(PurePosixPath(name).with_suffix("")))
        held = [one for one in known if len(one.value) > 2 and one.value.casefold() in shown.casefold()]
        spans = self._scanner.find([shown], [Owner(subject, known)])[0]
        return not held and not spans and not _DAY.search(name)

    def _stand_in(self, subject: str | None) -> str:
        if subject is None or subject.startswith("file:"):
            return "file"
        return self._pseudonym(subject, self._plan.person)

    def _pseudonym(self, value: str, domain: str) -> str:
        """The pseudonym that the tables give this id: by the rule of its domain, else by the key, else a token."""
        apply = self._rule_of(domain)
        if apply is None:
            return self._token(value)
        values = pa.array([value], pa.large_string())
        outcome = self._operators.get(apply, day_first=False).replace(
            values, about_table(1, subject=values, domain=domain), self._keys
        )
        return outcome.values[0].as_py() or self._token(value)

    def _rule_of(self, domain: str) -> Apply | None:
        for source in self._plan.sources:
            for _, rule in source.rules:
                treatment = rule.cases[0].treatment
                if (
                    rule.domain == domain
                    and isinstance(treatment, Apply)
                    and promise_of(self._operators.get(treatment, day_first=False)).one_to_one
                ):
                    return treatment
        return None

    def _token(self, value: str) -> str:
        """A short token of a name: random from run to run unless the run has a key."""
        return hmac.new(self._salt, value.encode(), hashlib.sha256).hexdigest()[:12]


def _ending(path: PurePosixPath) -> str:
    """What tells a file's format: `.csv`, `.csv.gz`."""
    inner = PurePosixPath(bare(path.name))
    return inner.suffix + path.name.removeprefix(inner.name)


def _is_plain(name: str, source: str) -> bool:
    """Whether a name is made of words that everyone uses, of the source's own, of one or two letters and of digits.

    Keeps:   fails closed: a word that no list has may be a person's name, even where no detector knows it.
    """
    if name in (".", ""):
        return True
    table, own = words.table(), set(_LETTERS.findall(source.casefold()))
    for word in _LETTERS.findall(str(PurePosixPath(name).with_suffix("")).casefold()):
        bits = table.get(word, 0) | table.get(word.removesuffix("s"), 0)
        if len(word) > 2 and word not in own and not bits & (words.EVERYDAY | words.ENGLISH | words.CLINICAL):
            return False
    return True
