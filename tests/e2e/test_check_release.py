"""The checker alone, in a process that has nothing of Veil: good releases pass, and whatever was done to one is told."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from veil.audit import append, check_release
from veil.audit.signing import PersonKey, sign

WORDS = "four random words here"


def asked(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Without site-packages, environment or the folder of the script: only the standard library is there."""
    copy = folder / "check_release.py"
    shutil.copy(check_release.__file__, copy)
    return subprocess.run([sys.executable, "-I", "-S", str(copy), *words], cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def signed(hospital, tmp_path_factory) -> Path:
    """A release with its record, signed by two people; and their keys."""
    folder = tmp_path_factory.mktemp("signed")
    for name in ("release", "release.private"):
        shutil.copytree(hospital.folder / name, folder / name)
    for name in ("ada", "bo", "eve"):
        key = PersonKey.create(folder / f"{name}.pem", WORDS)
        if name != "eve":
            sign(folder / "release", folder / "release.private/audit.jsonl", key, name, "the risk is very small")
    return folder


@pytest.fixture
def copy(signed, tmp_path) -> Path:
    shutil.copytree(signed, tmp_path / "s")
    return tmp_path / "s"


RECORD = "release.private/audit.jsonl"
ALL = ("release", RECORD, "--pub", "ada.pem.pub", "--pub", "bo.pem.pub")


def test_a_release_as_it_was_left_and_signed_passes(copy):
    done = asked(copy, *ALL)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("the risk is very small") == 2
    assert asked(copy, "release").returncode == 0


def test_a_release_that_was_run_again_has_no_old_signature_and_another_run(copy):
    (copy / "release/veil-signatures.jsonl").unlink()
    done = asked(copy, "release")
    assert done.returncode == 0, "nobody says that it was signed"
    assert asked(copy, "release", RECORD).returncode == 1, "but the record does"


def edit(path: Path, change) -> None:
    path.write_bytes(change(path.read_bytes()))


def flip(data: bytes, at: int = 40) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def lines(change):
    return lambda data: b"".join(change(data.splitlines(keepends=True)))


SABOTAGE = {
    "a byte of an output": ("release/patients.csv", flip),
    "an output cut short": ("release/patients.csv", lambda data: data[:-1]),
    "a byte of the manifest": ("release/veil-manifest.json", flip),
    "a byte of the report": ("release/veil-report.html", flip),
    "a byte of a signature": (
        "release/veil-signatures.jsonl",
        lambda data: flip(data, data.index(b'"signature"') + 20),
    ),
    "the name of a signer": ("release/veil-signatures.jsonl", lambda data: data.replace(b'"ada"', b'"bob"')),
    "the meaning of a signature": ("release/veil-signatures.jsonl", lambda data: data.replace(b"small", b"large")),
    "a space in a signature": ("release/veil-signatures.jsonl", lambda data: data.replace(b", ", b",  ", 1)),
    "a signature taken away": ("release/veil-signatures.jsonl", lines(lambda all_: all_[1:])),
    "a signature doubled": ("release/veil-signatures.jsonl", lines(lambda all_: [*all_, all_[0]])),
    "a record changed": (RECORD, lambda data: data.replace(b'"exit_code": 0', b'"exit_code": 8')),
    "a record taken out": (RECORD, lines(lambda all_: all_[1:])),
    "two records swapped": (RECORD, lines(lambda all_: [all_[1], all_[0], *all_[2:]])),
    "the last record cut off": (RECORD, lines(lambda all_: all_[:-1])),
    "a record cut short": (RECORD, lambda data: data[:-9]),
    "all records gone": (RECORD, lambda _: b""),
    "the head changed": (RECORD + ".head", lambda data: data.replace(b'"records": 4', b'"records": 3')),
}


@pytest.mark.parametrize("how", SABOTAGE)
def test_what_was_done_to_a_release_or_its_record_is_told(copy, how):
    file, change = SABOTAGE[how]
    before = (copy / file).read_bytes()
    edit(copy / file, change)
    assert (copy / file).read_bytes() != before
    done = asked(copy, *ALL)
    assert (done.returncode, done.stderr) == (1, "")
    assert "BAD" in done.stdout


@pytest.mark.parametrize("file", ["release/patients.csv", "release/veil-manifest.json", RECORD, RECORD + ".head"])
def test_a_file_that_is_gone_is_told(copy, file):
    (copy / file).unlink()
    assert asked(copy, *ALL).returncode == 1


def test_a_file_that_nobody_named_and_a_link_are_told(copy):
    (copy / "release/more.csv").write_text("x")
    assert asked(copy, "release").returncode == 1
    (copy / "release/more.csv").unlink()
    (copy / "release/patients.csv").rename(copy / "patients.csv")
    (copy / "release/patients.csv").symlink_to(copy / "patients.csv")
    assert asked(copy, "release").returncode == 1


def test_a_signature_of_somebody_else_is_none_of_the_one_that_was_asked_for(copy):
    assert asked(copy, "release", "--pub", "eve.pem.pub").returncode == 1
    assert asked(copy, "release", "--pub", "eve.pem").returncode == 2, "no public key"


def test_another_chain_written_by_one_without_the_release_does_not_tell_of_it(copy):
    for name in ("audit.jsonl", "audit.jsonl.head"):
        (copy / "release.private" / name).unlink()
    manifest = json.loads((copy / "release/veil-manifest.json").read_text())
    append(copy / RECORD, "run begun", {"project": manifest["project"]})
    assert asked(copy, "release", RECORD).returncode == 1
