"""A service that runs: who may call, what is limited, what it says of texts (nothing), and how it stops."""

import base64
import datetime as dt
import ipaddress
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
from unittest.mock import patch

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.commands import command, process
from tests.services import served

from veil.service.gate.grants import Grants, new_grant
from veil.service.gate.root_key import root_keys

SSN = {"text": "SSN 123-45-6789"}
CALLS = [
    ("POST", "/api/v1/detect", SSN),
    ("POST", "/api/v1/deidentify", SSN),
    ("POST", "/api/v1/batch", {"texts": ["x"]}),
    ("POST", "/api/v1/phi", SSN),
    ("GET", "/api/v1/metrics", None),
]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "revoked").touch()
    with served(folder, "--key-file", "service.key", "--revoked", "revoked", "--body-limit", "1") as service:
        yield service, Grants(root_keys(folder / "service.key")), folder


def as_caller(service, token):
    return httpx2.Client(base_url=service.url, headers={"Authorization": f"Bearer {token}"} if token else {})


@pytest.mark.parametrize(("method", "call", "body"), CALLS)
def test_no_call_answers_without_a_token_that_holds(guarded, method, call, body):
    service, grants, folder = guarded
    revoked = new_grant(["detect", "deidentify", "phi", "metrics"], 60)
    (folder / "revoked").write_text(revoked.id + "\n")
    bad = [
        "",
        "veil_nonsense",
        grants.token(new_grant(["detect", "deidentify", "phi", "metrics"], -1)),
        grants.token(revoked),
    ]
    for token in bad:
        with as_caller(service, token) as client:
            answer = client.request(method, call, json=body)
        assert answer.status_code == 401
        assert "123-45" not in answer.text


def test_a_token_is_for_what_it_says_and_no_more(guarded):
    service, grants, _ = guarded
    with as_caller(service, grants.token(new_grant(["detect"], 60))) as client:
        assert client.post("/api/v1/detect", json=SSN).status_code == 200
        assert [client.request(method, call, json=body).status_code for method, call, body in CALLS[1:]] == [403] * 4


def test_a_token_from_the_command_line_holds(guarded):
    service, _, folder = guarded
    words = ["serve", "token", "--key-file", "service.key", "--scope", "phi", "--days", "1"]
    with as_caller(service, command(folder, *words).said.strip()) as client:
        assert client.post("/api/v1/phi", json=SSN).status_code == 200


@pytest.mark.parametrize("kept", [["--key-file", "kept.key"], []], ids=["file", "environment"])
def test_no_token_that_outlives_the_service_is_in_its_output(tmp_path, kept):
    """What a container writes is kept by others; whoever reads it there would hold a token for twelve hours."""
    more = {} if kept else {"VEIL_SERVICE_KEY": "5a" * 32}
    with served(tmp_path, *kept, more=more) as service:
        with service.client() as client:
            assert client.post("/api/v1/phi", json=SSN).status_code == 200
        service.process.terminate()
        assert "veil_" not in service.process.stdout.read() + service.log.read_text()


def test_behind_a_proxy_that_ends_tls_the_session_is_for_tls_alone(tmp_path):
    with served(tmp_path, "--behind-proxy", "--data", "data", "--key-file", "key") as service:
        code = service.process.stdout.readline().split()[1]
        told = httpx2.post(
            service.url + "/portal/api/setup",
            json={"code": code, "name": "ada", "password": "correct horse battery"},
            timeout=60,
        )
        assert told.headers["set-cookie"].startswith("__Host-veil=")
        assert "; secure" in told.headers["set-cookie"].lower()
        assert told.headers["strict-transport-security"]


def test_a_body_over_the_limit_is_refused_whether_its_length_is_told_or_not(guarded):
    service, _, _ = guarded
    body = json.dumps({"text": "x" * (1 << 21)}).encode()
    with service.client() as client:
        told = client.post("/api/v1/detect", content=body, headers={"Content-Type": "application/json"})
        untold = client.post(
            "/api/v1/detect", content=iter([body[:1000], body[1000:]]), headers={"Content-Type": "application/json"}
        )
    assert (told.status_code, untold.status_code) == (413, 413)


def test_every_answer_has_an_id_and_the_headers_of_safety(guarded):
    service, _, _ = guarded
    with service.client() as client:
        answers = [client.get("/"), client.get("/nowhere"), client.post("/api/v1/detect", json={}), client.get("/docs")]
    assert len({one.headers["x-request-id"] for one in answers}) == 4
    for one in answers:
        assert one.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in one.headers["content-security-policy"]
        assert "access-control-allow-origin" not in one.headers


def test_a_web_page_cannot_call_a_service_of_this_machine(tmp_path):
    with served(tmp_path, local=True) as service:
        ask = lambda **headers: httpx2.post(service.url + "/api/v1/detect", json=SSN, headers=headers).status_code  # noqa: E731
        assert ask() == 200
        assert ask(Host="evil.example") == 421
        assert ask(Origin="https://evil.example") == 403
        assert ask(Origin="null") == 403
        assert ask(Authorization="Bearer veil_wrong") == 401


def test_who_calls_too_often_is_told_when_to_come_back(tmp_path):
    with served(tmp_path, "--rate", "2") as service, service.client() as client:
        answers = [client.post("/api/v1/detect", json=SSN) for _ in range(6)]
    assert {one.status_code for one in answers} == {200, 429}
    assert all(int(one.headers["retry-after"]) >= 1 for one in answers if one.status_code == 429)


CANARIES = ["Zebulonia Quackenthorpe", "519-38-2746", "zq.canary@mailbox-kestrel.net", "MR-88410377"]


def test_nothing_of_a_text_is_in_a_log_an_error_or_a_measure(tmp_path):
    text = f"Patient {CANARIES[0]}, SSN {CANARIES[1]}, {CANARIES[2]}, MRN {CANARIES[3]}"
    broken = [
        {"text": text, "strategy": text},
        {"text": [text]},
        {text: text},
        {"text": text, "confidence_threshold": text},
        {"text": text, "entity_types": [text]},
        {"text": text, "profile": text},
        {"text": text, "consistent_in": text},
        [text],
        text,
    ]
    with served(tmp_path, "--workers", "2") as service, service.client() as client:
        for call in ("detect", "deidentify", "batch", "phi"):
            answers = [client.post(f"/api/v1/{call}", json=body) for body in broken]
            answers.append(client.post(f"/api/v1/{call}", content=text.encode()))
            where = f"/api/v1/{call}?q={urllib.parse.quote(text)}"
            answers.append(client.post(where, json=[text], headers={"X-Request-Id": text, "Traceparent": text}))
            refused = [one for one in answers if one.status_code != 200]
            assert len(refused) >= 5
            assert not seen(" ".join(one.text + str(one.headers) for one in refused)), call
        assert not seen(client.get(f"/{urllib.parse.quote(text)}").text)
        client.post("/api/v1/deidentify", json={"text": text, "strategy": "consistent"})
        measures = client.get("/api/v1/metrics").text
        assert "veil_spans_total" in measures
    assert not seen(measures)
    assert not seen(service.log.read_text())
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and seen(path.read_bytes().decode("latin-1"))]


def seen(said):
    """Which canaries stand in it, in any encoding that tools write."""
    found = []
    for canary in CANARIES:
        for piece in (canary, *canary.replace("-", " ").split()[:1], *canary.split("@")[:1]):
            raw = piece.encode()
            forms = [
                piece,
                piece.lower(),
                urllib.parse.quote(piece),
                raw.hex(),
                base64.b64encode(raw).decode().rstrip("=")[:-1],
            ]
            found += [form for form in forms if len(form) > 7 and form in said]
    return found


def test_what_was_begun_is_answered_before_a_service_stops(tmp_path):
    with served(tmp_path) as service:
        texts = ["Dr. Alice Wong saw the patient on 03/04/2019. " * 160] * 25
        answers = []

        def post():
            with service.client() as client:
                answers.append(client.post("/api/v1/batch", json={"texts": texts}))

        calls = [threading.Thread(target=post) for _ in range(2)]
        for one in calls:
            one.start()
        time.sleep(1.0)
        assert not answers, "the request should still run"
        service.process.send_signal(signal.SIGTERM)
        for one in calls:
            one.join(60)
        assert service.process.wait(30) == 0
    assert [one.status_code for one in answers] == [200] * 2
    assert all(one.json()["documents_processed"] == 25 for one in answers)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--host", "0.0.0.0"], "listen-open"),
        (["--host", "0.0.0.0", "--local"], "listen-local"),
        (["--tls-cert", "a.pem"], "listen-tls"),
    ],
)
def test_an_open_door_is_refused_at_the_start(tmp_path, options, code):
    (tmp_path / "a.pem").touch()
    assert code in refused(tmp_path, *options)


def refused(folder, *options, env=None, give=command):
    with patch("veil.service.server.run", side_effect=AssertionError("it starts")):
        done = give(folder, "serve", *options, **(env or {}))
    assert done.code == 10, done.erred
    assert not done.said, "it tells of an address where nothing answers"
    return done.erred


@pytest.mark.parametrize("option", ["--objects", "--memory-folder", "--keyring", "--oidc-issuer"])
def test_an_option_that_would_do_nothing_is_refused(tmp_path, option):
    assert f"[option-alone] this option needs --data at {option} " in refused(tmp_path, "--port", "0", option, "x")


def test_a_sign_in_without_its_client_is_refused(tmp_path):
    options = [
        "--data",
        "data",
        "--key-file",
        "key",
        "--oidc-issuer",
        "https://id.example",
        "--oidc-role",
        "g=admin",
        "--public-url",
        "https://v.example",
    ]
    assert "[option-alone]" in refused(tmp_path, *options, env={"VEIL_OIDC_SECRET": "x"})


def test_a_data_folder_that_others_may_read_is_refused_before_a_word_of_where_it_listens(tmp_path):
    (tmp_path / "data").mkdir(mode=0o755)
    assert "store-open" in refused(tmp_path, "--port", "0", "--data", "data", "--key-file", "key", give=process)


def test_the_record_of_a_folder_is_a_file_that_is_there_already(tmp_path):
    assert "audit.jsonl" in refused(tmp_path, "record", "acts.jsonl", "--data", "data")


def test_with_mutual_tls_only_who_shows_a_certificate_is_answered(tmp_path):
    make_certificates(tmp_path)
    options = ["--tls-cert", "server.pem", "--tls-key", "server.key", "--client-ca", "ca.pem"]
    with served(tmp_path, *options) as service:
        trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        with httpx2.Client(base_url=service.url, verify=trust) as client, pytest.raises(httpx2.TransportError):
            client.get("/api/v1/health")
        trust.load_cert_chain(tmp_path / "client.pem", tmp_path / "client.key")
        with httpx2.Client(base_url=service.url, verify=trust) as client:
            answer = client.get("/api/v1/health")
            assert answer.status_code in (200, 503)
            assert "strict-transport-security" in answer.headers


def make_certificates(folder):
    authority, its_key = certificate("Veil test authority")
    save(folder, "ca", authority, its_key)
    for name in ("server", "client"):
        save(folder, name, *certificate(name, authority, its_key))


def certificate(name, issuer=None, issuer_key=None):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key((issuer_key or key).public_key()), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(True, False, False, False, False, issuer is None, issuer is None, False, False), critical=True
        )
    )
    return built.sign(issuer_key or key, hashes.SHA256()), key


def save(folder, name, made, key):
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{name}.key").write_bytes(written)


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_ZIPKIN_ENDPOINT"])
def test_spans_that_cannot_be_made_stop_the_start_and_not_each_process(tmp_path, name):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['opentelemetry.sdk.trace'] = None\n")
    words = [sys.executable, "-c", "from veil.cli import main; main()", "serve", "--port", "0", "--workers", "2"]
    env = {**os.environ, "PYTHONPATH": str(tmp_path), name: "http://127.0.0.1:9"}
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 10
    assert "spans-extra" in done.stderr
    assert "veil-deid[trace]" in done.stderr


def test_a_request_is_a_span_of_its_callers_trace_without_a_word_of_it(tmp_path):
    import http.server

    got = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.extend(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(202)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        with (
            served(tmp_path, "--zipkin", f"http://127.0.0.1:{receiver.server_port}/api/v2/spans") as service,
            service.client() as client,
        ):
            trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
            client.post("/api/v1/detect", json={"text": f"Patient {CANARIES[0]}, SSN {CANARIES[1]}"}, headers=headers)
        receiver.shutdown()  # what was not sent before the service ended never will be
    assert got
    assert got[0]["traceId"] == trace
    assert got[0]["tags"]["http.route"] == "/api/v1/detect"
    assert not seen(json.dumps(got))


def test_who_is_signed_in_reads_texts_too_and_no_other_site_in_their_name(tmp_path):
    with served(tmp_path, "--data", "data", "--key-file", "key") as service:
        code = service.process.stdout.readline().split()[1]
        with httpx2.Client(base_url=service.url, timeout=60) as client:
            told = client.post(
                "/portal/api/setup", json={"code": code, "name": "ada", "password": "correct horse battery"}
            ).json()
            ask = lambda **headers: client.post("/api/v1/explain", json=SSN, headers=headers).status_code  # noqa: E731
            assert ask(**{"X-CSRF-Token": told["change"]}) == 200
            assert ask() == 401
            assert ask(**{"X-CSRF-Token": "0" * 64}) == 401
            assert client.get("/api/v1/jobs").status_code in (401, 403)
            assert client.get("/api/v1/metrics").status_code == 403
            client.cookies.clear()
            assert ask(**{"X-CSRF-Token": told["change"]}) == 401
