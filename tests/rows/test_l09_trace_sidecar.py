"""L9: a proxy beside any service sets `locate.detect-phi` to true, false or unknown on every request; the body is unchanged."""

import gzip
import hashlib
import json
import os
import re
import socket
import time
from contextlib import ExitStack
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.tracing import FRONTS, JSON, PHI, QUIET, TAG, TWIN, front_options, service, tagged, traced, until

LIMIT = 64 << 10


@pytest.fixture(scope="module", params=FRONTS)
def front(request, tmp_path_factory):
    with ExitStack() as held:
        port = held.enter_context(service())
        folder = tmp_path_factory.mktemp("trace")
        yield held.enter_context(
            traced(port, folder, "--limit", str(LIMIT), "--deadline", "2000", *front_options(request.param))
        )


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
    """The counts of long bodies called false, once no request is under way, nor a reading behind one."""
    assert until(lambda: "veil_trace_open_requests 0.0" in front.metrics(), 90)
    return [line for line in front.metrics().splitlines() if 'spans_total{reason="body-large",verdict="false"' in line]


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
    assert settled(front) == before
    for reason in ("body-coding", "body-encoding"):
        assert f'spans_total{{reason="{reason}",verdict="unknown"}}' in front.metrics()


def test_a_body_that_cannot_be_read_is_unknown_and_never_false(front):
    for content, headers in (
        (b"{", {**JSON, "Content-Encoding": "gzip"}),
        (b"\x00\x01", {"Content-Type": "image/png"}),
        (b'{"a": ', JSON),
        (gzip.compress(b" " * (8 << 20)), {**JSON, "Content-Encoding": "gzip"}),
    ):
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
        line.sendall(
            b"GET /talk HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
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
    answer = talk(
        front,
        b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
        b"5\r\nhello\r\n0\r\nX-Sum: 9\r\nlocate.detect-phi: false\r\n\r\n",
    )
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
