"""Evaluating: verdicts from real detectors, in processes that may fail and are replaced."""

import asyncio
import json
import multiprocessing
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from tests.tracing import until

from veil.errors import PolicyError
from veil.model import Label
from veil.service.locate import LABELS
from veil.service.trace.bodies import Body
from veil.service.trace.evaluate import PIECE, Evaluator, Remote, checked, token_in
from veil.service.trace.pool import ASIDE, Charge, EvaluatorPool
from veil.service.trace.verdict import Verdict

NOTE = json.dumps({"note": "Seen by Dr. Alice Wong on 03/04/2019", "phone": 6175551212}).encode()
QUIET = b'{"note": "The wound is clean."}'


@pytest.fixture(scope="module")
def evaluator():
    return Evaluator()


def test_a_note_is_true_with_its_kinds_and_without_its_values(evaluator):
    made = evaluator.body(Body(NOTE, "application/json"))
    assert made.verdict is Verdict.TRUE
    assert {"NAME", "DATE"} <= set(made.counts)
    assert made.found == []


def test_a_quiet_body_is_false_and_one_that_cannot_be_read_is_unknown(evaluator):
    assert evaluator.body(Body(QUIET, "application/json")).verdict is Verdict.FALSE
    assert evaluator.body(Body(b"\x89PNG\x00\x01", "image/png")).verdict is Verdict.UNKNOWN


def test_findings_have_the_shape_of_locate_and_stand_where_they_say(evaluator):
    text = "No problems.\n" * (2 * PIECE // 13) + "Call 617-555-1212 now"
    made = evaluator.body(Body(text.encode(), "text/plain"), keep=True)
    (one,) = made.found
    assert text[one["BeginOffset"] : one["EndOffset"]] == one["Text"] == "617-555-1212"
    assert set(one) == {"Id", "BeginOffset", "EndOffset", "Score", "Text", "Category", "Type", "Traits"}


def test_only_labels_that_were_chosen_make_a_request_true():
    made = Evaluator(frozenset({Label.SSN})).body(Body(NOTE, "application/json"))
    assert made.verdict is Verdict.FALSE


class Serve(BaseHTTPRequestHandler):
    """A `veil serve` as far as one call of it goes."""

    asked: ClassVar = []

    def do_POST(self):
        content = self.rfile.read(int(self.headers["content-length"]))
        Serve.asked.append((self.path, self.headers["authorization"], json.loads(content)))
        text = json.loads(content)["text"]
        found = [
            {"Id": 0, "BeginOffset": 0, "EndOffset": 4, "Score": 1.0, "Text": text[:4], "Type": "NAME", "Traits": []}
        ]
        body = json.dumps({"phi": found if "Alice" in text else []}).encode()
        status = 500 if "broken" in text else 200
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def remote():
    server = HTTPServer(("127.0.0.1", 0), Serve)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield Remote(f"http://127.0.0.1:{server.server_port}", token="t-1")
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_service_can_evaluate_in_our_place(remote):
    evaluator = Evaluator(LABELS, 1 << 20, remote)
    assert evaluator.body(Body(NOTE, "application/json")).verdict is Verdict.TRUE
    assert evaluator.body(Body(QUIET, "application/json")).verdict is Verdict.FALSE
    assert Serve.asked[-1] == ("/api/v1/phi", "Bearer t-1", {"text": "note: The wound is clean."})


def test_a_service_that_fails_is_never_taken_for_false(remote):
    made = Evaluator(LABELS, 1 << 20, remote).body(Body(b"broken", "text/plain"))
    assert (made.verdict, made.reason, made.failed) == (Verdict.UNKNOWN, "failed", True)
    gone = Evaluator(LABELS, 1 << 20, Remote("http://127.0.0.1:1")).body(Body(b"x", "text/plain"))
    assert gone.failed


def test_text_never_travels_in_clear_to_another_machine(tmp_path):
    with pytest.raises(PolicyError, match="evaluator-plain"):
        checked(Remote("http://veil.example"))
    for url in ("ftp://veil.example", "https://[veil", "https://veil.example:99999"):
        with pytest.raises(PolicyError, match="evaluator-url"):
            checked(Remote(url))
    with pytest.raises(PolicyError, match="evaluator-files"):
        checked(Remote("https://veil.example", ca=str(tmp_path / "none.pem")))
    with pytest.raises(PolicyError, match="token-file"):
        token_in(tmp_path / "none")


def in_pool(work, **options):
    async def run():
        pool = EvaluatorPool(Charge(), 1, **options)
        await pool.start()
        try:
            return await asyncio.wait_for(work(pool), 60)
        finally:
            pool.close()

    return asyncio.run(run())


def test_a_process_that_is_killed_costs_its_request_a_verdict_and_is_replaced():
    async def work(pool):
        assert (await pool.body(Body(NOTE))).verdict is Verdict.TRUE
        pid = pool._idle[0]._process.pid
        slow = pool.body(Body(NOTE * 5_000, "text/plain"))
        await asyncio.sleep(0.2)
        os.kill(pid, signal.SIGKILL)
        assert (await slow).failed
        assert pool.alive == 0 or pool._idle
        while not pool.alive:  # noqa: ASYNC110  the pool tells nobody
            await asyncio.sleep(0.05)
        return await pool.body(Body(NOTE))

    assert in_pool(work).verdict is Verdict.TRUE


def test_one_request_does_not_keep_the_others_waiting_longer_than_its_budget():
    evaluator = Evaluator(budget=0.0)
    made = evaluator.body(Body(b"The wound is clean. " * 5_000, "text/plain"))
    assert (made.verdict, made.reason) == (Verdict.UNKNOWN, "late")
    assert Evaluator(budget=0.05).body(Body(NOTE * 5_000, "text/plain")).verdict is Verdict.TRUE


def test_one_that_takes_too_long_is_ended_and_told_as_a_failure():
    async def work(pool):
        return await pool.body(Body(NOTE * 20_000, "text/plain"))

    assert in_pool(work, patience=0.2).reason == "failed"


def test_more_than_may_wait_are_told_at_once_that_all_are_busy():
    async def work(pool):
        asked = [pool.body(Body(NOTE * 50)) for _ in range(6)]
        return [one.reason for one in await asyncio.gather(*asked)]

    assert in_pool(work, waiting=2).count("busy") == 3


def test_those_that_hold_a_request_up_come_before_those_that_do_not():
    async def work(pool):
        done = []
        asked = [
            (name, pool.body(Body(NOTE * 20), urgency))
            for name, urgency in (("first", 0), ("aside", ASIDE), ("urgent", 0))
        ]
        for name, one in asked:
            one.add_done_callback(lambda _, name=name: done.append(name))
        await asyncio.gather(*(one for _, one in asked))
        return done

    assert in_pool(work) == ["first", "urgent", "aside"]


def test_after_the_end_every_question_has_an_answer():
    async def work(pool):
        pool.close()
        return await pool.body(Body(NOTE))

    assert in_pool(work).failed


def test_bodies_that_wait_have_one_bound_of_bytes_together(monkeypatch):
    monkeypatch.setattr("veil.service.trace.pool.WEIGHT", 2_000)

    async def run():
        pool = EvaluatorPool(Charge(), 1)
        await pool.start()
        asked = [pool.body(Body(b"a" * 900, "text/plain")) for _ in range(5)]
        made = [await one for one in asked]
        after = await pool.body(Body(b"a" * 900, "text/plain"))
        pool.close()
        return [one.reason for one in [*made, after]]

    assert asyncio.run(run()) == ["", "", "", "busy", "busy", ""]


def test_ctrl_c_while_a_process_starts_is_not_its_end():
    async def run():
        pool = EvaluatorPool(Charge(), 1)
        starting = asyncio.ensure_future(pool.start())
        begun = await asyncio.to_thread(until, multiprocessing.active_children)
        os.kill(begun[0].pid, signal.SIGINT)
        await starting
        made = await pool.body(Body(b"call 617-555-1212", "text/plain"))
        pool.close()
        return made.verdict

    assert asyncio.run(run()) is Verdict.TRUE
