"""G12: one image: nobody's rights, a health check, two modes, and no network when it runs (tests/e2e/test_deploy.py runs its steps)."""

import subprocess
import sys
from pathlib import Path

DOCKER = Path(__file__).resolve().parents[2] / "deploy" / "docker"
SHUT = """
import sys
def refuse(event, told):
    if event == "socket.getaddrinfo" and told[0] not in (None, "127.0.0.1", b"127.0.0.1"): sys.exit("it asks for " + str(event))
    if event == "socket.connect" and told[1][0] not in ("127.0.0.1",): raise SystemExit("it calls out")
sys.addaudithook(refuse)
from veil.detectors.scanner import standard
found = standard().find(["Seen by Dr. Alice Wong on 03/04/2019"])
assert len(found[0]) == 2
"""


def test_g12_the_image_has_a_user_of_its_own_a_health_check_and_its_modes():
    text = (DOCKER / "Dockerfile").read_text()
    assert "\nUSER 10001\n" in text
    assert "HEALTHCHECK" in text
    assert "MODE=api" in text
    after = text.partition("\nUSER 10001")[2]
    assert "RUN" not in after
    assert not any(word in text for word in ("curl", "wget", "huggingface", "ADD http"))


def test_g12_another_mode_is_refused_with_the_names_of_those_there_are():
    done = subprocess.run(
        ["sh", str(DOCKER / "start")], env={"MODE": "gui"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "api, ui" in done.stderr


def test_g12_nothing_is_fetched_when_the_model_is_loaded_and_used():
    done = subprocess.run([sys.executable, "-c", SHUT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
