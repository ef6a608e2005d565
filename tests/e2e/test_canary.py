"""No value is left behind: canaries in every column, note, file name, key and cell, sought in all that a run leaves."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
from tests.conftest import PASSPHRASE

# Values that exist nowhere else: each is of its column's kind, so that it takes the way that such a value takes.
TREATED = {
    "patient_id": "7731905544",
    "mrn": "MR-88410377",
    "given": "Zebulonia",
    "family": "Quackenthorpe",
    "born": "1941-03-17",
    "phone": "617-883-4021",
    "email": "zq.canary@mailbox-kestrel.net",
    "street": "4417 Wrenfeather Lane",
    "ssn": "519-38-2746",
}
KEPT = {"ward": "ward-Kestrelmoor-9", "remark": "pale heliotropium grigio", "flag": "flag-Ombrellone"}
SECRET_KEYS = {"key": "Marmaduketh Osterwald"}
ROW = TREATED | {"ward": KEPT["ward"], "remark": f"seen by Dr. Oberlin-Vasthy, {KEPT['remark']}"}
NOTE = f"Patient {TREATED['given']} {TREATED['family']}, MRN {TREATED['mrn']}, DOB 03/17/1941, {KEPT['remark']}. Tel {TREATED['phone']}.\n"
PROJECT = """profile: expert
tables:
  people:
    subject: patient_id
    columns:
      patient_id: pseudonym
      mrn: {pseudonym: {}, known: strong, label: MRN}
      given: {surrogate: given_name, known: true}
      family: {surrogate: family_name, known: true}
      born: {shift: {birth: true}, known: true, kind: birth_date}
      phone: {surrogate: phone, known: strong}
      email: {surrogate: email, known: strong}
      street: {surrogate: street, known: true}
      ssn: drop
      ward: keep
      remark: scan
      payload: {open: json, rules: {"$.name": scan, "$.flag": keep}, unlisted: drop}
notes:
  notes:
    subject: {from: file_name, pattern: "{patient_id}-{n}.txt"}
    columns: {text: scan}
trees:
  records:
    subject: $.patient
    unlisted: drop
    columns: {$.patient: {pseudonym: {domain: patient_id}}, $.flag: keep}
"""


def cells():
    inner = {
        "name": f"{TREATED['given']} {TREATED['family']}",
        SECRET_KEYS["key"]: TREATED["ssn"],
        "flag": KEPT["flag"],
    }
    return [*ROW.values(), json.dumps(inner)]


def table():
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells())
    return ",".join([*ROW, "payload"]) + "\n" + quoted + "\n"


def files():
    record = {"patient": TREATED["patient_id"], "flag": KEPT["flag"], SECRET_KEYS["key"]: {"ssn": TREATED["ssn"]}}
    return {
        "people.csv": table(),
        f"notes/{TREATED['patient_id']}-1.txt": NOTE,
        f"notes/{TREATED['given']}.{TREATED['family']}.txt": NOTE,
        "records.ndjson": json.dumps(record) + "\n",
    }


def veil(*words, cwd, env=None, limit=None):
    """Runs the command line in a process of its own; the temporary folder is one that we can search."""
    told = {**os.environ, "VEIL_PASSPHRASE": PASSPHRASE, "TMPDIR": str(cwd / "tmp"), "COLUMNS": "400", **(env or {})}
    (cwd / "tmp").mkdir(exist_ok=True)
    start = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); " if limit else ""
    program = f"import signal, logging; logging.basicConfig(level=0, filename='{cwd}/log.txt'); {start}from veil.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, words)],
        cwd=cwd,
        env=told,
        capture_output=True,
        timeout=120,
        check=False,
    )


def forms(value):
    """A value as it might ride along: as it is, folded, encoded, as bare digits, hashed without a key."""
    raw = value.encode()
    yield from (
        raw,
        raw.lower(),
        raw.upper(),
        raw.hex().encode(),
        urllib.parse.quote(value).encode(),
        urllib.parse.quote_plus(value).encode(),
    )
    for pad in range(3):
        coded = base64.b64encode(b"\0" * pad + raw).rstrip(b"=")
        yield coded[(0, 2, 3)[pad] : -2]
    digits = "".join(char for char in value if char.isdigit())
    if len(digits) > 6:
        yield digits.encode()
    for hashed in (hashlib.md5, hashlib.sha1, hashlib.sha256):
        for one in (raw, raw.lower()):
            yield hashed(one, usedforsecurity=False).hexdigest().encode()
            yield base64.b64encode(hashed(one, usedforsecurity=False).digest()).rstrip(b"=")


def search(where, values, held):
    """Fails where bytes hold a form of a value."""
    low = held.lower()
    for name, value in values.items():
        for number, form in enumerate(forms(value)):
            assert form not in held and form.lower() not in low, f"{where} holds form {number} of the canary {name}"


def search_tree(folder, values, skip=("data", "hospital.key", "project.yaml")):
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if relative.parts[0] in skip:
            continue
        search(f"the name {len(relative.parts)} deep", values, str(relative).encode())
        if path.is_file():
            search(relative.as_posix().split("/")[0], values, path.read_bytes())


EVERY = TREATED | KEPT | SECRET_KEYS


def search_pages(folder, done):
    """Nothing at all in what is told; of the data only what the plan keeps."""
    search("stdout", EVERY, done.stdout)
    search("stderr", EVERY, done.stderr)
    for name in ("log.txt", "release/veil-manifest.json", "release/veil-report.html", "plan.html"):
        if (folder / name).exists():
            search(name, EVERY, (folder / name).read_bytes())
    if (folder / "tmp").exists():
        search_tree(folder / "tmp", EVERY, skip=())


def test_the_search_finds_every_form():
    for form in forms(TREATED["ssn"]):
        with pytest.raises(AssertionError):
            search("here", TREATED, b"xx" + form + b"yy")


def test_a_run_leaves_no_value_but_those_it_keeps(project):
    made = project(PROJECT, files())
    done = veil("run", "project.yaml", cwd=made.folder)
    assert done.returncode == 0, done.stderr.decode()
    search_pages(made.folder, done)
    search_tree(made.folder, TREATED | SECRET_KEYS)
    assert KEPT["ward"].encode() in (made.out / "people.csv").read_bytes()
    assert len(list((made.out / "notes").iterdir())) == 2


def test_two_workers_leave_no_value_either(project):
    made = project(PROJECT, files())
    done = veil("run", "project.yaml", "-w", "2", cwd=made.folder)
    assert done.returncode == 0, done.stderr.decode()
    search_pages(made.folder, done)
    search_tree(made.folder, TREATED | SECRET_KEYS)


@pytest.mark.parametrize(
    "words",
    [
        ("describe", "project.yaml"),
        ("describe", "project.yaml", "--json"),
        ("describe", "project.yaml", "-o", "plan.html"),
        ("test", "project.yaml"),
        ("schema",),
    ],
)
def test_looking_at_a_project_leaves_no_value(project, words):
    made = project(PROJECT, files())
    done = veil(*words, cwd=made.folder)
    assert done.returncode == 0, done.stderr.decode()
    search_pages(made.folder, done)
    search_tree(made.folder, EVERY)
    assert not made.out.exists()


def test_init_proposes_without_a_value(project):
    made = project(
        PROJECT, {**files(), "people.csv": table() + table().split("\n", 1)[1].replace("7731905544", "7731905545") * 3}
    )
    done = veil("init", "data", "-o", "proposed.yaml", cwd=made.folder)
    assert done.returncode == 0, done.stderr.decode()
    search_pages(made.folder, done)
    search("proposal", EVERY, (made.folder / "proposed.yaml").read_bytes())


def test_notes_without_a_project_leave_no_value(project):
    made = project(PROJECT, files())
    done = veil("notes", "-i", "data/notes", "-o", "release", cwd=made.folder)
    assert done.returncode == 0, done.stderr.decode()
    found = {name: TREATED[name] for name in ("mrn", "phone", "given", "family")}
    search_pages(made.folder, done)
    search_tree(made.folder, found)


def test_find_tells_places_and_no_text(project):
    made = project(PROJECT, files())
    lines = (
        json.dumps({"id": "1", "text": NOTE})
        + "\n{broken "
        + TREATED["ssn"]
        + "\n"
        + json.dumps({"id": "2", "txt": NOTE})
        + "\n"
    )
    (made.folder / "data" / "lines.jsonl").write_text(lines)
    done = veil("find", "data/lines.jsonl", "--jsonl", cwd=made.folder)
    assert done.returncode == 4
    search_pages(made.folder, done)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [list(one) for one in answers] == [["id", "spans"], ["error"], ["id", "error"]]


def test_a_run_that_was_killed_leaves_no_value_but_those_it_keeps(project):
    """The side folder as it stands when the power goes: between the last unit and the release."""
    made = project(PROJECT, files())
    told = {**os.environ, "VEIL_PASSPHRASE": PASSPHRASE, "TMPDIR": str(made.folder / "tmp")}
    (made.folder / "tmp").mkdir()
    program = "import os, veil.jobs.local_run as local\nlocal.release = lambda *_: os.kill(os.getpid(), 9)\nfrom veil.cli import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", program, "run", "project.yaml"],
        cwd=made.folder,
        env=told,
        capture_output=True,
        check=False,
    )
    assert done.returncode == -9
    side = next(made.folder.glob(".release*"))
    assert len([path for path in side.rglob("*") if path.is_file()]) > 4
    assert (side.stat().st_mode & 0o077) == 0 or all(
        (path.stat().st_mode & 0o077) == 0 for path in side.iterdir() if path.is_dir()
    )
    search_pages(made.folder, done)
    search_tree(made.folder, TREATED | SECRET_KEYS)


def test_an_error_that_nobody_foresaw_tells_no_value(project, tmp_path):
    made = project(PROJECT, files())
    program = (
        "import veil.jobs.local_run as local\n"
        "def fail(*_):\n    raise RuntimeError(" + repr(TREATED["ssn"]) + ")\n"
        "local.pass_one = fail\nfrom veil.cli import main\nmain()"
    )
    told = {**os.environ, "VEIL_PASSPHRASE": PASSPHRASE}
    done = subprocess.run(
        [sys.executable, "-c", program, "run", "project.yaml"],
        cwd=made.folder,
        env=told,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 70
    assert b"RuntimeError" in done.stderr
    search("stderr", EVERY, done.stderr)
    assert isinstance(tmp_path, Path)
