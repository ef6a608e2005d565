"""L10: spans with the tag, as Jaeger, Tempo (OTLP) and Zipkin show them; nothing of a value in them."""

import base64
import json
import os
import re
import time
from pathlib import Path

import pytest
from tests.tracing import FRONTS, JSON, PHI, QUIET, Receiver, front_options, rotel, service, traced, until

TRACE = "0af7651916cd43dd8448eb211c80319c"
ABOVE = "b7ad6b7169203331"
PARENT = {"traceparent": f"00-{TRACE}-{ABOVE}-01", "tracestate": "vendor=1"}
NAME, PHONE, SSN = "Zebulon Quackenbush", "617-555-0143", "529-48-7731"


@pytest.mark.server
@pytest.mark.parametrize("name", FRONTS)
def test_a_span_reaches_an_otlp_receiver_with_the_tag_kinds_and_counts(name, tmp_path):
    with Receiver() as last, rotel(tmp_path, last.url) as receiver, service() as port:
        with traced(port, tmp_path, "--otlp", receiver, "--route", "/patients/{id}", *front_options(name)) as front:
            told = front.ask(target="/patients/Quackenbush", body=PHI, headers={**JSON, **PARENT})
            front.ask(body=QUIET, headers=JSON)
        spans = until(lambda: len(last.otlp()) >= 2 and last.otlp())
    (span,) = [one for one in spans if one[2] == TRACE]
    assert span[0] == "POST /patients/{id}"
    assert span[3] == ABOVE
    assert span[1]["locate.detect-phi"] == "true"
    assert span[1]["locate.kinds"] == ["DATE", "NAME", "PHONE"]
    assert span[1]["locate.count.PHONE"] == 1
    assert span[1]["http.route"] == "/patients/{id}"
    assert "Quackenbush" not in repr(spans)
    assert "Wong" not in repr(spans)
    version, trace, parent, flags = told["traceparent"][0].split("-")
    assert (version, trace, flags) == ("00", TRACE, "01")
    assert parent != ABOVE
    (other,) = [one for one in spans if one[2] != TRACE]
    assert other[1]["locate.detect-phi"] == "false"
    assert other[0] == "POST"


@pytest.mark.server
@pytest.mark.parametrize("name", FRONTS)
@pytest.mark.parametrize("mode", ["block", "span"])
def test_a_span_reaches_zipkin_with_the_verdict_of_a_body_that_nobody_waited_for(name, mode, tmp_path):
    long = json.dumps({"note": "The wound is clean and dry. " * 4_000 + "Call 617-555-0143 today."}).encode()
    with Receiver() as zipkin, service() as port:
        options = ["--zipkin", f"{zipkin.url}/api/v2/spans", "--limit", "16384", "--mode", mode, *front_options(name)]
        with traced(port, tmp_path, *options) as front:
            assert front.ask(body=long, headers={**JSON, **PARENT})["locate.detect-phi"] == ["unknown"]
            assert front.ask(body=PHI, headers=JSON)["locate.detect-phi"] == ["true" if mode == "block" else "unknown"]
        spans = until(lambda: len(zipkin.zipkin()) >= 2 and zipkin.zipkin())
    (span,) = [one for one in spans if one["traceId"] == TRACE]
    assert span["parentId"] == ABOVE
    assert span["tags"]["locate.detect-phi"] == "true"
    assert span["tags"]["locate.header"] == "unknown"
    assert span["tags"]["locate.reason"] == "body-large"
    assert span["tags"]["locate.count.PHONE"] == "1"
    (other,) = [one for one in spans if one["traceId"] != TRACE]
    assert other["tags"]["locate.detect-phi"] == "true"


def encodings_of(value):
    """A value as a log, a URL, a header or a dump could show it."""
    raw = value.encode()
    return [
        raw,
        raw.lower(),
        raw.upper(),
        raw.hex().encode(),
        base64.b64encode(raw)[:-4],
        base64.urlsafe_b64encode(raw)[:-4],
        value.replace(" ", "%20").encode(),
        value.replace(" ", "+").encode(),
        re.sub(r"\D", "", value).encode() or raw,
        raw[::-1],
        value.encode("utf-16-le"),
    ]


@pytest.mark.server
@pytest.mark.parametrize("name", FRONTS)
def test_planted_values_are_in_no_log_span_metric_error_or_file(name, tmp_path):
    """Canaries in bodies, queries, paths, headers, methods and broken requests; then all that came out is searched."""
    body = json.dumps({"note": f"Seen: {NAME}, {PHONE}, SSN {SSN}"}).encode()
    kept = tmp_path / "findings"
    out = []
    with Receiver() as zipkin, service() as port:
        options = [
            "--zipkin",
            f"{zipkin.url}/api/v2/spans",
            "--findings",
            str(kept),
            "--route",
            "/a/{who}",
            *front_options(name),
        ]
        env = {"VEIL_PASSPHRASE": "open sesame", "TMPDIR": str(tmp_path), "OTEL_LOG_LEVEL": "debug"}
        with traced(port, tmp_path, *options, env=env) as front:
            quoted = NAME.replace(" ", "%20")
            front.ask(
                target=f"/a/{quoted}?q={PHONE}", body=body, headers={**JSON, "X-Name": NAME, "baggage": f"n={quoted}"}
            )
            front.ask(target=f"/b/{quoted}", body=body[:-9], headers={**JSON, "traceparent": NAME})
            for broken in (
                {"Content-Encoding": "gzip"},
                {"Content-Type": f"multipart/{SSN}; boundary={PHONE}"},
                {"Content-Length": SSN},
            ):
                out.append(front.answer(body=body, headers=broken)[2] if "Content-Length" in broken else b"")
                if "Content-Length" not in broken:
                    front.ask(body=body, headers={**JSON, **broken})
            out.append(
                front.answer(method=NAME.replace(" ", "-").upper(), target=f"/{SSN}", body=body)[2]
                if name == "proxy"
                else b""
            )
            out.append(front.metrics().encode())
            with pytest.raises((OSError, ValueError)):
                import http.client

                line = http.client.HTTPConnection("127.0.0.1", front.port, timeout=3)
                line.putrequest("POST", "/", skip_host=True)
                line._buffer.append(f"{NAME}\x00: {SSN}".encode())
                line.endheaders()
                raise ValueError(line.getresponse().status)
            time.sleep(0.5)
        assert until(lambda: len(zipkin.zipkin()) >= 4)
        out += [front.said().encode(), json.dumps(zipkin.zipkin()).encode()]
    out = [re.sub(rb'\{"size".*', b"", one) for one in out]  # the service behind may say what it got
    for folder, _, files in os.walk(tmp_path):
        for file in files:
            out += [file.encode(), Path(folder, file).read_bytes()]
    assert len(list(kept.iterdir())) == 1
    for value in (NAME, "Quackenbush", PHONE, SSN):
        for form in encodings_of(value):
            assert not any(form in one for one in out), (value, form)


@pytest.mark.server
def test_findings_are_read_back_with_the_passphrase_alone(tmp_path):
    import subprocess
    import sys

    kept = tmp_path / "findings"
    with (
        service() as port,
        traced(port, tmp_path, "--proxy", "--findings", str(kept), env={"VEIL_PASSPHRASE": "open sesame"}) as front,
    ):
        front.ask(body=PHI, headers=JSON)
    (file,) = kept.iterdir()
    command = [str(Path(sys.executable).with_name("veil")), "trace", "--read", str(file)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "VEIL_PASSPHRASE": "open sesame"}, check=True
    )
    (record,) = map(json.loads, done.stdout.splitlines())
    assert {one["Type"] for one in record["phi"]} == {"NAME", "DATE", "PHONE_OR_FAX"}
    assert [one["Text"] for one in record["phi"] if one["Type"] == "PHONE_OR_FAX"] == ["617-555-1212"]
    failed = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "VEIL_PASSPHRASE": "no"}, check=False
    )
    assert failed.returncode == 3
    assert failed.stdout == ""
