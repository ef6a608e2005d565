"""L9: what may be asked of `veil trace`: its modes, its end, gRPC, another machine that evaluates."""

import hashlib
import json
import queue
import re
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.tracing import FRONTS, JSON, PHI, QUIET, TAG, Traced, front_options, service, tagged, traced, until

from veil.service.trace.context import TraceSettings
from veil.service.trace.envoy.config import ListenAddress, Upstream, config
from veil.service.trace.envoy.run import envoy_path
from veil.service.trace.run import free_port


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
    large = json.dumps(
        {"note": "Seen by Dr. Alice Wong on 03/04/2019. " * 400}
    ).encode()  # 15 kB: always waited for, and late
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
        at, none = free_port("127.0.0.1"), ListenAddress(path=str(tmp_path / "none.sock"))
        made = config(
            TraceSettings(closed=closed, deadline=0.2),
            ListenAddress("127.0.0.1", at),
            Upstream(f"http://127.0.0.1:{port}"),
            none,
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


@pytest.mark.server
def test_envoy_starts_however_long_the_name_of_the_temporary_folder_is(tmp_path):
    long = tmp_path / ("a" * 120)
    long.mkdir()
    with service() as port, traced(port, tmp_path, env={"TMPDIR": str(long)}) as front:
        assert tagged(front.ask(body=PHI, headers=JSON)) == "true"
