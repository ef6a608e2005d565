"""What tests of Trace stand on: a service, `veil trace` before it, and those who receive its spans; all real processes."""

import contextlib
import gzip
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from veil.service.trace.run import free_port

ROOT = Path(__file__).resolve().parents[1]
FRONTS = ["envoy", "proxy"]
PHI = b'{"note": "Seen by Dr. Alice Wong on 03/04/2019, call 617-555-1212"}'
QUIET = b'{"note": "The wound is clean and dry."}'
TAG, TWIN = "locate.detect-phi", "x-locate-detect-phi"
JSON = {"Content-Type": "application/json"}


def tagged(told):
    """The one tag that a request arrived with, under both of its names."""
    assert told[TAG] == told[TWIN]
    assert len(told[TAG]) == 1
    return told[TAG][0]


class Traced:
    """A service behind `veil trace`."""

    def __init__(self, port, admin, process, said):
        self.port, self.admin, self.process, self._said = port, admin, process, said

    def ask(self, method="POST", target="/notes", body=None, headers=None, chunked=False):
        """What the service behind says arrived."""
        status, _, content = self.answer(method, target, body, headers, chunked)
        assert status == 200, status
        return json.loads(content)

    def answer(self, method="POST", target="/notes", body=None, headers=None, chunked=False):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as line:
            with contextlib.suppress(
                BrokenPipeError
            ):  # what is refused for its size is answered before all of it is sent
                line.request(method, target, body, headers or {}, encode_chunked=chunked)
            made = line.getresponse()
            content = made.read()
        return made.status, made.headers, content

    def metrics(self):
        line = http.client.HTTPConnection(self.admin.removeprefix("http://"), timeout=10)
        line.request("GET", "/metrics")
        content = line.getresponse().read().decode()
        line.close()
        return content

    def ready(self):
        line = http.client.HTTPConnection(self.admin.removeprefix("http://"), timeout=10)
        line.request("GET", "/readyz")
        status = line.getresponse().status
        line.close()
        return status

    def said(self):
        """All that the process wrote, after its end."""
        return self._said()


@contextlib.contextmanager
def service():
    """`bench.trace_app`: its port."""
    process = subprocess.Popen([sys.executable, "-m", "bench.trace_app"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@contextlib.contextmanager
def traced(upstream, folder, *options, env=None):
    """`veil trace` before a port or an address."""
    if "--proxy" not in options and "--processor" not in options:
        pytest.importorskip("envoy")
    address = upstream if isinstance(upstream, str) else f"http://127.0.0.1:{upstream}"
    out, err = (folder / f"{name}-{time.monotonic_ns()}.txt" for name in ("out", "err"))
    command = [
        str(Path(sys.executable).with_name("veil")),
        "trace",
        "--listen",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0",
        *(["--upstream", address] if address else []),
        *options,
    ]
    with out.open("w") as told, err.open("w") as failed:
        process = subprocess.Popen(command, stdout=told, stderr=failed, env={**os.environ, **(env or {})})
    said = lambda: out.read_text() + err.read_text()  # noqa: E731
    try:
        until = time.monotonic() + 40
        while not (found := re.search(r"127\.0\.0\.1:(\d+) .*admin (\S+)", out.read_text())):
            assert process.poll() is None and time.monotonic() < until, said()
            time.sleep(0.05)
        yield Traced(int(found[1]), found[2], process, said)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(40)


def front_options(front):
    return ["--proxy"] if front == "proxy" else []


class Receiver:
    """A Zipkin as far as its door goes: keeps what is posted."""

    def __init__(self):
        kept = self.bodies = []

        class Door(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                kept.append((self.path, gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body))
                self.send_response(202)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self):
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def zipkin(self):
        return [span for path, body in self.bodies if "spans" in path for span in json.loads(body)]

    def otlp(self):
        """Shape: name, attributes, trace id, id of the span above, as hexadecimals."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        read = [ExportTraceServiceRequest.FromString(body) for path, body in self.bodies if "traces" in path]
        return [
            (
                span.name,
                {one.key: _plain(one.value) for one in span.attributes},
                span.trace_id.hex(),
                span.parent_span_id.hex(),
            )
            for request in read
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


def _plain(value):
    kind = value.WhichOneof("value")
    return [_plain(one) for one in value.array_value.values] if kind == "array_value" else getattr(value, kind)


@contextlib.contextmanager
def rotel(folder, onward):
    """A real OTLP receiver, which sends on what it took: its address."""
    package = pytest.importorskip("rotel")
    port, grpc = free_port("127.0.0.1"), free_port("127.0.0.1")
    command = [
        str(Path(package.__file__).with_name("rotel-agent")),
        "start",
        "--otlp-http-endpoint",
        f"127.0.0.1:{port}",
        "--otlp-grpc-endpoint",
        f"127.0.0.1:{grpc}",
        "--exporter",
        "otlp",
        "--otlp-exporter-protocol",
        "http",
        "--otlp-exporter-endpoint",
        onward,
        "--otlp-exporter-compression",
        "none",
    ]
    with (folder / "rotel.txt").open("w") as told:
        process = subprocess.Popen(command, stdout=told, stderr=told)
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with (
                contextlib.suppress(OSError),
                contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as line,
            ):
                line.connect()
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def until(told, seconds=20):
    """Waits for what is told by and by; what it was."""
    end = time.monotonic() + seconds
    while not (found := told()) and time.monotonic() < end:
        time.sleep(0.05)
    return found
