"""Answers: what the service makes of texts: spans, and the text with something else in their place."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from veil.detectors.scanner import Scanner
from veil.engine.persons import who_is_meant
from veil.engine.texts import TextEngine, Treated, policy_of
from veil.keys import ROOT_BYTES, Keys, framed
from veil.lexicon.language import language_of
from veil.model import Label, Owner, Span
from veil.operators.redact import BLOCK, PLACEHOLDERS
from veil.policy.plan import describe
from veil.policy.profile import Profile, read_profile
from veil.policy.rules import Keep
from veil.service.reader import LEAST, Reader
from veil.service.rest.entity_types import kind_of, taken
from veil.service.rest.request_lists import NO_LISTS, Lists

_DIGITS = 16
_TRIES = 64  # draws of a key; the family names of clinicians are few, so that sixty of them meet in most draws


@dataclass(frozen=True, slots=True)
class ChangeOptions:
    """How a request wants its texts changed.

    Shape:   `strategy`: placeholder, redact, hash or consistent. `kinds`: only these types, None for all. `profile`: a
             shipped profile in place of a strategy. `scope`: how far fakes and shifts reach: document, batch or key;
             `key`: the name under which the caller keeps them the same. `lists`: words that are left or always replaced.
    """

    strategy: str = "placeholder"
    kinds: Collection[str] | None = None
    least: float = LEAST
    profile: str | None = None
    scope: str = "batch"
    key: str = ""
    lists: Lists = NO_LISTS


class Answers:
    """The engine for the requests of one process. Keeps: nothing of a request outlives it."""

    def __init__(self, reader: Reader, keys: Keys, locale: str = "en-US") -> None:
        self._reader, self._keys, self._locale = reader, keys, locale
        self._language = language_of(locale)
        self._profiles: dict[str, Profile] = {}

    async def find(self, texts: Sequence[str], least: float = LEAST) -> list[list[Span]]:
        """The spans that Safe Harbor changes, however sure: with a score of at least `least`."""
        found = await self._reader.find(texts, least)
        return self._engine("safe-harbor", Keys.none()).changed(texts, found)

    def languages(self, texts: Sequence[str]) -> list[str]:
        """The language of each text that is not read, "" for the others."""
        return self._engine("safe-harbor", Keys.none()).languages(texts)

    async def everything(self, text: str, least: float = LEAST, lists: Lists = NO_LISTS) -> list[Span]:
        """All spans of one text, also those that Safe Harbor keeps."""
        return lists.put_on([text], await self._reader.find([text], least))[0]

    async def change(self, texts: Sequence[str], wish: ChangeOptions, caller: str) -> list[Treated]:
        """Shape: n texts -> n changed texts. `caller`: whose keys are meant where the scope is a key."""
        found = await self._reader.find(texts, wish.least)
        profile = _profile_of(wish)
        plain = self._engine(profile, Keys.none())
        spans = wish.lists.put_on(texts, self._wanted(texts, plain.changed(texts, found), wish.kinds))
        if wish.profile or wish.strategy == "consistent":
            answer: list[Treated] = await self._reader.call(
                lambda _: self._derived(texts, spans, profile, wish, caller)
            )
            return answer
        secret = self._keys.secret("service", "hash")
        new = [_plain(text, mine, wish.strategy, secret) for text, mine in zip(texts, spans, strict=True)]
        return plain.put(texts, spans, new)

    def policy(self, wish: ChangeOptions) -> Mapping[Label, str]:
        """The line of the policy that decides each label, as it is written."""
        profile = self._profile(_profile_of(wish))
        way = "" if wish.profile or wish.strategy in ("consistent", "placeholder") else f" ({wish.strategy})"
        return {
            label: f"{profile.name}: {label}: {describe(treatment)}" + ("" if isinstance(treatment, Keep) else way)
            for label, treatment in profile.labels.items()
        }

    def _wanted(self, texts: Sequence[str], spans: list[list[Span]], kinds: Collection[str] | None) -> list[list[Span]]:
        if kinds is None:
            return spans
        return [taken(mine, who_is_meant(text, mine, Owner()), kinds) for text, mine in zip(texts, spans, strict=True)]

    def _derived(
        self, texts: Sequence[str], spans: list[list[Span]], profile: str, wish: ChangeOptions, caller: str
    ) -> list[Treated]:
        """By the operators of a profile; drawn anew where two persons would share a fake."""
        if wish.scope == "document":
            return [
                self._drawn([text], [mine], profile, wish, caller)[0] for text, mine in zip(texts, spans, strict=True)
            ]
        return self._drawn(texts, spans, profile, wish, caller)

    def _drawn(
        self, texts: Sequence[str], spans: list[list[Span]], profile: str, wish: ChangeOptions, caller: str
    ) -> list[Treated]:
        for _ in range(_TRIES):
            done = self._engine(profile, self._keys_for(wish, caller)).treat(texts, ["one"] * len(texts), spans)
            if wish.scope == "key" or not _collide(texts, done):
                break
        return done

    def _keys_for(self, wish: ChangeOptions, caller: str) -> Keys:
        if wish.scope == "key":
            return Keys.from_secret(self._keys.secret("service", framed("fakes", caller, wish.key)))
        return Keys.from_secret(os.urandom(ROOT_BYTES))

    def _profile(self, name: str) -> Profile:
        if name not in self._profiles:
            ours = name == "consistent"
            self._profiles[name] = (
                read_profile("consistent.yaml", Path(__file__).parent) if ours else read_profile(name)
            )
        return self._profiles[name]

    def _engine(self, name: str, keys: Keys) -> TextEngine:
        """The engine of a profile; spans come from the reader, which finds for all requests."""
        policy = policy_of(self._profile(name), self._locale)
        return TextEngine(policy, keys, self._language, scanner=Scanner([]))


def _profile_of(wish: ChangeOptions) -> str:
    return wish.profile or ("consistent" if wish.strategy == "consistent" else "safe-harbor")


def _plain(text: str, spans: list[Span], strategy: str, secret: bytes) -> list[str]:
    if strategy == "redact":
        return [BLOCK * span.length for span in spans]
    if strategy == "hash":
        return [f"[{kind_of(span.label)}_{_hashed(secret, text[span.start : span.end], span.label)}]" for span in spans]
    return [PLACEHOLDERS[span.label] for span in spans]


def _hashed(secret: bytes, value: str, label: Label) -> str:
    return hmac.digest(secret, framed(label, value).encode(), hashlib.sha256).hex()[:_DIGITS]


def _collide(texts: Sequence[str], done: list[Treated]) -> bool:
    """Whether two names that differ in more than case share a fake."""
    seen: dict[str, str] = {}
    for text, treated in zip(texts, done, strict=True):
        for span, new in zip(treated.spans, treated.replacements, strict=True):
            name = text[span.start : span.end].casefold()
            if span.label is Label.NAME and seen.setdefault(new.casefold(), name) != name:
                return True
    return False
