"""Hierarchies: the files that a project's rules name, where they lie, and a digest of each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from veil.errors import PolicyError
from veil.parts import OPERATORS, part
from veil.policy.plan import HierarchyPlan, SourcePlan, every_rule
from veil.policy.rules import Apply, Treatment


def hierarchies_of(sources: Sequence[SourcePlan], folder: Path) -> tuple[HierarchyPlan, ...]:
    """Every hierarchy that a rule names, relative to the project file; a change of one is a change of the plan.

    Errors:  PolicyError `side-file-missing`.
    """
    found: dict[str, HierarchyPlan] = {}
    for source in sources:
        for address, rule in every_rule(source):
            for case in rule.cases:
                for name in _files(case.treatment):
                    if not (folder / name).is_file():
                        raise PolicyError(
                            "side-file-missing",
                            "a file named in the project does not exist",
                            where=f"{source.name}.{address}",
                            hint="paths are relative to the project file",
                        )
                    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
                    found[name] = HierarchyPlan(name, str(folder / name), digest)
    return tuple(found.values())


def _files(treatment: Treatment) -> list[str]:
    """The files that an operator's options name; operators of packages, which are not known yet, name none."""
    if not isinstance(treatment, Apply) or treatment.operator not in OPERATORS:
        return []
    options = dict(treatment.options)
    return [str(options.get(name, "")) for name in getattr(part("operators", treatment.operator), "files", ())]
