"""Names of files: they stay only if nothing is found in them, else they become the subject's pseudonym."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import pyarrow as pa

from veil.detectors.scanner import Scanner
from veil.engine.operators import Operators
from veil.engine.subjects import name_part
from veil.formats.compression import bare
from veil.keys import Keys
from veil.lexicon import words
from veil.model import Owner, about_table
from veil.operators.promise import promise_of
from veil.policy.plan import Plan, SourcePlan
from veil.policy.rules import Apply, Keep
from veil.roster import Roster

_KEPT = 100_000
_ENDING = re.compile(
    r"\.(?:txt|text|note|csv|tsv|tab|json|ndjson|jsonl|parquet|pq|xlsx?|xml|html?|md|rtf|pdf|docx?|log|dat|gz|zip|zst)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]+")
_INITIAL = re.compile(
    r"(?<![^\W_])[^\W\d_]\.[ _-]*[^\W\d_]{2,}|(?<![^\W_])[^\W\d_]{2,},[ _-]*[^\W\d_](?![^\W\d_])"
)  # `J. Smith`, `Smith, J`
_USUAL_FAMILY = 12  # a family name of some hundred thousand bearers or more (see `words`)
_DAY = re.compile(r"(?:19|20)\d\d[-_. /]\d\d?(?!\d)|(?<!\d)\d\d?[-_. ]\d\d?[-_. ](?:19|20)?\d\d(?!\d)|\d{5,}")


class FileNames:
    """New names for the files of a plan."""

    def __init__(self, plan: Plan, keys: Keys, roster: Roster | None, scanner: Scanner | None, salt: bytes) -> None:
        self._plan, self._keys, self._roster, self._scanner = plan, keys, roster, scanner
        self._operators, self._salt = Operators(plan, keys), salt
        self._clean: dict[tuple[str, str | None], bool] = {}  # a name or folder and its subject: nothing is found in it

    def renamed(self, source: SourcePlan, names: Sequence[str], subjects: Sequence[str | None]) -> list[str]:
        """Shape: n names, n subjects -> n new names, as many distinct ones; folders are pieces of a name."""
        pairs = list(zip(names, subjects, strict=True))
        if isinstance(source.names, Keep):
            return list(names)
        self._read({(piece, subject) for name, subject in pairs for piece in _pieces(source, name)})
        return [self._name(source, name, subject) for name, subject in pairs]

    def _name(self, source: SourcePlan, name: str, subject: str | None) -> str:
        path = PurePosixPath(name)
        if source.subject.pattern:
            return self._by_pattern(source, name, subject)
        if self._is_clean(name, subject) and (len(source.files) == 1 or _is_plain(name, source.name)):
            return name
        clean_folder = self._is_clean(str(path.parent), subject) and _is_plain(str(path.parent), source.name)
        folder = path.parent if clean_folder else PurePosixPath()
        return str(folder / f"{self._stand_in(source, subject)}-{self._token(name)}{_ending(path)}")

    def _by_pattern(self, source: SourcePlan, name: str, subject: str | None) -> str:
        """The id in the name gives way to its pseudonym; short numbers stay; the rest stays only if it is clean."""
        path, pattern = PurePosixPath(name), source.subject.pattern
        value = name_part(pattern, source.subject.column, name)
        clean_folder = self._is_clean(str(path.parent), subject) and _is_plain(str(path.parent), source.name)
        folder = path.parent if clean_folder and "/" not in pattern else PurePosixPath()
        if value is None:
            return str(folder / f"{self._token(name)}{_ending(path)}")
        result = pattern
        for piece in set(re.findall(r"{(\w+)}", pattern)):
            part = name_part(pattern, piece, name) or ""
            small = bool(re.fullmatch(r"\d{1,4}", part))
            new = (
                self._pseudonym(value, str(source.subject.domain))
                if piece == source.subject.column
                else part
                if small
                else self._token(part)
            )
            result = result.replace("{" + piece + "}", new)
        return str(folder / result)

    def _is_clean(self, name: str, subject: str | None) -> bool:
        return name in (".", "") or self._clean[name, subject]

    def _read(self, pieces: set[tuple[str, str | None]]) -> None:
        """Learns of names and folders whether they are clean: all that are new are read in one go."""
        if len(self._clean) > _KEPT:
            self._clean.clear()
        new = sorted((piece for piece in pieces if piece not in self._clean and piece[0] not in (".", "")), key=str)
        asked = [piece for piece in new if self._scanner is not None and not _is_subjects(*piece)]
        self._clean.update(dict.fromkeys(new, False))
        if self._scanner is None or not asked:
            return
        known = self._roster.known(sorted({s for _, s in asked if s})) if self._roster is not None else {}
        owners = [Owner(subject, known.get(subject or "", ())) for _, subject in asked]
        texts = [re.sub(r"[_\-.]+", " ", _without_ending(name)) for name, _ in asked]
        found = self._scanner.find(texts, owners)
        for piece, text, owner, spans in zip(asked, texts, owners, found, strict=True):
            has_known = any(len(it.value) > 2 and it.value.casefold() in text.casefold() for it in owner.known)
            self._clean[piece] = not (has_known or spans or _DAY.search(piece[0]))

    def _stand_in(self, source: SourcePlan, subject: str | None) -> str:
        if subject is None or source.subject.how == "file":
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


def _pieces(source: SourcePlan, name: str) -> tuple[str, ...]:
    """What of a name is asked about: with a pattern, its folder alone."""
    folder = str(PurePosixPath(name).parent)
    return (folder,) if source.subject.pattern else (name, folder)


def _is_subjects(name: str, subject: str | None) -> bool:
    """Whether a name holds its subject's id."""
    return bool(subject) and str(subject) in name


def _without_ending(name: str) -> str:
    """A name without what tells a format; `Dr. Alice Wong` has no such ending, nor has `visits/dr.wong` one that is none."""
    suffix = PurePosixPath(name).suffix
    return name.removesuffix(suffix) if _ENDING.fullmatch(suffix) else name


def _ending(path: PurePosixPath) -> str:
    """What tells a file's format: `.csv`, `.csv.gz`."""
    inner = PurePosixPath(bare(path.name))
    return inner.suffix + path.name.removeprefix(inner.name)


def _is_plain(name: str, source: str) -> bool:
    """Whether a name is made of words that everyone uses, of the source's own, of one or two letters and of digits.

    Keeps:   fails closed: a word that no list has may be a person's name, even where no detector knows it; so may one
             beside an initial, unless everyone uses it (`Ward A`).
    """
    if name in (".", ""):
        return True
    own = set(_LETTERS.findall(source.casefold()))
    return all(_is_plain_piece(piece, own) for piece in _without_ending(name).split("/"))


def _is_plain_piece(piece: str, own: set[str]) -> bool:
    if _INITIAL.search(piece):
        return False
    table, found = words.table(), _LETTERS.findall(piece.casefold())
    initials = any(len(word) == 1 and word not in own for word in found)
    common = words.EVERYDAY | words.CLINICAL | (0 if initials else words.ENGLISH)
    for word in found:
        bits = table.get(word, 0) | table.get(word.removesuffix("s"), 0)
        named = initials and table.get(word, 0) & words.FAMILY >= _USUAL_FAMILY
        if len(word) > 2 and word not in own and (named or not bits & common):
            return False
    return True
