"""The page about Trace does what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from veil.service.trace.run import free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.server
@pytest.mark.parametrize("front", ["", " --proxy"], ids=["envoy", "proxy"])
def test_the_page_starts_a_service_and_sees_its_tags(front, tmp_path):
    text = (ROOT / "docs/how-to/trace.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    ports = {port: str(free_port("127.0.0.1")) for port in ("8080", "15001", "15002")}
    for port, free in ports.items():
        script = script.replace(port, free)
    given = f"veil trace --listen 127.0.0.1:{ports['15001']} --admin 127.0.0.1:{ports['15002']}{front}"
    script = "trap 'kill %1 %2; wait' EXIT\n" + script.replace("veil trace", given)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-mc", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    told = done.stdout.splitlines()
    assert told[:2] == ["phi: true", "phi: false"], done.stderr
    assert 'veil_trace_requests_total{reason="",verdict="true"} 1.0' in told
