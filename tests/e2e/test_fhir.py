"""FHIR from end to end: one person in tables, notes, HL7 messages, bundles and bulk exports; a battery of planted identities."""

import json
import re
import unicodedata
from datetime import date
from itertools import starmap
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest

from veil.discover.propose import propose
from veil.discover.write import project_text
from veil.jobs.session import open_session
from veil.keys import Keys

SECRET = bytes(range(32))
SPACE = "http://hl7.org/fhir"
BATTERY = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "files" / "battery"
HEAD = "MSH|^~\\&|LAB|NORTHSIDE|EHR|SOUTH|20260303091500||ORU^R01|{n}|P|2.5.1"
PATIENTS = {
    "p1-771200": ("Adaeze", "Okonkwo", "1966-07-28", "2026-03-01"),
    "p2-771201": ("Bertil", "Lindqvist", "1979-01-11", "2026-02-17"),
    "p3-771202": ("Chiara", "Montefalco", "1951-09-30", "2026-01-05"),
}


def resource_id(number):
    return f"fh-{number[-3:]}"


def resources(number):
    """A patient, a report and a visit of theirs."""
    given, family, born, _ = PATIENTS[number]
    me = resource_id(number)
    return [
        {
            "resourceType": "Patient",
            "id": me,
            "identifier": [
                {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "512-84-3391"},
                {"type": {"coding": [{"code": "MR"}]}, "value": number},
            ],
            "name": [{"family": family, "given": [given]}],
            "gender": "female",
            "birthDate": born,
            "extension": [{"url": "http://h.example/x", "valueString": family}],
        },
        {
            "resourceType": "Observation",
            "id": f"o-{me}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "718-7", "display": "Hemoglobin"}]},
            "subject": {"reference": f"Patient/{me}"},
            "effectiveDateTime": "2026-03-10T08:00:00Z",
            "valueQuantity": {"value": 13.40, "unit": "g/dL"},
            "note": [{"text": f"{given} {family} was seen on 03/10/2026."}],
        },
        {
            "resourceType": "Encounter",
            "id": f"e-{me}",
            "status": "finished",
            "class": {"code": "IMP"},
            "subject": {"reference": f"urn:uuid:{me}"},
            "period": {"start": "2026-03-10", "end": "2026-03-14"},
        },
    ]


def bundle(number):
    entries = [
        {
            "fullUrl": f"urn:uuid:{one['id']}",
            "resource": one,
            "request": {"method": "PUT", "url": f"Patient/{one['id']}"},
        }
        for one in resources(number)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def element(name, value):
    """An element of JSON as one of XML."""
    if isinstance(value, list):
        return "".join(element(name, other) for other in value)
    if not isinstance(value, dict):
        return f'<{name} value="{escape(str(value))}"/>'
    value = dict(value)
    inner = value.pop("resourceType", None)
    url = f' url="{value.pop("url")}"' if name == "extension" else ""
    text = "".join(starmap(element, value.items()))
    return f"<{name}>{f'<{inner}>{text}</{inner}>' if inner else text}</{name}>".replace(f"<{name}>", f"<{name}{url}>")


def bundle_of_xml(number):
    entries = "".join(element("entry", entry) for entry in bundle(number)["entry"])
    return f'<Bundle xmlns="{SPACE}">\n<type value="transaction"/>{entries}</Bundle>\n'


def message(number, n):
    given, family, born, _ = PATIENTS[number]
    return "\r".join(
        [
            HEAD.format(n=n),
            f"PID|1||{number}^^^NORTH^MR||{family}^{given}||{born.replace('-', '')}|F",
            "OBX|1|NM|718-7^Hemoglobin^LN||13.4|g/dL|12.0-16.0|N|||F|||20260310080000",
            "",
        ]
    )


PROJECT = """
profile: expert
in: in
out: out
reference_date: 2026-06-01
tables:
  patients:
    subject: patient_id
    columns:
      patient_id: {as: id, known: strong, label: MRN}
      given: {as: given_name, known: true}
      family: {as: family_name, known: true}
      seen: {as: date}
notes:
  notes:
    subject: {from: file_name, pattern: '{patient_id}.txt'}
trees:
  feed: {}
  bundles: {files: bundles/, format: fhir, names: keep}
  marked: {names: keep}
  bulk: {files: bulk/, format: fhir, names: keep}
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hospital")
    for name in ("notes", "bundles", "bulk", "marked"):
        (folder / "in" / name).mkdir(parents=True)
    rows = ["patient_id,given,family,seen"]
    for n, (number, (given, family, _, seen)) in enumerate(PATIENTS.items()):
        rows.append(f"{number},{given},{family},{seen}")
        (folder / "in" / "notes" / f"{number}.txt").write_text(f"{given} {family} came on {seen}.\n")
        (folder / "in" / "bundles" / f"b{n}.json").write_text(json.dumps(bundle(number), indent=1))
        (folder / "in" / "marked" / f"b{n}.xml").write_text(bundle_of_xml(number))
    (folder / "in" / "patients.csv").write_text("\n".join(rows) + "\n")
    (folder / "in" / "feed.hl7").write_text("".join(message(p, n) for n, p in enumerate(PATIENTS)), newline="")
    for at, kind in enumerate(("Patient", "Observation")):
        lines = [json.dumps(resources(number)[at]) for number in PATIENTS]
        (folder / "in" / "bulk" / f"{kind}.ndjson").write_text("\n".join(lines) + "\n")
    (folder / "project.yaml").write_text(PROJECT)
    outcome = open_session(folder / "project.yaml").run(Keys.from_secret(SECRET))
    assert outcome.quarantined == []
    return outcome.out


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def bundles_of(release):
    return [json.loads((release / "bundles" / f"b{n}.json").read_text()) for n in range(len(PATIENTS))]


def test_one_person_is_the_same_in_every_form(release):
    rows = [line.split(",") for line in (release / "patients.csv").read_text().splitlines()[1:]]
    messages = (release / "feed.hl7").read_bytes().decode().split("MSH")[1:]
    notes = {path.stem: path.read_text() for path in (release / "notes").iterdir()}
    bulk = zip(
        lines_of(release / "bulk" / "Patient.ndjson"), lines_of(release / "bulk" / "Observation.ndjson"), strict=True
    )
    forms = zip(rows, messages, bundles_of(release), bulk, PATIENTS.items(), strict=True)
    for (pseudonym, given, family, seen), text, whole, (alone, other), (number, (_, _, _, was)) in forms:
        patient, observation, visit = (entry["resource"] for entry in whole["entry"])
        assert patient == alone
        assert observation == other
        assert patient["identifier"][1]["value"] == pseudonym != number
        assert patient["name"] == [{"family": family, "given": [given]}]
        assert f"PID|1||{pseudonym}^" in text
        assert f"{given} {family}" in observation["note"][0]["text"]
        assert f"{given} {family}" in notes[pseudonym]
        shift = date.fromisoformat(seen) - date.fromisoformat(was)
        assert date.fromisoformat(observation["effectiveDateTime"][:10]) - date(2026, 3, 10) == shift
        start, end = (date.fromisoformat(visit["period"][name]) for name in ("start", "end"))
        assert (start - date(2026, 3, 10), (end - start).days) == (shift, 4)
        day = re.search(r"\|F\|\|\|(\d{8})080000", text).group(1)
        assert day == observation["effectiveDateTime"][:10].replace("-", "")


def read_value(resource, *path):
    found = resource.find("/".join(f"{{{SPACE}}}{step}" for step in path))
    return found.get("value")


def test_the_same_records_in_xml_say_the_same(release):
    for n, whole in enumerate(bundles_of(release)):
        patient, observation, visit = (entry["resource"] for entry in whole["entry"])
        root = ET.parse(release / "marked" / f"b{n}.xml").getroot()
        other, seen, stay = (entry[1][0] for entry in root.iter(f"{{{SPACE}}}entry"))
        assert read_value(root, "entry", "fullUrl") == whole["entry"][0]["fullUrl"]
        assert read_value(other, "id") == patient["id"]
        assert read_value(other, "name", "family") == patient["name"][0]["family"]
        assert read_value(other, "name", "given") == patient["name"][0]["given"][0]
        assert read_value(other, "birthDate") == patient["birthDate"]
        numbers = [one.get("value") for one in other.findall(f"{{{SPACE}}}identifier/{{{SPACE}}}value")]
        assert numbers == [one["value"] for one in patient["identifier"]]
        assert read_value(seen, "effectiveDateTime") == observation["effectiveDateTime"]
        assert read_value(seen, "subject", "reference") == observation["subject"]["reference"]
        assert read_value(seen, "note", "text") == observation["note"][0]["text"]
        assert read_value(seen, "valueQuantity", "value") == "13.4"
        assert read_value(stay, "period", "start") == visit["period"]["start"]
        assert other.find(f"{{{SPACE}}}extension") is None


def test_every_reference_leads_to_its_resource(release):
    for whole in bundles_of(release):
        patient, observation, visit = (entry["resource"] for entry in whole["entry"])
        assert patient["id"] not in {resource_id(number) for number in PATIENTS}
        assert observation["subject"]["reference"] == f"Patient/{patient['id']}"
        assert visit["subject"]["reference"] == whole["entry"][0]["fullUrl"] == f"urn:uuid:{patient['id']}"


def test_results_stay_as_they_are_written_and_what_nobody_knows_goes(release):
    text = (release / "bulk" / "Observation.ndjson").read_text()
    assert text.count('"valueQuantity": {"value": 13.4, "unit": "g/dL"}') == len(PATIENTS)
    everything = text + (release / "bulk" / "Patient.ndjson").read_text() + json.dumps(bundles_of(release))
    assert "http://h.example/x" not in everything
    assert not any(name in everything for names in PATIENTS.values() for name in names[:3])


def test_init_proposes_a_project_that_runs_whatever_the_files_are_called(tmp_path):
    (tmp_path / "in" / "bulk").mkdir(parents=True)
    first = next(iter(PATIENTS))
    (tmp_path / "in" / "export.json").write_text(json.dumps(bundle(first)))
    (tmp_path / "in" / "bulk" / "Patient.ndjson").write_text(json.dumps(resources(first)[0]) + "\n")
    (tmp_path / "in" / "visit.xml").write_text(bundle_of_xml(first))
    (tmp_path / "in" / "settings.json").write_text('{"colour": "blue"}')
    text = project_text(propose(tmp_path / "in", "expert"), tmp_path)
    assert "format: fhir" in text
    assert "settings.json" not in text
    (tmp_path / "project.yaml").write_text(text)
    outcome = open_session(tmp_path / "project.yaml").run(Keys.from_secret(SECRET))
    assert outcome.quarantined == []
    files = [path for path in outcome.out.rglob("*.*") if path.suffix in (".json", ".ndjson", ".xml")]
    assert len(files) >= 3
    assert not any(name in path.read_text() for path in files for name in PATIENTS[first][:2])


BROKEN = {
    "list.json": b'["Lindqvist"]',
    "other.json": b'{"family": "Lindqvist"}',
    "nobody.json": b'{"resourceType": "Lindqvist"}',
    "half.json": b'{"resourceType": "Patient", "id": "Lindqvist"',
    "empty.json": b"",
    "picture.json": b"\x89PNG\r\n\x1a\n\x00\x00Lindqvist",
    "lines.ndjson": b'{"resourceType": "Patient"}\n{"resourceType": "Patient", "id": "Lindqvist\n{"resourceType": "Patient"}\n',
    "bomb.xml": b'<!DOCTYPE a [<!ENTITY b "Lindqvist">]><Patient xmlns="http://hl7.org/fhir"><id value="&b;"/></Patient>',
    "note.xml": b"<note>Lindqvist</note>",
    "deep.json": b'{"resourceType": "Questionnaire"' + b',"item":[{"linkId":"1"' * 150 + b"}]" * 150 + b"}",
}


def test_a_file_that_is_no_fhir_costs_itself_and_is_named(tmp_path):
    folder = tmp_path / "in" / "records"
    folder.mkdir(parents=True)
    first, other, _ = PATIENTS
    for name, data in BROKEN.items():
        (folder / name).write_bytes(data)
    (folder / "a.json").write_text(json.dumps(bundle(first)))
    (folder / "z.xml").write_text(bundle_of_xml(other))
    (folder / "mark.json").write_text(json.dumps(bundle(other)), encoding="utf-8-sig")
    (tmp_path / "project.yaml").write_text(
        "profile: expert\nin: in\nout: out\ntrees:\n  records: {format: fhir, names: keep}\n"
    )
    outcome = open_session(tmp_path / "project.yaml").run(Keys.from_secret(SECRET))
    numbers = {
        f"records file {n}" for n, name in enumerate(sorted(p.name for p in folder.iterdir()), 1) if name in BROKEN
    }
    assert {label for label, _ in outcome.quarantined} == numbers
    written = {path.name: path for path in (outcome.out / "records").iterdir()}
    assert set(written) == {"a.json", "mark.json", "z.xml"}
    assert written["mark.json"].read_bytes().startswith(b"\xef\xbb\xbf{")
    told = [
        path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file() and "in" not in path.parts
    ]
    assert not any("Lindqvist" in text for text in told)


def test_a_broken_line_is_named(tmp_path):
    (tmp_path / "in").mkdir()
    lines = [json.dumps(resources(number)[0]) for number in PATIENTS]
    (tmp_path / "in" / "Patient.ndjson").write_text("\n".join([lines[0], lines[1][:-9], lines[2]]))
    (tmp_path / "project.yaml").write_text("profile: expert\nin: in\nout: out\ntrees:\n  Patient: {format: fhir}\n")
    outcome = open_session(tmp_path / "project.yaml").run(Keys.from_secret(SECRET))
    assert outcome.quarantined == [("Patient file 1", "json-broken")]
    manifest = (outcome.out / "veil-manifest.json").read_text()
    assert json.loads(manifest)["quarantined"][0]["places"] == [{"row": 2, "column": ""}]
    assert "Lindqvist" not in manifest + (tmp_path / "out.private" / "audit.jsonl").read_text()


def folded(text):
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "", plain)


@pytest.mark.corpora
@pytest.mark.parametrize("profile", ["expert", "redact"])
def test_no_planted_identity_is_left_in_the_battery(tmp_path, profile):
    if not BATTERY.is_dir():
        pytest.skip("the battery of files is not here")
    manifest = [
        entry for entry in json.loads((BATTERY / "manifest.json").read_text())["files"] if entry["format"] == "fhir"
    ]
    for entry in manifest:
        place = tmp_path / "in" / entry["file"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((BATTERY / entry["file"]).read_bytes())
    (tmp_path / "project.yaml").write_text(
        f"profile: {profile}\nin: in\nout: out\nreference_date: 2026-06-01\n"
        "trees:\n  records: {files: fhir/, format: fhir, names: keep}\n"
    )
    outcome = open_session(tmp_path / "project.yaml").run(Keys.from_secret(SECRET))
    assert outcome.quarantined == []
    for entry in manifest:
        text = folded((outcome.out / entry["file"]).read_text())
        left = [
            plant["channel"] for plant in entry["plants"] if any(folded(value) in text for value in plant["values"])
        ]
        assert left == [], entry["file"]
