"""Bodies: an identifier is found in every shape, and nothing that arrives raises anything."""

import gzip
import json
import random
import time
import zlib
from urllib.parse import quote_plus

import brotli
import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from veil.errors import Error, LimitError
from veil.service.trace.bodies import Body, read
from veil.service.trace.content_encoding import Unpacker, unpacked

LIMIT = 1 << 20
PLANTED = "Jürgen O'Neil 555-867-5309"
QUIET = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)
DOCUMENT = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | QUIET,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(QUIET, inner, max_size=4),
    max_leaves=8,
)
PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda data: zstandard.ZstdCompressor(write_content_size=False).compress(data),
    "identity": bytes,
    "gzip, br": lambda data: brotli.compress(gzip.compress(data)),
}


def texts(content, kind, **more):
    made = read(Body(content, kind, **more), LIMIT)
    return "\n".join(made.lines), made.unread


def varint(number):
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def text_field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def grpc(*messages):
    return b"".join(b"\x00" + len(one).to_bytes(4) + one for one in messages)


MULTIPART = (
    '--b1\r\nContent-Disposition: form-data; name="about"\r\n\r\n{0}\r\n--b1\r\n'
    'Content-Disposition: form-data; name="f"; filename="scan.png"\r\nContent-Type: image/png\r\n\r\n\x00\x01\r\n--b1--\r\n'
)
SHAPES = {
    "json": ("application/json; charset=utf-8", json.dumps({"a": [1, {"note": PLANTED}]}).encode()),
    "json with a suffix": ("application/fhir+json", json.dumps([PLANTED]).encode()),
    "json as a key": ("application/json", json.dumps({PLANTED: None}).encode()),
    "json in json": ("application/json", json.dumps({"data": json.dumps({"x": PLANTED})}).encode()),
    "two members of one name": ("application/json", f'{{"a": "{PLANTED}", "a": ""}}'.encode()),
    "broken json": ("application/json", f'{{"a": "{PLANTED}", '.encode()),
    "json in utf-16": ("application/json", json.dumps({"a": PLANTED}, ensure_ascii=False).encode("utf-16")),
    "ndjson": ("application/x-ndjson", f'{{"a": 1}}\n{{"b": "{PLANTED}"}}\n'.encode()),
    "form": ("application/x-www-form-urlencoded", f"a=1&note={quote_plus(PLANTED)}".encode()),
    "multipart": ("multipart/form-data; boundary=b1", MULTIPART.format(PLANTED).encode()),
    "xml": ("application/xml", f"<p><n a='1'>{PLANTED}</n></p>".encode()),
    "xml attribute": ("text/xml", f'<p n="{PLANTED}"/>'.encode()),
    "xml with marks inside": ("application/soap+xml", f"<p>Jürgen <b>O'Neil</b> 555-<i>867</i>-5309</p>".encode()),  # noqa: F541
    "text": ("text/plain; charset=latin-1", PLANTED.encode("latin-1")),
    "text that says nothing": ("", PLANTED.encode()),
    "json that says nothing": ("", json.dumps({"a": PLANTED}).encode()),
    "grpc": ("application/grpc", grpc(b"", text_field(1, text_field(3, PLANTED.encode()) + b"\x10\x01"))),
    "protobuf": ("application/x-protobuf", text_field(200, PLANTED.encode())),
}


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_an_identifier_is_read_in_every_shape_and_packing(shape, packing):
    kind, content = SHAPES[shape]
    found, _ = texts(PACKERS[packing](content), kind, codings=packing)
    assert PLANTED in found


def test_names_of_fields_are_written_as_words_before_their_values():
    found, unread = texts(b'{"phoneNumber": 5558675309, "medical_record_number": "00123"}', "application/json")
    assert found.split("\n") == ["phone Number: 5558675309", "medical record number: 00123"]
    assert unread == []


def test_a_query_string_is_read_beside_the_body():
    assert PLANTED in texts(b"", "", query=f"q={quote_plus(PLANTED)}")[0]


@settings(max_examples=60)
@given(DOCUMENT, st.sampled_from(["application/json", ""]))
def test_any_document_with_a_planted_identifier_gives_it_back(document, kind):
    content = json.dumps({"before": document, "x": PLANTED, "after": document}).encode()
    found, unread = texts(content, kind)
    assert PLANTED in found
    assert unread == []


KINDS = [kind for kind, _ in SHAPES.values()] + [
    "application/grpc-web-text",
    "image/png",
    "x",
    "multipart/mixed",
    "text/plain; charset=rot13",
]


@settings(max_examples=300)
@given(st.binary(max_size=300), st.sampled_from(KINDS), st.sampled_from([*PACKERS, "compress", "gzip,gzip,gzip,gzip"]))
@example(b"[" * 100_000, "application/json", "identity")
@example(b"<a>" * 50_000, "text/xml", "identity")
@example(b'"\\ud800"', "application/json", "identity")
@example(b"9" * 10_000, "application/json", "identity")
@example(b"a", "text/plain; a*" + "1" * 5_000 + "=b", "identity")
def test_no_bytes_of_a_caller_raise_anything(content, kind, codings):
    made = read(Body(content, kind, codings, grpc="gzip", query="%ff=%zz&&"), LIMIT)
    assert all(code.replace("-", "").isalpha() for code in made.unread)


@settings(max_examples=100)
@given(st.sampled_from(sorted(SHAPES)), st.data())
def test_a_body_that_breaks_off_is_read_or_told_unread(shape, data):
    kind, content = SHAPES[shape]
    cut = data.draw(st.integers(1, len(content) - 1))
    made = read(Body(content[:cut], kind), LIMIT)
    assert (
        made.lines or made.unread or (shape == "grpc" and content[:cut] == grpc(b""))
    )  # a whole message that is empty


@pytest.mark.parametrize("packing", ["gzip", "deflate", "br", "zstd"])
def test_a_packed_body_that_breaks_off_is_told(packing):
    content = PACKERS[packing](b'{"a": "b"}' * 100)
    _, unread = texts(content[:-3], "application/json", codings=packing)
    assert "body-packed" in unread


@pytest.mark.parametrize("packing", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_refused_before_it_unfolds(packing):
    bomb = PACKERS[packing](b" " * (64 << 20))
    with pytest.raises(LimitError, match="body-swollen"):
        unpacked(bomb, packing, 8 * LIMIT)


def test_a_bomb_within_a_bomb_is_refused():
    with pytest.raises(LimitError, match="body-swollen"):
        unpacked(gzip.compress(gzip.compress(b" " * (64 << 20))), "gzip, gzip", 8 * LIMIT)


def test_a_billion_laughs_are_refused():
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'
    _, unread = texts(laughs.encode(), "application/xml")
    assert unread == ["xml-doctype"]


def test_nothing_outside_a_document_is_opened(tmp_path):
    (tmp_path / "secret").write_text("swordfish")
    outside = f'<!DOCTYPE l [<!ENTITY a SYSTEM "file://{tmp_path}/secret">]><l>&a;</l>'
    found, unread = texts(outside.encode(), "application/xml")
    assert "swordfish" not in found
    assert unread == ["xml-doctype"]


@settings(max_examples=60)
@given(st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br"]), st.binary(max_size=5_000), st.integers(1, 700))
def test_a_body_unpacked_in_pieces_is_the_body(packing, content, size):
    packed = PACKERS[packing](content)
    unpacker = Unpacker(packing, LIMIT)
    made = b"".join(unpacker.feed(packed[at : at + size]) for at in range(0, len(packed), size))
    assert made == content
    assert unpacker.is_whole()


def test_errors_of_unpacking_hold_no_byte_of_the_body():
    with pytest.raises(Error) as caught:
        unpacked(b"swordfish", "gzip", LIMIT)
    assert "swordfish" not in str(caught.value)
    assert caught.value.__cause__ is None


PART = b"--b\r\n%s\r\n" + PLANTED.encode() + b"\r\n--b--\r\n"
MANY_FIELDS = PART % b"".join(b"a%d:b\r\n" % i for i in range(60_000))
MANY_MARKS = PART % (b'Content-Disposition: form-data; name="' + b";" * 200_000 + b"\r\n")
SLOW = {
    "a part under many headers": (MANY_FIELDS, "multipart/form-data; boundary=b", ""),
    "a part under one long header": (MANY_MARKS, "multipart/form-data; boundary=b", ""),
    "a kind of many marks": (PLANTED.encode(), 'text/plain; a="' + ";" * 60_000, ""),
    "a name of a host": (b"a" * 300_000 + b"-" + b"dfa" * 100_000, "text/plain; charset=punycode", ""),
    "many members": (gzip.compress(b"") * 200_000, "text/plain", "gzip"),
}


@pytest.mark.parametrize("shape", sorted(SLOW))
def test_time_does_not_grow_with_the_square_of_what_a_caller_sends(shape):
    content, kind, codings = SLOW[shape]
    began = time.process_time()
    read(Body(content, kind, codings), 4 * LIMIT)
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize("shape", ["a part under many headers", "a part under one long header", "a kind of many marks"])
def test_what_stands_under_a_head_that_is_too_long_is_read_and_told_unread(shape):
    content, kind, _ = SLOW[shape]
    found, unread = texts(content, kind)
    assert PLANTED in found
    assert unread


@pytest.mark.parametrize("packing", ["gzip", "br"])
def test_messages_of_grpc_share_one_bound_however_many_they_are(packing):
    packed = PACKERS[packing](text_field(1, b"a" * 60_000))
    message = b"\x01" + len(packed).to_bytes(4) + packed
    found, unread = texts(message * (LIMIT // len(message)), "application/grpc", grpc=packing)
    assert unread == ["body-swollen"]
    assert len(found) <= 8 * LIMIT


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream", ""])
def test_text_of_two_bytes_a_letter_that_does_not_say_so_is_told_unread(kind):
    _, unread = texts(PLANTED.encode("utf-16-le"), kind)
    assert unread


@pytest.mark.parametrize("kind", ["", "application/octet-stream", "text/plain"])
def test_of_bytes_that_are_no_text_nothing_is_read_by_chance_and_what_is_text_beside_them_is(kind):
    noise = random.Random(3).randbytes(200_000)
    told, unread = texts(noise + PLANTED.join([" " * 512] * 2).encode("latin-1") + noise, kind)
    assert told.split() == PLANTED.split()
    assert "body-encoding" in unread


@pytest.mark.parametrize("sign", "\t\r\x0b\x0c\x1b\x1c\x1d\x1e\x1f")
def test_signs_between_fields_are_no_noise(sign):
    told, _ = texts((sign * 3 + PLANTED).encode("latin-1") * 20, "text/plain")
    assert told.count(PLANTED) == 20


def test_text_that_is_read_whole_keeps_the_signs_it_has():
    assert texts(f"{PLANTED}\x01\x02\x03\x04".encode() * 100, "text/plain")[0].count(PLANTED) == 100
