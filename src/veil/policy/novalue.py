"""No value: which words of a source stand where a value is missing, as a project says."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from veil.errors import PolicyError
from veil.lexicon.novalue import NoValue, forms, standard, standard_words
from veil.policy.plan import SourcePlan

_KEYS = ("add", "only", "except")


def no_value_of(source: SourcePlan) -> NoValue:
    """The words of a source, ready to be asked."""
    return standard() if source.no_value is None else _no_value(source.no_value)


@lru_cache(maxsize=256)
def _no_value(words: tuple[str, ...]) -> NoValue:
    return NoValue(frozenset(words))


def no_value_words(project: Any, source: Any, where: str) -> tuple[str, ...] | None:
    """The words of a source: what the project writes, then what the source writes; None where both are silent.

    Shape:   a list adds words; a mapping has `add`, `only` (these and no other) or `except` (these are values).
    Errors:  PolicyError `no-value`.
    """
    if project is None and source is None:
        return None
    words = standard_words()
    for written in (project, source):
        words = _changed(words, written, where)
    return tuple(sorted(words))


def _changed(words: frozenset[str], written: Any, where: str) -> frozenset[str]:
    if written is None:
        return words
    if not isinstance(written, dict):
        written = {"add": written}
    if set(written) - set(_KEYS):
        raise _wrong("`no_value` has an unknown key", where)
    if "only" in written:
        words = _forms(written["only"], where)
    words |= _forms(written.get("add", ()), where)
    return words - _forms(written.get("except", ()), where)


def _forms(listed: Any, where: str) -> frozenset[str]:
    if isinstance(listed, str | int | float):
        listed = [listed]
    if listed is None or isinstance(listed, dict) or any(isinstance(form, bool | dict | list) for form in listed):
        raise _wrong("the words of `no_value` must be texts or numbers", where)
    return forms(
        "null" if form is None else str(form).strip() for form in listed
    )  # YAML reads the word NULL as no text


def _wrong(what: str, where: str) -> PolicyError:
    return PolicyError(
        "no-value",
        what,
        where=where,
        hint="expected: a list of words to add, or {add: [...], only: [...], except: [...]}; "
        "write yes, no, true and false in quotes",
    )
