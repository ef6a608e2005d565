"""The network gives one token one answer, whatever company its text is read in, and refuses weights it was not built for."""

import random
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from veil.detectors.ner import network as room
from veil.detectors.ner.cut import cut
from veil.detectors.ner.network import LONG, STEP, Predictions, shipped
from veil.errors import PartError

PROSE = (
    "The patient was seen by Dr. Okafor on the ward.",
    "Denies chest pain, BP 128/76, Foley catheter in place.",
    "Her daughter Mirela drove her in from Lindbeck.",
    "Continue metoprolol 25 mg BID; hold lisinopril.",
    "MRN 4471203. Room 12.",
    "will follow up w/ PCP",
)


def long_text(seed: int, sentences: int) -> str:
    rng = random.Random(seed)
    return rng.choice(("\n", " ", "\n\n")).join(rng.choice(PROSE) for _ in range(sentences))


def same(one: Predictions, other: Predictions) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_a_note_alone_and_in_any_batch_has_the_very_same_reading() -> None:
    network = shipped()
    cuts = [cut(long_text(seed, count)) for seed, count in enumerate((1, 3, 400, 2, 90, 1, 250, 7))]
    together = network.read(cuts)
    for one, reading in zip(cuts, together, strict=True):
        assert same(network.read([one])[0], reading)
    assert all(same(a, b) for a, b in zip(network.read(cuts[::-1])[::-1], together, strict=True))


def test_where_a_window_ends_is_not_seen() -> None:
    network = shipped()
    whole = cut(long_text(5, 300))
    assert len(whole.words) > 2 * LONG
    reading = network.read([whole])[0]
    told = dict(zip(reading.at.tolist(), reading.tags, strict=True))
    for begin in (0, 700, LONG - 40, LONG + 11):
        end = begin + 333
        low, high = max(0, begin - network.reach), end + network.reach
        part = whole._replace(
            words=whole.words[low:high],
            starts=whole.starts[low:high],
            ends=whole.ends[low:high],
            gaps=whole.gaps[low:high],
        )
        piece = network.read([part])[0]
        mine = {int(at) + low: tags for at, tags in zip(piece.at, piece.tags, strict=True) if begin <= at + low < end}
        assert set(mine) == {at for at in told if begin <= at < end}
        assert all(np.array_equal(mine[at], told[at]) for at in mine)


def test_a_lone_text_takes_the_least_window_and_has_the_same_answer_as_in_the_largest(monkeypatch) -> None:
    network = shipped()
    for width in (STEP, 2 * STEP, 5 * STEP, LONG - STEP, LONG):
        one = cut(" ".join(long_text(width, 120).split()))
        size = width - 2 * network.reach - 8  # what a window of this width has room for
        one = one._replace(words=one.words[:size], starts=one.starts[:size], ends=one.ends[:size], gaps=one.gaps[:size])
        own = network.read([one])[0]
        with monkeypatch.context() as only:
            only.setattr(room, "STEP", LONG)
            assert same(network.read([one])[0], own)


def test_numbers_that_show_the_same_have_one_vector() -> None:
    words = shipped()._words
    one, other, longer = words.vectors(["4155550000", "9999999999", "41555500001"])
    assert np.array_equal(one, other)
    assert not np.array_equal(one, longer)
    assert not np.array_equal(*words.vectors(["12", "31"]))  # a month, and a day that is none


def test_vectors_that_were_not_asked_for_lately_go_and_come_back_the_same(monkeypatch) -> None:
    words = shipped()._words
    first = len(words._at)  # with what other tests asked for
    monkeypatch.setattr("veil.detectors.ner.words.KEPT", first + 300)
    before = words.vectors(["Quennelby", "12,", "Zorvath", "metoprolol", "8675309"])
    for number in range(4):
        words.vectors([f"Ward{chr(97 + number)}{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(400)])
        assert np.array_equal(words.vectors(["Zorvath"]), before[2:3])
    assert len(words._at) < first + 1500
    assert np.array_equal(words.vectors(["Quennelby", "12,", "Zorvath", "metoprolol", "8675309"]), before)


def test_texts_without_a_token_have_an_empty_reading() -> None:
    readings = shipped().read([cut(""), cut(" \n\t"), cut("Dr. Okafor")])
    assert [len(one.at) for one in readings[:2]] == [0, 0]
    assert len(readings[2].at)


@pytest.mark.parametrize("piece", ["(", "a", "7", "\U0001f600", "\u0627", "a-", "'s ", "Aa", "\x00", "\n"])
def test_hostile_texts_are_read_in_linear_time(piece: str) -> None:
    network = shipped()

    def spent(size: int) -> float:
        begun = time.process_time()
        network.read([cut(piece * size)])
        return time.process_time() - begun

    spent(2_000)
    assert spent(60_000) < 25 * spent(6_000) + 0.5  # ten times the text; a square would be a hundred


def test_weights_that_were_changed_are_refused(tmp_path, monkeypatch) -> None:
    folder = room.files("veil.detectors.ner") / room.WEIGHTS
    shutil.copytree(str(folder), tmp_path / room.WEIGHTS)
    changed = tmp_path / room.WEIGHTS / "context.onnx"
    data = bytearray(changed.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    monkeypatch.setattr(room, "files", lambda _: tmp_path)
    with pytest.raises(PartError, match="weights-changed"):
        shipped.__wrapped__()


def test_the_weights_are_under_thirty_megabytes() -> None:
    folder = room.files("veil.detectors.ner") / room.WEIGHTS
    assert sum(one.stat().st_size for one in Path(str(folder)).rglob("*") if one.is_file()) < 30_000_000
