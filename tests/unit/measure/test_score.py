"""Figures of small notes, counted by hand."""

from __future__ import annotations

import json
import sys

import pytest
from tests.conftest import SHARED
from tests.unit.measure.test_readers import GOLDEN, quiet

from veil.errors import PolicyError
from veil.jobs.texts.evaluate import compared, mistakes_of, record_of
from veil.measure.curate import LabelMap, curated, predicted
from veil.measure.figures import figures_of, short_of, wanted
from veil.measure.notes import Note, NoteMark
from veil.measure.score import counts_of
from veil.measure.sheet import sheet_of
from veil.model import Label


def figures(text, gold, told, *, curate=True):
    """Figures of one note; marks are written as the words that they cover, with a label."""
    marks, guesses = (tuple(_mark(text, *pair) for pair in pairs) for pairs in (gold, told))
    sheet = sheet_of(text, curated(Note("n", text, marks), LabelMap(), everything=not curate), curate=curate)
    return figures_of([counts_of(sheet, predicted(Note("n", text, guesses), LabelMap()))], 100)


def _mark(text, word, label):
    return NoteMark(text.index(word), text.index(word) + len(word), label)


def counted(found):
    return {name: found["tokens"][name] for name in ("tp", "fp", "fn", "tn")}


def test_half_a_name_is_a_leak_but_its_letters_count():
    found = figures("Ann Lee came today", [("Ann Lee", "NAME")], [("Lee", "NAME")])
    assert counted(found) == {"tp": 1, "fp": 0, "fn": 1, "tn": 2}
    assert found["shares"]["chars"] == 50
    assert found["shares"]["notes"] == 0
    assert found["leaks"] == {"spans": 1, "missed": 0, "per_1000_notes": 1000, "missed_per_1000_notes": 0}
    assert (found["spans"]["recall"]["any"], found["spans"]["recall"]["covered"]) == (1, 0)


def test_part_of_a_token_masked_is_a_leak_inside_gold_and_a_false_alarm_outside():
    assert counted(figures("Annabel came", [("Annabel", "NAME")], [("Anna", "NAME")]))["fn"] == 1
    assert counted(figures("Annabel came", [("Annabel", "NAME")], [("Annabel ca", "NAME")])) == {
        "tp": 1,
        "fp": 1,
        "fn": 0,
        "tn": 0,
    }


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("45", "AGE"),
        ("45 years", "AGE_90"),
        ("Vermont", "STATE"),
        ("2019", "YEAR"),
        ("2019", "DATE"),
        ("Monday", "WEEKDAY"),
        ("glazier", "PROFESSION"),
        ("Mercy", "HOSPITAL"),
    ],
)
@pytest.mark.parametrize("masked", [True, False])
def test_what_safe_harbor_lets_stay_counts_neither_way(word, label, masked):
    text = "At 45 years a glazier of Vermont seen Monday 2019 at Mercy"
    found = figures(text, [(word, label)], [(word, "NAME")] if masked else [])
    assert found["tokens"]["tp"] == found["tokens"]["fp"] == found["tokens"]["fn"] == 0
    assert found["spans"]["gold"] == found["spans"]["predicted"] == 0
    every = figures(text, [(word, label)], [(word, label)] if masked else [], curate=False)
    assert every["tokens"]["tp" if masked else "fn"] == 1


@pytest.mark.parametrize("age", ["92", "92-year-old", "101", "ninety-four", "in her nineties"])
def test_an_age_over_89_is_read_from_the_text_whatever_its_label(age):
    assert figures(f"a woman {age} came", [(age, "AGE")], [])["tokens"]["fn"] >= 1


def test_the_words_beside_an_age_count_neither_way():
    alone = figures("a 92 years old man", [("92 years old", "AGE")], [("92", "AGE_OVER_89")])
    whole = figures("a 92 years old man", [("92 years old", "AGE")], [("92 years old", "AGE")])
    assert counted(alone) == counted(whole) == {"tp": 1, "fp": 0, "fn": 0, "tn": 2}


def test_titles_in_a_name_and_a_possessive_s_may_stay():
    found = figures("Dr. Lee's plan", [("Dr. Lee's", "NAME")], [("Lee", "NAME")])
    assert counted(found) == {"tp": 1, "fp": 0, "fn": 0, "tn": 1}
    assert counted(figures("Dr. Lee's plan", [("Dr. Lee's", "NAME")], [("Lee", "NAME")], curate=False))["fn"] == 2


def test_a_name_found_under_another_label_is_found_but_not_right():
    spans = figures("Seen by Lee", [("Lee", "NAME")], [("Lee", "LOCATION")])["spans"]
    assert spans["recall"] == {"exact": 1, "any": 1, "covered": 1, "exact_same": 0, "any_same": 0, "covered_same": 0}
    assert spans["precision"] == {"exact": 1, "any": 1, "exact_same": 0, "any_same": 0}


def test_a_wide_span_is_not_exact_but_covers():
    spans = figures("Seen by Ann Lee today", [("Ann Lee", "NAME")], [("by Ann Lee", "NAME")])["spans"]
    assert (spans["recall"]["exact"], spans["recall"]["covered"], spans["precision"]["any"]) == (0, 1, 1)


def test_a_note_without_identifiers_that_is_touched_is_no_longer_harmless():
    found = figures("Foley removed", [], [("Foley", "NAME")])
    assert (found["shares"]["harmless"], found["shares"]["chars"], found["shares"]["notes"]) == (100, None, None)


def test_false_alarms_stand_under_the_label_of_the_prediction():
    labels = figures("Foley in Boston", [("Boston", "LOCATION")], [("Foley", "NAME")])["labels"]
    assert (labels["NAME"]["fp"], labels["LOCATION"]["fn"], labels["LOCATION"]["leaks"]) == (1, 1, 1)


def test_no_miss_in_few_notes_is_told_with_a_wide_interval():
    found = figures("Ann Lee", [("Ann Lee", "NAME")], [("Ann Lee", "NAME")])
    assert found["intervals"]["notes"] == [0, 100]


def test_the_golden_set_has_its_golden_figures_from_every_format():
    want = json.loads((GOLDEN / "figures.json").read_text())
    for name in ("gold.jsonl", "i2b2", "brat"):
        record = record_of(
            compared(GOLDEN / name, GOLDEN / "predictions.jsonl", LabelMap(), None, quiet, curate=True), 1000, quiet
        )
        assert record["gold"].pop("format") == name.removeprefix("gold.")
        del record["veil"]
        assert json.loads(json.dumps(record)) == want


def test_every_mistake_is_listed_with_its_kind():
    comparison = compared(GOLDEN / "i2b2", GOLDEN / "predictions.jsonl", LabelMap(), None, quiet, curate=True)
    listed = [(one.label, one.kind, one.surface) for one in mistakes_of(comparison)]
    assert listed == [
        ("NAME", "leaked partly", "Ansgar Pell"),
        ("ZIP", "leaked fully", "05701"),
        ("NAME", "false alarm", "Foley"),
        ("ID", "leaked fully", "KX-7719"),
    ]
    assert mistakes_of(comparison)[0].pieces == (("Ansgar ", False), ("Pell", True))


def test_bars_are_read_and_those_that_are_not_reached_are_told():
    bars = wanted("chars=99.9, other=0.3,leaks=5")
    shares = {"chars": 99.9, "other": 0.31, "leaks": None}
    assert short_of(shares, bars) == ["other", "leaks"]
    for text, code in (("speed=3", "want-unknown"), ("chars=much", "want-number")):
        with pytest.raises(PolicyError) as caught:
            wanted(text)
        assert caught.value.code == code


@pytest.mark.corpora
@pytest.mark.parametrize("corpus", ["asq-phi", "outis-remediation", "seeded-mtsamples"])
def test_the_figures_are_those_of_the_shared_script_to_the_last_digit(corpus):
    """Sets without words beside an age: there we count neither way what the script counts as other text."""
    path = SHARED / "corpora" / f"{corpus}.jsonl"
    if not path.exists() or not (SHARED / "peers" / "figures.py").exists():
        pytest.skip("the open corpora are not beside the checkout")
    sys.path.insert(0, str(SHARED / "peers"))
    try:
        import figures as script
        import score as peers
    finally:
        sys.path.remove(str(SHARED / "peers"))
    kinds = {
        "NAME": Label.NAME,
        "DATE": Label.DATE,
        "AGE": Label.AGE,
        "LOCATION": Label.LOCATION,
        "CONTACT": Label.PHONE,
        "ID": Label.ID,
    }
    words = json.loads((SHARED / "peers" / "labels.json").read_text())[corpus]
    labels = LabelMap({word: kinds.get(kind) for word, kind in words.items()})
    comparison = compared(path, None, labels, None, quiet, curate=True)
    record = record_of(comparison, 100, quiet)
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    notes = []
    for one in records:
        notes.append(peers.Note(one, words, peers.IDENTIFYING))
        notes[-1].id = str(one["id"])
    spans = [[(mark.start, mark.end, "") for mark, _ in told] for told in comparison.predictions]
    theirs = script.figures(
        notes,
        {note.id: [pair[:2] for pair in told] for note, told in zip(notes, spans, strict=True)},
        peers.IDENTIFYING,
    )
    assert {name: record["figures"]["shares"][name] for name in theirs} == theirs
    scored = peers.score(
        {note.id: note for note in notes},
        [
            {"id": note.id, "spans": told, "seconds": 1, "cpu_seconds": 1}
            for note, told in zip(notes, spans, strict=True)
        ],
        peers.IDENTIFYING,
    )
    assert record["figures"]["spans"]["recall"]["covered"] == scored["span_recall"]
    assert record["figures"]["leaks"]["per_1000_notes"] == scored["leaked_per_1000_notes"]
    assert record["figures"]["tokens"]["f2"] == scored["token"]["f2"]
