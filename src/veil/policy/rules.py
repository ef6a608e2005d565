"""Rule: what a person writes about one address, and the treatment it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from veil.errors import PolicyError
from veil.model import Label, label_of
from veil.operators.cast import KINDS
from veil.parts import part
from veil.policy.person_words import person_word

STRENGTHS = ("auto", "strong", "weak", "staff", "everywhere")


@dataclass(frozen=True, slots=True)
class Keep:
    """The value stays as it is."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The whole field goes; under a condition, or where the column is to stay `empty`, the value goes."""

    empty: bool = False


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator answers with a new value; `cast` is what its cells are stated to be, "" where nothing is."""

    operator: str
    options: tuple[tuple[str, Any], ...] = ()
    domain: str = ""
    cast: str = ""

    @property
    def states_type(self) -> bool:
        """Whether a type is stated for the cells: then a word for "no value" is none of it, and is emptied."""
        return bool(self.cast or getattr(part("operators", self.operator), "states_type", False))


@dataclass(frozen=True, slots=True)
class Scan:
    """The value is text: each span found in it is treated as the policy says for its label."""


@dataclass(frozen=True, slots=True)
class Open:
    """The value is a document of its own: its inner addresses have rules of their own."""

    format: str
    rules: tuple[tuple[str, Rule], ...] = ()
    unlisted: str = "stop"


Treatment = Keep | Drop | Apply | Scan | Open


@dataclass(frozen=True, slots=True)
class Case:
    """A treatment for the rows where the condition holds; no condition means all that are left.

    Shape:   `person`: who is named there, where it is another than the rule says; "" is whom the rule names.
    """

    treatment: Treatment
    where: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """All that a policy says of one address.

    Shape:   `cases` are tried in order, the first that holds wins; `known` is "" or one of STRENGTHS: the values are
             identifiers of the row's subject (or of the hospital's own people: `staff`), sought in that person's text.
             `person`: who of the row is named, as the project words it (`mother`, `attending`); "" is the subject.
    """

    cases: tuple[Case, ...]
    known: str = ""
    kind: str = ""
    label: Label | None = None
    domain: str = ""
    reason: str = field(default="", compare=False)
    person: str = ""


def is_gone(rule: Rule) -> bool:
    """Whether the whole field goes, its name with it."""
    first = rule.cases[0]
    return len(rule.cases) == 1 and not first.where and isinstance(first.treatment, Drop) and not first.treatment.empty


def emptied(rule: Rule) -> Rule:
    """The same rule, with columns that stay, empty, where it drops them."""
    cases = tuple(
        replace(case, treatment=Drop(empty=True)) if isinstance(case.treatment, Drop) else case for case in rule.cases
    )
    return replace(rule, cases=cases)


_WORDS: Mapping[str, Treatment] = {"keep": Keep(), "drop": Drop(), "scan": Scan()}
_BESIDE = {"known", "label", "domain", "reason", "kind", "person"}


def rule_of(written: Any, column: str, kinds: Mapping[str, Any], where: str) -> Rule:
    """The rule that a value of a YAML `columns:` block means.

    Shape:   a word (`keep`), a mapping (`{surrogate: given_name, known: true}`), or a list of conditional ones.
    Errors:  PolicyError with the place in the file.
    """
    if isinstance(written, list):
        return _listed(written, column, kinds, where)
    if isinstance(written, str):
        written = {"as": written[3:].strip()} if written.startswith("as ") else {written: {}}
    if not isinstance(written, dict):
        raise PolicyError("rule-shape", f"the rule of column {column} must be a word, a mapping or a list", where=where)
    if "as" in written:
        written = _as_kind(written, kinds, column, where)
        if isinstance(written, list):
            return _listed(written, column, kinds, where)
    beside = {key: value for key, value in written.items() if key in _BESIDE}
    named = {k: v for k, v in written.items() if k not in _BESIDE | {"where", "cast"}}
    treatment = _cast_too(
        _treatment(named or {"cast": written.get("cast")}, column, kinds, where), named, written, column, where
    )
    domain = str(beside.get("domain") or (treatment.domain if isinstance(treatment, Apply) else "") or column.lower())
    if isinstance(treatment, Apply):
        treatment = replace(treatment, domain=domain)
    return Rule(
        (Case(treatment, str(written.get("where", ""))),),
        known=_strength(beside.get("known", ""), column, where),
        kind=str(beside.get("kind") or _kind_of(treatment, beside.get("label"))),
        label=label_of(str(beside["label"])) if "label" in beside else None,
        domain=domain,
        reason=str(beside.get("reason", "")),
        person=person_word(beside["person"], column, where) if beside.get("person") else "",
    )


def _cast_too(
    treatment: Treatment, named: dict[str, Any], written: dict[str, Any], column: str, where: str
) -> Treatment:
    """The treatment, reading its cells as what `cast:` beside it states."""
    if "cast" not in written:
        return treatment
    kind = str(written["cast"])
    if kind not in KINDS:
        raise PolicyError(
            "cast-word", f"invalid `cast` of column {column}", where=where, hint="allowed: " + ", ".join(KINDS)
        )
    if not named:
        return treatment
    if isinstance(treatment, Keep):
        return Apply("cast", (("kind", kind),))
    if isinstance(treatment, Apply):
        return replace(treatment, cast=kind)
    raise PolicyError(
        "cast-treatment",
        f"`cast` of column {column} cannot be combined with drop, scan or open",
        where=where,
        hint="use `cast` with keep or an operator",
    )


def _listed(written: list[Any], column: str, kinds: Mapping[str, Any], where: str) -> Rule:
    rules = [rule_of(written_rule, column, kinds, where) for written_rule in written]
    if not rules:
        raise PolicyError(
            "rule-shape",
            f"the rule of column {column} is an empty list",
            where=where,
            hint="for example keep, drop or scan",
        )
    cases = tuple(case for rule in rules for case in rule.cases)
    if any(not case.where for case in cases[:-1]):
        raise PolicyError(
            "rule-order",
            f"a rule of column {column} without a condition is not the last one",
            where=where,
            hint="put the rule that has no `where` last",
        )
    first = rules[0]
    first_known = next((rule for rule in rules if rule.known), first)  # the case that says what the values are
    person = next((rule.person for rule in rules if rule.person), "")
    return Rule(cases, first_known.known, first_known.kind, first_known.label, first.domain, first.reason, person)


def _as_kind(written: dict[str, Any], kinds: Mapping[str, Any], column: str, where: str) -> Any:
    kind = str(written["as"])
    if kind not in kinds:
        raise PolicyError(
            "kind-unknown",
            f"unknown kind in `as {kind}` of column {column}",
            where=where,
            hint="kinds of this profile: " + ", ".join(sorted(kinds)),
        )
    found = kinds[kind]
    if isinstance(found, list):
        return found
    base = {found: {}} if isinstance(found, str) else dict(found)
    extra = {"kind": kind} if kind == "zip" and not {"kind", "label"} & set(written) else {}
    return base | extra | {key: value for key, value in written.items() if key != "as"}


def _treatment(written: dict[str, Any], column: str, kinds: Mapping[str, Any], where: str) -> Treatment:
    if "open" in written:
        return _open(written, column, kinds, where)
    if len(written) != 1:
        raise PolicyError(
            "rule-count",
            f"column {column} must have one treatment, not {len(written)}",
            where=where,
            hint="allowed: keep, drop, scan, open or one operator",
        )
    ((word, options),) = written.items()
    if word == "drop" and options == "empty":
        return Drop(empty=True)
    if word in _WORDS:
        return _WORDS[word]
    if options is None or options == {} or options is True:
        return Apply(word)
    inner = options.values() if isinstance(options, dict) else [options]
    if any(isinstance(option, dict) or (isinstance(option, list) and option is options) for option in inner):
        raise PolicyError(
            "operator-option",
            f"invalid options for `{word}` of column {column}",
            where=where,
            hint="expected: a mapping of options to text, numbers, true, false or lists of them; see docs/reference/operators.md",
        )
    if isinstance(options, dict):
        domain = str(options.get("domain", ""))
        return Apply(word, _frozen({k: v for k, v in options.items() if k != "domain"}), domain)
    return Apply(word, (("kind", options),))


def _open(written: dict[str, Any], column: str, kinds: Mapping[str, Any], where: str) -> Open:
    unknown = set(written) - {"open", "rules", "unlisted"}
    if unknown:
        raise PolicyError(
            "rule-key",
            f"`open` of column {column} has unknown keys",
            where=where,
            hint="allowed: open, rules, unlisted",
        )
    rules = tuple((path, rule_of(rule, path, kinds, where)) for path, rule in (written.get("rules") or {}).items())
    return Open(str(written["open"]), rules, str(written.get("unlisted", "stop")))


def _frozen(options: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((key, tuple(value) if isinstance(value, list) else value) for key, value in sorted(options.items()))


def _strength(known: Any, column: str, where: str) -> str:
    word = "auto" if known is True else "" if known in (False, None, "") else str(known)
    if word and word not in STRENGTHS:
        raise PolicyError(
            "known-word",
            f"invalid `known` of column {column}",
            where=where,
            hint="allowed: true, strong, weak, everywhere, staff",
        )
    return word


_KIND_OF_LABEL = {
    "PHONE": "phone",
    "FAX": "phone",
    "EMAIL": "email",
    "LOCATION": "address",
    "ZIP": "zip",
    "NAME": "full_name",
    "DATE": "birth_date",
    "ORGANIZATION": "organization",
}


def _kind_of(treatment: Treatment, label: Any) -> str:
    """What a known value is, told by the operator's own kind (`surrogate: given_name`) or by the label."""
    if isinstance(treatment, Apply):
        kind = dict(treatment.options).get("kind")
        if isinstance(kind, str):
            return kind
    return _KIND_OF_LABEL.get(str(label or "").upper(), "number")
