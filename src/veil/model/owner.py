"""Owner: whose record a text is, and what the roster knows of them."""

from __future__ import annotations

from dataclasses import dataclass

from veil.model.labels import Label


@dataclass(frozen=True, slots=True)
class Known:
    """One identifier that the tables hold about a subject (Philter's "probe").

    Shape:   `kind` is `given_name`, `family_name`, `full_name`, `phone`, `street`, `city`, `birth_date`, `number` ...
             `strength` is `strong` (hunted everywhere) or `weak` (only where the context says a name or a place).
             `domain` is the domain of ids the value comes from, so that it gets the same pseudonym in text and table.
             `person`: whose it is, as the project words it (`mother`); "" for the subject.
    """

    kind: str
    value: str
    label: Label
    strength: str
    domain: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose record a text is: the subject (None: nobody's) and what the roster knows of them."""

    subject: str | None = None
    known: tuple[Known, ...] = ()


def folded(value: str) -> str:
    """An id as it is compared: letters and digits alone, in one case, without leading zeros."""
    return "".join(char for char in value.casefold() if char.isalnum()).lstrip("0")
