"""HL7 v2 from end to end: one person in tables, notes and messages; every place of a battery of planted identities."""

import json
import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from veil.jobs.session import open_session
from veil.keys import Keys

SECRET = bytes(range(32))
BATTERY = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "files" / "battery"
HEAD = "MSH|^~\\&|LAB|NORTHSIDE|EHR|SOUTH|20260303091500||ORU^R01|{n}|P|2.5.1"
PATIENTS = {
    "p1": ("Adaeze", "Okonkwo", "19660728", "2026-03-01"),
    "p2": ("Bertil", "Lindqvist", "19790111", "2026-02-17"),
    "p3": ("Chiara", "Montefalco", "19510930", "2026-01-05"),
}


def message(n, person):
    given, family, born, _ = PATIENTS[person]
    return "\r".join(
        [
            HEAD.format(n=n),
            f"PID|1||{person}-77120{n}^^^NORTH^MR||{family}^{given}||{born}|F",
            "OBX|1|NM|718-7^Hemoglobin^LN||13.4|g/dL|12.0-16.0|N|||F|||20260310080000",
            f"OBX|2|TX|11502-2^Report^LN||{given} {family} was seen on 03/10/2026.||||||F",
            f"ZZZ|{family}",
            "",
        ]
    )


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hospital")
    (folder / "in" / "notes").mkdir(parents=True)
    rows = ["patient_id,given,family,seen"]
    for n, (person, (given, family, _, seen)) in enumerate(PATIENTS.items()):
        rows.append(f"{person}-77120{n},{given},{family},{seen}")
        (folder / "in" / "notes" / f"{person}-77120{n}.txt").write_text(f"{given} {family} came on {seen}.\n")
    (folder / "in" / "patients.csv").write_text("\n".join(rows) + "\n")
    (folder / "in" / "feed.hl7").write_text("".join(message(n, p) for n, p in enumerate(PATIENTS)), newline="")
    (folder / "project.yaml").write_text(
        "profile: expert\nin: in\nout: out\nreference_date: 2026-06-01\n"
        "tables:\n  patients:\n    subject: patient_id\n    columns:\n      patient_id: {as: id, known: strong, label: MRN}\n"
        "      given: {as: given_name, known: true}\n      family: {as: family_name, known: true}\n      seen: {as: date}\n"
        "notes:\n  notes:\n    subject: {from: file_name, pattern: '{patient_id}.txt'}\n"
        "trees:\n  feed: {}\n"
    )
    outcome = open_session(folder / "project.yaml").run(Keys.from_secret(SECRET))
    assert outcome.quarantined == []
    return outcome.out


def fields_of(segment):
    return segment.split("|")


def test_one_person_is_the_same_in_table_note_and_message(release):
    rows = [line.split(",") for line in (release / "patients.csv").read_text().splitlines()[1:]]
    messages = (release / "feed.hl7").read_bytes().decode().split("MSH")[1:]
    notes = {path.stem: path.read_text() for path in (release / "notes").iterdir()}
    assert len(rows) == len(messages) == len(notes) == len(PATIENTS)
    for (pseudonym, given, family, seen), text, (_, _, _, was) in zip(rows, messages, PATIENTS.values(), strict=True):
        segments = {line[:3]: fields_of(line) for line in text.split("\r")}
        assert segments["PID"][3].split("^")[0] == pseudonym
        assert segments["PID"][5] == f"{family}^{given}"
        assert f"{given} {family}" in text
        assert f"{given} {family}" in notes[pseudonym]
        shift = date.fromisoformat(seen) - date.fromisoformat(was)
        day = re.search(r"\|F\|\|\|(\d{8})080000", text).group(1)
        assert date(int(day[:4]), int(day[4:6]), int(day[6:])) - date(2026, 3, 10) == shift


def test_results_stay_and_what_the_standard_does_not_have_goes(release):
    text = (release / "feed.hl7").read_bytes().decode()
    assert text.count("OBX|1|NM|718-7^Hemoglobin^LN||13.4|g/dL|12.0-16.0|N|||F|||") == len(PATIENTS)
    assert text.count("\rZZZ|\r") == len(PATIENTS)


def test_the_report_counts_what_a_condition_kept_and_says_it_in_words(release):
    manifest = json.loads((release / "veil-manifest.json").read_text())
    kept = {row["column"]: row["count"] for row in manifest["counts"] if row["action"] == "kept"}
    assert kept["PID-8"] == kept["OBX-5(NM)"] == len(PATIENTS)
    page = (release / "veil-report.html").read_text()
    assert "it may be a code or a number" in page
    assert "coded(" not in page


def folded(text):
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "", plain)


@pytest.mark.corpora
@pytest.mark.parametrize("profile", ["expert", "redact"])
def test_no_planted_identity_is_left_in_the_battery(tmp_path, profile):
    if not BATTERY.is_dir():
        pytest.skip("the battery of files is not here")
    manifest = [
        entry for entry in json.loads((BATTERY / "manifest.json").read_text())["files"] if entry["format"] == "hl7v2"
    ]
    (tmp_path / "in").mkdir()
    for entry in manifest:
        (tmp_path / "in" / Path(entry["file"]).name).write_bytes((BATTERY / entry["file"]).read_bytes())
    (tmp_path / "project.yaml").write_text(
        f"profile: {profile}\nin: in\nout: out\nreference_date: 2026-06-01\ntrees:\n  messages: {{files: '*.hl7', names: keep}}\n"
    )
    outcome = open_session(tmp_path / "project.yaml").run(Keys.from_secret(SECRET))
    assert outcome.quarantined == []
    for entry in manifest:
        text = folded((outcome.out / Path(entry["file"]).name).read_bytes().decode("latin-1"))
        left = [
            plant["channel"] for plant in entry["plants"] if any(folded(value) in text for value in plant["values"])
        ]
        assert left == [], entry["file"]
