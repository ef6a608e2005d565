"""What a site allows and denies: words, patterns, files; detectors by name and filter file."""

import pytest

from veil.detectors.scanner import standard
from veil.detectors.site_lists import Allowed, Denied
from veil.errors import PartError, PolicyError
from veil.jobs.texts.text_options import Search
from veil.model import Label, Owner, Text
from veil.policy.lists import Detection, detectors_of, site_list, written_entry
from veil.policy.parse import YamlDocument
from veil.policy.plan import SiteList
from veil.verify.allowed_words import without_allowed

DOCUMENT = YamlDocument("p.yaml", {})


def marked(scanner, text):
    for span in reversed(scanner.find([text])[0]):
        text = f"{text[: span.start]}[{span.label}]{text[span.end :]}"
    return text


def test_a_list_takes_words_patterns_and_files(tmp_path):
    (tmp_path / "names.txt").write_text("# people\nZed Quux\tNAME\nre:W-\\d+\n\nBluebird\n", encoding="utf-8")
    found = site_list(
        [
            "one",
            {"word": "two", "label": "ORGANIZATION"},
            {"pattern": r"K\d{3}"},
            {"file": "names.txt", "label": "MRN"},
        ],
        "deny",
        DOCUMENT,
        tmp_path,
    )
    assert found.words == (("one", "ID"), ("two", "ORGANIZATION"), ("Zed Quux", "NAME"), ("Bluebird", "MRN"))
    assert found.patterns == ((r"K\d{3}", "ID"), (r"W-\d+", "MRN"))


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"words": "Zed"}, "list-entry"),
        ({"word": "Zed", "pattern": "Zed"}, "list-entry"),
        ({"word": "Zed", "label": "NAME"}, "list-entry"),
        ("  ", "list-entry"),
        ({"pattern": "(Zed"}, "list-pattern"),
        ({"pattern": "(?=Zed)"}, "list-pattern"),
        ({"file": "gone.txt"}, "list-file"),
    ],
)
def test_an_entry_that_cannot_be_read_is_refused_and_not_told(tmp_path, entry, code):
    with pytest.raises(PolicyError) as caught:
        site_list([entry], "allow", DOCUMENT, tmp_path)
    assert caught.value.code == code
    assert "Zed" not in caught.value.line()


def test_an_allowed_pattern_holds_for_the_whole_value_whatever_its_case():
    allowed = Allowed(["Mgs"], [r"\d+ units?"])
    assert "mgs" in allowed
    assert "12 units" in allowed
    assert "12 unitsx" not in allowed
    assert None not in allowed


def test_a_denied_word_is_found_even_where_the_policy_names_no_detector_of_known_identifiers():
    scanner = standard(["patterns"], deny={"Bluebird": Label.ORGANIZATION}, deny_patterns={r"\bW-\d+": Label.MRN})
    assert marked(scanner, "project bluebird, w-4417.") == "project [ORGANIZATION], [MRN]."


def test_nothing_refuses_what_is_denied():
    scanner = standard(
        ["patterns"], deny_patterns={"zed": Label.ID}, allow=["zed"], thresholds=dict.fromkeys(Label, 1.0)
    )
    assert marked(scanner, "Zed") == "[ID]"
    assert Denied({}, {"q*": Label.ID}).find([Text.of("zz")], [Owner()]) == [[]]


def test_detectors_are_named_and_standard_is_all_of_them(tmp_path):
    (tmp_path / "f.json").write_text('[{"type": "set", "title": "s", "exclude": false, "data": []}]')
    found = detectors_of(["standard", {"filters": "f.json"}, "safelist"], DOCUMENT, tmp_path)
    assert found.names is not None
    assert found.names[0] == "patterns"
    assert found.names[-2:] == ("filters", "safelist")
    assert found.filters == str(tmp_path / "f.json")
    assert len(found.digest) == 64
    assert detectors_of(None, DOCUMENT, tmp_path) == Detection()


@pytest.mark.parametrize(
    "written", [[{"patterns": "x"}], [{"filters": "f.json"}, {"filters": "f.json"}], [{"filters": "gone.json"}]]
)
def test_detectors_that_cannot_be_read_are_refused(tmp_path, written):
    (tmp_path / "f.json").write_text("[]")
    with pytest.raises(PolicyError):
        detectors_of(written, DOCUMENT, tmp_path)


@pytest.mark.parametrize("name", ["filters", "model"])
def test_a_detector_that_reads_a_file_has_one(name):
    with pytest.raises(PartError, match="detector-file"):
        standard([name])


def test_the_command_line_says_what_a_project_would(tmp_path):
    assert written_entry("mgs") == "mgs"
    assert written_entry(r"re:\d+") == {"pattern": r"\d+"}
    assert written_entry(f"@{tmp_path}/a.txt") == {"file": str(tmp_path / "a.txt")}
    assert Search().written() == {}
    with pytest.raises(PolicyError, match="detector-entry"):
        Search(["filters"]).scanner()
    assert Search(["patterns"], safelist=True, allow=["a"]).written() == {
        "detectors": ["patterns", "safelist"],
        "allow": ["a"],
    }


def test_what_is_allowed_is_nothing_that_an_output_may_not_hold():
    take = without_allowed(SiteList((("Foley unit", ""), ("mgs", "")), ((r"j\w+ smith", ""),)))
    assert take("Mr. John Smith, FOLEY UNIT, mgsx, 5 mgs") == "Mr. *, *, mgsx, 5 *"
    assert without_allowed(SiteList())("as it is") == "as it is"
