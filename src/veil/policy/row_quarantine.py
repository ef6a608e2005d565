"""Quarantine of single rows: which sources ask for it, and which formats can leave out or pass over a row."""

from __future__ import annotations

from veil.errors import PolicyError
from veil.parts import FORMATS, traits_of
from veil.policy.parse import YamlDocument
from veil.policy.plan import SourcePlan
from veil.policy.project import Project, SourceSection

ALONE = "quarantine-rows"


def passes_broken(project: Project, source: SourceSection, kind: str, where: str) -> bool:
    """Whether broken rows of a source are quarantined alone: as it says itself, else as its project does where its format can.

    Errors:  PolicyError `rows-broken`: its format has no broken rows, or reads none behind them.
    """
    can = traits_of(kind).passes_broken
    if source.rows is not None and source.rows.broken == ALONE and not can:
        raise PolicyError(
            "rows-broken",
            f"single broken rows of the format {kind} cannot be quarantined",
            where=where,
            hint=f"`rows: {{broken: {ALONE}}}` is for: {_those('passes_broken')}",
        )
    asked = source.rows or project.rows
    return can and asked is not None and asked.broken == ALONE


def check_row_quarantine(project: Project, sources: list[SourcePlan], document: YamlDocument) -> None:
    """Errors: PolicyError `rows-broken` where no source has rows that can break, `verify-rows` where a format cannot leave out a row."""
    if (
        project.rows is not None
        and project.rows.broken == ALONE
        and not any(source.traits.passes_broken for source in sources)
    ):
        raise PolicyError(
            "rows-broken",
            "no source of the project has a format whose broken rows can be quarantined singly",
            where=document.at("rows", "broken"),
            hint=f"`rows: {{broken: {ALONE}}}` is for: {_those('passes_broken')}",
        )
    asked = next((name for name in ("strong", "weak") if project.verify and getattr(project.verify, name) == ALONE), "")
    unable = (
        next((source for source in sources if not (source.traits.leaves_out or source.traits.many_files)), None)
        if asked
        else None
    )
    if unable is not None:
        raise PolicyError(
            "verify-rows",
            f"single rows of {unable.name} cannot be quarantined: the format {unable.format} does not leave out rows",
            where=document.at("verify", asked),
            hint=f"set `verify: {{{asked}: quarantine}}`",
        )


def _those(trait: str) -> str:
    return ", ".join(name for name in FORMATS if getattr(traits_of(name), trait))
