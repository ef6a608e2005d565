"""Everyday JSON of programs is not PHI, a person beside it still is; base64 is read or unknown, never passed over."""

import base64
import json

import pytest

from veil.service.trace.bodies import Body, read
from veil.service.trace.evaluate import Evaluator
from veil.service.trace.verdict import Verdict


@pytest.fixture(scope="module")
def evaluator():
    return Evaluator()


def verdict(evaluator, document):
    made = evaluator.body(Body(json.dumps(document).encode(), "application/json"))
    return made.verdict if not made.reason else (made.verdict, made.reason)


EVERYDAY = [
    {"name": "db"},
    {"commit": "4635fa8c0ffee"},
    {"name": "frontend"},
    {"name": "redis", "port": 6379},
    {"service": "auth", "host": "db01"},
    {"sha": "9fceb02d0ae598e95dc970b74767f19372d61af8"},
    {"hash": "5d41402abc4b2a76b9719d911017c592"},
    {"etag": "33a64df551425fcc"},
    {"etag": 'W/"33a64df551425fcc"'},
    {"digest": "sha256:4635fa8c0ffee"},
    {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
    {"branch": "main", "commit": "deadbeef1234"},
    {"name": "postgres"},
    {"name": "DB"},
    {"name": "api-gateway-2"},
    {"name": "nginx"},
    {"metadata": {"name": "cache-0", "namespace": "kube-system"}},
    {"name": "app", "replicas": 3},
    {"containers": [{"name": "web"}, {"name": "worker"}]},
    {"commitSha": "4635fa8"},
    {"content_md5": "5d41402abc4b2a76b9719d911017c592"},
    {"integrity": "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"},
]


@pytest.mark.parametrize("document", EVERYDAY, ids=json.dumps)
def test_json_about_software_is_false(evaluator, document):
    assert verdict(evaluator, document) is Verdict.FALSE


PEOPLE = [
    {"name": "Wong"},
    {"name": "smith"},
    {"name": "mary"},
    {"name": "quackenthorpe"},
    {"name": "Ann Lee"},
    {"name": "db", "owner": "Dr. Alice Wong"},
    {"commit": "123-45-6789"},
    {"commit": "Fix the chart of Alice Wong"},
    {"mrn": "4635fa8c0ffee"},
    {"commit": "4635fa8", "author": {"name": "Alice Wong", "email": "alice@example.org"}},
    {"host": "alice@example.org"},
    {"sha": "call 617-555-1212"},
    {"name": "api", "phone": "617-555-1212"},
    {"patient": {"name": "Smith"}},
]


@pytest.mark.parametrize("document", PEOPLE, ids=json.dumps)
def test_a_person_beside_it_is_true(evaluator, document):
    assert evaluator.body(Body(json.dumps(document).encode(), "application/json")).verdict is Verdict.TRUE


def packed(content, way=base64.b64encode):
    return way(content).decode()


NOTE = b"Seen by Dr. Alice Wong on 03/04/2019, call 617-555-1212"
TOKEN = ".".join([packed(b'{"alg":"none"}').rstrip("="), packed(b'{"name":"Alice Wong"}').rstrip("="), "c2ln"])
READ = {
    "a note": {"data": packed(NOTE)},
    "for URLs": {"data": packed(NOTE + b"???>>>", base64.urlsafe_b64encode)},
    "without padding": {"data": packed(NOTE + b"!").rstrip("=")},
    "in lines": {"data": base64.encodebytes(NOTE * 3).decode()},
    "a data URL": {"url": "data:text/plain;base64," + packed(NOTE)},
    "short": {"data": packed(b"SSN 123-45-6789")},
    "JSON": {"payload": packed(json.dumps({"patient": {"name": "Alice Wong"}}).encode())},
    "twice": {"payload": packed(packed(NOTE).encode())},
    "XML": {"data": packed(b"<note><by>Dr. Alice Wong</by></note>")},
    "UTF-16": {"data": packed(NOTE.decode().encode("utf-16"))},
    "a token": {"token": TOKEN},
    "an attachment of FHIR": {"content": [{"attachment": {"contentType": "text/plain", "data": packed(NOTE)}}]},
}


@pytest.mark.parametrize("document", READ.values(), ids=READ)
def test_a_text_in_base64_is_read(evaluator, document):
    assert evaluator.body(Body(json.dumps(document).encode(), "application/json")).verdict is Verdict.TRUE


OPAQUE = {
    "a picture": packed(b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
    "random": packed(bytes(range(128, 256)) * 2),
    "a packed text": packed(b"\x1f\x8b\x08" + bytes(range(200, 256)) * 3),
    "a data URL": "data:image/png;base64," + packed(b"\x89PNG\x00"),
    "a data URL that is broken": "data:image/png;base64,@@@",
}


@pytest.mark.parametrize("value", OPAQUE.values(), ids=OPAQUE)
def test_bytes_that_are_no_text_are_unknown(evaluator, value):
    assert verdict(evaluator, {"data": value}) == (Verdict.UNKNOWN, "body-packed-value")
    assert (
        evaluator.body(Body(json.dumps({"data": value, "by": "Dr. Alice Wong"}).encode(), "application/json")).verdict
        is Verdict.TRUE
    )


@pytest.mark.parametrize(
    "value",
    [
        packed(bytes(range(128, 144))),
        packed(b"The wound is clean and dry."),
        "internationalization",
        "abc",
        "",
        "=" * 20,
    ],
)
def test_what_is_no_base64_or_a_digest_is_not_unknown(value):
    assert read(Body(json.dumps({"k": value}).encode(), "application/json"), 1 << 20).unread == []
