"""C-CDA from end to end: one person in tables, notes, messages and documents; every place of a battery of planted identities."""

import json
import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from veil.cli.app import app
from veil.jobs.session import open_session
from veil.keys import Keys

SECRET = bytes(range(32))
BATTERY = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "files" / "battery"
PATIENTS = {
    "p1-771200": ("Adaeze", "Okonkwo", "19660728", "2026-03-01"),
    "p2-771201": ("Bertil", "Lindqvist", "19790111", "2026-02-17"),
    "p3-771202": ("Chiara", "Montefalco", "19510930", "2026-01-05"),
}
SPACES = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def document(person, given, family, born):
    return (
        f'<?xml version="1.0"?><!-- {given} --><ClinicalDocument {SPACES}><id root="1.2.3" extension="D-{person}"/>'
        f'<recordTarget><patientRole><id root="1.2.3.4" extension="{person}"/><patient><name><given>{given}</given>'
        f'<family>{family}</family></name><birthTime value="{born}"/></patient></patientRole></recordTarget>'
        '<author><time value="20260310"/><assignedAuthor><id root="1.2.3" extension="S-4410"/><assignedPerson><name>'
        "<given>Wilhelmina</given><family>Strand</family></name></assignedPerson></assignedAuthor></author>"
        f"<component><structuredBody><component><section><text><paragraph>{given} {family[:4]}<content>{family[4:]}</content>"
        ' was seen on 03/10/2026.</paragraph></text><entry><observation classCode="OBS" moodCode="EVN"><code code="718-7" '
        'codeSystem="2.16.840.1.113883.6.1" displayName="Hemoglobin"/><effectiveTime><low value="20260310081500"/></effectiveTime>'
        '<value xsi:type="PQ" value="13.40" unit="g/dL"/></observation></entry></section></component></structuredBody>'
        "</component></ClinicalDocument>"
    )


def message(person, given, family, born):
    return (
        "MSH|^~\\&|LAB|NORTHSIDE|EHR|SOUTH|20260303091500||ADT^A08|1|P|2.5.1\r"
        f"PID|1||{person}^^^NORTH^MR||{family}^{given}||{born}|F\r"
    )


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hospital")
    (folder / "in" / "notes").mkdir(parents=True)
    (folder / "in" / "documents").mkdir()
    rows = ["patient_id,given,family,seen"]
    for person, (given, family, born, seen) in PATIENTS.items():
        rows.append(f"{person},{given},{family},{seen}")
        (folder / "in" / "notes" / f"{person}.txt").write_text(f"{given} {family} came on {seen}.\n")
        (folder / "in" / "documents" / f"{person}.xml").write_text(document(person, given, family, born))
    (folder / "in" / "patients.csv").write_text("\n".join(rows) + "\n")
    feed = "".join(message(person, *facts[:3]) for person, facts in PATIENTS.items())
    (folder / "in" / "feed.hl7").write_text(feed, newline="")
    (folder / "in" / "documents" / "broken.xml").write_text("<!DOCTYPE x><ClinicalDocument/>")
    (folder / "project.yaml").write_text(
        "profile: expert\nin: in\nout: out\nreference_date: 2026-06-01\n"
        "tables:\n  patients:\n    subject: patient_id\n    columns:\n      patient_id: {as: id, known: strong, label: MRN}\n"
        "      given: {as: given_name, known: true}\n      family: {as: family_name, known: true}\n      seen: {as: date}\n"
        "notes:\n  notes:\n    subject: {from: file_name, pattern: '{patient_id}.txt'}\n"
        "trees:\n  feed: {}\n  documents: {format: ccda}\n"
    )
    outcome = open_session(folder / "project.yaml").run(Keys.from_secret(SECRET))
    assert [code for _, code in outcome.quarantined] == ["xml-doctype"]
    return outcome.out


def test_one_person_is_the_same_in_table_note_message_and_document(release):
    rows = [line.split(",") for line in (release / "patients.csv").read_text().splitlines()[1:]]
    documents = [path.read_text() for path in (release / "documents").iterdir()]
    messages = (release / "feed.hl7").read_bytes().decode()
    notes = {path.stem: path.read_text() for path in (release / "notes").iterdir()}
    assert len(rows) == len(documents) == len(notes) == len(PATIENTS)
    for (pseudonym, given, family, seen), (_, _, born, was) in zip(rows, PATIENTS.values(), strict=True):
        (text,) = [text for text in documents if f'extension="{pseudonym}"' in text]
        assert f"<given>{given}</given><family>{family}</family>" in text
        assert f"<paragraph>{given} {family}<content></content> was seen on" in text
        assert f"{given} {family}" in notes[pseudonym]
        assert f"|{pseudonym}^^^" in messages
        assert f"|{family}^{given}|" in messages
        shift = date.fromisoformat(seen) - date.fromisoformat(was)
        day = re.search(r'<low value="(\d{8})081500"', text).group(1)
        assert date.fromisoformat(day) - date(2026, 3, 10) == shift
        birth = re.search(r'<birthTime value="(\d{8})"', text).group(1)
        assert date.fromisoformat(birth) - date.fromisoformat(born) == shift


def test_medicine_stays_and_comments_go(release):
    for path in (release / "documents").iterdir():
        text = path.read_text()
        assert '<value xsi:type="PQ" value="13.40" unit="g/dL"/>' in text
        assert 'code="718-7" codeSystem="2.16.840.1.113883.6.1" displayName="Hemoglobin"' in text
        assert "<!--" not in text


def test_an_author_has_one_number_and_one_name_in_all_documents(release):
    found = {
        re.search(r'<assignedAuthor><id root="[^"]*" extension="([^"]*)".*?<name>(.*?)</name>', text).groups()
        for text in (path.read_text() for path in (release / "documents").iterdir())
    }
    assert len(found) == 1
    assert "Strand" not in str(found)


def test_no_name_of_a_file_tells_who_it_is_of(release):
    assert not any(person in path.name for path in (release / "documents").iterdir() for person in PATIENTS)


def test_init_proposes_documents_by_what_they_are(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "one.xml").write_text(document("p1-771200", "Adaeze", "Okonkwo", "19660728"))
    (tmp_path / "in" / "note.txt").write_text("Ms. Okonkwo came.\n")
    asked = ["init", str(tmp_path / "in"), "-o", str(tmp_path / "project.yaml")]
    assert CliRunner().invoke(app, asked).exit_code == 0
    text = (tmp_path / "project.yaml").read_text()
    assert "  ccda:" in text
    assert 'files: ["*.xml"]' in text
    assert "format: ccda" in text
    outcome = open_session(tmp_path / "project.yaml").run(Keys.from_secret(SECRET))
    assert outcome.quarantined == []
    assert "Okonkwo" not in next(iter(outcome.out.glob("*.xml"))).read_text()


def test_the_report_counts_what_went(release):
    manifest = json.loads((release / "veil-manifest.json").read_text())
    counts = {(row["column"], row["action"]): row["count"] for row in manifest["counts"]}
    assert counts["comment", "dropped"] == len(PATIENTS)
    assert counts["observation/value(PQ)/@value", "kept"] == len(PATIENTS)


def folded(text):
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "", plain)


@pytest.mark.corpora
@pytest.mark.parametrize("profile", ["expert", "redact"])
def test_no_planted_identity_is_left_in_the_battery(tmp_path, profile):
    if not BATTERY.is_dir():
        pytest.skip("the battery of files is not here")
    entries = [
        entry for entry in json.loads((BATTERY / "manifest.json").read_text())["files"] if entry["format"] == "ccda"
    ]
    (tmp_path / "in").mkdir()
    for entry in entries:
        (tmp_path / "in" / Path(entry["file"]).name).write_bytes((BATTERY / entry["file"]).read_bytes())
    (tmp_path / "project.yaml").write_text(
        f"profile: {profile}\nin: in\nout: out\nreference_date: 2026-06-01\n"
        "trees:\n  documents: {files: '*.xml', names: keep, format: ccda}\n"
    )
    outcome = open_session(tmp_path / "project.yaml").run(Keys.from_secret(SECRET))
    assert [code for _, code in outcome.quarantined] == ["xml-doctype"]
    for entry in entries:
        written = outcome.out / Path(entry["file"]).name
        if entry["expect"] == "either" and not written.exists():
            continue
        text = folded(written.read_bytes().decode("utf-8"))
        left = [
            plant["channel"] for plant in entry["plants"] if any(folded(value) in text for value in plant["values"])
        ]
        assert left == [], entry["file"]
        assert all(folded(words) in text for words in entry["keep"])
