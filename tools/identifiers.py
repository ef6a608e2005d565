"""The page of identifiers: where each direct identifier of Safe Harbor can stand in each standard, and what happens there.

The places are those of tools/identifiers.toml; what happens there is looked up in the rules that Veil ships.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

PLACES = Path(__file__).with_suffix(".toml")
_HEAD = """# Where identifiers stand in exchanged records

For each direct identifier of Safe Harbor (45 CFR 164.514(b)(2)(i)): places where it can stand in each standard, and what the shipped rules do there.
A word such as `id` is a kind, and [the profile](profiles.md) says what a kind means: a pseudonym by `expert`, nothing by `redact`.
"dropped" is gone in every profile. Where a place has several treatments, the value or the fields beside it decide; `veil describe` prints the conditions.
The places are examples of each kind: every other element of the standard has a rule too, and what no standard has is dropped.

"""


def happens(written: Any) -> str:
    """What happens to a value, by the rule that the standard has for its place.

    Errors:  LookupError where it has none.
    """
    if written is None:
        raise LookupError("no rule")
    cases = written if isinstance(written, list) else [written]
    return " or ".join(dict.fromkeys(_case(case) for case in cases))


def _case(case: dict[str, Any]) -> str:
    if "as" in case:
        return f"`{case['as']}`"
    if "keep" in case:
        return "kept as a code or a number"
    if "drop" in case:
        return "dropped"
    return next(f"`{word}`" for word in case if word not in ("where", "reason", "known", "label", "person", "domain"))


def places() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(PLACES.read_text(encoding="utf-8"))
    return found


def page(table: Callable[[list[str], list[list[str]]], str]) -> str:
    """The text of the page. Errors: LookupError for a place that a standard has no rule for."""
    found = places()
    rules = {name: import_module(f"veil.policy.standards.{name}").rule_for for name in found["standards"]}
    rows = []
    for identifier in found["identifier"]:
        cells = [f"({identifier['letter']}) {identifier['name']}"]
        for name in found["standards"]:
            by_treatment: dict[str, list[str]] = {}
            for address in identifier[name]:
                try:
                    by_treatment.setdefault(happens(rules[name](address)), []).append(f"`{address}`")
                except LookupError:
                    raise LookupError(f"{name} has no rule for {address}") from None
            cells.append(
                "none"
                if not by_treatment
                else "; ".join(f"{', '.join(named)}: {said}" for said, named in by_treatment.items())
            )
        rows.append(cells)
    return _HEAD + table(["identifier", *found["standards"].values()], rows)
