"""Packed: base64 in JSON, XML, forms, texts and streams is read, or the body is not called free of PHI."""

import base64
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.service.trace.base64_text import Runs, unpacked_value
from veil.service.trace.bodies import Body, read
from veil.service.trace.stream import Stream

WHO = "Seen by Dr. Alice Wong on 03/04/2019, call 617-555-1212."
LIMIT = 1 << 20
PDF = b"%PDF-1.7\n" + random.Random(7).randbytes(20_000)


def packed(content, *, url=False, wrapped=0):
    content = content.encode() if isinstance(content, str) else content
    made = (base64.urlsafe_b64encode if url else base64.b64encode)(content).decode()
    return "\r\n".join(made[i : i + wrapped] for i in range(0, len(made), wrapped)) if wrapped else made


XML = "application/xml"
WITH_A_NAME = {
    "an element": (XML, f"<note><data>{packed(WHO)}</data></note>"),
    "an element with a namespace": (XML, f'<f:note xmlns:f="urn:x"><f:data>{packed(WHO)}</f:data></f:note>'),
    "lines of MIME in an element": (XML, f"<note><data>\n{packed(WHO * 9, wrapped=76)}\n</data></note>"),
    "a section of characters": (XML, f"<note><data><![CDATA[{packed(WHO)}]]></data></note>"),
    "an attribute": (XML, f'<attachment contentType="text/plain" value="{packed(WHO)}"/>'),
    "an address with data": (XML, f'<a href="data:text/plain;base64,{packed(WHO)}"/>'),
    "after another element": (XML, f"<note><b/>{packed(WHO)}</note>"),
    "a document in a document": (XML, f"<note><data>{packed('<p><q>' + WHO + '</q></p>')}</data></note>"),
    "JSON in an element": (XML, f"<note><data>{packed(json.dumps({'note': WHO}))}</data></note>"),
    "twice": (XML, f"<note><data>{packed(packed(WHO))}</data></note>"),
    "SOAP": ("application/soap+xml", f"<e:Envelope xmlns:e='urn:e'><e:Body>{packed(WHO)}</e:Body></e:Envelope>"),
    "the alphabet of addresses": (XML, f"<data>{packed('>>>???' + WHO, url=True)}</data>"),
    "a plain text": ("text/plain", f"attachment: {packed(WHO)} end"),
    "lines of MIME in a plain text": ("text/plain", f"attachment:\r\n\r\n{packed(WHO * 9, wrapped=76)}\r\n\r\nend"),
    "a form": ("application/x-www-form-urlencoded", f"note={packed(WHO)}"),
    "inside a longer value of JSON": ("application/json", json.dumps({"note": f"see {packed(WHO)} here"})),
    "a field of a mail": ("text/plain", f"Content-Transfer-Encoding: base64\r\n\r\n{packed(WHO)}"),
}
WITHOUT_A_TEXT = {
    "an element": (XML, f"<note><data>{packed(PDF)}</data></note>"),
    "lines in an element": (XML, f"<note><data>\n{packed(PDF, wrapped=64)}\n</data></note>"),
    "an attribute": (XML, f'<attachment value="{packed(PDF)}"/>'),
    "a plain text": ("text/plain", f"attachment: {packed(PDF)} end"),
    "a form": ("application/x-www-form-urlencoded", f"file={packed(PDF, url=True)}"),
    "inside a longer value of JSON": ("application/json", json.dumps({"note": f"see {packed(PDF)} here"})),
    "a short picture": (XML, f"<data>{packed(PDF[9:90])}</data>"),
}
EVERYDAY = {
    "a digest": ("application/json", json.dumps({"note": "sha512 " + "0123456789abcdef" * 8})),
    "a UUID": (XML, "<id>9b2f0c66-8f0e-4a53-9d0e-1f2f3a4b5c6d</id>"),
    "words without a full stop": ("text/plain", "the wound is clean and dry and the patient walks without help " * 3),
    "words of one length": ("application/json", json.dumps({"note": "wound clean wound clean wound " * 5})),
    "a long word": ("text/plain", "pseudopseudohypoparathyroidism electroencephalographically"),
    "a short key": (XML, "<etag>5d41402abc4b2a76b9719d911017c592</etag>"),
}


@pytest.mark.parametrize("name", WITH_A_NAME)
def test_text_in_base64_is_read_wherever_it_is(name):
    kind, content = WITH_A_NAME[name]
    made = read(Body(content.encode(), kind), LIMIT)
    assert "Alice Wong" in made.text
    assert made.unread == []


@pytest.mark.parametrize("name", WITHOUT_A_TEXT)
def test_bytes_that_are_no_text_leave_the_verdict_open(name):
    kind, content = WITHOUT_A_TEXT[name]
    assert "body-packed-value" in read(Body(content.encode(), kind), LIMIT).unread


@pytest.mark.parametrize("name", EVERYDAY)
def test_words_and_digests_are_no_base64(name):
    kind, content = EVERYDAY[name]
    made = read(Body(content.encode(), kind), LIMIT)
    assert made.unread == []
    assert any(word in content for word in made.text.split())


def streamed(content, sizes):
    stream, text, at = Stream(), "", 0
    content = content.encode()
    while at < len(content):
        size = next(sizes)
        text += "".join(one.text[one.first :] for one in stream.feed(content[at : at + size]))
        at += size
    text += "".join(one.text[one.first :] for one in stream.feed(b"", end=True))
    return text, stream.missed


STREAMS = {
    "a value": json.dumps({"a": "x " * 50, "data": packed(WHO), "b": "y " * 50}),
    "a long value": json.dumps({"data": packed(WHO * 2_000)}),
    "a long value in lines": json.dumps({"data": packed(WHO * 2_000, wrapped=76)}),
    "an element": f"<note><data>{packed(WHO)}</data></note>",
    "the alphabet of addresses": json.dumps({"data": packed(">>>???" + WHO, url=True)}),
    "the end": packed(WHO),
    "with strokes that are escaped": json.dumps({"data": packed(">>>???" * 9 + WHO)}).replace("/", "\\/"),
}


@pytest.mark.parametrize("size", [1, 7, 100, 65_536])
@pytest.mark.parametrize("name", STREAMS)
def test_text_in_base64_is_read_in_a_stream(name, size):
    if size == 1 and len(STREAMS[name]) > 20_000:
        size = 13
    text, missed = streamed(STREAMS[name], iter(lambda: size, None))
    assert "Alice Wong" in text
    assert missed == ""


@pytest.mark.parametrize("size", [7, 1000, 65_536])
@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"data": packed(PDF), "note": WHO}),
        json.dumps({"data": packed(PDF, wrapped=76), "note": WHO}),
        f"<data>{packed(PDF)}</data><note>{WHO}</note>",
    ],
)
def test_a_picture_in_a_stream_leaves_the_verdict_open_and_what_follows_is_read(content, size):
    text, missed = streamed(content, iter(lambda: size, None))
    assert missed == "body-packed-value"
    assert "Alice Wong" in text


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=65, max_size=40_000), st.randoms(use_true_random=False), st.sampled_from([0, 64, 76]))
def test_no_bytes_are_ever_passed_over_in_silence(content, chance, wrapped):
    """Either they are in the text that is read, or something is said to be unread."""
    written = json.dumps({"note": "before", "data": packed(content, wrapped=wrapped), "more": "after"})
    text, missed = streamed(written, iter(lambda: chance.randrange(1, 5_000), None))
    is_text = all(32 <= one < 127 for one in content)
    assert missed or packed(content)[:40] in text or is_text


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.randoms(use_true_random=False))
def test_a_text_without_base64_stays_as_it_is(text, chance):
    text = "".join(letter if letter.isascii() is False or not letter.isalnum() else letter + " " for letter in text)
    runs, said, at = Runs(), "", 0
    while at < len(text):
        size = chance.randrange(1, 40)
        said += runs.feed(text[at : at + size])
        at += size
    assert said + runs.feed("", end=True) == text
    assert not runs.unread


def test_a_digest_is_a_value_as_it_is():
    assert unpacked_value("0123456789abcdef" * 8) is None
    assert unpacked_value("the wound is clean and dry and the patient walks without any help at all " * 2) is None


@pytest.mark.parametrize(
    "path",
    [
        "/var/lib/hospital-data/exports/2024-03/radiology_department/incoming/queue-7/archive/patients/summary",
        "/api/v2/organizations/st-luke/departments/cardiology/encounters/observations/components/references/values",
        "usr/share/local/veil/app/trace/io/core/modules/readers/packed/values/tables/columns/rows",
    ],
)
def test_a_long_path_is_a_text(path):
    assert len(path) > 86
    body = read(Body(f"<log><file>{path}</file></log>".encode(), XML), LIMIT)
    assert body.unread == []
    assert path in body.text
