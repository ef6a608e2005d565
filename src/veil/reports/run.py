"""Pages that hold no value: the report of a run, the plan before it."""

from __future__ import annotations

from typing import Any

from veil.policy.plan import Plan
from veil.reports.charts import run_charts
from veil.reports.figures import (
    BAD,
    by_source,
    check_rows,
    column_rows,
    condition_words,
    label_counts,
    label_rows,
    outcome,
    plan_rows,
    quarantine_rows,
    risk_lines,
    search_rules,
    starred,
    uncast,
    unowned,
    weak_lines,
)
from veil.reports.page import render


def run_page(manifest: dict[str, Any]) -> str:
    """The report of a run as one HTML page without scripts; it loads nothing."""
    labels = label_counts(manifest)
    seen = sum(manifest["checks"].get(code, 0) for code in BAD)
    return render(
        "run.html",
        unowned=[*unowned(manifest), *uncast(manifest), *starred(manifest)],
        manifest=manifest,
        sources=by_source(manifest),
        columns=column_rows(manifest),
        labels=labels,
        charts=run_charts(manifest),
        risks=risk_lines(manifest),
        checks=check_rows(manifest),
        seen=seen,
        quarantined=quarantine_rows(manifest),
        weak=weak_lines(manifest),
        outcome=outcome,
        condition_words=condition_words,
        text_kept=", ".join(manifest["labels_kept"]),
    )


def plan_page(plan: Plan, folders: tuple[str, str] = ("", "")) -> str:
    """The plan as one HTML page, to be read and signed before the run; `folders`: input and output as the project names them."""
    sources = [
        {
            "name": source.name,
            "format": source.format,
            "files": len(source.files),
            "bytes": sum(file.size for file in source.files),
            "subject": source.subject,
            "settings": source.files[0].settings if source.files else {},
            "unlisted": source.unlisted,
            "day_first": source.day_first,
        }
        for source in plan.sources
    ]
    return render(
        "plan.html",
        folders=folders,
        plan=plan,
        digest=plan.digest(),
        sources=sources,
        rows=plan_rows(plan),
        notices=[*plan.notices, *search_rules(plan)],
        labels=label_rows(plan),
    )
