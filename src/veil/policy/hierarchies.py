"""Hierarchies: the files that a project's rules name, where they lie, and a digest of each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from veil.errors import PolicyError
from veil.policy.plan import HierarchyPlan, SourcePlan, every_rule
from veil.policy.rules import Apply


def hierarchies_of(sources: Sequence[SourcePlan], folder: Path) -> tuple[HierarchyPlan, ...]:
    """Every hierarchy that a rule names, relative to the project file; a change of one is a change of the plan.

    Errors:  PolicyError `side-file-missing`.
    """
    found: dict[str, HierarchyPlan] = {}
    for source in sources:
        for address, rule in every_rule(source):
            for case in rule.cases:
                if isinstance(case.treatment, Apply) and case.treatment.operator == "generalize":
                    name = str(dict(case.treatment.options).get("hierarchy", ""))
                    if not (folder / name).is_file():
                        raise PolicyError("side-file-missing", "a file that the project names is not there", where=f"{source.name}.{address}",
                                          hint="the path is relative to the project file")  # fmt: skip
                    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
                    found[name] = HierarchyPlan(name, str(folder / name), digest)
    return tuple(found.values())
