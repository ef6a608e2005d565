"""Situations of people in a row: kin, contacts and clinicians beside the patient, in tables and in notes."""

import csv
import io
import itertools
import random

import pytest

HEAD = "profile: expert\ndetectors: [patterns, dates, gazetteer, known]\n"
PEOPLE = (
    HEAD
    + """tables:
  patients:
    subject: pid
    columns:
      pid: pseudonym
      name: {surrogate: name, known: true}
      mother: {surrogate: name, known: true, person: mother}
      spouse_first: {surrogate: given_name, known: true, person: spouse}
      spouse_last: {surrogate: family_name, known: true, person: spouse}
      kin: {surrogate: name, known: true, person: next_of_kin}
      attending: {surrogate: name, known: true, person: attending}
      referrer: {surrogate: name, known: true, person: referrer}
"""
)
NOTES = """notes:
  notes: {subject: {from: file_name, pattern: "{pid}-{n}.txt"}, columns: {text: scan}}
"""
COLUMNS = ("pid", "name", "mother", "spouse_first", "spouse_last", "kin", "attending", "referrer")
GIVEN = (
    "Felix Nora Ines Tess Rosa Lena Hugo Saul Petra Maeve Otto Ivan Omar Ravi Greta Bram Orla Ada Cyrus Dana".split()
)
FAMILY = "Vance Dunne Tasker Sutter Moreau Kowal Okafor Quill Whitlock Orsini Nash Harrow Ferris Brandt Quennell Lindqvist Pell Tanaka".split()


def table(rows, columns=COLUMNS):
    held = io.StringIO(newline="")
    made = csv.writer(held, lineterminator="\n")
    made.writerows([columns, *rows])
    return held.getvalue()


def read(path):
    return list(csv.DictReader(io.StringIO(path.read_text(), newline="")))


def kin_of(rng, count):
    """Rows of patients with kin, families now and then the same."""
    for number in range(count):
        family = rng.choice(FAMILY)
        names = [
            f"{rng.choice(GIVEN)} {family}",
            *(f"{rng.choice(GIVEN)} {rng.choice((family, rng.choice(FAMILY)))}" for _ in range(5)),
        ]
        yield (f"P{number}", names[0], names[1], *names[2].split(" "), names[3], names[4], names[5])


def people_in(row):
    return {
        "name": row["name"],
        "mother": row["mother"],
        "spouse": f"{row['spouse_first']} {row['spouse_last']}",
        "kin": row["kin"],
    }


def family(name):
    return name.split(" ")[-1]


def test_no_two_of_two_thousand_patients_with_kin_share_a_full_name_and_families_are_shared_as_before(project):
    rows = list(kin_of(random.Random(7), 2_000))
    made = project(PEOPLE, {"patients.csv": table(rows)})
    assert made.run().exit_code == 0
    before, after = read(made.folder / "data" / "patients.csv"), read(made.out / "patients.csv")
    bearer = {}
    for number, (was, now) in enumerate(zip(before, after, strict=True)):
        old, new = people_in(was), people_in(now)
        for one, other in itertools.combinations(old, 2):
            assert (family(old[one]) == family(old[other])) == (family(new[one]) == family(new[other]))
            assert (old[one] == old[other] and "name" not in (one, other)) == (new[one] == new[other])
        for who in old:
            person = (number, "patient" if who == "name" else old[who])
            assert bearer.setdefault(new[who], person) == person
        for who in ("attending", "referrer"):
            assert bearer.setdefault(now[who], ("staff", was[who])) == ("staff", was[who])


def test_a_note_names_its_people_as_the_table_does(project):
    rows = [
        ("1", "Marian Okafor", "Grace Okafor", "Ines", "Quill", "Hugo Pell", "Petra Nash", "Greta Tasker"),
        ("2", "Nora Dunne", "Dunne, Rosa", "Ivan", "Dunne", "Rosa Dunne", "Petra Nash", "Ravi Harrow"),
    ]
    note = "Marian Okafor came with mother Grace Okafor and spouse Ines Quill. Mrs. Okafor was well. Next of kin Hugo Pell. Seen by Dr. Petra Nash.\n"
    made = project(
        PEOPLE + NOTES,
        {
            "patients.csv": table(rows),
            "notes/1-1.txt": note,
            "notes/2-1.txt": "Her mother Rosa Dunne called Dr. Nash. Spouse Ivan Dunne.\n",
        },
    )
    assert made.run().exit_code == 0
    one, two = read(made.out / "patients.csv")
    texts = sorted(path.read_text() for path in (made.out / "notes").glob("*.txt"))
    first = next(text for text in texts if "came with" in text)
    assert first == (
        f"{one['name']} came with mother {one['mother']} and spouse {one['spouse_first']} {one['spouse_last']}. "
        f"Mrs. {family(one['name'])} was well. Next of kin {one['kin']}. Seen by Dr. {one['attending']}.\n"
    )
    assert family(one["mother"]) == family(one["name"])
    assert one["attending"] == two["attending"]
    second = next(text for text in texts if "called" in text)
    assert two["mother"] == f"{family(two['kin'])}, {two['kin'].split(' ')[0]}"
    assert (
        second
        == f"Her mother {two['kin']} called Dr. {family(two['attending'])}. Spouse {two['spouse_first']} {two['spouse_last']}.\n"
    )


@pytest.mark.parametrize(
    "order",
    [COLUMNS, COLUMNS[::-1], ("kin", "pid", "spouse_last", "mother", "name", "spouse_first", "referrer", "attending")],
)
def test_the_order_of_columns_does_not_change_a_surrogate(project, order):
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in kin_of(random.Random(3), 20)]
    made = project(PEOPLE, {"patients.csv": table([[row[name] for name in order] for row in rows], order)})
    assert made.run().exit_code == 0
    straight = project(PEOPLE, {"patients.csv": table([[row[name] for name in COLUMNS] for row in rows])})
    assert straight.run().exit_code == 0
    assert read(made.out / "patients.csv") == [
        {name: row[name] for name in order} for row in read(straight.out / "patients.csv")
    ]
