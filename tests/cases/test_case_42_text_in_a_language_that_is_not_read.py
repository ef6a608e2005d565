"""Case 42: a text in a language that the detectors do not read is masked whole or refused, and counted; never changed unread."""

import csv
import shutil

import pytest
from tests.conftest import PASSPHRASE, SHARED, Made
from tests.services import MASKED, README
from typer.testing import CliRunner

from veil.engine.unread_texts import MASK
from veil.keys import Cost, Keyring

CASE = SHARED / "cases" / "42"
FOREIGN = (
    "aucune fièvre; état stable",
    "Le patient est vu par le Dr Petit pour une toux.",
    "nessuna allergia nota",
    "Il paziente è stato visto dal Dott. Bianchi",
    "Пациент осмотрен доктором Ивановым",
    "患者张伟于2024年1月2日就诊",
    "Patiënt gezien door dr. Visser, geen koorts",
)
ENGLISH = ("Seen by Dr. Alice Wong on 03/04/2019", "NAD, WNL", "no acute distress", "f/u w/ PCP in 2 wks", "stable")
PROJECT = """profile: safe-harbor
tables:
  visits:
    subject: id
    columns: {id: drop, note: scan}
"""


def table(texts):
    return "id,note\n" + "".join(f'{i},"{text}"\n' for i, text in enumerate(texts))


def notes_of(made):
    with (made.out / "visits.csv").open(encoding="utf-8", newline="") as file:
        return [row["note"] for row in csv.DictReader(file)]


def counted(outcome):
    return sum(
        row["count"] for row in outcome.manifest["counts"] if (row["action"], row["detail"]) == ("masked", "language")
    )


@pytest.mark.corpora
@pytest.mark.skipif(not CASE.exists(), reason="the cases are not here")
def test_the_german_file_is_read_as_german(tmp_path):
    shutil.copytree(CASE, tmp_path / "p")
    Keyring.create(tmp_path / "p" / "study.key", PASSPHRASE, Cost.cheap())
    made = Made(tmp_path / "p" / "p.yaml")
    outcome = made.run()
    assert outcome.exit_code == 0
    with (made.out / "patienten.csv").open(encoding="cp1252", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    seen, unchanged = (row["Bemerkung"] for row in rows)
    assert seen.startswith("Gesehen von Dr. ")
    assert not {"Weiß", "02.01.2024"} & set(seen.split())
    assert unchanged == "kein Befund; stabil"
    assert [row["Größe"] for row in rows] == ["1,79", "1,65"]
    assert counted(outcome) == 0


def test_foreign_cells_are_masked_whole_and_counted_and_english_ones_are_not(project):
    made = project(PROJECT, {"visits.csv": table((*FOREIGN, *ENGLISH))})
    outcome = made.run()
    assert outcome.exit_code == 0
    assert notes_of(made) == [MASK] * len(FOREIGN) + ["Seen by Dr. [NAME] on [DATE]", *ENGLISH[1:]]
    assert counted(outcome) == len(FOREIGN)
    assert outcome.manifest["notices"] == []


@pytest.mark.parametrize("locale", ["fr_FR", "it-IT", "zh-Hans-CN", "pl"])
def test_under_a_locale_that_is_not_read_only_plain_english_passes(project, locale):
    plain = "The patient was seen by Dr. Alice Wong and she is doing well."
    made = project(PROJECT + f"locale: {locale}\n", {"visits.csv": table((plain, "Schröder", "RAS", "stabil", "12.5"))})
    outcome = made.run()
    assert notes_of(made) == ["The patient was seen by Dr. [NAME] and she is doing well.", MASK, MASK, MASK, "12.5"]
    assert any(locale in notice for notice in outcome.manifest["notices"])


@pytest.mark.parametrize("text", FOREIGN)
def test_a_project_may_refuse_such_texts(project, text):
    made = project(PROJECT + "language: {unread: refuse}\n", {"visits.csv": table(("stable", text))})
    outcome = made.run()
    assert outcome.exit_code != 0
    assert [one["code"] for one in outcome.manifest["quarantined"]] == ["language-unread"]
    assert not (made.out / "visits.csv").exists()
    assert text not in str(outcome.manifest)


def test_a_foreign_note_is_masked_and_one_beside_it_is_read(project):
    made = project(
        "profile: safe-harbor\nnotes:\n  letters:\n    files: ['*.txt']\n    subject: {from: file}\n",
        {"a.txt": "La patiente a été vue par le Dr Petit pour une toux.\n", "b.txt": README},
    )
    outcome = made.run()
    assert sorted(made.bytes_out().values()) == sorted([MASK.encode(), MASKED.encode()])
    assert counted(outcome) == 1


@pytest.mark.parametrize("text", FOREIGN)
def test_python_masks_it_too(text):
    import veil

    assert veil.deidentify([text, "Seen by Dr. Alice Wong"]) == [MASK, "Seen by Dr. [NAME]"]


READ = (
    ("kein Befund; stabil", "kein Befund; stabil"),
    ("Gesehen von Dr. Weiß am 02.01.2024", "Gesehen von Dr. [NAME] am [DATE]"),
    ("sin hallazgos", "sin hallazgos"),
    (
        "El paciente fue visto por la Dra. Ruiz el 3 de mayo de 2020",
        "El paciente fue visto por la Dra. [NAME] el [DATE]",
    ),
    ("Die Patientin wurde von Dr. Weiß gesehen.", "Die Patientin wurde von Dr. [NAME] gesehen."),
    ("No refiere fiebre ni dolor desde hace tres días.", "No refiere fiebre ni dolor desde hace tres días."),
    ("Herr Sommer wurde am 12. März 2020 entlassen.", "Herr [NAME] wurde am [DATE] entlassen."),
    ("Vive en la Calle Mayor 12, 28013 Madrid, con su hija.", "Vive en la [LOCATION], con su hija."),
)


@pytest.mark.parametrize(("text", "changed"), READ)
def test_spanish_and_german_are_read_wherever_they_stand(text, changed):
    import veil

    assert veil.deidentify([text]) == [changed]
    assert veil.deidentify(["no acute distress", text, "Seen by Dr. Alice Wong"])[1] == changed


def test_find_tells_the_language_beside_the_spans(tmp_path):
    from veil.cli.app import app

    lines = '{"id": 1, "text": "nessuna allergia nota"}\n{"id": 2, "text": "no acute distress"}\n'
    (tmp_path / "in.jsonl").write_text(lines, encoding="utf-8")
    done = CliRunner().invoke(app, ["find", "--jsonl", str(tmp_path / "in.jsonl")])
    first, second = done.stdout.splitlines()
    assert '"language": "it"' in first
    assert second == '{"id": 2, "spans": []}'
    assert "it 1" in done.stderr


def test_verify_sees_a_text_that_passed_though_it_is_not_read(project, monkeypatch):
    from veil.engine.unread_texts import UnreadTexts

    monkeypatch.setattr(UnreadTexts, "languages", lambda _, texts: [""] * len(texts))
    made = project(PROJECT, {"visits.csv": table(("stable", "la patiente se plaint de douleurs depuis trois jours"))})
    outcome = made.run()
    assert [one["code"] for one in outcome.manifest["quarantined"]] == ["residual-language"]
