"""Files of ordered filters as Philter's users write them: each rule of precedence, and what is refused."""

import json
import sys

import pytest

from veil.detectors.filters.detector import Filters, label_of_type
from veil.detectors.filters.entries import digest_of, read_entries
from veil.detectors.filters.expressions import expression
from veil.detectors.scanner import Scanner
from veil.errors import LimitError, PolicyError
from veil.model import Known, Label, Owner, Text

SLOW = r"(?=x)(?:x|xx)+[yz]"
SAFE = {"type": "set", "title": "safe", "exclude": False, "data": ["the", "patient", "seen", "by", "was", "may"]}
DATES = {"type": "regex", "title": "dates", "exclude": True, "phi_type": "DATE", "data": r"\b\d\d?/\d\d?/\d{4}\b"}
RATIO = {"type": "regex", "title": "ratio", "exclude": False, "data": r"\b\d{2,3}/\d{2,3}\b"}


@pytest.fixture
def filters(tmp_path):
    def make(*written, **options):
        path = tmp_path / "configs" / "f.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(written), encoding="utf-8")
        return Filters(path, **options)

    return make


def marked(detector, text, owner=None):
    spans = Scanner([detector]).find([text], [owner or Owner()])[0]
    for span in reversed(spans):
        text = f"{text[: span.start]}[{span.label}]{text[span.end :]}"
    return text


def refused(make, *written):
    with pytest.raises(PolicyError) as caught:
        make(*written)
    return caught.value


def test_a_word_that_no_filter_knows_is_masked_and_points_stay(filters):
    assert marked(filters(SAFE), "The patient, Zed Quux-4: seen.") == "The patient, [NAME] [NAME]-[ID]: seen."


def test_the_first_filter_that_claims_a_place_wins(filters):
    text = "seen 04/12/2012 120/80"
    assert marked(filters(SAFE, DATES, RATIO), text) == "seen [DATE] 120/80"
    assert marked(filters(SAFE, RATIO, DATES), text) == "seen 04/12/[ID] 120/80"


def test_a_safe_phrase_that_touches_a_find_of_before_is_not_taken_in_part(filters):
    phrase = {"type": "regex", "title": "p", "exclude": False, "data": r"seen by Zed"}
    name = {"type": "set", "title": "n", "exclude": True, "phi_type": "NAME", "data": ["zed"]}
    assert marked(filters(name, phrase), "seen by Zed") == "[NAME] [NAME] [NAME]"
    assert marked(filters(phrase, name), "seen by Zed") == "seen by Zed"


def test_words_of_a_set_are_small_or_as_they_stand(filters):
    listed = {"type": "set", "title": "s", "exclude": False, "data": ["zed", "QUUX", "Foo"]}
    assert marked(filters(listed), "Zed ZED QUUX quux Foo foo") == "Zed ZED QUUX [NAME] Foo [NAME]"


def test_a_pattern_minds_the_case_of_letters_unless_it_says_otherwise(filters):
    small = {"type": "regex", "title": "s", "exclude": False, "data": "abc"}
    assert marked(filters(small), "abc ABC") == "abc [NAME]"
    assert marked(filters({**small, "data": "ab(?i)c"}), "abc ABC") == "abc ABC"


def test_a_context_filter_overrides_what_was_safe_where_phi_stands_beside(filters):
    initial = {
        "type": "regex_context",
        "title": "c",
        "exclude": True,
        "phi_type": "NAME",
        "data": r"\b[A-Z]\b\.? ?",
        "context": "right",
        "context_filter": "all",
    }
    letters = {"type": "regex", "title": "l", "exclude": False, "data": r"\b[A-Z]\b"}
    assert marked(filters(SAFE, letters, initial), "seen by J. Zed was B seen") == "seen by [NAME]. [NAME] was B seen"


def test_a_context_of_a_named_filter_looks_at_its_finds_alone(filters):
    name = {"type": "set", "title": "names", "exclude": True, "phi_type": "NAME", "data": ["zed"]}
    words = {"type": "set", "title": "w", "exclude": False, "data": ["will", "may"]}
    both = {
        "type": "regex_context",
        "title": "c",
        "exclude": True,
        "phi_type": "NAME",
        "data": r" (?:Will|May)\b",
        "context": "left",
        "context_filter": "names",
    }
    assert marked(filters(name, words, both), "Zed Will, Qux May") == "[NAME] [NAME], [NAME] May"


def test_a_part_of_speech_opens_a_set_and_a_pos_matcher(filters):
    name = {"type": "set", "title": "n", "exclude": True, "phi_type": "NAME", "data": ["may"], "pos": ["NNP"]}
    count = {"type": "pos_matcher", "title": "cd", "exclude": False, "pos": ["CD"]}

    def tagger(words):
        return ["NNP" if word == "May" else "CD" if word.isdigit() else "IN" for word in words]

    assert (
        marked(filters(name, SAFE, count, tagger=tagger), "May was seen, may 44 x9") == "[NAME] was seen, may 44 [ID]"
    )


def test_a_part_of_speech_without_a_tagger_is_refused(filters, monkeypatch):
    monkeypatch.setitem(sys.modules, "nltk.tag.perceptron", None)
    error = refused(filters, {"type": "pos_matcher", "title": "cd", "exclude": False, "pos": ["CD"]})
    assert error.code == "filters-pos"


def test_match_all_settles_what_nothing_settled(filters):
    every = {"type": "match_all", "title": "all", "exclude": False}
    assert marked(filters(every), "Zed 12") == "Zed 12"
    assert marked(filters(DATES, every), "Zed 04/12/2012") == "[NAME] [DATE]"
    words = {"type": "regex", "title": "words", "exclude": False, "data": "."}
    assert marked(filters(DATES, words), "Zed 04/12/2012") == "Zed [DATE]"


def test_what_the_tables_know_is_masked_where_the_file_asks_for_it(filters):
    probes = {"type": "dynamic_set", "title": "probes", "exclude": True, "phi_type": "PROBE"}
    known = Owner("p1", (Known("family_name", "May", Label.NAME, "strong"),))
    assert marked(filters(SAFE, probes), "May was seen", known) == "[NAME] was seen"
    assert marked(filters(SAFE), "May was seen", known) == "May was seen"


def test_lists_and_patterns_lie_beside_the_file_or_in_the_folder_above(filters, tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "safe.json").write_text('{"seen": 1, "by": 1}')
    (tmp_path / "lists" / "more.txt").write_text("# words\nwas\n")
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "date.txt").write_text("# a comment\n\n\\d\\d?/\\d\\d?\n")
    made = filters(
        {"type": "regex", "title": "d", "exclude": True, "phi_type": "DATE", "filepath": "date.txt"},
        {"type": "set", "title": "s", "exclude": False, "filepath": "lists/safe.json"},
        {"type": "set", "title": "t", "exclude": False, "filepath": "lists/more.txt"},
    )
    assert marked(made, "was seen by Zed 4/12") == "was seen by [NAME] [DATE]"
    before = digest_of(tmp_path / "configs" / "f.json")
    (tmp_path / "lists" / "more.txt").write_text("was\nzed\n")
    assert digest_of(tmp_path / "configs" / "f.json") != before


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"type": "oracle"}, "filters-type"),
        ({"type": "set", "filepath": "w.pkl"}, "filters-pickle"),
        ({"type": "set", "filepath": "nowhere.json"}, "filters-path"),
        ({"type": "regex"}, "filters-path"),
        ({"type": "regex", "data": "(Zed"}, "filters-pattern"),
        ({"type": "set", "data": "Zed"}, "filters-file"),
        ({"type": "regex_context", "data": "Zed", "context": "above"}, "filters-context"),
        ({"type": "regex_context", "data": "Zed", "context": "left", "context_filter": "gone"}, "filters-context"),
        ({"type": "pos_matcher"}, "filters-file"),
    ],
)
def test_what_cannot_be_read_is_refused_by_the_number_of_the_entry_and_no_word_of_it(filters, tmp_path, entry, code):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "w.pkl").write_bytes(b"cos\nsystem\n")
    error = refused(filters, SAFE, entry)
    assert error.code == code
    assert "entry 2" in error.line()
    assert "Zed" not in error.line()


def test_a_file_that_is_no_list_of_filters_is_refused(tmp_path):
    for content in ("{}", "[1]", "nonsense", "[" * 90_000):
        (tmp_path / "f.json").write_text(content)
        with pytest.raises(PolicyError, match="filters-file"):
            read_entries(tmp_path / "f.json")


def test_a_pattern_that_backtracks_ends_at_its_limit_and_tells_nothing_of_the_note(filters):
    detector = filters({"type": "regex", "title": "slow", "exclude": True, "data": SLOW}, seconds=0.2)
    with pytest.raises(LimitError, match="filters-slow") as caught:
        detector.find([Text.of("x" * 60)], [Owner()])
    assert "xx" not in caught.value.line()
    assert detector.find([Text.of("x" * 4 + "y")], [Owner()])[0] != []


@pytest.mark.parametrize("pattern", [SLOW, r"\bno backtracking\b", "plain", "é", r"(?=ahead)"])
def test_without_the_package_that_can_stop_a_search_a_pattern_is_refused_before_a_note_is_read(monkeypatch, pattern):
    monkeypatch.setitem(sys.modules, "regex", None)
    with pytest.raises(PolicyError, match=r"filters-extra.*veil-deid\[filters\]"):
        expression(pattern, "entry 1")


@pytest.mark.parametrize(
    ("phi_type", "value", "label"),
    [
        ("DATE", "4/12", Label.DATE),
        ("HOLIDAYS", "Easter", Label.DATE),
        ("LOCATION", "Main St", Label.LOCATION),
        ("TOWN", "Ely", Label.LOCATION),
        ("AGE<90", "45", Label.AGE),
        ("AGE<90", "97", Label.AGE_OVER_89),
        ("AGE>=90", "45", Label.AGE_OVER_89),
        ("AGE<90", "ninety", Label.AGE_OVER_89),
        ("CONTACT", "555-1212", Label.PHONE),
        ("CONTACT", "a@b.org", Label.EMAIL),
        ("CONTACT", "www.b.org", Label.URL),
        ("OTHER", "Zed", Label.NAME),
        ("OTHER", "Z9", Label.ID),
        ("PROBE", "9", Label.ID),
    ],
)
def test_a_type_of_philter_becomes_a_label(phi_type, value, label):
    assert label_of_type(phi_type, value) is label
