"""Situations of projects: strict keys, extends, overrides, claims that are refused with their reason."""

import pytest

from veil.errors import PolicyError
from veil.model import Label
from veil.policy.rules import Apply, Drop, Keep, Open, Scan

TABLE = """tables:
  people:
    subject: patient_id
    columns:
      patient_id: pseudonym
      seen: {RULE}
"""
FILES = {"people.csv": "patient_id,seen\np1,2020-01-02\n"}


def with_rule(rule):
    return TABLE.replace("{RULE}", rule)


def rule_of(made, column="seen", *overrides):
    return dict(made.session(*overrides).plan.source("people").rules)[column]


def test_an_unknown_key_is_told_with_its_line_and_the_nearest_name(project):
    made = project("profile: expert\n" + with_rule("shift").replace("subject:", "subjekt:"), FILES)
    with pytest.raises(PolicyError) as caught:
        made.session()
    assert caught.value.code == "project-key"
    assert caught.value.where == "project.yaml:8"
    assert caught.value.hint == "did you mean subject?"


@pytest.mark.parametrize(
    ("written", "treatment"),
    [
        ("keep", Keep()),
        ("drop", Drop()),
        ("scan", Scan()),
        ("shift", Apply("shift", (), "seen")),
        ("{shift: {unit: weeks}}", Apply("shift", (("unit", "weeks"),), "seen")),
        ("{surrogate: city}", Apply("surrogate", (("kind", "city"),), "seen")),
        ("{pseudonym: {domain: x}}", Apply("pseudonym", (), "x")),
        ("as date", Apply("shift", (), "seen")),
        ("{as: code, reason: why}", Keep()),
        ("{open: json, unlisted: drop}", Open("json", (), "drop")),
    ],
)
def test_a_rule_means_what_it_says(project, written, treatment):
    assert rule_of(project("profile: expert\n" + with_rule(written), FILES)).cases[0].treatment == treatment


def test_a_list_of_rules_is_tried_in_order_and_the_open_one_stands_last(project):
    made = project("profile: expert\n" + with_rule("[{where: patient_id = 'p1', drop: }, keep]"), FILES)
    assert [case.where for case in rule_of(made).cases] == ["patient_id = 'p1'", ""]
    with pytest.raises(PolicyError, match="rule-order"):
        project("profile: expert\n" + with_rule("[keep, {where: patient_id = 'p1', drop: }]"), FILES, "other").session()


@pytest.mark.parametrize(
    "word",
    [
        "{keep: , known: perhaps}",
        "{shift: {unit: fortnights}}",
        "{shift: {colour: red}}",
        "{surrogate: colour}",
        "3",
        "as colour",
    ],
)
def test_a_rule_that_means_nothing_is_refused_before_the_run(project, word):
    made = project("profile: expert\n" + with_rule(word), FILES)
    with pytest.raises(PolicyError) as caught:
        made.run()
    assert caught.value.hint or caught.value.where
    assert not made.out.exists()


def test_a_project_extends_one_other_and_says_more(project):
    made = project("extends: base.yaml\nlocale: en-GB\n", FILES)
    (made.folder / "base.yaml").write_text("profile: expert\nlocale: en-US\n" + with_rule("shift"))
    session = made.session()
    assert session.plan.locale == "en-GB"
    assert session.plan.source("people").day_first
    (made.folder / "base.yaml").write_text("extends: other.yaml\n")
    with pytest.raises(PolicyError, match="project-extends"):
        made.session()


def test_an_override_stands_over_the_file(project):
    made = project("profile: expert\n" + with_rule("shift"), FILES)
    assert isinstance(rule_of(made, "seen", "tables.people.columns.seen=drop").cases[0].treatment, Drop)
    assert (
        made.session("profile=redact", "tables.people.columns={patient_id: drop, seen: year}").plan.profile == "redact"
    )


def test_unlisted_columns_are_dropped_where_the_project_says_so(project):
    made = project(
        "profile: expert\nunlisted: drop\n" + with_rule("shift"),
        {"people.csv": "patient_id,extra,seen\np1,secret,2020-01-02\n"},
    )
    assert made.run().quarantined == []
    assert made.bytes_out()["people.csv"].startswith(b"patient_id,seen\n")
    assert b"secret" not in made.bytes_out()["people.csv"]


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ("shift", "shift"),
        ("hash", "hash"),
        ("{surrogate: city}", "surrogate"),
        ("[{where: seen is not null, shift: }, drop]", "shift"),
        ("{open: json, rules: {$.a: shift}}", "shift"),
    ],
)
def test_a_safe_harbor_policy_that_derives_is_refused_with_the_reason(project, rule, word):
    made = project("profile: safe-harbor\n" + with_rule(rule), FILES)
    with pytest.raises(PolicyError) as caught:
        made.session()
    assert caught.value.code == "claims-derived"
    assert f"`{word}`" in caught.value.message
    assert "164.514(c)" in caught.value.hint
    assert caught.value.where == "project.yaml:11"


def test_a_safe_harbor_policy_takes_random_codes_for_pseudonyms_and_keeps_years(project):
    made = project("profile: safe-harbor\n" + with_rule("as date"), FILES)
    assert rule_of(made, "patient_id").cases[0].treatment.operator == "code"
    assert rule_of(made).cases[0].treatment.operator == "year"
    assert made.run().quarantined == []
    assert made.bytes_out()["people.csv"].split(b",")[-1] == b"2020\n"


@pytest.mark.parametrize(
    ("claims", "labels", "good"),
    [
        ("safe-harbor", "{DATE: keep}", False),
        ("safe-harbor", "{DATE: shift}", False),
        ("safe-harbor", "{NAME: {surrogate: name}}", False),
        ("safe-harbor", "{AGE: keep, STATE: placeholder}", True),
        ("limited-data-set", "{DATE: keep, ZIP: keep}", True),
        ("limited-data-set", "{MRN: keep}", False),
        ("none", "{MRN: keep}", True),
    ],
)
def test_a_claim_is_held_against_the_labels(project, claims, labels, good):
    profile = {"safe-harbor": "safe-harbor", "limited-data-set": "limited-data-set", "none": "redact"}[claims]
    made = project(f"profile: {profile}\nclaims: {claims}\nlabels: {labels}\n" + with_rule("drop"), FILES)
    if good:
        assert made.session().plan.claims == claims
    else:
        with pytest.raises(PolicyError, match="claims-"):
            made.session()


def test_every_profile_treats_every_label_and_passes_its_own_claim(project):
    from veil.policy.profile import SHIPPED, read_profile

    for name in SHIPPED:
        assert set(read_profile(name).labels) == set(Label)
        project(f"profile: {name}\n" + with_rule("drop"), FILES, name).session()


def test_a_profile_that_forgets_a_label_is_refused(project):
    made = project("profile: mine.yaml\n" + with_rule("drop"), FILES)
    (made.folder / "mine.yaml").write_text("name: mine\nlabels: {NAME: placeholder}\n")
    with pytest.raises(PolicyError, match="profile-label"):
        made.session()


def test_the_plan_is_the_same_and_its_digest_too_until_something_changes(project):
    made = project("profile: expert\n" + with_rule("shift"), FILES)
    one = made.session().plan.digest()
    assert made.session().plan.digest() == one
    assert made.session("locale=en-GB").plan.digest() != one
    (made.folder / "data" / "people.csv").write_text(FILES["people.csv"] + "p2,2020-01-03\n")
    assert made.session().plan.digest() != one


def test_the_printed_plan_names_no_file(project):
    import json

    made = project(
        "profile: expert\n" + with_rule("shift").replace("subject:", "files: 'smith*.csv'\n    subject:"),
        {"smith-john.csv": FILES["people.csv"]},
    )
    assert "smith-john" not in json.dumps(made.session().plan.as_json())
