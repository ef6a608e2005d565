"""Law 10: for every operator, detector and format that does nothing, is off by one, or skips the last, a run notices."""

import json
from itertools import starmap

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from veil.detectors.scanner import STANDARD
from veil.parts import FORMATS, OPERATORS, part
from veil.testing import HOWS, sabotaged

ROWS = [
    ("p1", "Quentin", "Xavier", "1931-04-12"),
    ("p2", "Wilhelmina", "Okonkwo", "1984-11-02"),
    ("p3", "Ingrid", "Vasquez", "2001-01-30"),
    ("p4", "Balthasar", "Nguyen", "1962-08-08"),
]
PEOPLE = "patient_id,mrn,given,family,born,zip,age,score,seen\n" + "".join(
    f"{who},{40_100_200 + i * 7},{given},{family},{born},{zip_},{age},{17 + 25 * i},20{20 - i}-0{i + 1}-1{i}\n"
    for i, ((who, given, family, born), zip_, age) in enumerate(
        zip(ROWS, ("02139", "60614", "94110", "73301"), (45, 93, 61, 95), strict=True)
    )
)
RULES = {
    "placeholder": "given: placeholder",
    "remove": "given: remove",
    "mask": "given: mask",
    "constant": "given: {constant: {value: x}}",
    "pseudonym": "mrn: pseudonym",
    "hash": "mrn: hash",
    "code": "mrn: code",
    "shift": "seen: shift",
    "year": "seen: year",
    "month": "seen: month",
    "birth_year": "born: birth_year",
    "age_at": "born: age_at",
    "zip3": "zip: zip3",
    "age": "age: age",
    "band": "score: band",
    "round": "score: {round: {to: 10}}",
    "surrogate": "family: {surrogate: family_name}",
    "cast": "family: {cast: datetime}",
    "shifted_age": "age: shifted_age",
    "generalize": "given: {generalize: {hierarchy: data/given.levels, level: 1}}",
}
LEVELS = "".join(f"{row[1]};{letter};*\n" for row, letter in zip(ROWS, "ABCD", strict=True))
TABLE = {"people.csv": PEOPLE, "given.levels": LEVELS}
VAULT = "vault: codes.vault\n"


def table_project(rules):
    said = dict(rule.split(": ", 1) for rule in rules)
    columns = (
        {name: "drop" for name in ("mrn", "given", "family", "born", "zip", "age", "score", "seen")}
        | {"patient_id": "pseudonym"}
        | said
    )
    lines = "".join(f"      {name}: {rule}\n" for name, rule in columns.items())
    return f"profile: expert\n{VAULT}tables:\n  people:\n    subject: patient_id\n    born: born\n    columns:\n{lines}"


def sabotage(monkeypatch, place, kind, how):
    module, _, attribute = place.partition(":")
    monkeypatch.setattr(f"{module}.{attribute}", sabotaged(kind, how))


def rule_for(operator):
    """An operator that this test does not know is tried on names."""
    return RULES.get(operator, f"given: {operator}")


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_sound_operator_is_let_through(project, operator):
    outcome = project(table_project([rule_for(operator)]), TABLE).run()
    assert outcome.quarantined == []


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("operator", OPERATORS)
def test_a_sabotaged_operator_is_noticed(project, monkeypatch, operator, how):
    made = project(table_project([rule_for(operator)]), TABLE)
    sabotage(monkeypatch, OPERATORS[operator], part("operators", operator), how)
    outcome = made.run()
    if operator in ("placeholder", "remove", "mask", "constant", "cast") and how == "shifted":
        assert outcome.quarantined == []  # the neighbour's answer is one's own: nothing was done wrong
        return
    assert [what for what, _ in outcome.quarantined] == ["people file 1"]
    assert not (made.out / "people.csv").exists()


NOTES = {
    "p1-1.txt": "Pt quentin xavier, rec 40 100 200, seen 04/12/2020 and 04/19/2020.\nCall 617-253-1000 or q.x@mail.org, SSN 123-45-6789 ok.\n",
    "p2-1.txt": "Dr. Harrington saw her on 2020-05-06, back on 2020-05-20.\nHer mother Dr. Abernathy of 12 Oak Street came; http://mail.org/u/1 too.",
    "p3-1.txt": "INGRID VASQUEZ was here 05/06/2020. Signed by Dr. Lindqvist",
}
TEXTS = """profile: expert
tables:
  people:
    subject: patient_id
    columns:
      patient_id: pseudonym
      mrn: {pseudonym: {}, known: strong, label: MRN}
      given: {surrogate: given_name, known: true}
      family: {surrogate: family_name, known: true}
      born: {shift: {birth: true}, known: true, kind: birth_date}
      zip: drop
      age: drop
      score: drop
      seen: shift
notes:
  notes:
    subject: {from: file_name, pattern: "{patient_id}-{n}.txt"}
    columns: {text: scan}
"""
FILES = {"people.csv": PEOPLE, **{f"notes/{name}": text for name, text in NOTES.items()}}


def test_sound_detectors_are_let_through(project):
    assert project(TEXTS, FILES).run().quarantined == []


@pytest.mark.parametrize("profile", ["expert", "redact"])
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("detector", STANDARD)
def test_a_sabotaged_detector_is_noticed(project, monkeypatch, detector, how, profile):
    rules = "[ner]" if detector == "ner" else "[patterns, dates, gazetteer, known]"  # none that would find it instead
    made = project(f"detectors: {rules}\n" + TEXTS.replace("expert", profile, 1), FILES)
    module, _, attribute = STANDARD[detector].partition(":")
    from importlib import import_module

    sabotage(monkeypatch, STANDARD[detector], getattr(import_module(module), attribute), how)
    outcome = made.run()
    assert outcome.quarantined
    assert all(what.startswith("notes file") for what, _ in outcome.quarantined)


@pytest.mark.parametrize("step", ["rows.judge.Structure", "clinical.judge.ClinicalValues"])
def test_a_step_after_the_detectors_that_loses_what_they_found_is_noticed(project, monkeypatch, step):
    made = project(TEXTS, FILES)
    monkeypatch.setattr(f"veil.detectors.{step}.judge", lambda _, texts, found: [[] for _ in texts])
    outcome = made.run()
    assert outcome.quarantined
    assert all(what.startswith("notes file") for what, _ in outcome.quarantined)


def parquet_bytes():
    from io import BytesIO

    lines = [line.split(",") for line in PEOPLE.splitlines()]
    held = BytesIO()
    pq.write_table(pa.table({name: [row[i] for row in lines[1:]] for i, name in enumerate(lines[0])}), held)
    return held.getvalue()


def records(end=",\n", head="[", tail="]"):
    import json

    lines = [line.split(",") for line in PEOPLE.splitlines()]
    return head + end.join(json.dumps(dict(zip(lines[0], row, strict=True))) for row in lines[1:]) + tail


TREE = ["$[*].patient_id", "$[*].mrn", "$[*].seen"]


def tree_project(prefix):
    rules = {
        "patient_id": "pseudonym",
        "mrn": "pseudonym",
        "seen": "shift",
        "given": "drop",
        "family": "{surrogate: family_name}",
        "born": "drop",
        "zip": "zip3",
        "age": "keep",
        "score": "keep",
    }
    lines = "".join(f"      '{prefix}{name}': {rule}\n" for name, rule in rules.items())
    return f"profile: expert\ntrees:\n  people:\n    subject: '{prefix}patient_id'\n    columns:\n{lines}"


def as_xml(files):
    """The notes among some files as i2b2 XML."""
    return {
        name.replace(".txt", ".xml"): f"<deIdi2b2>\n<TEXT><![CDATA[{text}]]></TEXT>\n<TAGS/>\n</deIdi2b2>\n"
        if name.endswith(".txt")
        else text
        for name, text in files.items()
    }


def as_messages(rows):
    """The people of a table as messages of HL7 v2, one a row."""
    lines = [line.split(",") for line in rows.splitlines()]
    found = []
    for n, values in enumerate(lines[1:]):
        row = dict(zip(lines[0], values, strict=True))
        seen, born = (row[name].replace("-", "") for name in ("seen", "born"))
        found += [
            f"MSH|^~\\&|A|B|C|D|{seen}||ADT^A08|{n}|P|2.5.1",
            f"PID|1||{row['patient_id']}^^^B^MR||{row['family']}^{row['given']}||{born}|F",
            f"OBX|1|NM|718-7^Hemoglobin^LN||{row['score']}",
        ]
    return "\r".join(found) + "\r"


def as_claims(rows):
    """The people of a table as an interchange of X12, a claim a row."""
    lines = [line.split(",") for line in rows.splitlines()]
    found = []
    for n, values in enumerate(lines[1:]):
        row = dict(zip(lines[0], values, strict=True))
        seen, born = (row[name].replace("-", "") for name in ("seen", "born"))
        found += [f"HL*{n}**22*0", f"NM1*IL*1*{row['family']}*{row['given']}****MI*{row['patient_id']}"]
        found += [f"DMG*D8*{born}*F", f"CLM*{row['mrn']}*{row['score']}", "HI*ABK:J45909", f"DTP*472*D8*{seen}"]
    head = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*1011*^*00501*000000001*0*P*:"
    every = [head, "GS*HC*A*B*20260302*1011*1*X*5", "ST*837*01", *found, f"SE*{len(found) + 2}*01", "GE*1*1"]
    return "".join(f"{segment}~" for segment in (*every, "IEA*1*000000001"))


def as_resources(rows):
    """The people of a table as a bulk export of FHIR: a patient and an observation each."""
    lines = [line.split(",") for line in rows.splitlines()]
    found = []
    for n, values in enumerate(lines[1:]):
        row = dict(zip(lines[0], values, strict=True))
        name = {"family": row["family"], "given": [row["given"]]}
        found += [
            {"resourceType": "Patient", "id": row["patient_id"], "name": [name], "birthDate": row["born"]},
            {
                "resourceType": "Observation",
                "id": f"o{n}",
                "status": "final",
                "subject": {"reference": f"Patient/{row['patient_id']}"},
                "effectiveDateTime": row["seen"],
                "valueQuantity": {"value": float(row["score"])},
            },
        ]
    return "".join(json.dumps(resource) + "\n" for resource in found)


RESOURCES = "profile: expert\ntrees:\n  people: {format: fhir}\n"


def as_marked_resources(rows):
    """The people of a table and what was measured of each, as one bundle of XML."""

    def element(name, value):
        if isinstance(value, list):
            return "".join(element(name, other) for other in value)
        inner = "".join(starmap(element, value.items())) if isinstance(value, dict) else ""
        return f"<{name}>{inner}</{name}>" if isinstance(value, dict) else f'<{name} value="{value}"/>'

    entries = ""
    for line in as_resources(rows).splitlines():
        resource = json.loads(line)
        kind = resource.pop("resourceType")
        entries += f"<entry><resource>{element(kind, resource)}</resource></entry>"
    return f'<Bundle xmlns="http://hl7.org/fhir">{entries}</Bundle>'


def as_documents(rows):
    """The people of a table as clinical documents, one a row."""
    lines = [line.split(",") for line in rows.splitlines()]
    found = {}
    for n, values in enumerate(lines[1:]):
        row = dict(zip(lines[0], values, strict=True))
        seen, born = (row[name].replace("-", "") for name in ("seen", "born"))
        found[f"people/{n}.ccda"] = (
            f'<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f'<effectiveTime value="{seen}"/><recordTarget><patientRole><id root="1.2.3" extension="{row["patient_id"]}"/>'
            f"<patient><name><given>{row['given']}</given><family>{row['family']}</family></name>"
            f'<birthTime value="{born}"/></patient></patientRole></recordTarget><component><structuredBody><component><section>'
            f'<text>{row["given"]} {row["family"]} came.</text><entry><observation><value xsi:type="PQ" value="{row["score"]}"/>'
            "</observation></entry></section></component></structuredBody></component></ClinicalDocument>"
        )
    return found


MESSAGES = "profile: expert\ntrees:\n  people: {}\n"
RULED = ["mrn: pseudonym", "seen: shift", "family: {surrogate: family_name}", "age: keep"]
BY_FORMAT = {
    "csv": (table_project(RULED), {"people.csv": PEOPLE}),
    "tsv": (table_project(RULED), {"people.tsv": PEOPLE.replace(",", "\t")}),
    "parquet": (table_project(RULED), {"people.parquet": parquet_bytes()}),
    "json": (tree_project("$."), {"people.json": records()}),
    "ndjson": (tree_project("$."), {"people.ndjson": records("\n", "", "\n")}),
    "text": (TEXTS, FILES),
    "fhir": (RESOURCES, {"people.ndjson": as_resources(PEOPLE)}),
    "hl7": (MESSAGES, {"people.hl7": as_messages(PEOPLE)}),
    "x12": (MESSAGES, {"people.x12": as_claims(PEOPLE)}),
    "ccda": (MESSAGES, as_documents(PEOPLE)),
    "i2b2": (TEXTS.replace(".txt", ".xml"), as_xml(FILES)),
}


WRITTEN = [name for name in FORMATS if name not in ("sql", "xlsx")]  # what comes of a database is Parquet


@pytest.mark.parametrize("format_", WRITTEN)
def test_a_sound_format_is_let_through(project, format_):
    assert project(*BY_FORMAT[format_]).run().quarantined == []


def test_sound_resources_in_xml_are_let_through(project):
    assert project(MESSAGES, {"people.xml": as_marked_resources(PEOPLE)}).run().quarantined == []


@pytest.mark.parametrize("how", HOWS)
def test_sabotage_of_resources_in_xml_is_noticed(project, monkeypatch, how):
    made = project(MESSAGES, {"people.xml": as_marked_resources(PEOPLE)})
    sabotage(monkeypatch, FORMATS["fhir"], part("formats", "fhir"), how)
    assert made.run().quarantined


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("format_", WRITTEN)
def test_a_sabotaged_format_is_noticed(project, monkeypatch, format_, how):
    made = project(*BY_FORMAT[format_])
    sabotage(monkeypatch, FORMATS[format_], part("formats", format_), how)
    assert made.run().quarantined
