"""The laws of measuring: what any figure of any set of notes keeps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from veil.errors import FormatError
from veil.jobs.texts.evaluate import Comparison, record_of
from veil.measure import masked, read_brat, read_i2b2, read_jsonl
from veil.measure.bootstrap import intervals
from veil.measure.curate import LabelMap, curated, predicted
from veil.measure.figures import figures_of
from veil.measure.notes import Note, NoteMark
from veil.measure.score import counts_of
from veil.measure.sheet import sheet_of
from veil.model import Label

PIECES = st.sampled_from(
    [
        "a",
        "Dr",
        "Mary's",
        "92",
        "45",
        "2019",
        " ",
        "\n",
        "\r\n",
        "\r",
        "é",
        "e\u0301",
        "🩺",
        "𝔘",
        "-",
        "_",
        "&",
        "<",
        ">",
        '"',
        "]]>",
        "ninety",
        "x1",
        "、",
        "٣",
        "\t",
        "\ue000",
        "'s",
    ]
)
TEXTS = st.lists(PIECES, max_size=25).map("".join)
LABELS = st.sampled_from([label.value for label in Label])


@st.composite
def notes(draw, labels=LABELS, texts=TEXTS):
    text = draw(texts)
    marks = []
    for _ in range(draw(st.integers(0, 4)) if text else 0):
        start = draw(st.integers(0, len(text) - 1))
        marks.append(NoteMark(start, draw(st.integers(start + 1, len(text))), draw(labels)))
    return Note("n", text, tuple(sorted(set(marks))))


PAIRS = st.lists(st.tuples(notes(), st.integers(0, 2**32)), min_size=1, max_size=6)


def guesses(note, seed):
    """Predictions for a note: some of its marks, some of their own."""
    chance = np.random.default_rng(seed)
    kept = [mark for mark in note.marks if chance.random() < 0.6]
    for _ in range(int(chance.integers(0, 3)) if note.text else 0):
        start = int(chance.integers(0, len(note.text)))
        label = chance.choice([*Label, None])
        kept.append(NoteMark(start, int(chance.integers(start + 1, len(note.text) + 1)), label and str(label)))
    return Note(note.id, note.text, tuple(kept))


def comparison(pairs, *, curate=True):
    gold = [note for note, _ in pairs]
    marks = [curated(note, LabelMap(), everything=not curate) for note in gold]
    return Comparison("jsonl", "jsonl", curate, gold, marks, [predicted(told, LabelMap()) for _, told in pairs])


def record(pairs, *, curate=True):
    return record_of(comparison(pairs, curate=curate), 100, lambda *_: None)


@given(st.lists(notes(), min_size=1, max_size=5), st.booleans())
def test_a_prediction_equal_to_the_gold_scores_one_everywhere(gold, curate):
    figures = record([(note, note) for note in gold], curate=curate)["figures"]
    for name, value in figures["shares"].items():
        best = 0 if name in ("other", "harmless", "leaks") else 100
        assert value in (None, best), name
    for told in (figures["spans"]["recall"], figures["spans"]["precision"]):
        assert set(told.values()) <= {1.0, None}
    assert figures["spans"]["gold"] <= figures["spans"]["predicted"]
    assert figures["leaks"]["spans"] == 0


@given(PAIRS, st.integers(0, 2**32), st.booleans())
def test_one_more_predicted_span_never_lowers_recall_nor_raises_retention(pairs, seed, curate):
    told = [(note, guesses(note, own)) for note, own in pairs]
    more = [(note, Note(one.id, one.text, one.marks + guesses(note, seed).marks)) for note, one in told]
    before, after = (record(one, curate=curate)["figures"] for one in (told, more))
    for name, way in (
        ("chars", 1),
        ("notes", 1),
        ("token_recall", 1),
        ("span_recall", 1),
        ("retention", -1),
        ("other", 1),
    ):
        if before["shares"][name] is not None:
            assert way * after["shares"][name] >= way * before["shares"][name], name
    for name in ("exact", "any", "covered", "exact_same", "any_same", "covered_same"):
        if before["spans"]["recall"][name] is not None:
            assert after["spans"]["recall"][name] >= before["spans"]["recall"][name], name


@given(PAIRS, st.randoms())
def test_the_order_of_the_notes_changes_no_figure(pairs, chance):
    told = [(note, guesses(note, seed)) for note, seed in pairs]
    other = told.copy()
    chance.shuffle(other)
    before, after = record(told), record(other)
    assert sorted(map(str, ({**one, "note": 0} for one in before["figures"].pop("notes")))) == sorted(
        map(str, ({**one, "note": 0} for one in after["figures"].pop("notes")))
    )
    assert before == after


@given(PAIRS, st.booleans())
def test_the_sums_of_labels_and_of_notes_are_the_total(pairs, curate):
    figures = record([(note, guesses(note, seed)) for note, seed in pairs], curate=curate)["figures"]
    labels = figures["labels"].values()
    for name in ("tp", "fp", "fn"):
        assert sum(one[name] for one in labels) == figures["tokens"][name]
        assert sum(one[name] for one in figures["notes"]) == figures["tokens"][name]
    for name in ("hit", "miss", "alarm"):
        assert sum(one["characters"][name] for one in labels) == figures["characters"][name]
    for name in ("gold", "predicted"):
        assert sum(one["spans"][name] for one in labels) == figures["spans"][name]
    assert (
        sum(one["leaks"] for one in labels)
        == figures["leaks"]["spans"]
        == sum(one["leaks"] for one in figures["notes"])
    )
    assert sum(one["tn"] for one in figures["notes"]) == figures["tokens"]["tn"]


@given(notes(), st.integers(0, 2**32))
def test_every_letter_and_token_is_counted_once_or_counts_neither_way(note, seed):
    sheet = sheet_of(note.text, curated(note, LabelMap(), everything=False), curate=True)
    counts = counts_of(sheet, predicted(guesses(note, seed), LabelMap())).sum(axis=0)
    assert counts[:4].sum() == np.count_nonzero(sheet.kind[sheet.starts] != -2)
    assert counts[4:8].sum() == np.count_nonzero(sheet.solid & (sheet.kind != -2))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), min_size=1, max_size=30))
def test_an_interval_holds_its_share_and_narrows_with_more_notes(rows):
    hits = np.array([[hit] for hit, _ in rows])
    totals = hits + np.array([[miss] for _, miss in rows])
    if not totals.sum():
        return
    point = hits.sum() / totals.sum()
    few, many = (intervals(np.tile(hits, (n, 1)), np.tile(totals, (n, 1)), draws=400)[0] for n in (1, 16))
    assert few[0] <= point <= few[1]
    assert many[0] <= point <= many[1]
    assert many[1] - many[0] <= few[1] - few[0] + 0.02


@given(notes())
def test_jsonl_reads_back_what_it_wrote(note):
    (back,) = read_jsonl.read_lines(read_jsonl.written([note]), "here", needs_text=True)
    assert back == note


@given(notes())
def test_i2b2_reads_back_what_it_wrote(note):
    back = read_i2b2.read_note(read_i2b2.written(note, "here").encode(), "n", "here")
    assert back == note


@given(notes())
def test_brat_reads_back_what_it_wrote(note):
    text, annotations = read_brat.written(note)
    back = read_brat.read_note(text, annotations, "n", "here")
    assert back == note


@given(notes())
def test_a_masked_text_tells_every_masked_character(note):
    hidden = {at for mark in note.marks for at in range(mark.start, mark.end)}
    shown = "".join("*" if at in hidden else char for at, char in enumerate(note.text))
    marks = masked.marks_of(note.text, shown, "here")
    assert {at for mark in marks for at in range(mark.start, mark.end)} == hidden
    assert all(one.end < other.start for one, other in zip(marks, marks[1:], strict=False))


@given(notes(texts=st.lists(PIECES, min_size=3).map("".join)), st.integers(1, 3))
def test_offsets_that_are_off_are_refused_or_lie_in_the_text(note, step):
    """The file's own copy of the text betrays a shift."""
    moved = [
        (f"T{i}\tNAME {mark.start + step} {mark.end + step}\t", note.text[mark.start : mark.end])
        for i, mark in enumerate(note.marks)
    ]
    flat = "".join(head + said.replace("\r", " ").replace("\n", " ") + "\n" for head, said in moved)
    try:
        back = read_brat.read_note(note.text, flat, "n", "here")
    except FormatError as error:
        assert error.code in ("mark-text", "mark-offset")
    else:
        blanks = str.maketrans("\r\n\t", "   ")
        assert ["".join(back.text[a:b].translate(blanks).split()) for a, b, _ in back.marks] == [
            "".join(note.text[mark.start : mark.end].translate(blanks).split()) for mark in sorted(note.marks)
        ]


def test_the_figures_of_no_note_at_all_are_no_figures():
    with pytest.raises(ValueError, match="at least one"):
        figures_of([], 100)
