"""Deploying: Envoy takes what we write for it, and the manifests say what a cluster asks of a careful pod."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from veil.errors import PolicyError, StoreError
from veil.service.trace.context import TraceSettings
from veil.service.trace.envoy.config import ListenAddress, Upstream, config, filters
from veil.service.trace.envoy.run import envoy_path

DEPLOY = Path(__file__).resolve().parents[4] / "deploy" / "trace"
MANIFESTS = ["proxy-sidecar.yaml", "envoy-sidecar.yaml", "istio.yaml"]
LISTEN, APP, PROCESSOR = (
    ListenAddress("0.0.0.0", 15001),
    Upstream("http://127.0.0.1:8080"),
    ListenAddress("127.0.0.1", 15003),
)


def validated(made, folder):
    file = folder / "envoy.json"
    file.write_text(json.dumps(made))
    done = subprocess.run(
        [envoy_path(), "--mode", "validate", "-c", str(file), "--log-level", "error"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(
    "settings",
    [TraceSettings(), TraceSettings(blocking=False), TraceSettings(closed=True, limit=64 << 20, deadline=60)],
    ids=["block", "span", "closed"],
)
def test_envoy_accepts_the_configuration_of_every_mode(settings, tmp_path):
    validated(
        config(
            settings,
            ListenAddress("127.0.0.1", 15001),
            APP,
            ListenAddress(path="/run/veil.sock"),
            ListenAddress("127.0.0.1", 9901),
        ),
        tmp_path,
    )


def test_envoy_accepts_a_service_behind_tls_and_by_name(tmp_path):
    pem = tmp_path / "ca.pem"
    pem.write_text(certificate())
    validated(
        config(
            TraceSettings(),
            ListenAddress("::1", 15001),
            Upstream("https://notes.example", str(pem)),
            ListenAddress("veil.example", 15003),
        ),
        tmp_path,
    )


def certificate():
    import datetime as dt

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")]),
    )
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now).not_valid_after(now + dt.timedelta(days=1)).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


def test_the_file_that_is_shipped_is_the_one_that_is_generated(tmp_path):
    shipped = yaml.safe_load((DEPLOY / "envoy.yaml").read_text())
    assert shipped == config(TraceSettings(), LISTEN, APP, PROCESSOR)
    validated(shipped, tmp_path)


def documents(name):
    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


def test_the_manifests_hold_the_same_configuration():
    (config_map,) = [one for one in documents("envoy-sidecar.yaml") if one["kind"] == "ConfigMap"]
    assert yaml.safe_load(config_map["data"]["envoy.yaml"]) == config(TraceSettings(), LISTEN, APP, PROCESSOR)
    (istio,) = [one for one in documents("istio.yaml") if one["kind"] == "EnvoyFilter"]
    inserted = [one["patch"]["value"] for one in istio["spec"]["configPatches"] if one["applyTo"] == "HTTP_FILTER"]
    assert inserted == filters(TraceSettings())[:-1]


@pytest.mark.parametrize("name", MANIFESTS)
def test_every_container_is_without_rights_it_does_not_need(name):
    pods = [one["spec"]["template"]["spec"] for one in documents(name) if one["kind"] == "Deployment"]
    assert pods
    for container in (one for pod in pods for one in pod["containers"]):
        secure = container["securityContext"]
        assert secure["runAsNonRoot"] is True
        assert secure["readOnlyRootFilesystem"] is True
        assert secure["allowPrivilegeEscalation"] is False
        assert secure["capabilities"] == {"drop": ["ALL"]}
        if container["name"] != "app":
            assert container["readinessProbe"]
            assert container["resources"]["limits"]["memory"]
    assert all(pod["automountServiceAccountToken"] is False for pod in pods)
    assert all(one["emptyDir"]["medium"] == "Memory" for pod in pods for one in pod["volumes"] if "emptyDir" in one)


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_arguments_of_the_manifests_are_options_that_there_are(name):
    from typer.testing import CliRunner

    from veil.cli.app import app

    shown = CliRunner().invoke(app, ["trace", "--help"], env={"COLUMNS": "300", "TERM": "dumb"}).stdout
    args = [
        word
        for one in documents(name)
        if one["kind"] == "Deployment"
        for container in one["spec"]["template"]["spec"]["containers"]
        if container["name"] == "veil-trace"
        for word in container["args"]
    ]
    assert args[0] == "trace"
    assert all(word in shown for word in args if word.startswith("--"))


@pytest.mark.parametrize(
    "url", ["", "notes:80", "ftp://notes", "http://notes/path", "http://notes:port", "http://notes?x", "http://[notes"]
)
def test_a_service_behind_that_is_no_address_is_refused(url):
    with pytest.raises(PolicyError, match="upstream-url"):
        _ = Upstream(url).place


def test_the_configuration_is_written_and_nothing_started(tmp_path):
    from typer.testing import CliRunner

    from veil.cli.app import app

    options = ["--upstream", APP.url, "--listen", "0.0.0.0:15001", "--config-only", str(tmp_path / "envoy.json")]
    done = CliRunner().invoke(app, ["trace", *options])
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "envoy.json").read_text()) == config(TraceSettings(), LISTEN, APP, PROCESSOR)


def test_a_configuration_that_cannot_be_written_is_told_with_its_code(tmp_path):
    from typer.testing import CliRunner

    from veil.cli.app import app

    options = ["--upstream", APP.url, "--config-only", str(tmp_path / "none" / "envoy.json")]
    done = CliRunner().invoke(app, ["trace", *options])
    assert isinstance(done.exception, StoreError)
    assert done.exception.code == "config-file"


@pytest.mark.parametrize("options", [["--mode", "x"], ["--fail", "x"], [], ["--proxy", "--processor"]])
def test_options_that_make_no_front_are_refused_before_anything_starts(options):
    from typer.testing import CliRunner

    from veil.cli.app import app

    upstream = ["--upstream", APP.url] if options else []
    done = CliRunner().invoke(app, ["trace", *upstream, *options])
    assert isinstance(done.exception, PolicyError)
    assert done.exception.code == "trace-options"
