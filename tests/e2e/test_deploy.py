"""Files of deployment, as far as they can be tried without an engine: schemas, a container's steps in a clean folder, Lambda's events."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
import yaml
from tests.ports import free_port

from veil.service.gate.grants import Grants, new_grant
from veil.service.gate.root_key import root_keys

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KEY = "5a" * 32


def pages(path):
    return [one for one in yaml.safe_load_all(path.read_text()) if one]


def containers():
    """Every container of every manifest, with its pod's settings."""
    for path in DEPLOY.rglob("*.yaml"):
        for page in pages(path) if "Transform" not in path.read_text() else []:
            spec = page.get("spec", {}).get("template", {}).get("spec", {}) if page.get("kind") == "Deployment" else {}
            for one in spec.get("containers", []):
                yield pytest.param(spec, one, id=f"{path.parent.name}-{path.stem}-{one['name']}")


@pytest.mark.parametrize("path", sorted((DEPLOY / "kubernetes").glob("*.yaml")), ids=lambda path: path.name)
def test_manifests_are_what_kubernetes_takes(path):
    import kubernetes_validate

    for page in pages(path):
        kubernetes_validate.validate(page, "1.31", strict=True)


@pytest.mark.parametrize(("pod", "container"), [one for one in containers() if "veil" in str(one.id)])
def test_containers_run_as_nobody_on_a_file_system_that_is_read_only(pod, container):
    if not container["image"].startswith("veil"):
        return
    own, above = container.get("securityContext", {}), pod.get("securityContext", {})
    assert own.get("runAsNonRoot", above.get("runAsNonRoot")) is True
    assert own["readOnlyRootFilesystem"] is True
    assert own["allowPrivilegeEscalation"] is False
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert container["readinessProbe"]


def test_no_file_of_deployment_holds_a_key_and_each_reads_one():
    for name in (
        "docker/compose.yaml",
        "kubernetes/veil.yaml",
        "kubernetes/veil-nodes.yaml",
        "cloud-run/service.yaml",
        "azure/containerapp.yaml",
        "lambda/template.yaml",
    ):
        text = (DEPLOY / name).read_text()
        assert "VEIL_SERVICE_KEY" in text
        assert not re.search(r"[0-9a-f]{32}", text)


def test_the_composition_gives_the_container_memory_to_work_in_and_no_more_rights_than_it_needs():
    (page,) = pages(DEPLOY / "docker/compose.yaml")
    one = page["services"]["veil"]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["mem_limit"] == one["memswap_limit"]  # no swap
    assert any(place.startswith("/dev/shm") for place in one["tmpfs"])
    assert all(port.startswith("127.0.0.1:") for port in one["ports"])


def test_several_nodes_take_addresses_and_passwords_from_secrets_and_keep_nothing_of_their_own():
    deployment = next(page for page in pages(DEPLOY / "kubernetes/veil-nodes.yaml") if page["kind"] == "Deployment")
    spec = deployment["spec"]["template"]["spec"]
    env = {one["name"]: one for one in spec["containers"][0]["env"]}
    assert deployment["spec"]["replicas"] == 3
    assert all("secretKeyRef" in env[name]["valueFrom"] for name in ("DATA", "VEIL_DB_PASSWORD", "VEIL_SERVICE_KEY"))
    assert env["OBJECTS"]["value"].startswith("s3://")
    assert all(volume["emptyDir"]["medium"] == "Memory" for volume in spec["volumes"])


def test_the_start_of_the_image_hands_on_where_files_lie(tmp_path):
    (tmp_path / "veil").write_text('#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
    (tmp_path / "veil").chmod(0o755)
    env = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "MODE": "ui",
        "DATA": "postgresql://veil@db/veil?schema=a b",
        "OBJECTS": "s3://bucket/a b",
    }
    said = subprocess.run([DEPLOY / "docker/start"], env=env, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    assert said[said.index("--data") + 1] == env["DATA"]
    assert said[said.index("--objects") + 1] == env["OBJECTS"]
    del env["OBJECTS"]
    assert (
        "--objects"
        not in subprocess.run([DEPLOY / "docker/start"], env=env, capture_output=True, text=True, check=True).stdout
    )


@pytest.mark.parametrize(("pod", "container"), [one for one in containers() if "veil" in str(one.id)])
def test_a_container_starts_the_command_that_its_manifest_means(pod, container, tmp_path):
    """What a manifest calls `command` stands in place of the image's start; its `args` alone would be told to the start."""
    if not container["image"].startswith("veil"):
        return
    (tmp_path / "veil").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "veil").chmod(0o755)
    env = {one["name"]: one.get("value", "secret") for one in container.get("env", [])}
    words = [*container.get("command", [str(DEPLOY / "docker/start")]), *container.get("args", [])]
    said = subprocess.run(
        words, env={**env, "PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=True
    )
    assert said.stdout.split()[0] == ("trace" if "trace" in container["name"] else "serve")


@pytest.mark.parametrize("name", ["kubernetes/veil.yaml", "kubernetes/veil-nodes.yaml"])
def test_a_volume_of_kubernetes_does_not_open_the_data_folder_to_its_group(name):
    """The group of a pod may read the root of each volume, and the service refuses such a folder: its own lies below, and is left as it is."""
    (pod,) = [page["spec"]["template"]["spec"] for page in pages(DEPLOY / name) if page["kind"] == "Deployment"]
    env = {one["name"]: one.get("value", "") for one in pod["containers"][0]["env"]}
    claimed = {one["name"] for one in pod["volumes"] if "persistentVolumeClaim" in one}
    for place in (one["mountPath"] for one in pod["containers"][0]["volumeMounts"] if one["name"] in claimed):
        assert env["DATA"].startswith(f"{place}/")
        assert pod["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"


@pytest.mark.parametrize(
    ("mode", "asked"), [("api", "8123/api/v1/health"), ("ui", "8123/api/v1/health"), ("trace", "15002/readyz")]
)
def test_the_health_check_asks_the_service_and_never_what_lies_behind_it(mode, asked, tmp_path):
    (check,) = re.findall(r'CMD \["python", "-c", (".*")\]', (DEPLOY / "docker/Dockerfile").read_text())
    said = "import urllib.request as r; r.urlopen = lambda url, timeout: print(url)\n" + json.loads(check)
    done = subprocess.run(
        [sys.executable, "-c", said], env={"MODE": mode, "PORT": "8123"}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"http://127.0.0.1:{asked}"


def test_lambda_without_its_key_does_not_start_as_a_service_that_nobody_can_call():
    from veil.errors import KeyringError

    spec = importlib.util.spec_from_file_location("veil_lambda_keyless", DEPLOY / "lambda/handler.py")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyringError, match="service-key-missing"):
        patch.delenv("VEIL_SERVICE_KEY", raising=False)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_the_template_of_lambda_has_no_fault_that_its_linter_knows():
    done = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), DEPLOY / "lambda/template.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def lambda_handler():
    os.environ["VEIL_SERVICE_KEY"] = KEY
    try:
        spec = importlib.util.spec_from_file_location("veil_lambda_handler", DEPLOY / "lambda/handler.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module.handler
        module._LOOP.close()
    finally:
        del os.environ["VEIL_SERVICE_KEY"]


def event_of_http_api(method, path, body=None, token="", *, encoded=False):
    """Payload 2.0, as AWS documents it. Source: API Gateway developer guide, "Working with Lambda proxy integrations for HTTP APIs"."""
    import base64

    text = json.dumps(body) if body is not None else ""
    return {
        "version": "2.0",
        "routeKey": "ANY /{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "content-type": "application/json",
            "host": "id.execute-api.us-east-1.amazonaws.com",
            "x-forwarded-proto": "https",
            "content-length": str(len(text.encode())),
            **({"authorization": f"Bearer {token}"} if token else {}),
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "id",
            "domainName": "id.execute-api.us-east-1.amazonaws.com",
            "stage": "$default",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "requestId": "id",
            "routeKey": "ANY /{proxy+}",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1583348638390,
        },
        "body": base64.b64encode(text.encode()).decode() if encoded else text,
        "isBase64Encoded": encoded,
    }


@pytest.mark.parametrize("encoded", [False, True])
def test_lambda_answers_the_events_of_its_gateway(lambda_handler, encoded):
    token = Grants(root_keys(None, {"VEIL_SERVICE_KEY": KEY})).token(new_grant(["deidentify"], 60))
    for _ in range(2):  # the sandbox is kept for the next call
        asked = {"text": "Patient John Smith SSN 123-45-6789"}
        told = lambda_handler(event_of_http_api("POST", "/api/v1/deidentify", asked, token, encoded=encoded), None)
        assert told["statusCode"] == 200
        assert json.loads(told["body"])["deidentified_text"] == "Patient [NAME] SSN [SSN]"
    assert lambda_handler(event_of_http_api("POST", "/api/v1/deidentify", asked), None)["statusCode"] == 401
    assert lambda_handler(event_of_http_api("GET", "/api/v1/health"), None)["statusCode"] == 200


def started(folder, mode, env, port):
    process = subprocess.Popen(
        [str(DEPLOY / "docker/start")], cwd=folder, env={**env, "MODE": mode, "PORT": str(port), "WORKERS": "1"}
    )
    for _ in range(200):
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/api/v1/health").status_code == 200:
                return process
        except httpx2.TransportError:
            pass
        assert process.poll() is None
        time.sleep(0.1)
    raise AssertionError("it does not answer")


@pytest.mark.slow
def test_the_steps_of_the_image_make_a_service_in_a_clean_folder_that_needs_nothing_more(tmp_path):
    """The RUN lines of the build, in a folder with what COPY brings and an environment of its own; then its start and its health check."""
    text = (DEPLOY / "docker/Dockerfile").read_text()
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        assert name in text
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    home = tmp_path / "opt"
    for line in re.findall(r"^RUN (.*)$", text.partition("FROM python:3.11-slim\nCOPY")[0], re.MULTILINE):
        command = line.replace("/opt/veil", str(home)).replace("python -m venv", f"{sys.executable} -m venv")
        subprocess.run(
            ["sh", "-euc", command],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            env={**os.environ, "PIP_NO_COMPILE": "1"},
        )
    env = {
        "PATH": f"{home}/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "VEIL_SERVICE_KEY": KEY,
        "DATA": str(tmp_path / "data"),
    }
    (check,) = re.findall(r'CMD \["python", "-c", (".*")\]', text)
    for mode in ("api", "ui"):
        port = free_port()
        process = started(tmp_path, mode, env, port)
        try:
            done = subprocess.run(
                [f"{home}/bin/python", "-c", json.loads(check)],
                env={**env, "MODE": mode, "PORT": str(port)},
                capture_output=True,
                check=False,
            )
            assert done.returncode == 0
            token = Grants(root_keys(None, {"VEIL_SERVICE_KEY": KEY})).token(new_grant(["deidentify"], 60))
            answer = httpx2.post(
                f"http://127.0.0.1:{port}/api/v1/deidentify",
                json={"text": "SSN 123-45-6789"},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.json()["deidentified_text"] == "SSN [SSN]"
            assert httpx2.get(f"http://127.0.0.1:{port}/files").status_code == (200 if mode == "ui" else 404)
        finally:
            process.terminate()
            process.wait(30)
