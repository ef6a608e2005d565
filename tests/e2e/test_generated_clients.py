"""Clients that public generators make of the OpenAPI document: they compile, and call the running service with a token."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.services import served

pytestmark = pytest.mark.slow
PYTHON, TYPES, COMPILER = "openapi-python-client==0.29.1", "openapi-typescript@7", "typescript@5"
TABLE = "patient_id,mrn,born,note\n1042,00771234,1950-02-28,seen by Dr. Wong\n7,00990011,1988-12-31,ok\n"


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    folder = tmp_path_factory.mktemp("serving")
    with served(folder, "--data", "data", "--key-file", "service.key") as service:
        with service.client() as client:
            (folder / "openapi.json").write_text(client.get("/openapi.json").text)
        yield service, folder


def run(*words, cwd, **more):
    return subprocess.run(
        [str(word) for word in words], cwd=cwd, capture_output=True, text=True, timeout=500, check=False, **more
    )


def command(start):
    """The command of `docs/how-to/serve.md` that begins so."""
    page = (Path(__file__).resolve().parents[2] / "docs/how-to/serve.md").read_text(encoding="utf-8")
    (line,) = [line for line in page.splitlines() if line.startswith(f"{start} ")]
    return line.split()


def beside(folder):
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def test_a_client_in_python_detects_and_hands_in_a_file(serving, tmp_path):
    service, folder = serving
    run(sys.executable, "-m", "venv", "env", cwd=tmp_path)
    installed = run("env/bin/pip", "install", "-q", "--no-compile", PYTHON, cwd=tmp_path)
    if installed.returncode:
        pytest.skip("the package index cannot be reached")
    shutil.copy(folder / "openapi.json", tmp_path)
    made = run(*command("openapi-python-client"), "--meta", "none", cwd=tmp_path, env=beside(tmp_path / "env/bin"))
    assert made.returncode == 0, made.stdout + made.stderr
    assert "WARNING parsing" not in made.stdout, "a call or a shape was left out"
    (tmp_path / "use.py").write_text(
        textwrap.dedent(f"""
        import io, os, time
        from veil_client import AuthenticatedClient
        from veil_client.api.texts import deidentify, detect_phi
        from veil_client.api.jobs import create_job, download_result, get_job, upload_file
        from veil_client.models import DeidentifyRequest, NewJob, PhiRequest
        from veil_client.types import File

        veil = AuthenticatedClient(base_url=os.environ["URL"], token=os.environ["TOKEN"], timeout=60)
        told = deidentify.sync(client=veil, body=DeidentifyRequest(text="Patient John Smith SSN 123-45-6789"))
        assert told.deidentified_text == "Patient [NAME] SSN [SSN]", told
        told = deidentify.sync(client=veil, body=DeidentifyRequest(text="Patient John Smith", profile="redact"))
        assert "Smith" not in told.deidentified_text
        (found,) = detect_phi.sync(client=veil, body=PhiRequest(text="SSN 123-45-6789")).phi
        assert (found.type_, found.begin_offset) == ("ID", 4), found
        job = create_job.sync(client=veil, body=NewJob(name="t.csv", profile="expert"))
        upload_file.sync(job.id, client=veil, body=File(payload=io.BytesIO({TABLE.encode()!r})))
        for _ in range(600):
            job = get_job.sync(job.id, client=veil)
            if job.state in ("done", "failed"):
                break
            time.sleep(0.2)
        assert job.state == "done", job
        answer = download_result.sync_detailed(job.id, client=veil)
        content = answer.parsed.payload.read() if hasattr(answer.parsed, "payload") else answer.content
        assert b"00771234" not in content and content.startswith(b"patient_id"), content[:40]
        print("ok")
    """)
    )
    done = run("env/bin/python", "use.py", cwd=tmp_path, env={**os.environ, "URL": service.url, "TOKEN": service.token})
    assert done.stdout.strip() == "ok", done.stdout + done.stderr


def test_types_for_typescript_compile_with_the_names_that_people_use(serving, tmp_path):
    _, folder = serving
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    (tmp_path / "package.json").write_text(json.dumps({"name": "t", "private": True, "type": "module"}))
    if run("npm", "install", "--no-fund", "--no-audit", TYPES, COMPILER, cwd=tmp_path).returncode:
        pytest.skip("the npm registry cannot be reached")
    shutil.copy(folder / "openapi.json", tmp_path)
    made = run(*command("npx openapi-typescript"), cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    (tmp_path / "use.ts").write_text(
        textwrap.dedent("""
        import type { components, operations } from "./veil";
        type Body<T extends keyof operations> = operations[T] extends { requestBody: { content: { "application/json": infer B } } } ? B : never;
        const asked: Body<"deidentify"> = { text: "x", confidence_threshold: 0.5, consistent_in: "batch", consistent_key: "" };
        const file: operations["upload_file"]["requestBody"]["content"]["application/octet-stream"] = "bytes";
        const got = (told: operations["download_result"]["responses"][200]["content"]["application/octet-stream"]): string => told;
        const found = (one: components["schemas"]["PhiEntity"]): [number, string] => [one.BeginOffset, one.Type];
        export { asked, file, found, got };
    """)
    )
    done = run("npx", "tsc", "--noEmit", "--strict", "--skipLibCheck", "false", "use.ts", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
