"""C32 audit log: an append-only, tamper-evident run record without PHI."""

import json
import os
import signal
import subprocess
import sys
import time

from tests.conftest import PASSPHRASE
from tests.rows.conftest import ALL, policy

from veil.audit import read_acts, verify_chain

LOG = "release.private/audit.jsonl"
NAMED = {"patients/Zebulonia-Quackenthorpe.csv": ALL["patients.csv"].replace("Ada", "Zebulonia")}
FILES = {**{name: text for name, text in ALL.items() if name != "patients.csv"}, **NAMED}


def acts(made):
    return read_acts(made.folder / LOG)


def whats(made):
    return [act["what"] for act in acts(made)]


def hospital(project):
    return project(policy(), FILES)


def test_c32_a_run_stands_in_the_log_with_who_when_what_counts_and_digests(project, veil):
    made = hospital(project)
    assert veil(made.folder, "run", "project.yaml").code == 0
    begun, ended = acts(made)
    assert (begun["what"], ended["what"], ended["begun"], ended["exit_code"]) == ("run begun", "run ended", 1, 0)
    assert begun["who"]
    assert begun["at"].endswith("Z")
    manifest = json.loads((made.out / "veil-manifest.json").read_text())
    assert begun["plan"] == manifest["plan"]["digest"]
    assert manifest["audit"] == {"number": 1, "hash": begun["hash"]}
    assert ended["counts"]["rows"] == 11
    assert ended["outputs"] == 3


def test_c32_a_run_that_quarantines_fails_or_is_refused_says_so_by_codes(project, veil):
    made = hospital(project)
    (made.folder / "release").mkdir()
    (made.folder / "release" / "mine.txt").write_text("mine")
    assert veil(made.folder, "run", "project.yaml").code == 2
    assert whats(made) == ["run begun", "run failed"]
    assert (acts(made)[-1]["code"], acts(made)[-1]["exit_code"]) == ("output-there", 2)
    assert veil(made.folder, "describe", "project.yaml").code == 0
    assert veil(made.folder, "test", "project.yaml").code == 0
    assert len(acts(made)) == 2, "a dry run is no act"


def test_c32_reversals_verifications_and_acts_on_keys_stand_there_too(project, veil):
    made = hospital(project)
    for words in (
        ["run", "project.yaml"],
        ["verify", "project.yaml"],
        ["reverse", "project.yaml", "--reason", "r"],
        ["verify", "project.yaml", "release.reversed"],
        ["keys", "rotate", "hospital.key"],
        ["keys", "new", "other.key"],
    ):
        assert veil(made.folder, *words).code == 0, words
    assert whats(made) == ["run begun", "run ended", "verify", "reverse", "verify"]
    assert [act["of"] for act in acts(made) if act["what"] == "verify"] == ["release", "reversed"]
    assert [act["what"] for act in read_acts(made.folder / "hospital.key.audit")] == ["keys rotate"]
    assert read_acts(made.folder / "other.key.audit")[0]["key"]["version"] == 1
    assert veil(made.folder, "run", "project.yaml").code == 0
    assert acts(made)[-2]["keys_record"]["number"] == 1, "each record vouches for the other"
    done = veil(made.folder, "audit", "verify", LOG, "--keyring", "hospital.key")
    assert done.code == 0, done.erred


def test_c32_the_vault_of_random_codes_is_made_once_and_on_record(project, veil):
    made = project(
        "profile: safe-harbor\ntables: {t: {subject: id, columns: {id: pseudonym}}}\n", {"t.csv": "id\n771\n772\n"}
    )
    for _ in range(2):
        assert veil(made.folder, "run", "project.yaml").code == 0
    assert [act["what"] for act in read_acts(made.folder / "hospital.key.audit")] == ["vault made"]


def test_c32_the_same_project_twice_gives_the_same_files_with_a_longer_log(project):
    made = hospital(project)
    made.run()
    first = made.bytes_out()
    made.run()
    assert made.bytes_out() == first
    assert whats(made) == ["run begun", "run ended"] * 2


def test_c32_a_run_that_is_killed_leaves_a_beginning_and_the_next_says_that_it_goes_on(project):
    made = hospital(project)
    program = (
        "import veil.jobs.session as s, time\ns.run = lambda *a, **k: time.sleep(60)\nfrom veil.cli import main\nmain()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, "run", "project.yaml"],
        cwd=made.folder,
        env={**os.environ, "VEIL_PASSPHRASE": PASSPHRASE},
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not (made.folder / f"{LOG}.head").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert made.run().exit_code == 0
    assert whats(made) == ["run begun", "run begun", "run ended"]
    assert acts(made)[1]["goes_on_from"] == 1
    assert "goes_on_from" not in acts(made)[0]


def test_c32_a_log_that_was_changed_or_cut_is_named_and_stops_the_next_run(project, veil):
    made = hospital(project)
    made.run()
    path = made.folder / LOG
    whole = path.read_bytes()
    anchor = verify_chain(path)
    path.write_bytes(whole.replace(b'"files": 3', b'"files": 4'))
    told = veil(made.folder, "audit", "verify", LOG)
    assert told.code == 6
    assert "[audit-broken]" in told.erred
    assert "audit.jsonl line 1" in told.erred
    assert veil(made.folder, "run", "project.yaml").code == 6
    path.write_bytes(whole.splitlines(keepends=True)[0])
    assert "[audit-cut]" in veil(made.folder, "audit", "verify").erred
    path.write_bytes(whole)
    assert veil(made.folder, "audit", "verify", LOG, "--expect", f"2:{anchor.last}").code == 0
    assert "[audit-expect]" in veil(made.folder, "audit", "verify", LOG, "--expect", f"1:{anchor.last}").erred


def test_c32_a_release_is_signed_checked_shown_and_exported(project, veil):
    made = hospital(project)
    made.run()
    (made.folder / "words").write_text("four random words here\n")
    (made.folder / "words").chmod(0o600)
    words = ("--passphrase-file", "words")
    assert veil(made.folder, "audit", "key", "new", "ada.pem", *words).code == 0
    assert veil(made.folder, "audit", "key", "new", "eve.pem", *words).code == 0
    signed = veil(
        made.folder,
        "audit",
        "sign",
        "release",
        "--name",
        "Ada",
        "--meaning",
        "the risk is very small",
        "--key",
        "ada.pem",
        *words,
    )
    assert signed.code == 0, signed.erred
    assert veil(made.folder, "audit", "check", "release", "--pub", "ada.pem.pub").code == 0
    assert veil(made.folder, "audit", "check", "release", "--pub", "eve.pem.pub").code == 6
    assert veil(made.folder, "verify", "project.yaml").code == 0, (
        "a signature is no file that the release does not know"
    )
    shown = veil(made.folder, "audit", "show", LOG)
    assert "very small" in shown.said.replace("\n", "")
    assert veil(made.folder, "audit", "export", LOG, "-o", "acts.jsonl").code == 0
    assert [json.loads(line)["what"] for line in (made.folder / "acts.jsonl").read_text().splitlines()] == whats(made)
    assert veil(made.folder, "audit", "export", LOG, "-o", "acts.html").code == 0
    assert "the risk is very small" in (made.folder / "acts.html").read_text()
    (made.out / "labs.csv").write_text("gone")
    assert "[release-unsound]" in veil(made.folder, "audit", "check", "release").erred
    assert made.run().exit_code == 0, "a signed release can be run again"


def test_c32_no_value_of_an_input_and_no_name_of_a_file_is_in_the_log(project, veil):
    made = hospital(project)
    for words in (["run"], ["verify"], ["reverse", "--reason", "asked for"], ["run", "-o", "out=data"]):
        veil(made.folder, words[0], "project.yaml", *words[1:])
    veil(made.folder, "audit", "export", "-o", "acts.html")
    whole = "".join((made.folder / name).read_text() for name in (LOG, f"{LOG}.head", "acts.html"))
    assert len(acts(made)) >= 4
    planted = {
        cell for text in FILES.values() for line in text.splitlines()[1:] for cell in line.split(",") if len(cell) > 4
    }
    assert len(planted) > 20
    assert [one for one in [*planted, "Zebulonia", "Quackenthorpe", "patients/"] if one in whole] == []
