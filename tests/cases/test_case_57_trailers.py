"""Case 57: a body with trailers is tagged as the same body without them, at once, and its trailers arrive."""

import hashlib
import json
import socket
import threading
import time
from pathlib import Path

import pytest
from tests.tracing import FRONTS, JSON, PHI, QUIET, TAG, front_options, service, tagged, traced

pytestmark = pytest.mark.server
CASE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "57"
SLOW = 0.9  # seconds: the deadline is one
HEAD = "POST /notes HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n{more}\r\n"
BODIES = {
    "a name in JSON": ("application/json", PHI, "true"),
    "nothing in JSON": ("application/json", QUIET, "false"),
    "a name in a text": ("text/plain", b"Seen by Dr. Maria Jansen on 12 May 2021, MRN 4711203.", "true"),
    "nothing in a text": ("text/plain; charset=utf-8", b"The wound is clean and dry.", "false"),
    "a form": ("application/x-www-form-urlencoded", b"note=Seen+by+Dr.+Alice+Wong&day=03%2F04%2F2019", "true"),
    "lines of JSON": ("application/x-ndjson", QUIET + b"\n" + PHI + b"\n", "true"),
    "one letter": ("text/plain", b"a", "false"),
    "no body at all": ("application/json", b"", "false"),
}


@pytest.fixture(scope="module", params=FRONTS)
def front(request, tmp_path_factory):
    with service() as port, traced(port, tmp_path_factory.mktemp("front"), *front_options(request.param)) as front:
        front.ask(body=PHI, headers=JSON)  # the models are in memory
        yield front


def asked(front, kind, pieces, trailers, *, announced, pause=0.0):
    """What the service behind says arrived, and how long it took."""
    more = "Trailer: X-Sum\r\n" if announced else ""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", front.port), 20) as line:
        line.sendall(HEAD.format(kind=kind, more=more).encode())
        for piece in pieces:
            line.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
            time.sleep(pause)
        line.sendall(b"0\r\n" + trailers + b"\r\n")
        answer = b""
        while data := line.recv(1 << 16):
            answer += data
    assert answer.startswith(b"HTTP/1.1 200"), answer[:80]
    return json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1]), time.monotonic() - began


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "not announced"])
@pytest.mark.parametrize("cut", [1, 3], ids=["one piece", "three pieces"])
@pytest.mark.parametrize("name", BODIES)
def test_a_body_with_trailers_is_tagged_as_without_them_and_at_once(name, cut, announced, front):
    kind, body, expected = BODIES[name]
    step = max(1, -(-len(body) // cut))
    pieces = [body[i : i + step] for i in range(0, len(body), step)]
    told, took = asked(front, kind, pieces, b"X-Sum: 9\r\nX-More: 10\r\n", announced=announced)
    assert tagged(told) == expected
    assert sorted(one.lower() for one in told["trailers"]) == ["x-more: 10", "x-sum: 9"]
    assert told["sha256"] == hashlib.sha256(body).hexdigest()
    assert not [one for one in told if one.startswith("x-veil")]
    assert took < SLOW
    without, _ = asked(front, kind, pieces, b"", announced=False)
    assert tagged(without) == expected


def test_pieces_that_come_slowly_are_read_to_the_last(front):
    pieces = [PHI[:20], PHI[20:40], PHI[40:]]
    told, _ = asked(front, "application/json", pieces, b"X-Sum: 9\r\n", announced=True, pause=0.1)
    assert tagged(told) == "true"


def test_many_at_once_do_not_hear_of_each_others_ends(front):
    found = []

    def ask(body, expected):
        told, _ = asked(front, "application/json", [body[:9], body[9:]], b"X-Sum: 9\r\n", announced=True)
        found.append((tagged(told) in (expected, "unknown"), told["sha256"] == hashlib.sha256(body).hexdigest()))

    several = [(PHI, "true"), (QUIET, "false")] * 8
    threads = [threading.Thread(target=ask, args=one) for one in several]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert found == [(True, True)] * len(several)


def test_a_caller_cannot_say_that_its_body_has_ended(front):
    told, _ = asked(
        front,
        "text/plain",
        [b"The wound is clean. ", b"Seen by Dr. Alice Wong."],
        b"x-veil-size: 20\r\nX-Sum: 9\r\n",
        announced=True,
    )
    assert tagged(told) == "true"
    forged = front.ask(body=PHI, headers={**JSON, "x-veil-call": "a", "x-veil-size": "2", TAG: "false"})
    assert tagged(forged) == "true"


@pytest.mark.corpora
@pytest.mark.skipif(not CASE.exists(), reason="the cases are not here")
def test_the_case_itself(front):
    source = (CASE / "c2.py").read_text()
    assert "small+trailers" in source
    body = b'{"note":"Seen by Dr. Alice Wong on 03/04/2019"}'
    told, took = asked(front, "application/json", [body], b"X-Sum: abc\r\n", announced=True)
    assert (tagged(told), took < SLOW) == ("true", True)
