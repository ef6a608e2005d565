"""Veil: share health data without sharing the people in it.

    import veil

    veil.find("Seen by Dr. Alice Wong on 03/04/2019")          # spans of one text
    veil.deidentify(["Pt John Smith, MRN 1234567"])            # texts with typed placeholders
    project = veil.open_project("hospital.yaml")               # a compiled plan; nothing is written yet
    project.run(project.keys())                                # the whole project

Names are loaded when they are first asked for: importing `veil` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from veil.errors import Error
    from veil.jobs.release.assemble import Outcome
    from veil.jobs.session import Session
    from veil.jobs.session import open_session as open_project
    from veil.jobs.texts.texts import deidentify, find
    from veil.keys import Keyring, Keys, Vault
    from veil.model import Label, Span
    from veil.policy.plan import Plan

_PLACES = {
    "Error": "veil.errors:Error",
    "Keyring": "veil.keys:Keyring",
    "Keys": "veil.keys:Keys",
    "Label": "veil.model:Label",
    "Outcome": "veil.jobs.release.assemble:Outcome",
    "Plan": "veil.policy.plan:Plan",
    "Session": "veil.jobs.session:Session",
    "Span": "veil.model:Span",
    "Vault": "veil.keys:Vault",
    "deidentify": "veil.jobs.texts.texts:deidentify",
    "find": "veil.jobs.texts.texts:find",
    "open_project": "veil.jobs.session:open_session",
}

__all__ = [
    "Error",
    "Keyring",
    "Keys",
    "Label",
    "Outcome",
    "Plan",
    "Session",
    "Span",
    "Vault",
    "deidentify",
    "find",
    "open_project",
]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module 'veil' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  lazy is the point

    module, attribute = _PLACES[name].split(":")
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
