"""Charts of a run: counts become bars; what is there is seen, and what is not there has no picture."""

from pathlib import Path

import pytest

from veil.model import Label
from veil.reports.charts import run_charts
from veil.reports.figures import risk_lines
from veil.reports.marks import GROUPS, group_of
from veil.reports.plots import stacked

PAGES = Path(__file__).resolve().parents[3] / "src" / "veil" / "service" / "portal" / "pages"


def row(source, action, count, detail=""):
    return {"source": source, "address": source, "column": "", "action": action, "detail": detail, "count": count}


def manifest(*counts, **checks):
    return {
        "plan": {"sources": []},
        "counts": list(counts),
        "checks": {name.replace("_", " "): count for name, count in checks.items()},
    }


def test_a_run_without_text_and_dates_has_no_empty_picture():
    titles = [chart.title for chart in run_charts(manifest(row("a", "rows", 2), row("a", "kept", 4)))]
    assert titles == ["What happened to the values, by source"]


def test_what_was_found_is_counted_by_kind_and_by_source():
    kinds, sources, _ = run_charts(
        manifest(
            row("n", "found", 5, "NAME"),
            row("n", "found", 2, "DATE"),
            row("m", "found", 9, "SSN"),
            row("m", "scanned", 1),
        )
    )
    assert [(group.name, group.amount) for group in kinds.plot.groups] == [("SSN", "9"), ("NAME", "5"), ("DATE", "2")]
    assert [(group.name, group.words) for group in sources.plot.groups] == [
        ("m", "numbers 9"),
        ("n", "people 5, dates and ages 2"),
    ]


def test_intervals_that_were_not_kept_are_a_bar_of_their_own():
    (chart,) = run_charts(manifest(checked_intervals=10, interval=3))
    assert [(group.name, group.amount) for group in chart.plot.groups] == [("kept", "7"), ("not kept", "3")]


def risky(rows, suppressed, **wish):
    wish = {"k": 5, "over": ["zip", "sex"], "person": "", **wish}
    counts = [row("t", "rows", rows), *([row("t", "suppressed", suppressed)] if suppressed else [])]
    return manifest(*counts, row("u", "rows", 9)) | {
        "plan": {"sources": [{"name": "t", "suppress": wish}, {"name": "u", "suppress": None}]}
    }


@pytest.mark.parametrize(
    ("rows", "suppressed", "before", "after"),
    [
        (200, 3, "meets the threshold 197, in a group below the threshold 3", "meets the threshold 197, suppressed 3"),
        (200, 0, "meets the threshold 200", "meets the threshold 200"),
        (4, 4, "in a group below the threshold 4", "suppressed 4"),
    ],
)
def test_a_risk_that_the_run_measured_is_drawn_before_and_after(rows, suppressed, before, after):
    (chart,) = run_charts(risky(rows, suppressed))
    assert [group.name for group in chart.plot.groups] == ["t, before", "t, after"]
    first, second = (group.words for group in chart.plot.groups)
    assert (first.endswith(before), second.endswith(after)) == (True, True), (first, second)


def test_the_risk_is_said_in_words_with_its_bound():
    (line,) = risk_lines(risky(200, 3))
    assert "3 of 200 rows" in line
    assert "zip, sex is that of at least 5 rows" in line
    assert line.endswith("at most 1 in 5.")
    assert "at least 7 patients" in risk_lines(risky(200, 3, k=7, person="id"))[0]
    assert risk_lines(risky(0, 0)) == []  # nothing of the table was released
    assert run_charts(risky(0, 0)) == []


def test_one_among_a_million_is_still_seen():
    chart = stacked("t", [("a", [("x", 1_000_000)]), ("b", [("x", 1)])], {"x": "x"})
    assert chart.plot.groups[1].bars[0].width == 2.0


def test_no_bar_leaves_the_drawing():
    chart = stacked("t", [("a", [(kind, 1) for kind in "abcdefgh"] + [("i", 10**9)])], dict.fromkeys("abcdefghi", "w"))
    assert all(bar.x + bar.width <= chart.plot.wide for group in chart.plot.groups for bar in group.bars)


@pytest.mark.parametrize("label", list(Label))
def test_every_label_has_a_group_with_words(label):
    assert group_of(label.value) in GROUPS


def test_browsers_and_reports_colour_labels_alike():
    script = (PAGES / "marks.js").read_text(encoding="utf-8")
    table = script[script.index("GROUP_OF = {") + len("GROUP_OF = ") : script.index("};") + 1]
    pairs = [pair.split(":") for pair in table.strip("{} \n").replace("\n", " ").split(",") if ":" in pair]
    groups = {name.strip(): group.strip().strip('"') for name, group in pairs}
    assert groups == {label.value: group_of(label.value) for label in Label if group_of(label.value) != "number"}
