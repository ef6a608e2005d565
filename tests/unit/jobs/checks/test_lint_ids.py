"""Lint names a domain whose ids differ by the way a program writes numbers alone."""

import pytest

from veil.jobs.checks.lint import lint

PROJECT = """profile: expert
person: people.pid
tables:
  people:
    subject: pid
    columns: {{pid: {{pseudonym: {options}, domain: pid}}, n: keep}}
  visits:
    subject: pid
    columns: {{pid: {{pseudonym: {options}, domain: pid}}, n: keep}}
"""


def seen(project, people, visits, options="{}", name="project"):
    tables = {"people.csv": people, "visits.csv": visits}
    files = {file: "pid,n\n" + "".join(f"{one},{i}\n" for i, one in enumerate(ids)) for file, ids in tables.items()}
    made = project(PROJECT.format(options=options), files, name)
    return [one for one in lint(made.file) if one.rule == "veil-016"]


@pytest.mark.parametrize(
    ("people", "visits"),
    [
        (["00418813", "00418814"], ["418813", "418814"]),
        (["418813", "418814"], ["418813.0", "418814.0"]),
        (["418800", "418814"], ["4.188E+05", "418814"]),
        (["418813", " 418813"], ["418813"]),
        (["0007", "7"], ["x"]),
        (["A1", "12"], ["A1", "+12"]),
        (["418813.00"], ["0418813"]),
    ],
)
def test_a_domain_whose_ids_are_written_in_two_ways_is_named(project, people, visits):
    (one,) = seen(project, people, visits)
    assert "pid" in one.about
    assert not set(people + visits) & set(one.about.replace(",", " ").split())
    assert one.where.startswith("project.yaml:")
    assert one.severity == "warning"


@pytest.mark.parametrize(
    ("people", "visits"),
    [
        (["00418813", "00418814"], ["00418814"]),
        (["A01", "A1"], ["A001"]),
        (["418813", "418814"], ["418813", ""]),
        (["1.5", "15"], ["1.5"]),
        (["10", "1"], ["100"]),
        (["", "0"], ["0"]),
    ],
)
def test_ids_that_are_others_are_not_named(project, people, visits):
    assert seen(project, people, visits) == []


def test_a_rule_that_reads_integers_makes_them_one(project):
    assert seen(project, ["007", "8"], ["7", "8.0"], "{canonical: integer}, cast: integer") == []
