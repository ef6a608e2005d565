"""Record of verification: a release read again, or a reversal compared, written to the audit log."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

from veil.audit.check_release import digest
from veil.jobs.audit_events import record_verify
from veil.jobs.checks.verify_release import ReleaseVerdict
from veil.jobs.release.assemble import MANIFEST
from veil.jobs.session import Session
from veil.keys import Keys
from veil.policy.project import private_folder


def record_verdict(session: Session, verdict: ReleaseVerdict, keys: Keys) -> None:
    """What `veil verify PROJECT` saw: checks made, and findings by code."""
    recorded = {
        "of": "release",
        "sha256": {"manifest": digest(session.out / MANIFEST)},
        "plan": dataclasses.replace(session.plan, key_id=keys.id).digest(),
        "counts": {check: count for check, count in verdict.counts.items() if check.startswith("checked")},
        "findings": dict(Counter(code for _, code in verdict.leaks)),
        "exit_code": 6 if verdict.leaks else 0,
    }
    record_verify(private_folder(session.project, session.folder), session.plan.name, recorded, keys)


def record_compared(session: Session, record: dict[str, Any]) -> None:
    """What `veil verify PROJECT REVERSED` saw."""
    verdict = {"of": "reversed", "overview": record["overview"], "exit_code": 0 if record["passed"] else 1}
    record_verify(private_folder(session.project, session.folder), session.plan.name, verdict)
