"""Situations of init: a folder that nobody described becomes a project that runs as it stands."""

import csv
import shutil

import pytest
from tests.conftest import Made
from typer.testing import CliRunner

from veil.cli.app import app
from veil.discover.propose import propose
from veil.discover.write import project_text
from veil.errors import PolicyError

KINDS = {
    "patients": {
        "patient_id": "id",
        "mrn": "id",
        "first_name": "given_name",
        "last_name": "family_name",
        "sex": "code",
        "birth_date": "birth_date",
        "ssn": "number",
        "phone": "phone",
        "email": "email",
        "street": "address",
        "city": "city",
        "state": "state",
        "zip": "zip",
        "death_date": "datetime",
    },
    "encounters": {
        "encounter_id": "id",
        "patient_id": "id",
        "provider_id": "id",
        "admitted": "datetime",
        "discharged": "datetime",
        "reason": "text",
        "department": "code",
    },
    "labs": {
        "lab_id": "id",
        "encounter_id": "id",
        "collected_at": "datetime",
        "concept_id": "code",
        "value": "measure",
        "unit": "code",
        "comment": "text",
        "payload": "document",
    },
    "providers": {
        "provider_id": "id",
        "first_name": "given_name",
        "last_name": "family_name",
        "credential": "code",
        "specialty": "code",
    },
}
DIRECT = {"given_name", "family_name", "person_name", "number", "phone", "email", "address", "id", "birth_date", "city"}
SAFE = {
    "id",
    "number",
    "text",
    "document",
    "person_name",
    "given_name",
    "family_name",
    "address",
    "city",
    "email",
    "phone",
    "birth_date",
    "datetime",
    "zip",
}


def proposed(folder, keyring_file):
    """The project that init writes, beside the data, with a keyring."""
    proposal = propose(folder / "data", "expert")
    (folder / "data.yaml").write_text(project_text(proposal, folder), encoding="utf-8")
    shutil.copy(keyring_file, folder / "veil.key")
    return proposal, Made(folder / "data.yaml")


def renamed(folder):
    """The same tables with columns c1, c2 ...: what each was called, by table."""
    names = {}
    for path in sorted((folder / "data").rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        table = path.relative_to(folder / "data").parts[0].removesuffix(".csv")
        names[table] = rows[0]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([[f"c{i + 1}" for i in range(len(rows[0]))], *rows[1:]])
    return names


def score(proposal, names=None):
    """Share of columns whose kind is told right, and the direct identifiers that were taken for something harmless."""
    right, total, harmless = 0, 0, []
    for table in proposal.tables:
        for i, (column, one) in enumerate(table.guesses.items()):
            true = KINDS[table.name][names[table.name][i] if names else column]
            if one.kind == "empty":
                continue
            total += 1
            right += (
                one.kind == true
                or {one.kind, true} <= {"id", "number"}
                or {one.kind, true} <= {"datetime", "birth_date"}
            )
            if true in DIRECT and one.kind not in SAFE:
                harmless.append((table.name, column, one.kind))
    return right / total, harmless


def test_init_tells_the_kinds_of_the_hospital(hospital):
    share, harmless = score(propose(hospital.folder / "data", "expert"))
    assert share >= 0.95
    assert harmless == []


def test_init_tells_kinds_where_names_of_columns_mean_nothing(fresh_hospital):
    names = renamed(fresh_hospital.folder)
    share, harmless = score(propose(fresh_hospital.folder / "data", "expert"), names)
    assert share >= 0.8
    assert harmless == []


@pytest.mark.parametrize("meaningless", [False, True])
def test_what_init_proposes_runs_as_it_stands(fresh_hospital, keyring_file, meaningless):
    names = renamed(fresh_hospital.folder) if meaningless else None
    proposal, made = proposed(fresh_hospital.folder, keyring_file)
    outcome = made.run()
    assert [what for what, _ in outcome.quarantined if not what.startswith("notes")] == []
    assert len(outcome.quarantined) <= 3
    assert proposal.subjects.person == ("patients", "c1" if meaningless else "patient_id")
    assert set(proposal.subjects.direct) | set(proposal.subjects.through) >= {"patients", "encounters", "labs"}
    whole = b"".join(made.bytes_out().values())
    with (fresh_hospital.folder / "data" / "patients.csv").open(encoding="utf-8", newline="") as file:
        for row in list(csv.reader(file))[1:]:
            held = dict(zip(names["patients"] if names else KINDS["patients"], row, strict=False))
            for column in ("ssn", "email", "mrn"):
                assert held[column].encode() not in whole, column


@pytest.mark.parametrize("profile", ["safe-harbor", "limited-data-set", "redact", "gdpr-pseudonymised"])
def test_init_proposes_a_project_of_every_profile_that_compiles(fresh_hospital, keyring_file, profile):
    proposal = propose(fresh_hospital.folder / "data", profile)
    (fresh_hospital.folder / "p.yaml").write_text(project_text(proposal, fresh_hospital.folder), encoding="utf-8")
    assert Made(fresh_hospital.folder / "p.yaml").session().plan.profile == profile


def test_the_evidence_holds_no_value(hospital):
    shown = " ".join(" ".join(row) for row in propose(hospital.folder / "data", "expert").rows())
    text = project_text(propose(hospital.folder / "data", "expert"), hospital.folder)
    with (hospital.folder / "data" / "patients.csv").open(encoding="utf-8", newline="") as file:
        for row in list(csv.DictReader(file)):
            for column in ("mrn", "ssn", "email", "street", "patient_id"):
                assert row[column] not in shown
                assert row[column] not in text


def test_a_folder_without_data_is_told(tmp_path):
    with pytest.raises(PolicyError, match="input-missing"):
        propose(tmp_path / "none", "expert")
    with pytest.raises(PolicyError, match="files-missing"):
        propose(tmp_path, "expert")


def visits(folder, names):
    (folder / "visits.csv").write_text(
        "visit,name,ward\n" + "".join(f"{i},{names[i % len(names)]},ICU\n" for i in range(200))
    )
    return propose(folder, "expert").tables[0].guesses


def test_few_words_that_nobody_knows_are_no_code_where_the_column_says_a_name(tmp_path):
    guesses = visits(tmp_path, ["Zorblax", "Quimby-Jones", "Xanthippe", "Wrzesniewski"])
    assert guesses["name"].kind == "person_name"
    assert guesses["ward"].kind == "code"


def test_words_of_the_language_under_name_are_a_code(tmp_path):
    assert visits(tmp_path, ["blood test", "surgery", "walk"])["name"].kind == "code"


def test_a_folder_that_is_a_dot_gives_a_project_beside_it_with_its_name(tmp_path, monkeypatch):
    folder = tmp_path / "ward"
    folder.mkdir()
    (folder / "visits.csv").write_text("visit,ward\n1,ICU\n")
    monkeypatch.chdir(folder)
    assert CliRunner().invoke(app, ["init", "."]).exit_code == 0
    assert "in: ward" in (tmp_path / "ward.yaml").read_text()
