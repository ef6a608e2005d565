"""Profile: a policy that ships, or a file like it: what each label and each kind of column becomes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veil.errors import PolicyError
from veil.model import Label, label_of
from veil.policy.parse import YamlDocument, nearest, parse_yaml, read_yaml
from veil.policy.rules import Apply, Drop, Keep, Treatment, rule_of

HERE = Path(__file__).parent
SHIPPED = tuple(sorted(path.stem for path in (HERE / "profiles").glob("*.yaml")))
_KEYS = {"name", "claims", "about", "labels", "kinds"}


@dataclass(frozen=True, slots=True)
class Profile:
    """Shape: `labels`: a treatment for every label; `kinds`: what `as KIND` means for a column, as written; `document`: the file."""

    name: str
    claims: str
    about: str
    labels: dict[Label, Treatment]
    kinds: dict[str, Any]
    document: YamlDocument


def read_profile(name: str, folder: Path | None = None) -> Profile:
    """A shipped profile by its name, or one from a file.

    Errors:  PolicyError `profile-unknown`, `profile-label` (a label without a treatment: nothing passes by default).
    """
    if name in SHIPPED:
        text = (HERE / "profiles" / f"{name}.yaml").read_text(encoding="utf-8")
        return _profile(parse_yaml(text, f"profiles/{name}.yaml"))
    path = (folder or Path()) / name
    if not name.endswith((".yaml", ".yml")) or not path.exists():
        raise PolicyError("profile-unknown", "unknown profile", hint=nearest(name, SHIPPED))
    return _profile(read_yaml(path))


def profile_of(text: str, name: str) -> Profile:
    """A profile from its text. Errors: those of `read_profile`."""
    return _profile(parse_yaml(text, name))


def _profile(document: YamlDocument) -> Profile:
    data = document.data
    unknown = set(data) - _KEYS
    if unknown:
        key = min(unknown)
        raise PolicyError("profile-key", f"unknown key {key}", where=document.at(key), hint=nearest(key, _KEYS))
    labels = label_treatments(data.get("labels", {}), document, "labels")
    missing = sorted(set(Label) - set(labels))
    if missing:
        raise PolicyError(
            "profile-label", "labels without a treatment: " + ", ".join(missing), where=document.at("labels")
        )
    return Profile(
        str(data["name"]),
        str(data.get("claims", "none")),
        str(data.get("about", "")),
        labels,
        dict(data.get("kinds", {})),
        document,
    )


def label_treatments(written: dict[str, Any], document: YamlDocument, key: str) -> dict[Label, Treatment]:
    """The treatment of each label that a `labels:` block names: keep, drop or one operator."""
    found: dict[Label, Treatment] = {}
    for word, rule in written.items():
        where = document.at(key, word)
        treatment = rule_of(rule, f"label:{word.lower()}", {}, where).cases[0].treatment
        if not isinstance(treatment, Keep | Drop | Apply):
            raise PolicyError(
                "label-rule", f"invalid treatment of the label {word}; allowed: keep, drop or an operator", where=where
            )
        found[label_of(word)] = treatment
    return found
