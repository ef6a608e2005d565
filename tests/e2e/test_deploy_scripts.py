"""Deploy scripts of three clouds, with stand-ins for the clouds' tools: which commands they give, and that the key is in none of them."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
# Answers what a first run finds: nothing is there yet. What it is given is written down, standard input and files too.
TOOL = """#!/usr/bin/env bash
name="$(basename "$0")"
printf '%s\\n' "$name $*" >>"$SAID"
for word in "$@"; do case "$word" in file://*) cat "${word#file://}" >>"$READ";; esac; done
case "$name $*" in
  *"--data-file=-"*) cat >>"$READ" ;;
  *"keyvault secret set"*) while [ "$1" != --file ]; do shift; done; cat "$2" >>"$READ" ;;
  *"services replace -"*) cat >"$MANIFEST" ;;
  *"containerapp create"*) while [ "$1" != --yaml ]; do shift; done; cp "$2" "$MANIFEST"; echo veil.example.org ;;
  *"env show"*"--query id"*) echo /subscriptions/1/env ;;
  *"identity show"*"--query id"*) echo /subscriptions/1/identity ;;
  *"--query id"*) echo /subscriptions/1/thing ;;
  *"--query principalId"*) echo 00-principal ;;
  *"describe-secret"*) if [ -e "$READ" ]; then echo arn:aws:secret; else exit 254; fi ;;
  *"describe-stacks"*) echo https://veil.example.org ;;
  *"projects describe"*) echo 123456 ;;
  *"secrets describe"* | *"repositories describe"* | *" show "*) exit 1 ;;
  *"status.url"*) echo https://veil.example.org ;;
esac
"""
SCRIPTS = {
    "lambda": (
        {"REGION": "eu-central-1"},
        ["aws", "sam", "docker"],
        ["sam build --template-file template.yaml", "--parameter-overrides KeySecret=arn:aws:secret", "create-secret"],
    ),
    "cloud-run": (
        {"PROJECT": "hospital", "REGION": "europe-west3"},
        ["gcloud", "docker"],
        [
            "docker push europe-west3-docker.pkg.dev/hospital/veil/veil:latest",
            "roles/secretmanager.secretAccessor",
            "run services replace -",
        ],
    ),
    "azure": (
        {"GROUP": "g", "LOCATION": "westeurope", "REGISTRY": "reg", "VAULT": "vault"},
        ["az"],
        ["acr build --registry reg", "Key Vault Secrets User", "AcrPull", "containerapp create --name veil"],
    ),
}


def deployed(name, folder, *, leave_out=""):
    settings, tools, _ = SCRIPTS[name]
    (folder / "bin").mkdir()
    for tool in tools:
        (folder / "bin" / tool).write_text(TOOL)
        (folder / "bin" / tool).chmod(0o755)
    own = {
        "SAID": folder / "said",
        "READ": folder / "read",
        "MANIFEST": folder / "manifest.yaml",
        "TMPDIR": folder / "tmp",
    }
    (folder / "tmp").mkdir()
    environment = {
        **os.environ,
        **settings,
        **{key: str(path) for key, path in own.items()},
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
    }
    environment.pop(leave_out, None)
    done = subprocess.run(
        ["bash", str(DEPLOY / name / "deploy.sh")], env=environment, capture_output=True, text=True, cwd=folder
    )
    return done, (own["SAID"].read_text() if own["SAID"].exists() else "")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_gives_its_commands_and_says_where_the_service_is(name, tmp_path):
    done, said = deployed(name, tmp_path)
    assert done.returncode == 0, done.stderr + said
    assert "veil.example.org" in done.stdout
    for command in SCRIPTS[name][2]:
        assert command in said


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_key_is_fresh_and_in_no_command_no_output_and_no_file_that_stays(name, tmp_path):
    done, said = deployed(name, tmp_path)
    key = (tmp_path / "read").read_text()
    assert re.fullmatch("[0-9a-f]{64}", key)
    assert key not in said + done.stdout + done.stderr
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("name", ["cloud-run", "azure"])
def test_no_name_of_the_shipped_manifest_is_left_open(name, tmp_path):
    deployed(name, tmp_path)
    made = (tmp_path / "manifest.yaml").read_text()
    assert yaml.safe_load(made)
    lines = [line for line in made.splitlines() if not line.startswith("#")]
    assert not re.search(
        r"PROJECT|\bREGION\b|SUBSCRIPTION|\bGROUP\b|ENVIRONMENT|VAULT|REGISTRY\.|REGION-", "\n".join(lines)
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_setting_that_is_missing_is_named_before_anything_is_done(name, tmp_path):
    missing = next(iter(SCRIPTS[name][0]))
    done, said = deployed(name, tmp_path, leave_out=missing)
    assert done.returncode != 0
    assert missing in done.stderr
    assert said == ""


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.sh")), ids=lambda path: path.parent.name)
def test_scripts_are_sound_shell(path):
    assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0
    if shutil.which("shellcheck"):
        done = subprocess.run(["shellcheck", "-S", "warning", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    assert os.access(path, os.X_OK)
    assert "Never run against" in path.read_text()
