"""Manifest: the value-free record of a run."""

from __future__ import annotations

import datetime as dt
import platform
from collections import Counter
from collections.abc import Callable
from typing import Any

from veil.jobs.work.quarantine import Quarantined, Spot, grouped
from veil.jobs.work.worker import UnitResult
from veil.keys import Keys
from veil.model import Report
from veil.policy.plan import Plan, describe
from veil.policy.rules import Keep

Digest = Callable[[str, str], str]  # of an input: the place of its source, its name there
NOT_COVERED = (
    "The risk of re-identification from rare facts or from other data sets was not measured.",
    "Images, sound and handwriting are not processed.",
    "Detectors miss some identifiers in free text; see the measured figures in the documentation.",
)


def manifest_of(
    plan: Plan,
    digest_of: Digest,
    done: list[UnitResult],
    outputs: dict[str, str],
    quarantined: list[Quarantined],
    weak: list[tuple[str, Spot]],
    keys: Keys,
    now: dt.datetime,
) -> dict[str, Any]:
    """Shape: JSON: versions, digests, counts, checks, what was quarantined and why, what was not covered."""
    report, checks = Report(), Counter[str]()
    for unit in done:
        report.add(unit.counts)
        checks.update(unit.checks)
    return {
        "veil": version(),
        "python": platform.python_version(),
        "made": now.isoformat(timespec="seconds"),
        "project": plan.name,
        "profile": plan.profile,
        "claims": plan.claims,
        "reference_date": plan.reference_date.isoformat(),
        "locale": plan.locale,
        "key": {"id": keys.id, "version": keys.version} if keys.id else None,
        "plan": {"digest": plan.digest(), **plan.as_json()},
        "rules": _rules(plan),
        "labels_kept": sorted(label.value for label, treatment in plan.labels.items() if isinstance(treatment, Keep)),
        "inputs": _inputs(plan, digest_of),
        "outputs": [{"name": name, "sha256": digest} for name, digest in sorted(outputs.items())],
        "unclaimed_files": plan.unclaimed,
        "counts": report.rows(),
        "checks": dict(sorted(checks.items())),
        "quarantined": [entry.as_json() for entry in quarantined],
        "weak_evidence": grouped(weak),
        "notices": list(plan.notices),
        "not_covered": list(NOT_COVERED),
    }


def _inputs(plan: Plan, digest_of: Digest) -> list[dict[str, Any]]:
    """Digests of the inputs by place, without their names: a name may hold a person."""
    return [
        {
            "what": f"{source.name} file {number + 1}",
            "bytes": file.size,
            "sha256": digest_of(source.place, file.path),
        }
        for source in plan.sources
        for number, file in enumerate(source.files)
    ]


def _rules(plan: Plan) -> list[dict[str, Any]]:
    found = []
    for source in plan.sources:
        for address, rule in source.rules:
            cases = [{"where": case.where, "treatment": describe(case.treatment)} for case in rule.cases]
            found.append(
                {"source": source.name, "address": address, "cases": cases, "known": rule.known, "reason": rule.reason}
            )
    return found


def version() -> str:
    from importlib.metadata import version as installed  # noqa: PLC0415

    return installed("veil-deid")
