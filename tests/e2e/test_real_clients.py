"""Clients that others wrote, as their users install them: the AWS CLI, the AWS SDK for JavaScript, and a WebSocket client through Trace."""

import contextlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.services import served
from tests.tracing import FRONTS, Receiver, front_options, traced, until
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import serve

from veil.service.gate.grants import Grants, new_grant
from veil.service.gate.root_key import root_keys

pytestmark = pytest.mark.slow
COMMAND_LINE, SDK = "awscli==1.45.11", "@aws-sdk/client-comprehendmedical@3.1169.0"
PAGE = (Path(__file__).resolve().parents[2] / "docs/how-to/serve.md").read_text(encoding="utf-8")
NOTE = "🩺 Patient John Smith, aged 48, seen 12/04/2012\nMRN 1234567, call 617-555-0143"
SCRIPT = """
import { ComprehendMedicalClient, DetectPHICommand } from "@aws-sdk/client-comprehendmedical";
const client = new ComprehendMedicalClient({ endpoint: process.env.URL, region: "us-east-1", maxAttempts: 1 });
const answers = [];
for (const text of JSON.parse(process.env.TEXTS)) {
  try {
    const { Entities, ModelVersion, $metadata } = await client.send(new DetectPHICommand({ Text: text }));
    answers.push({ entities: Entities, version: ModelVersion, request: $metadata.requestId });
  } catch (error) {
    answers.push({ error: error.name, status: error.$metadata?.httpStatusCode, words: error.message });
  }
}
console.log(JSON.stringify(answers));
"""


def run(*words, cwd, **more):
    return subprocess.run(
        [str(word) for word in words], cwd=cwd, capture_output=True, text=True, timeout=300, check=False, **more
    )


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guarded")
    with served(folder, "--key-file", "service.key") as service:
        yield service, Grants(root_keys(folder / "service.key"))


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    """The AWS CLI in an environment of its own."""
    folder = tmp_path_factory.mktemp("aws")
    run(sys.executable, "-m", "venv", "env", cwd=folder)
    if run("env/bin/pip", "install", "-q", COMMAND_LINE, cwd=folder).returncode:
        pytest.skip("the package index cannot be reached")
    return folder / "env" / "bin" / "aws"


@pytest.fixture(scope="module")
def sdk(tmp_path_factory):
    """A folder in which the AWS SDK for JavaScript is installed."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("sdk")
    (folder / "package.json").write_text(json.dumps({"name": "t", "private": True, "type": "module"}))
    if run("npm", "install", "--no-fund", "--no-audit", SDK, cwd=folder).returncode:
        pytest.skip("the npm registry cannot be reached")
    (folder / "use.mjs").write_text(SCRIPT)
    return folder


def environment(folder, pair):
    """Access keys as a user sets them; no setting of this machine takes part."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    name, secret = pair
    return {
        **own,
        "HOME": str(folder),
        "AWS_ACCESS_KEY_ID": name,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }


def right_key(grants):
    return grants.access_pair(new_grant(["phi"], 600))


def wrong_secret(grants):
    name, secret = right_key(grants)
    return name, secret[:-1] + ("A" if secret[-1] != "A" else "B")


REFUSED = [
    (wrong_secret, "InvalidSignatureException"),
    (lambda grants: grants.access_pair(new_grant(["phi"], -1)), "ExpiredTokenException"),
    (lambda grants: grants.access_pair(new_grant(["detect"], 60)), "AccessDeniedException"),
    (lambda _: ("AKIAIOSFODNN7EXAMPLE", "x" * 40), "UnrecognizedClientException"),
]


def true_offsets(text, entities):
    return all(text[one["BeginOffset"] : one["EndOffset"]] == one["Text"] for one in entities)


def command(aws, service, *words):
    return (
        aws,
        "comprehendmedical",
        "detect-phi",
        "--endpoint-url",
        service.url,
        "--region",
        "us-east-1",
        "--output",
        "json",
        *words,
    )


def test_the_aws_command_line_finds_the_same_as_the_service_says(guarded, aws, tmp_path):
    service, grants = guarded
    (tmp_path / "note.txt").write_text(NOTE, encoding="utf-8")
    own = environment(tmp_path, right_key(grants))
    for words in (["--text", NOTE], ["--text", "file://note.txt"], ["--cli-input-json", json.dumps({"Text": NOTE})]):
        done = run(*command(aws, service, *words), cwd=tmp_path, env=own)
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert [one["Type"] for one in answer["Entities"]] == ["NAME", "AGE", "DATE", "ID", "PHONE_OR_FAX"]
        assert true_offsets(NOTE, answer["Entities"])
        assert answer["ModelVersion"].startswith("veil-")
    with service.client() as client:
        assert client.post("/api/v1/phi", json={"text": NOTE}).json()["phi"] == answer["Entities"]
    lines = run(
        *command(aws, service, "--text", NOTE, "--query", "Entities[?Type=='NAME'].Text"), cwd=tmp_path, env=own
    )
    assert json.loads(lines.stdout) == ["John Smith"]


def test_the_command_of_the_page_runs_word_for_word(guarded, aws, tmp_path):
    service, grants = guarded
    (line,) = re.findall(r"(?m)^aws comprehendmedical .*$", PAGE)
    own = {**environment(tmp_path, right_key(grants)), "URL": service.url}
    done = run("bash", "-c", line, cwd=tmp_path, env={**own, "PATH": f"{aws.parent}{os.pathsep}{own['PATH']}"})
    assert [one["Type"] for one in json.loads(done.stdout)["Entities"]] == ["NAME", "AGE", "DATE"]


@pytest.mark.parametrize(("pair", "code"), REFUSED, ids=[code for _, code in REFUSED])
def test_the_aws_command_line_shows_the_error_of_a_key_that_is_refused(guarded, aws, tmp_path, pair, code):
    service, grants = guarded
    done = run(*command(aws, service, "--text", "x"), cwd=tmp_path, env=environment(tmp_path, pair(grants)))
    assert done.returncode > 0
    assert f"({code})" in done.stderr


def test_the_aws_command_line_shows_the_limit_and_no_word_of_the_text(guarded, aws, tmp_path):
    service, grants = guarded
    (tmp_path / "long.txt").write_text("Zebulon Quackenbush was seen. " * 700, encoding="utf-8")
    words = command(aws, service, "--text", "file://long.txt")
    done = run(*words, cwd=tmp_path, env=environment(tmp_path, right_key(grants)))
    assert "(TextSizeLimitExceededException)" in done.stderr
    assert "20000 characters" in done.stderr
    assert "Quackenbush" not in done.stderr + done.stdout + service.log.read_text()


def answers(sdk, service, pair, *texts):
    own = {**environment(sdk, pair), "URL": service.url, "TEXTS": json.dumps(texts)}
    done = run("node", "use.mjs", cwd=sdk, env=own)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_javascript_sdk_reads_entities_and_the_limit(guarded, sdk):
    service, grants = guarded
    long = "Skin: café-au-lait spot, no œdema. " * 600
    first, none, over = answers(sdk, service, right_key(grants), NOTE, long[:20_000], long[:20_000] + "é")
    assert [one["Type"] for one in first["entities"]] == ["NAME", "AGE", "DATE", "ID", "PHONE_OR_FAX"]
    assert true_offsets(NOTE, first["entities"])
    assert all(0 < one["Score"] <= 1 and one["Category"] for one in first["entities"])
    assert first["version"].startswith("veil-")
    assert first["request"]
    assert none["entities"] == []
    assert (over["error"], over["status"]) == ("TextSizeLimitExceededException", 400)
    assert "20000" in over["words"]


def test_the_javascript_of_the_page_prints_what_it_says(guarded, sdk):
    service, grants = guarded
    (script,) = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)
    (sdk / "page.mjs").write_text(script)
    done = run("node", "page.mjs", cwd=sdk, env={**environment(sdk, right_key(grants)), "URL": service.url})
    assert done.stdout.strip() == re.search(r"// (.*)$", script, re.MULTILINE)[1], done.stderr


@pytest.mark.parametrize(("pair", "code"), REFUSED, ids=[code for _, code in REFUSED])
def test_the_javascript_sdk_names_the_error_of_a_key_that_is_refused(guarded, sdk, pair, code):
    service, grants = guarded
    (answer,) = answers(sdk, service, pair(grants), "x")
    assert answer["error"] == code


@contextlib.contextmanager
def talking(kept):
    """A WebSocket server that sends every message back: its port. The heads of its requests are appended to `kept`."""

    def echo(connection):
        kept.append(connection.request.headers)
        with contextlib.suppress(ConnectionClosed):
            for message in connection:
                connection.send(message)

    with serve(echo, "127.0.0.1", 0, max_size=8 << 20) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.socket.getsockname()[1]
        finally:
            server.shutdown()
            thread.join()


def one_text(connection):
    connection.send("Call 617-555-0143 today, Zebulon Quackenbush")
    return connection.recv()


def in_pieces(connection):
    connection.send(["Call 617-", "555-01", "43 today"])
    return connection.recv()


def among_others(connection):
    for _ in range(20):
        connection.send("The wound is clean and dry.")
        connection.recv()
    connection.ping().wait(10)
    connection.send("Call 617-555-0143 today")
    return connection.recv()


def a_long_one(connection):
    values = random.Random(7)
    lines = (f"Potassium {values.random():.14f}, sodium {values.random():.14f}." for _ in range(2_000))
    text = " ".join([*lines, "Call 617-555-0143 today."])  # it does not pack to a hundredth, as one repeated line would
    connection.send(text)
    received = connection.recv()
    assert received == text
    return received


def only_harmless(connection):
    connection.send("The wound is clean and dry.")
    return connection.recv()


def only_bytes(connection):
    connection.send(bytes(range(256)) * 40)
    assert connection.recv() == bytes(range(256)) * 40
    return ""


TALKS = [
    (one_text, "true"),
    (in_pieces, "true"),
    (among_others, "true"),
    (a_long_one, "true"),
    (only_harmless, "false"),
    (only_bytes, "unknown"),
]


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("compression", ["deflate", None], ids=["deflated", "plain"])
def test_a_websocket_client_talks_through_trace_and_its_spans_say_what_was_found(front, compression, tmp_path):
    heads = []
    with Receiver() as zipkin, talking(heads) as port:
        with traced(port, tmp_path, "--zipkin", f"{zipkin.url}/api/v2/spans", *front_options(front)) as trace:
            for number, (talk, _) in enumerate(TALKS):
                url = f"ws://127.0.0.1:{trace.port}/talk"
                parent = {"traceparent": f"00-{number + 1:032x}-{1:016x}-01"}
                forged = {"x-locate-detect-phi": "false"}
                with connect(
                    url, compression=compression, additional_headers={**parent, **forged}, max_size=8 << 20
                ) as connection:
                    talk(connection)
                    packed = [extension.name for extension in connection.protocol.extensions]
                assert packed == (["permessage-deflate"] if compression else [])
                assert connection.protocol.close_rcvd.code == 1000
        spans = until(lambda: len(zipkin.zipkin()) >= len(TALKS) and zipkin.zipkin())
    assert [head.get_all("x-locate-detect-phi") for head in heads] == [["unknown"]] * len(TALKS)
    verdicts = {int(span["traceId"], 16): span["tags"] for span in spans}
    assert [verdicts[n + 1]["locate.detect-phi"] for n in range(len(TALKS))] == [verdict for _, verdict in TALKS]
    assert verdicts[1]["locate.count.PHONE"] == "1"
    assert "Quackenbush" not in json.dumps(spans) + trace.said()
