"""Groups: a person, their encounters, accounts, relatives: declared once; shifts belong to the person, pseudonyms to ids."""

import datetime as dt

import pytest

from veil.errors import PolicyError

PEOPLE = "patient_id,mother_id,born,age,name\n1,,1960-05-05,66,Ada\n2,1,1990-06-06,36,Bo\n3,1,2001-07-07,24,Cy\n"
VISITS = "visit_id,patient_id,start\n10,1,2019-01-01\n11,2,2019-01-01\n12,3,2019-02-02\n"
ACCOUNTS = "site,account_no,visit_id,opened\nA,1,10,2019-01-01\nB,1,11,2019-01-01\nA,11,12,2019-02-02\n"
CHARGES = "site,account_no,day\nA,1,2019-01-01\nB,1,2019-01-01\nA,11,2019-02-02\nC,9,2019-02-02\n"
BIRTHS = "mother_id,day\n1,1990-06-06\n1,2001-07-07\n"
GROUPS = """groups:
  visit_id: {of: patient_id, in: visits}
  account: {of: visit_id, in: accounts, columns: [site, account_no]}
  mother_id: {is: patient_id}
"""
POLICY = """profile: expert
tables:
  people: {born: born, columns: {patient_id: pseudonym, mother_id: pseudonym, born: {shift: {birth: true}}, age: shifted_age, name: {surrogate: given_name}}}
  visits: {columns: {visit_id: pseudonym, patient_id: pseudonym, start: shift}}
  accounts: {columns: {site: keep, account_no: pseudonym, visit_id: pseudonym, opened: shift}}
  charges: {columns: {site: keep, account_no: pseudonym, day: shift}}
  births: {columns: {mother_id: pseudonym, day: shift}}
"""
FILES = {
    "people.csv": PEOPLE,
    "visits.csv": VISITS,
    "accounts.csv": ACCOUNTS,
    "charges.csv": CHARGES,
    "births.csv": BIRTHS,
}


def rows(made, name):
    return [line.split(",") for line in (made.out / f"{name}.csv").read_text().splitlines()[1:]]


def steps(before, after):
    day = dt.date.fromisoformat
    return [(day(new) - day(old)).days for old, new in zip(before, after, strict=True)]


def test_a_hierarchy_that_is_declared_once_gives_every_table_its_people(project):
    made = project(GROUPS + POLICY, FILES)
    assert made.run().exit_code == 0
    people, visits, accounts, charges, births = (
        rows(made, name) for name in ("people", "visits", "accounts", "charges", "births")
    )
    own = steps(["1960-05-05", "1990-06-06", "2001-07-07"], [row[2] for row in people])
    assert len(set(own)) == 3
    assert 0 not in own
    days = ["2019-01-01", "2019-01-01", "2019-02-02"]
    assert steps(days, [row[2] for row in visits]) == own
    assert steps(days, [row[3] for row in accounts]) == own  # by their visit
    assert steps(days, [row[2] for row in charges[:3]]) == own  # by a key of two columns: A 1, B 1 and A 11 are three
    assert charges[3][2] == ""  # nobody's
    assert steps(["1990-06-06", "2001-07-07"], [row[1] for row in births]) == [own[0]] * 2  # the record is the mother's


def test_a_relative_is_one_pseudonym_wherever_she_is_named(project):
    made = project(GROUPS + POLICY, FILES)
    made.run()
    people = rows(made, "people")
    assert [row[1] for row in people] == ["", people[0][0], people[0][0]]
    assert {row[0] for row in rows(made, "births")} == {people[0][0]}
    assert len({row[4] for row in people}) == 3  # a surrogate belongs to the person


def test_ages_follow_the_shifted_dates(project):
    made = project(GROUPS + POLICY, FILES)
    made.run()
    today = dt.date(2026, 6, 30)
    for row, was in zip(rows(made, "people"), (66, 36, 24), strict=True):
        born = dt.date.fromisoformat(row[2])
        assert int(row[3]) == today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        assert abs(int(row[3]) - was) <= 1


@pytest.mark.parametrize(
    ("groups", "code", "told"),
    [
        (
            "groups: {a: {of: b, in: visits}, b: {of: c, in: visits}, c: {of: a, in: visits}}\n",
            "group-circle",
            "a -> b -> c -> a",
        ),
        ("groups: {a: {of: a, in: visits}}\n", "group-circle", "a -> a"),
        ("groups: {a: {of: x, in: visits}, b: {of: y, in: visits}}\n", "group-root", "x, y"),
        ("groups: {a: {of: x}}\n", "group-shape", "project.yaml"),
        ("groups: {a: {of: x, in: visit}}\n", "group-shape", "did you mean visits?"),
    ],
)
def test_groups_that_lead_nowhere_are_refused_with_the_circle_shown(project, groups, code, told):
    with pytest.raises(PolicyError) as refused:
        project(groups + POLICY, FILES).session()
    assert refused.value.code == code
    assert told in str(refused.value)


def test_tables_that_lead_only_to_each_other_are_refused_with_the_circle_shown(project):
    policy = POLICY.replace("  visits: {", "  visits: {subject: {through: accounts, on: visit_id}, ").replace(
        "  accounts: {", "  accounts: {subject: {through: visits, on: visit_id}, "
    )
    with pytest.raises(PolicyError) as refused:
        project(policy, FILES).session()
    assert refused.value.code == "subject-circle"
    assert "accounts -> visits -> accounts" in str(refused.value)


def test_tables_of_a_hierarchy_come_back_too(project):
    from tests.conftest import PASSPHRASE

    from veil.jobs.reversal.reverse import open_reversal, reverse

    made = project(GROUPS + POLICY, FILES)
    made.run()
    reversal = open_reversal(made.file)
    out = reverse(reversal, reversal.keys(lambda: PASSPHRASE), "a law").out
    for name in ("visits.csv", "accounts.csv", "charges.csv", "births.csv"):
        assert (out / name).read_text() == FILES[name]
