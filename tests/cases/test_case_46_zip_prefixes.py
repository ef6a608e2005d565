"""Case 46: three digits of a ZIP are withheld where the census of 2000, 2010 or 2020 counted few people."""

import csv
import io
from pathlib import Path

import pytest

CASE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "46"
PROJECT = (
    "profile: {profile}\nvault: v.vault\ntables: {{people: {{subject: pid, columns: {{pid: pseudonym, zip: zip3}}}}}}\n"
)
CENSUS = [
    "202",
    "753",
    "205",
    "204",
    "821",
    "203",
    "059",
    "772",
    "692",
    "893",
    "036",
    "823",
    "102",
    "879",
    "556",
    "884",
    "878",
    "369",
]
EARLIER = ["063", "790", "830", "831", "890"]


def shown(project, table, profile="expert"):
    made = project(PROJECT.format(profile=profile), {"people.csv": table}, profile)
    assert made.run().quarantined == []
    return [row["zip"] for row in csv.DictReader(io.StringIO((made.out / "people.csv").read_text()))]


@pytest.mark.parametrize("profile", ["expert", "safe-harbor"])
@pytest.mark.parametrize("form", ["{}11", "{}11-0123", "{}110123", " {}11 "])
def test_no_prefix_of_few_people_is_shown(project, profile, form):
    rows = [f"p{i},{form.format(prefix)}" for i, prefix in enumerate([*CENSUS, *EARLIER, "100", "021"])]
    assert shown(project, "pid,zip\n" + "\n".join(rows) + "\n", profile) == ["000"] * 23 + ["100", "021"]


def test_an_address_in_a_text_does_not_show_one_either(project):
    made = project(
        "profile: expert\ntables: {t: {columns: {text: scan}}}\n",
        {"t.csv": 'text\n"of 12 Oak Street, Dallas, TX 75311"\n'},
    )
    assert made.run().quarantined == []
    assert "753" not in (made.out / "t.csv").read_text()


@pytest.mark.corpora
@pytest.mark.skipif(not CASE.exists(), reason="the cases are not beside the checkout")
def test_case_46_as_it_was_met(project):
    (table,) = [path for path in CASE.iterdir() if path.suffix == ".csv"]
    assert shown(project, table.read_text())[:18] == ["000"] * 18
