"""Notices: what a person should know of a plan before the run, in sentences without a value."""

from __future__ import annotations

from collections import Counter

from veil.lexicon.language import LANGUAGES, is_read, language
from veil.policy.plan import SourcePlan, every_rule
from veil.policy.project import Project
from veil.policy.rules import Scan
from veil.policy.unruled import BARE


def unread_language(project: Project, sources: list[SourcePlan]) -> tuple[str, ...]:
    """That the locale is of a language that is not read, where any text is scanned."""
    scans = any(
        isinstance(case.treatment, Scan) for source in sources for _, rule in every_rule(source) for case in rule.cases
    )
    if is_read(project.locale) or not scans:
        return ()
    names = ", ".join(language(code).name for code in LANGUAGES)
    done = "masked entirely" if project.language.unread == "mask" else "refused"
    return (f"locale {project.locale}: the detectors read {names}; text that is clearly in none of them is {done}",)


def notices_of(sources: list[SourcePlan]) -> tuple[str, ...]:
    """What a person should know before the run, in sentences without a value."""
    found: list[str] = []
    for source in sources:
        scans = any(isinstance(case.treatment, Scan) for _, rule in source.rules for case in rule.cases)
        if source.subject.how == "none" and scans:
            found.append(
                f"{source.name}: no patient is defined, so known identifiers are not searched there and dates cannot be shifted"
            )
        bare = [address for address, rule in source.rules if rule.reason == BARE]
        if bare:
            found.append(f"{source.name}: columns without a rule are kept unchanged: {', '.join(bare)}")
        remarks = Counter(file.settings["remark"] for file in source.files if "remark" in file.settings)
        found += [f"{source.name}: {count} of {len(source.files)} files: {remark}" for remark, count in remarks.items()]
        if source.subject.how == "file":
            found.append(f"{source.name}: each file is treated as a separate patient")
    return tuple(found)
