"""L9: a proxy beside any service sets `locate.detect-phi` to true, false or unknown on every request; the body is unchanged."""

import gzip
import hashlib
import json
import os
import queue
import re
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.tracing import FRONTS, PHI, QUIET, Traced, front_options, service, traced, until

from veil.service.trace.envoy.config import Place, Upstream, config
from veil.service.trace.envoy.run import envoy_path
from veil.service.trace.run import free_port
from veil.service.trace.watch import Settings

TAG, TWIN = "locate.detect-phi", "x-locate-detect-phi"
JSON = {"Content-Type": "application/json"}
LIMIT = 64 << 10


@pytest.fixture(scope="module", params=FRONTS)
def front(request, tmp_path_factory):
    with ExitStack() as held:
        port = held.enter_context(service())
        folder = tmp_path_factory.mktemp("trace")
        yield held.enter_context(
            traced(port, folder, "--limit", str(LIMIT), "--deadline", "2000", *front_options(request.param))
        )


def tagged(told):
    assert told[TAG] == told[TWIN]
    assert len(told[TAG]) == 1
    return told[TAG][0]


def test_a_request_with_identifiers_is_true_and_one_without_is_false(front):
    assert tagged(front.ask(body=PHI, headers=JSON)) == "true"
    assert tagged(front.ask(body=QUIET, headers=JSON)) == "false"
    assert tagged(front.ask("GET", f"/?q={quote_plus('call 617-555-1212')}")) == "true"
    assert tagged(front.ask("GET", "/")) == "false"
    assert tagged(front.ask("DELETE", "/x")) == "false"


def test_copies_of_the_tag_that_a_caller_sends_are_gone(front):
    forged = {TAG: "false", "X-Locate-Detect-Phi": "false", "x_locate_detect_phi": "false", "Locate_Detect-phi": "no"}
    told = front.ask(body=PHI, headers={**JSON, **forged, "Connection": f"{TAG}, {TWIN}"})
    assert tagged(told) == "true"
    assert [name for name in told["names"] if "phi" in name] == [TAG, TWIN]


@pytest.mark.parametrize("size", [0, 1, 1_000, LIMIT - 100, LIMIT + 1, 1_000_000])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_bodies_of_any_bytes_arrive_byte_for_byte(front, size, chunked):
    content = os.urandom(size)
    body = (content[at : at + 7_000] for at in range(0, size, 7_000)) if chunked else content
    told = front.ask(body=body, chunked=chunked, headers={"Transfer-Encoding": "chunked"} if chunked else {})
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert told["size"] == size
    if size and not chunked:
        assert told["content-length"] == [str(size)]
    assert tagged(told) in ("true", "false", "unknown")


def test_a_body_over_the_limit_goes_on_at_once_as_unknown(front):
    told = front.ask(body=QUIET + b" " * LIMIT, headers=JSON)
    assert tagged(told) == "unknown"


def settled(front):
    """The counts once the spans of earlier requests have ended."""
    last, now = "", front.metrics()
    while spans_of(last) != spans_of(now):
        time.sleep(0.7)
        last, now = now, front.metrics()
    return now


def spans_of(metrics):
    return [line for line in metrics.splitlines() if "spans_total" in line]


def test_a_long_body_in_a_packing_or_a_kind_that_nobody_reads_arrives_whole(front):
    content = bytes(range(128, 160)) * (LIMIT // 16)  # no letter in it: chance itself may write what looks like a name
    before = settled(front)
    for headers in (
        {"Content-Encoding": "compress"},
        {"Content-Encoding": "gzip"},
        {"Content-Type": "application/pdf"},
    ):
        told = front.ask(body=content, headers=headers)
        assert tagged(told) == "unknown"
        assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert until(lambda: 'spans_total{reason="body-coding",verdict="unknown"}' in front.metrics())
    assert until(lambda: 'spans_total{reason="body-encoding",verdict="unknown"}' in front.metrics())
    falses = [
        line for line in front.metrics().splitlines() if 'body-large",verdict="false"' in line and "spans_total" in line
    ]
    assert falses == [
        line for line in before.splitlines() if 'body-large",verdict="false"' in line and "spans_total" in line
    ]


def test_a_body_that_cannot_be_read_is_unknown_and_never_false(front):
    for content, headers in ((b"{", {**JSON, "Content-Encoding": "gzip"}), (b"\x00\x01", {"Content-Type": "image/png"}),
                             (b'{"a": ', JSON), (gzip.compress(b" " * (8 << 20)), {**JSON, "Content-Encoding": "gzip"})):  # fmt: skip
        assert tagged(front.ask(body=content, headers=headers)) == "unknown"


def test_packed_bodies_are_read_and_pass_packed(front):
    content = gzip.compress(PHI)
    told = front.ask(body=content, headers={**JSON, "Content-Encoding": "gzip"})
    assert tagged(told) == "true"
    assert told["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_body_that_comes_slowly_goes_on_as_unknown_and_arrives_whole(front):
    def slowly():
        yield PHI[:10]
        time.sleep(3)
        yield PHI[10:]

    told = front.ask(body=slowly(), headers={**JSON, "Transfer-Encoding": "chunked"}, chunked=True)
    assert tagged(told) == "unknown"
    assert told["sha256"] == hashlib.sha256(PHI).hexdigest()


def talk(front, wire, until_end=True):
    """Raw bytes in, raw bytes out."""
    with socket.create_connection(("127.0.0.1", front.port), 10) as line:
        line.sendall(wire)
        answer = b""
        while data := line.recv(1 << 16):
            answer += data
            if not until_end and b"\r\n\r\n" in answer:
                break
        return answer


def test_a_websocket_passes_both_ways_and_is_unknown(front):
    with socket.create_connection(("127.0.0.1", front.port), 10) as line:
        line.sendall(b"GET /talk HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")  # fmt: skip
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += line.recv(1)
        assert head.startswith(b"HTTP/1.1 101")
        assert b"s3pplmbitxaq9kygzzhzrbk+xoo=" in head.lower()
        assert b"x-tag: unknown" in head.lower()
        said = b"\x81\x85\x01\x02\x03\x04" + bytes(
            a ^ b for a, b in zip(b"hello", b"\x01\x02\x03\x04\x01", strict=True)
        )
        for _ in range(3):
            line.sendall(said)
            assert line.recv(100) == said


def test_no_other_protocol_takes_the_place_of_http(front):
    """Requests inside it would pass without a tag."""
    answer = talk(
        front,
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
    )
    assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 403"))
    assert b'"upgrade"' not in answer


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=3_000), max_size=5), st.booleans(), st.sampled_from(["", "gzip", "br", "zstd"]))
def test_any_bytes_in_any_chunks_arrive_as_they_were_sent(front, chunks, chunked, coding):
    content = b"".join(chunks)
    headers = {"Content-Encoding": coding} if coding else {}
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
    told = front.ask(body=iter(one for one in chunks if one) if chunked else content, headers=headers, chunked=chunked)
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert tagged(told) in ("true", "false", "unknown")


def test_two_framings_in_one_request_are_refused(front):
    answer = talk(
        front,
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /in HTTP/1.1\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 4\r\nContent-Length: 5",
        b"Transfer-Encoding: chunked, identity",
        b"Content-Length : 4",
        b"Content-Length: +4",
    ],
)
def test_framing_that_two_readers_could_take_in_two_ways_is_refused(front, head):
    answer = talk(front, b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + head + b"\r\n\r\nabcde")
    assert re.match(rb"HTTP/1.1 (400|501)", answer), answer[:40]


def test_requests_that_follow_each_other_on_one_connection_have_each_its_own_tag(front):
    one = b"POST /%s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s"
    wire = b"".join(one % (b"x", b"", len(body), body) for body in (PHI, QUIET, PHI)) + one % (
        b"y",
        b"Connection: close\r\n",
        len(QUIET),
        QUIET,
    )
    answer = talk(front, wire)
    assert re.findall(rb'"locate.detect-phi": \["(\w+)"\]', answer) == [b"true", b"false", b"true", b"false"]


def test_who_waits_for_a_word_before_the_body_gets_it(front):
    with socket.create_connection(("127.0.0.1", front.port), 10) as line:
        line.sendall(
            b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
            % len(PHI)
        )
        assert line.recv(100).startswith(b"HTTP/1.1 100")
        line.sendall(PHI)
        answer = b""
        while data := line.recv(1 << 16):
            answer += data
    assert b'"locate.detect-phi": ["true"]' in answer


def test_trailers_pass_and_a_tag_among_them_does_not(front):
    answer = talk(front, b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                  b"5\r\nhello\r\n0\r\nX-Sum: 9\r\nlocate.detect-phi: false\r\n\r\n")  # fmt: skip
    told = json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1])
    assert [one.lower() for one in told["trailers"]] == ["x-sum: 9"]
    assert told["size"] == 5


def test_an_answer_in_chunks_comes_back_whole(front):
    told = front.ask("POST", "/chunked", body=PHI, headers=JSON)
    assert tagged(told) == "true"


def test_the_admin_port_counts_without_a_value(front):
    front.ask(body=PHI, headers=JSON)
    assert front.ready() == 200
    page = front.metrics()
    assert 'veil_trace_labels_total{label="PHONE"}' in page
    assert "617-555" not in page
    assert "Wong" not in page


def test_the_baggage_carries_the_verdict_beside_what_the_caller_put_there(front):
    told = front.ask(body=PHI, headers={**JSON, "baggage": "user=7, locate.detect-phi=false"})
    assert told["baggage"] == ["user=7,locate.detect-phi=true"]


@pytest.mark.server
@pytest.mark.parametrize("name", FRONTS)
def test_nothing_waits_in_the_mode_that_tags_the_span_alone(name, tmp_path):
    with service() as port, traced(port, tmp_path, "--mode", "span", *front_options(name)) as front:
        told = front.ask(body=PHI, headers={**JSON, TAG: "false"})
        assert tagged(told) == "unknown"
        assert told["sha256"] == hashlib.sha256(PHI).hexdigest()
        assert until(lambda: 'veil_trace_spans_total{reason="",verdict="true"} 1.0' in front.metrics())


@pytest.mark.server
@pytest.mark.parametrize("name", FRONTS)
def test_only_chosen_paths_and_a_share_of_requests_are_looked_at(name, tmp_path):
    with service() as port:
        with traced(port, tmp_path, "--path", "/api/*", *front_options(name)) as front:
            assert tagged(front.ask(target="/api/notes", body=PHI)) == "true"
            assert tagged(front.ask(target="/other", body=PHI)) == "unknown"
        with traced(port, tmp_path, "--sample", "0.5", *front_options(name)) as front:
            tags = {tagged(front.ask(body=PHI)) for _ in range(40)}
            assert tags == {"true", "unknown"}


@pytest.mark.server
@pytest.mark.parametrize("name", FRONTS)
def test_a_verdict_that_is_late_passes_or_is_refused_as_was_asked(name, tmp_path):
    large = json.dumps({"note": "Seen by Dr. Alice Wong on 03/04/2019. " * 2_000}).encode()
    with service() as port:
        with traced(port, tmp_path, "--deadline", "30", *front_options(name)) as front:
            assert tagged(front.ask(body=large, headers=JSON)) == "unknown"
        with traced(port, tmp_path, "--deadline", "30", "--fail", "closed", *front_options(name)) as front:
            status, _, content = front.answer(body=large, headers=JSON)
            assert status == 503
            assert b"Wong" not in content
            assert tagged(front.ask(body=b"\x89PNG\x00", headers={"Content-Type": "image/png"})) == "unknown"


@pytest.mark.server
@pytest.mark.parametrize("name", FRONTS)
def test_a_request_that_is_under_way_when_the_end_is_asked_for_is_answered(name, tmp_path):
    with service() as port, traced(port, tmp_path, *front_options(name)) as front:
        done = []

        def slowly():
            yield PHI[:10]
            time.sleep(0.8)
            yield PHI[10:]

        asking = threading.Thread(
            target=lambda: done.append(
                front.ask(body=slowly(), headers={**JSON, "Transfer-Encoding": "chunked"}, chunked=True)
            )
        )
        asking.start()
        time.sleep(0.3)
        front.process.send_signal(signal.SIGTERM)
        asking.join(30)
        assert front.process.wait(30) == 0
        assert done
        assert done[0]["sha256"] == hashlib.sha256(PHI).hexdigest()


@pytest.mark.server
@pytest.mark.parametrize("name", FRONTS)
def test_a_front_that_was_killed_takes_no_more_requests(name, tmp_path):
    with service() as port, traced(port, tmp_path, *front_options(name)) as front:
        assert tagged(front.ask(body=PHI, headers=JSON)) == "true"
        front.process.kill()
        front.process.wait()

        def is_shut():
            with socket.socket() as line:
                return line.connect_ex(("127.0.0.1", front.port)) != 0

        assert until(is_shut)


@pytest.mark.server
@pytest.mark.parametrize("name", FRONTS)
def test_a_service_behind_that_is_away_is_told_to_the_caller(name, tmp_path):
    with traced(1, tmp_path, *front_options(name)) as front:
        assert front.answer(body=PHI)[0] in (502, 503)
        assert front.ready() == 200


@pytest.mark.server
@pytest.mark.parametrize("closed,expected", [(False, 200), (True, 503)], ids=["open", "closed"])
def test_without_a_processor_every_request_is_unknown_or_refused(closed, expected, tmp_path):
    """The configuration itself holds the promise: Envoy runs, and nobody answers it."""
    with service() as port:
        at, none = free_port("127.0.0.1"), Place(path=str(tmp_path / "none.sock"))
        made = config(
            Settings(closed=closed, deadline=0.2), Place("127.0.0.1", at), Upstream(f"http://127.0.0.1:{port}"), none
        )
        options = ["--use-dynamic-base-id", "--concurrency", "1", "--log-level", "off"]
        process = subprocess.Popen([envoy_path(), "--config-yaml", json.dumps(made), *options])
        front = Traced(at, "", process, lambda: "")
        try:
            assert until(lambda: reachable(at))
            status, _, content = front.answer(body=PHI, headers={**JSON, TAG: "false"})
            assert status == expected
            assert status == 503 or tagged(json.loads(content)) == "unknown"
        finally:
            process.terminate()
            process.wait(20)


def reachable(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def field(text):
    return b"\x0a" + bytes([len(text)]) + text.encode()


@pytest.mark.server
def test_grpc_calls_are_read_and_a_talk_goes_on_at_once(tmp_path):
    """Through a real Envoy over HTTP/2, to a real service of gRPC."""
    import grpc

    seen = []

    def one(request, context):
        seen.append(dict(context.invocation_metadata())[TAG])
        return request

    def talk(requests, context):
        seen.append(dict(context.invocation_metadata())[TAG])
        yield from requests

    ways = {"One": grpc.unary_unary_rpc_method_handler(one), "Talk": grpc.stream_stream_rpc_method_handler(talk)}
    server = grpc.server(ThreadPoolExecutor(4), handlers=[grpc.method_handlers_generic_handler("notes.Notes", ways)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with traced(port, tmp_path) as front, grpc.insecure_channel(f"127.0.0.1:{front.port}") as channel:
            call = channel.unary_unary("/notes.Notes/One")
            for text in ("Call 617-555-1212 today", "The wound is clean"):
                assert call(field(text), timeout=10) == field(text)
            said = queue.Queue()
            answers = channel.stream_stream("/notes.Notes/Talk")(iter(said.get, None), timeout=20)
            for text in ("Seen by Dr. Alice Wong", "again"):
                said.put(field(text))
                assert next(answers) == field(text)
            said.put(None)
            assert list(answers) == []
            assert seen == ["true", "false", "unknown"]
            slow = r'spans_total\{reason="body-(slow|encoding)",verdict="true"\} 1.0'  # what passed was no text, but names were in it
            assert until(lambda: re.search(slow, front.metrics()))
    finally:
        server.stop(None).wait()


@pytest.mark.server
def test_another_machine_evaluates_over_mutual_tls(tmp_path):
    """A real `veil serve` in the place of the detectors here."""
    from tests.e2e.test_service import make_certificates
    from tests.services import served

    make_certificates(tmp_path)
    options = ["--tls-cert", "server.pem", "--tls-key", "server.key", "--client-ca", "ca.pem"]
    with served(tmp_path, *options) as evaluator, service() as port:
        (tmp_path / "token").write_text(evaluator.token)
        files = {"--ca": "ca.pem", "--cert": "client.pem", "--key": "client.key", "--token-file": "token"}
        given = [word for name, file in files.items() for word in (name, str(tmp_path / file))]
        with traced(port, tmp_path, "--proxy", "--deadline", "10000", "--evaluator", evaluator.url, *given) as front:
            assert until(lambda: tagged(front.ask(body=PHI, headers=JSON)) == "true")
            assert tagged(front.ask(body=QUIET, headers=JSON)) == "false"
        with traced(port, tmp_path, "--proxy", "--evaluator", evaluator.url, "--ca", str(tmp_path / "ca.pem")) as front:
            assert tagged(front.ask(body=PHI, headers=JSON)) == "unknown"
            assert 'reason="failed"' in front.metrics()
