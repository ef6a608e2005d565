"""Case 59: what a row says of a person is known of them, as a column would be: notes are searched for it, ages over 89 are held."""

import csv
import io

import pytest

from veil.discover.propose import propose
from veil.discover.write import project_text
from veil.policy.facts import fact_of, role_in

EAV = """pid,attribute,value,taken
p1,date of birth,1931-02-03,2020-01-01
p1,home phone,617-253-0123,2020-01-01
p1,patient name,Zephrine Quellwater,2020-01-01
p1,mother's name,Ottoline Quellwater,2020-01-01
p1,attending physician name,Marisol Vandertramp,2020-01-01
p1,MRN,A7731B9,2020-01-01
p1,home address,12 Larkspur Lane,2020-01-01
p1,Weight,94,2020-01-02
p2,patient name,Tobias Fairbrass,2020-01-01
p2,date of birth,1988-07-09,2020-01-01
p2,spouse name,Zephrine Quellwater,2020-01-01
"""
NOTES = {
    "notes/p1-1.txt": "zephrine quellwater came with Ottoline Quellwater. Seen: A7731B9. Lives at 12 Larkspur Lane; reach at 617 253 0123.\n"
    "Dr. Vandertramp agreed. Day of delivery 02/03/1931.\n",
    "notes/p2-1.txt": "Fairbrass, Tobias is well; his wife Zephrine Quellwater came.\n",
}
PROJECT = """profile: {profile}
vault: v.vault
tables:
  t:
    subject: pid
    facts: {{by: [attribute], values: [value]}}
    columns: {{pid: pseudonym, attribute: keep, value: keep, taken: {date}}}
notes:
  notes: {{subject: {{from: file_name, pattern: "{{pid}}-{{n}}.txt"}}}}
"""


def ran(project, profile, eav=EAV, notes=NOTES):
    made = project(
        PROJECT.format(profile=profile, date="year" if profile == "safe-harbor" else "shift"), {"t.csv": eav, **notes}
    )
    outcome = made.run()
    assert outcome.quarantined == []
    rows = list(csv.DictReader(io.StringIO((made.out / "t.csv").read_text())))
    texts = sorted((made.out / "notes").glob("*.txt"))
    return rows, [path.read_text() for path in texts]


@pytest.mark.parametrize("profile", ["expert", "safe-harbor", "redact"])
def test_notes_are_searched_for_what_rows_say(project, profile):
    _, texts = ran(project, profile)
    whole = "\n".join(texts).lower()
    left = [
        word
        for word in (
            "zephrine",
            "quellwater",
            "ottoline",
            "vandertramp",
            "a7731b9",
            "larkspur",
            "617 253 0123",
            "1931",
            "tobias",
            "fairbrass",
        )
        if word in whole
    ]
    assert left == []


def test_one_person_has_one_surrogate_in_rows_and_notes(project):
    rows, texts = ran(project, "expert")
    value = {(row["attribute"], i < 8): row["value"] for i, row in enumerate(rows)}
    patient, mother, staff = (
        value[name, True] for name in ("patient name", "mother's name", "attending physician name")
    )
    text = next(one for one in texts if "agreed" in one)
    assert patient.lower() in text.lower()
    assert mother in text
    assert f"Dr. {staff.split()[1]}" in text
    assert value["MRN", True] in text
    assert len({patient, mother, staff, value["patient name", False]}) == 4
    assert patient.split()[1] == mother.split()[1]  # a family name is shared exactly where the originals share it
    other = next(one for one in texts if "agreed" not in one)
    assert value["spouse name", False] in other
    assert value["spouse name", False] != patient


def test_a_birth_told_by_a_row_holds_an_age_over_89(project):
    rows, texts = ran(project, "expert")
    assert rows[0]["value"][:4] == "1936"
    assert any("1936" in text for text in texts)


@pytest.mark.parametrize(
    "about", ["1585596", "First name", "PIIName_First", "LOINC:45392-8", "given_name", "184095009"]
)
def test_a_given_name_by_code_or_by_name_is_known(project, about):
    eav = f"pid,attribute,value,taken\np1,{about},Zephrine,2020-01-01\n"
    _, texts = ran(project, "redact", eav, {"notes/p1-1.txt": "zephrine came.\n"})
    assert "zephrine" not in texts[0]


@pytest.mark.parametrize(
    "about, fact",
    [
        ("1585246", "address"),
        ("1585247", "address"),
        ("1585248", "city"),
        ("1585250", "zip"),
        ("1585252", "phone"),
        ("1585259", "birth"),
        ("1585260", "email"),
        ("1585596", "given_name"),
        ("1585597", "given_name"),
        ("1585598", "family_name"),
        ("4083587", "birth"),
        ("4265453", "age"),
        ("4013886", ""),
        ("4135376", ""),
        ("4271761", ""),
        ("1585249", ""),
    ],
)
def test_concepts_of_omop_tell_their_fact_and_race_sex_and_state_are_none(about, fact):
    assert fact_of(about) == fact


@pytest.mark.parametrize(
    "about, role",
    [
        ("mother's maiden name", "relative"),
        ("Spouse name", "relative"),
        ("next of kin", "relative"),
        ("emergency contact", "relative"),
        ("contact name", "relative"),
        ("attending physician name", "clinician"),
        ("provider name", "clinician"),
        ("patient name", "patient"),
        ("family name", "patient"),
        ("PIIContactInformation_Phone", "patient"),
        ("contact number", "patient"),
        ("DOB", "patient"),
        ("Heart rate", ""),
        ("mother", ""),
    ],
)
def test_whose_fact_it_is(about, role):
    assert role_in(about) == role


@pytest.mark.parametrize("pack", ["omop-5.3", "omop-5.4"])
def test_observations_of_omop_are_known_by_concept_alone(project, pack):
    head = "observation_id,person_id,observation_concept_id,observation_date,value_as_number,value_as_string,observation_source_concept_id\n"
    rows = (
        "1,1,4083587,2020-01-01,19310203.0,,0\n2,1,0,2020-01-01,,Zephrine,1585596\n3,1,0,2020-01-01,,Quellwater,1585598\n"
        "4,1,0,2020-01-01,6172530123.0,,1585252\n5,1,0,2020-01-01,,White,1586140\n"
    )
    note = "note_id,person_id,note_date,note_type_concept_id,note_class_concept_id,note_title,note_text\n"
    note += "1,1,2020-01-01,0,0,x,zephrine of the quellwater family. 6172530123. b. 02/03/1931\n"
    person = "person_id,gender_concept_id,year_of_birth\n1,8532,\n"
    made = project(
        f"profile: expert\nschema: {pack}\n", {"OBSERVATION.csv": head + rows, "NOTE.csv": note, "PERSON.csv": person}
    )
    assert made.run().quarantined == []
    text = (made.out / "NOTE.csv").read_text().lower()
    assert not [word for word in ("zephrine", "quellwater", "6172530123", "1931") if word in text]
    assert "1936" in text
    assert "White" in (made.out / "OBSERVATION.csv").read_text()


def test_init_knows_a_table_of_observations_by_its_concepts(project):
    rows = "".join(
        f"{i},{code},19{30 + i}020{i + 1},2020-01-0{i + 1}\n{i},3004249,{110 + i},2020-01-0{i + 1}\n"
        for i, code in enumerate(["4083587"] * 6)
    )
    made = project("", {"observation.csv": f"person_id,observation_concept_id,value,taken\n{rows}"})
    text = project_text(propose(made.folder / "data", profile="expert"), made.folder)
    assert 'facts: {by: ["observation_concept_id"]' in text
    (made.folder / "project.yaml").write_text(text)
    assert made.run().quarantined == []
    shown = (made.out / "observation.csv").read_text()
    assert not [i for i in range(6) if f"19{30 + i}020{i + 1}" in shown]
