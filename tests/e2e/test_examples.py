"""Examples: each client of `examples/service` de-identifies a text and a table with a service that runs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.services import served

pytestmark = pytest.mark.slow
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "service"
CLIENTS = {"client.py": [sys.executable], "client.mjs": ["node"], "client.sh": ["bash"]}
TABLE = "patient_id,mrn,born,note\n1042,00771234,1950-02-28,seen by Dr. Wong\n7,00990011,1988-12-31,ok\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    with served(folder, "--data", "data", "--key-file", "service.key") as found:
        yield found


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_gets_a_text_and_a_table_back(name, service, tmp_path):
    if shutil.which(CLIENTS[name][0]) is None:
        pytest.skip(f"{CLIENTS[name][0]} is not installed")
    (tmp_path / "table.csv").write_text(TABLE)
    done = subprocess.run(
        [*CLIENTS[name], str(EXAMPLES / name), "table.csv", "clean.csv"],
        cwd=tmp_path,
        env={**os.environ, "URL": service.url, "TOKEN": service.token},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "Patient [NAME] SSN [SSN]\n"
    clean = (tmp_path / "clean.csv").read_text()
    assert clean.startswith("patient_id,mrn,born,note\n")
    assert len(clean.splitlines()) == 3
    assert not {"00771234", "Wong", "1950-02-28"} & set(clean.replace(",", " ").replace(".", " ").split())


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_with_a_wrong_token_says_so_and_fails(name, service, tmp_path):
    if shutil.which(CLIENTS[name][0]) is None:
        pytest.skip(f"{CLIENTS[name][0]} is not installed")
    (tmp_path / "table.csv").write_text(TABLE)
    done = subprocess.run(
        [*CLIENTS[name], str(EXAMPLES / name), "table.csv", "clean.csv"],
        cwd=tmp_path,
        env={**os.environ, "URL": service.url, "TOKEN": "no"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    assert not (tmp_path / "clean.csv").exists()


def test_every_example_is_tried():
    assert {path.name for path in EXAMPLES.iterdir()} == {*CLIENTS, "README.md"}
