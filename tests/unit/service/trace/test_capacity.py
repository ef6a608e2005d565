"""Capacity: bodies that cannot be read in time are not waited for; who is away is said once; small bodies go first."""

import asyncio
import json
import re
import socket
import time

import pytest
from tests.tracing import JSON, PHI, QUIET, service, tagged, traced, until

from veil.service.trace.bodies import Body
from veil.service.trace.capacity import FLOOR, Capacity
from veil.service.trace.pool import ASIDE, Charge, EvaluatorPool
from veil.service.trace.verdict import Evaluation, Verdict, unknown

READ = Evaluation(Verdict.FALSE)
AWAY = Evaluation(Verdict.UNKNOWN, "failed", away=True)


@pytest.mark.parametrize("speed", [20_000, 100_000, 1_000_000])
@pytest.mark.parametrize("deadline", [0.2, 1.0, 5.0])
def test_what_is_waited_for_follows_what_was_read_in_time(speed, deadline):
    pace = Capacity()
    for _ in range(30):
        pace.read(50_000, 50_000 / speed, READ)
    assert pace.readable(deadline) == pytest.approx(max(FLOOR, speed * deadline / 2), rel=0.05)


@pytest.mark.parametrize("made", [unknown("body-coding"), unknown("json-broken"), AWAY])
def test_what_was_not_read_says_nothing_of_the_speed(made):
    pace = Capacity()
    before = pace.readable(1)
    pace.read(1 << 20, 0.0001, made)
    assert pace.readable(1) == before


def test_what_came_late_lowers_what_is_waited_for():
    pace = Capacity()
    before = pace.readable(1)
    pace.read(1 << 20, 2, unknown("late"))
    assert pace.readable(1) < before


def test_an_evaluator_that_is_away_is_said_once_and_so_is_its_return(capsys):
    from veil import log

    log.to_stderr()
    now = [100.0]
    pace = Capacity(lambda: now[0])
    for _ in range(50):
        pace.read(100, 0.1, AWAY)
    assert pace.is_away
    asked = [pace.passes() for _ in range(10)]
    assert asked == [False] + [True] * 9, "one looks whether it is back, the others do not wait"
    now[0] += 6
    assert not pace.passes()
    pace.read(100, 0.1, READ)
    assert not pace.is_away
    assert not any(pace.passes() for _ in range(10))
    said = capsys.readouterr().err
    assert said.count("evaluator-away") == said.count("evaluator-back") == 1


@pytest.mark.server
def test_trace_whose_evaluator_is_away_says_so_and_holds_nobody_up(tmp_path):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)  # takes a connection and never answers
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with service() as port, traced(port, tmp_path, "--proxy", "--evaluator", url) as front:
            assert tagged(front.ask(body=PHI, headers=JSON)) == "unknown"
            assert until(lambda: front.ready() == 503, 20)
            assert "veil_trace_evaluator_up 0.0" in front.metrics()
            began = time.monotonic()
            tags = [tagged(front.ask(body=PHI, headers=JSON)) for _ in range(30)]
            assert set(tags) == {"unknown"}
            assert time.monotonic() - began < 15, "30 requests that each wait for their deadline take 30 s"
    assert front.said().count("evaluator-away") == 1


def in_order(sizes, urgencies=None):
    """The order in which a busy pool takes bodies of these sizes."""

    async def run():
        pool = EvaluatorPool(Charge(), 1)
        pool.alive = 1
        taken = []
        for i, size in enumerate(sizes):
            pool.body(Body(b"x" * size, "text/plain"), (urgencies or [0] * len(sizes))[i])
        import heapq

        while pool._queue:
            taken.append(len(heapq.heappop(pool._queue)[4]))
        return taken

    return asyncio.run(run())


def test_small_bodies_go_before_large_ones_and_a_large_one_is_not_forgotten():
    assert in_order([1 << 20, 100, 200]) == [100, 200, 1 << 20]
    assert in_order([60_000, *[10] * 40]).index(60_000) < 20
    assert in_order([10, 20, 30]) == [10, 20, 30]


def test_what_nobody_waits_for_goes_behind_what_is_waited_for():
    async def run():
        pool = EvaluatorPool(Charge(), 1)
        pool.alive = 1
        first, _ = pool.body(Body(b"a" * 10, "text/plain")), pool.body(Body(b"b" * 10, "text/plain"))
        pool.put_aside(first)
        return [(one[0], one[4][:1]) for one in sorted(pool._queue, key=lambda one: one[:3])]

    assert asyncio.run(run()) == [(0, b"b"), (ASIDE, b"a")]


@pytest.mark.server
@pytest.mark.parametrize("front", [["--proxy"], []], ids=["proxy", "envoy"])
def test_with_fail_closed_what_cannot_be_read_in_time_is_refused_and_nothing_passes_unread(tmp_path, front):
    note = QUIET[:-2] + b" The wound is clean and dry." * 60_000
    with service() as port, traced(port, tmp_path, "--fail", "closed", *front) as one:
        for size in (1_000, 100_000, 500_000, 1_100_000):
            for chunked in (False, True):
                body = iter([note[: size // 2], note[size // 2 : size]]) if chunked else note[:size]
                try:
                    status, _, content = one.answer(body=body, headers={"Content-Type": "text/plain"}, chunked=chunked)
                except ConnectionResetError:  # refused for its size and closed, before all of it was sent
                    assert size > 1_000
                    continue
                assert status in (200, 503), size
                assert status == 503 or tagged(json.loads(content)) in ("true", "false"), size
                assert status == 503 if size > 1 << 20 else True
        status, _, content = one.answer(body=b"\x89PNG\x00", headers={"Content-Type": "image/png"})
        assert (status, tagged(json.loads(content))) == (200, "unknown")
        assert one.answer(body=PHI, headers=JSON)[0] == 200
    with service() as port, traced(port, tmp_path, *front) as one:
        assert tagged(one.ask(body=note[:1_100_000], headers={"Content-Type": "text/plain"})) == "unknown"


@pytest.mark.server
@pytest.mark.parametrize("front", [["--proxy"], []], ids=["proxy", "envoy"])
def test_a_request_in_http_1_0_is_answered_and_tagged(tmp_path, front):
    """As nginx sends it to an upstream by default."""
    with service() as port, traced(port, tmp_path, *front) as one:
        for host in (b"Host: notes\r\n", b""):
            with socket.create_connection(("127.0.0.1", one.port), 20) as line:
                line.sendall(
                    b"POST /notes HTTP/1.0\r\n"
                    + host
                    + b"Connection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(PHI)
                    + PHI
                )
                answer = b"".join(iter(lambda line=line: line.recv(65536), b""))
            assert re.match(rb"HTTP/1\.[01] 200", answer), answer[:100]
            assert b'"locate.detect-phi": ["true"]' in answer
