"""Coded cases: what happens to a field that should hold a code, by what stands in it."""

from __future__ import annotations

from typing import Any

Written = dict[str, Any] | list[dict[str, Any]]
_AS_CODED: dict[
    str, tuple[str, dict[str, Any]]
] = {  # what may stay of a field that should hold a code, and what happens to a single word that may be none
    "short": ("coded(\".\") = 'code'", {"drop": None}),
    "long": ("coded(\".\") in ('code', 'long')", {"drop": None}),
    "text": ("coded(\".\") = 'code'", {"as": "text"}),
}


def coded_cases(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """The cases of a coded field: what may be a code is treated as the rule says, or kept; several words are scanned."""
    stays, other = _AS_CODED[rule.pop("coded")]
    first = rule if "as" in rule else {"keep": None, "reason": rule["reason"]}
    words: dict[str, Any] = {"as": "text", "where": "coded(\".\") = 'words'"}
    return [{**first, "where": stays}, *({**case, "reason": rule["reason"]} for case in (words, other))]
