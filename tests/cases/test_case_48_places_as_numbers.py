"""Case 48: a place written as numbers is found in cells and texts, and what looks like it in a clinic stays."""

import csv
import io
import shutil

import pytest
from tests.conftest import PASSPHRASE, SHARED, Made

PLACES = [
    "-1.286389 36.817223 1661.0 4.2",
    "-1.3 36.8 1600 5",
    "0.31 32.58 1190.5 4",
    "home at 42.3601, -71.0589 now",
    "lat=42.3601 lng: -71.0589",
    "latitude: 42.36 longitude: -71.06",
    "POINT (36.817 -1.286)",
    "geo:-1.286,36.817",
    "from 42.3601° N, 71.0589° W",
    '1°17\'11.0""S 36°49\'02.0""E',
    "seen at -1.286389 36.817223 today",
]
CLINICAL = [
    "7.35 40.1 24 98",
    "BP 120.5/80.2 mmHg",
    "1.2 3.4 5.6",
    "lat 2.5 cm",
    "ratio 1.2345 of 2.3",
    "flexion 90° S",
    "36.8 72 120 98",
    "long 2.5 mm lesion",
    "T 37.5, Hb 12.1, K 4.25",
    "latitude in 2 doses",
]


def scanned(project, profile, texts):
    lines = "pid,text\n" + "".join(f'p{i},"{one}"\n' for i, one in enumerate(texts))
    columns = "{pid: drop, text: scan}"
    made = project(f"profile: {profile}\ntables: {{t: {{columns: {columns}}}}}\n", {"t.csv": lines}, profile)
    assert made.run().quarantined == []
    return [row["text"] for row in csv.DictReader(io.StringIO((made.out / "t.csv").read_text()))]


@pytest.mark.parametrize("profile", ["safe-harbor", "redact", "expert"])
def test_no_place_written_as_numbers_stays(project, profile):
    for said, text in zip(PLACES, scanned(project, profile, PLACES), strict=True):
        numbers = [
            one
            for one in said.replace(",", " ").replace(":", " ").replace("(", " ").replace(")", " ").split()
            if "." in one
        ]
        assert not [one for one in numbers if one.strip("NSEW\"'") in text], said


def test_what_a_clinic_writes_stays(project):
    assert scanned(project, "redact", CLINICAL) == CLINICAL


@pytest.mark.corpora
@pytest.mark.skipif(not (SHARED / "cases/48").is_dir(), reason="the cases are not beside the checkout")
def test_the_case_itself_comes_out_right(tmp_path, keyring_file):
    folder = tmp_path / "c"
    shutil.copytree(SHARED / "cases/48", folder)
    shutil.copy(keyring_file, folder / "study.key")
    made = Made(folder / "p.yaml")
    session = made.session()
    assert session.run(session.keys(lambda: PASSPHRASE)).quarantined == []
    shown = (made.out / "chw.csv").read_text(encoding="utf-8-sig")
    left = (
        "-1.286389",
        "36.817223",
        "1661.0",
        "-1.3 ",
        "36.8 ",
        "1600",
        "Achieng",
        "Ochieng",
        "0700555011",
        "Njeri",
        "Kawangware",
    )
    assert not [word for word in left if word in shown]
    rows = list(csv.DictReader(io.StringIO(shown)))
    assert len(rows) == 2
    assert rows[1]["group_demo/patient_age"] == "90 or older"
