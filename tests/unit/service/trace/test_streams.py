"""Streams: whatever the pieces, every place of a text is read once, and an identifier at a cut is seen whole."""

import gzip
import json
import os
import random
import time
import zlib
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.errors import FormatError, LimitError
from veil.service.trace.evaluate import OVERLAP, PIECE, pieces
from veil.service.trace.stream import CONTEXT, MARGIN, WINDOW, Stream
from veil.service.trace.websocket import Frames

PLANTED = "Jürgen 555-867-5309"
FILL = "Die Wunde ist sauber. "


def cut(content, sizes):
    """The content in pieces of the sizes, again and again."""
    at = turn = 0
    while at < len(content):
        size = sizes[turn % len(sizes)]
        yield content[at : at + size]
        at, turn = at + size, turn + 1


def windows(stream, content, sizes):
    found = [one for piece in cut(content, sizes) for one in stream.feed(piece)]
    return [*found, *stream.feed(b"", end=True)]


SIZES = st.lists(st.integers(1, 5_000), min_size=1, max_size=6)


@settings(max_examples=80)
@given(st.integers(0, 3 * WINDOW), SIZES)
def test_windows_own_every_place_of_the_text_once(place, sizes):
    text = ("ä" * place) + PLANTED + FILL * 300
    found = windows(Stream(), text.encode(), sizes)
    assert "".join(one.text[one.first : one.last] for one in found) == text


@settings(max_examples=80)
@given(st.integers(0, 2 * WINDOW), SIZES)
def test_an_identifier_cut_between_chunks_stands_whole_in_the_window_that_owns_it(place, sizes):
    text = FILL * (place // len(FILL)) + PLANTED + FILL * 500
    at = [(one, one.text.find(PLANTED)) for one in windows(Stream(), text.encode(), sizes)]
    owners = [one for one, start in at if start >= 0 and one.first <= start < one.last]
    assert len(owners) == 1


@settings(max_examples=40)
@given(SIZES)
def test_what_escapes_hide_is_read_as_it_is_meant(sizes):
    text = FILL * 400 + PLANTED
    told = "".join(one.text for one in windows(Stream(), json.dumps({"a": text}).encode(), sizes))
    assert PLANTED in told
    told = "".join(one.text for one in windows(Stream(form=True), f"a={quote_plus(text)}".encode(), sizes))
    assert PLANTED in told


@given(SIZES)
def test_a_packed_stream_is_unpacked_as_it_comes(sizes):
    content = gzip.compress((FILL * 400 + PLANTED).encode())
    assert PLANTED in windows(Stream(codings="gzip"), content, sizes)[-1].text


def test_a_stream_that_is_no_text_or_breaks_off_says_so():
    cases = {b"plain": "", b"\x89PNG\xff": "body-encoding", b"a\x00b": "body-encoding"}
    for content, missed in cases.items():
        stream = Stream()
        stream.feed(content)
        stream.feed(b"", end=True)
        assert stream.missed == missed
    packed = Stream(codings="gzip")
    packed.feed(gzip.compress(b"plain")[:-4])
    packed.feed(b"", end=True)
    assert packed.missed == "body-packed"


NOISE = {
    "random": random.Random(3).randbytes(100_000),
    "escaped": json.dumps("\x01\ufffd" * 10_000).encode(),
    "written": "\x01\ufffd".encode() * 20_000,
}


@pytest.mark.parametrize("noise", NOISE.values(), ids=list(NOISE))
def test_what_is_mostly_no_text_is_not_read_and_never_passes_for_read_and_text_beside_it_is(noise):
    text = FILL * 1_000 + PLANTED + FILL * 12
    stream = Stream()
    found = windows(stream, noise + text.encode() + noise, [7_000])
    assert any(PLANTED in one.text for one in found)
    assert sum(len(one.text.strip()) for one in found) < 1.3 * len(text)
    assert stream.missed == "body-encoding"


def test_letters_of_another_encoding_are_read_as_far_as_they_go():
    stream = Stream()
    found = windows(stream, ("Größe, Übelkeit, Gefühl: " * 700 + PLANTED).encode("latin-1"), [7_000])
    assert any("555-867-5309" in one.text for one in found)
    assert stream.missed == "body-encoding"


def test_texts_between_lengths_and_numbers_are_read():
    """As in streams of gRPC, which are not cut into messages here."""
    content = b"".join(b"\x00\x00\x00\x00\x17\x0a\x15\x10\x96\x01" + PLANTED.encode() for _ in range(500))
    found = windows(Stream(), content, [7_000])
    assert "".join(one.text[one.first : one.last] for one in found).count(PLANTED) == 500


def test_margins_are_wider_than_any_identifier_and_leave_room():
    assert MARGIN + CONTEXT < WINDOW / 2
    assert MARGIN >= 256


@settings(max_examples=60)
@given(st.integers(0, 4 * PIECE), st.sampled_from(["\n", "x"]))
def test_pieces_of_a_long_text_own_every_place_of_it_once(size, filler):
    text = ("word " * 7 + filler) * (size // 36)
    made = list(pieces(text))
    assert "".join(text[first:last] for _, _, first, last in made) == text
    assert all(begin <= first <= last <= end <= begin + PIECE for begin, end, first, last in made)
    assert all(end - last >= OVERLAP // 4 or text[end - 1] == "\n" for _, end, _, last in made[:-1])


def frame(data, *, kind=1, last=True, packed=False, masked=True):
    head = bytes([(0x80 if last else 0) | (0x40 if packed else 0) | kind])
    size = len(data)
    told = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2) if size < 65536 else b"\x7f" + size.to_bytes(8)
    key = os.urandom(4) if masked else b""
    body = bytes(byte ^ key[i % 4] for i, byte in enumerate(data)) if masked else data
    return head + bytes([told[0] | (0x80 if masked else 0)]) + told[1:] + key + body


def deflated(packer, data):
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


MESSAGES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=300), max_size=6)


@settings(max_examples=80)
@given(MESSAGES, SIZES, st.booleans(), st.data())
def test_texts_of_a_websocket_are_read_through_mask_packing_and_fragments(messages, sizes, packed, data):
    packer = zlib.compressobj(wbits=-15)
    wire = b""
    for message in messages:
        content = deflated(packer, message.encode()) if packed else message.encode()
        at = data.draw(st.integers(0, len(content)))
        wire += frame(content[:at], last=False, packed=packed) + frame(b"ping", kind=9) + frame(content[at:], kind=0)
        wire += frame(b"\x00\xffbinary", kind=2)
    frames = Frames()
    told = b"".join(frames.feed(piece) for piece in cut(wire, sizes))
    assert told.decode() == "".join(f"{message}\n" for message in messages)


@given(st.binary(max_size=400), SIZES)
def test_bytes_that_are_no_frames_raise_nothing_but_our_own(wire, sizes):
    frames = Frames()
    try:
        for piece in cut(wire, sizes):
            frames.feed(piece)
    except (FormatError, LimitError) as error:
        assert error.code in ("frames-broken", "body-swollen")


def test_a_bomb_in_a_frame_is_refused():
    packed = deflated(zlib.compressobj(wbits=-15), b" " * (64 << 20))
    with pytest.raises(LimitError, match="body-swollen"):
        Frames().feed(frame(packed, packed=True))


def heard(*wire):
    """Why a talk in these bytes was not read, or not all of it."""
    stream = Stream(Frames())
    for one in wire:
        stream.feed(one)
    stream.feed(b"", end=True)
    return stream.missed


def test_a_talk_that_was_not_read_or_not_to_its_end_says_so():
    whole = frame(b"hello", last=False) + frame(b"ping", kind=9) + frame(b"you", kind=0)
    assert heard(whole) == heard() == heard(frame(b"", kind=2)) == ""
    assert heard(whole, frame(b"Alice Wong", kind=2)) == "body-kind"
    assert heard(frame(b"", kind=2, last=False), frame(b"Alice Wong", kind=0)) == "body-kind"
    assert [heard(whole[:at]) for at in (1, 3, 9, 11, 14, len(whole) - 1)] == ["frames-broken"] * 6


def test_nothing_behind_the_end_of_a_packing_passes_unread():
    packer = zlib.compressobj(wbits=-15)
    first = frame(packer.compress(b"quiet") + packer.flush(zlib.Z_FINISH), packed=True)
    with pytest.raises(FormatError, match="frames-broken"):
        Frames().feed(first + frame(deflated(zlib.compressobj(wbits=-15), b"Alice Wong"), packed=True))


def test_a_piece_that_unpacks_to_much_text_is_cut_into_windows_in_time_of_its_length():
    stream = Stream(codings="gzip")
    text = "".join(FILL.replace("Wunde", f"Wunde {at}") for at in range(400_000))
    began = time.process_time()
    found = stream.feed(gzip.compress(text.encode(), 1))
    assert len(found) > 1_000
    assert time.process_time() - began < 0.5
