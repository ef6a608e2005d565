"""Annotations as other tools write them, and as they should not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.e2e.test_canary import search

from veil.errors import Error, FormatError, PolicyError
from veil.measure.curate import LabelMap, demand_known, read_map
from veil.measure.masked import marks_of
from veil.measure.notes import Note, NoteMark
from veil.measure.read import read_gold, read_predictions
from veil.measure.read_i2b2 import read_note, written
from veil.model import Label

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "annotations"
CANARY = {"value": "Quackenthorpe-519-38-2746"}


def quiet(*_):
    return None


def i2b2(text, tags, head='<?xml version="1.0" encoding="UTF-8" ?>'):
    return f"{head}\n<deIdi2b2>\n<TEXT><![CDATA[{text}]]></TEXT>\n<TAGS>\n{tags}\n</TAGS>\n</deIdi2b2>\n".encode()


def refused(code, read, *words):
    with pytest.raises(Error) as caught:
        read(*words)
    assert caught.value.code == code, caught.value
    search(code, CANARY, caught.value.line().encode())
    search(code, CANARY, repr(caught.value).encode())
    assert caught.value.__cause__ is None
    return caught.value


def test_one_set_of_notes_reads_alike_from_three_formats():
    read = [read_gold(GOLDEN / name, quiet) for name in ("gold.jsonl", "i2b2", "brat")]
    assert [one.format for one in read] == ["jsonl", "i2b2", "brat"]
    assert read[0].notes == read[1].notes == read[2].notes
    assert [note.id for note in read[0].notes] == ["admission", "harmless", "letter"]
    assert [len(note.marks) for note in read[0].notes] == [12, 0, 5]
    admission = read[0].notes[0]
    assert [admission.text[a:b] for a, b, _ in admission.marks][:2] == ["Odalys Brennick-Tovar", "00418-22"]


def test_one_xml_file_is_a_set_of_one_note():
    assert [note.id for note in read_gold(GOLDEN / "i2b2" / "letter.xml", quiet).notes] == ["letter"]


def test_crlf_that_offsets_count_stays_and_crlf_that_they_do_not_goes():
    text = "To Ann\r\nand Bob\r\n"
    raw = read_note(i2b2(text, '<NAME start="12" end="15" text="Bob" TYPE="PATIENT" />'), "n", "here")
    broken = read_note(i2b2(text, '<NAME start="11" end="14" text="Bob" TYPE="PATIENT" />'), "n", "here")
    assert (raw.text, raw.marks) == (text, (NoteMark(12, 15, "PATIENT"),))
    assert (broken.text, broken.marks) == (text.replace("\r", ""), (NoteMark(11, 14, "PATIENT"),))


def test_crlf_within_a_mark_and_between_attributes_is_no_obstacle():
    tag = '<NAME start="3"\r\nend="13" text="Ann&#13;&#10;Smith" TYPE="PATIENT" />'
    note = read_note(i2b2("To Ann\r\nSmith", tag), "n", "here")
    assert note.text[3:13] == "Ann\r\nSmith"


def test_crlf_where_nothing_tells_how_offsets_were_counted_is_refused():
    refused(
        "newlines-unclear",
        read_note,
        i2b2(f"{CANARY['value']}\r\nBob\r\n", '<NAME start="27" end="30" TYPE="DOCTOR" />'),
        "n",
        "here",
    )


def test_a_lone_cr_in_xml_is_a_line_end():
    assert read_note(i2b2("a\rb", ""), "n", "here").text == "a\nb"


def test_marks_before_the_first_crlf_need_no_text_beside_them():
    note = read_note(i2b2("Bob came\r\ntoday", '<NAME start="0" end="3" TYPE="DOCTOR" />'), "n", "here")
    assert note.text == "Bob came\ntoday"


def test_offsets_in_utf_16_units_are_refused_with_the_reason():
    tag = '<NAME start="3" end="6" text="Bob" TYPE="PATIENT" />'
    error = refused("mark-text", read_note, i2b2("🩺 Bob " + CANARY["value"], tag), "n", "here")
    assert "UTF-16" in error.hint
    assert read_note(i2b2("🩺 Bob", tag.replace('"3" end="6"', '"2" end="5"')), "n", "here").marks == (
        NoteMark(2, 5, "PATIENT"),
    )


def test_entities_that_double_ten_times_are_never_expanded():
    laughs = "".join(f'<!ENTITY a{i} "&a{i - 1};&a{i - 1};">' for i in range(1, 40))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "{CANARY["value"]}">{laughs}]>'
    refused("xml-doctype", read_note, i2b2("", "", head).replace(b"<TAGS>", b"<TAGS>&a39;"), "n", "here")


def test_an_entity_of_another_file_is_never_read(tmp_path):
    (tmp_path / "secret").write_text(CANARY["value"])
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file://{tmp_path}/secret">]>'
    refused("xml-doctype", read_note, i2b2("", "", head), "n", "here")


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("xml-broken", f"<deIdi2b2><TEXT>{CANARY['value']}".encode()),
        ("xml-broken", f"<deIdi2b2><TEXT>&{CANARY['value']};</TEXT></deIdi2b2>".encode()),
        ("xml-encoding", b'<?xml version="1.0" encoding="UTF-8"?><a>\xff\xfe</a>'),
        ("xml-encoding", b'<?xml version="1.0" encoding="klingon"?><a/>'),
        ("i2b2-shape", f"<note>{CANARY['value']}</note>".encode()),
        ("i2b2-shape", i2b2("abc", f'<NAME start="{CANARY["value"]}" end="2" />')),
        ("i2b2-shape", i2b2("abc", '<NAME start="-1" end="2" />')),
        ("mark-offset", i2b2("abc", '<NAME start="2" end="9" TYPE="PATIENT" />')),
        ("mark-offset", i2b2("abc", '<NAME start="2" end="2" TYPE="PATIENT" />')),
        ("mark-text", i2b2("abc", f'<NAME start="0" end="2" text="{CANARY["value"]}" TYPE="PATIENT" />')),
    ],
)
def test_xml_that_is_no_i2b2_is_refused_without_a_value(code, data):
    refused(code, read_note, data, "n", "here")


def test_marks_as_philter_reads_them_and_types_that_are_missing():
    tags = '<PHI spans="0~3" text="Bob" TYPE="DOCTOR" /><NAME start="4" end="7" text="Ann" />'
    assert read_note(i2b2("Bob Ann", tags), "n", "here").marks == (NoteMark(0, 3, "DOCTOR"), NoteMark(4, 7, "NAME"))


def test_xml_in_latin_1_is_read_as_it_says():
    data = i2b2(
        "Zoë", '<NAME start="0" end="3" text="Zoë" TYPE="PATIENT" />', '<?xml version="1.0" encoding="iso-8859-1"?>'
    )
    assert read_note(data.decode().encode("latin-1"), "n", "here").text == "Zoë"


def test_a_control_character_cannot_be_written_as_xml():
    refused("xml-character", written, Note("n", "a\x0b" + CANARY["value"], ()), "here")


def test_brat_pieces_are_marks_of_their_own(tmp_path):
    (tmp_path / "a.txt").write_text("Ann and Bob Hall")
    (tmp_path / "a.ann").write_text("T1\tNAME 0 3;12 16\tAnn Hall\nR1\tOf Arg1:T1 Arg2:T1\nT2\tNAME 8 16\tBob Hall\n")
    (note,) = read_gold(tmp_path, quiet).notes
    assert note.marks == (NoteMark(0, 3, "NAME"), NoteMark(8, 16, "NAME"), NoteMark(12, 16, "NAME"))


@pytest.mark.parametrize("line", ["T1 NAME 0 3 Ann", "T1\tNAME 0\tAnn", "T1\t" + CANARY["value"], "T1\tNAME -1 3\tAnn"])
def test_a_broken_line_of_brat_is_refused_with_its_number(tmp_path, line):
    (tmp_path / "a.txt").write_text("Ann")
    (tmp_path / "a.ann").write_text(f"#1\tNote T1\tok\n{line}\n")
    assert "line 2" in refused("ann-line", read_gold, tmp_path, quiet).where


def test_a_text_without_an_ann_file_beside_others_is_refused(tmp_path):
    for name in ("a.txt", "a.ann", "b.txt"):
        (tmp_path / name).write_text("")
    refused("ann-missing", read_gold, tmp_path, quiet)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("annotation-line", '{"id": "1", "text": "' + CANARY["value"]),
        ("annotation-line", f'["{CANARY["value"]}"]'),
        ("annotation-line", '{"text": "a", "spans": []}'),
        ("annotation-line", '{"id": "1", "spans": []}'),
        ("annotation-line", '{"id": "1", "text": "a"}'),
        ("annotation-line", '{"id": "1", "text": "a\\ud800", "spans": []}'),
        ("annotation-line", '{"id": "1", "text": "abc", "spans": [{"start": true, "end": 2}]}'),
        ("annotation-line", '{"id": "1", "text": "abc", "spans": [{"start": 0.0, "end": 2, "label": "NAME"}]}'),
        ("annotation-line", '{"id": "1", "text": "abc", "spans": [{"start": 0, "end": 2, "label": 3}]}'),
        ("mark-offset", '{"id": "1", "text": "abc", "spans": [{"start": -1, "end": 2, "label": "NAME"}]}'),
        ("mark-offset", '{"id": "1", "text": "abc", "spans": [{"start": 1, "end": 4, "label": "NAME"}]}'),
        ("mark-offset", '{"id": "1", "text": "abc", "spans": [{"start": 2, "end": 1, "label": "NAME"}]}'),
    ],
)
def test_a_broken_line_of_gold_is_refused_with_its_number(tmp_path, code, line):
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "0", "text": "", "spans": []}\n' + line + "\n")
    assert "line 2" in refused(code, read_gold, path, quiet).where


def test_two_notes_of_one_id_are_refused(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text(f'{{"id": "{CANARY["value"]}", "text": "", "spans": []}}\n' * 2)
    assert refused("note-twice", read_gold, path, quiet).where == "gold notes 1 and 2"


def test_a_folder_of_nothing_of_two_formats_and_of_text_alone_is_refused(tmp_path):
    refused("input-missing", read_gold, tmp_path / "nowhere", quiet)
    refused("annotations-unknown", read_gold, tmp_path, quiet)
    (tmp_path / "a.txt").write_text("a")
    refused("annotations-unknown", read_gold, tmp_path, quiet)
    (tmp_path / "a.xml").write_text("<a/>")
    refused("annotations-mixed", read_gold, tmp_path, quiet)
    (tmp_path / "odd").write_text(CANARY["value"])
    refused("annotations-unknown", read_gold, tmp_path / "odd", quiet)
    (tmp_path / "none.jsonl").write_text("\n")
    refused("notes-none", read_gold, tmp_path / "none.jsonl", quiet)


def test_a_masked_text_tells_places_and_no_label(tmp_path):
    gold = [Note("sub/1", "Seen by Ann Lee.", ())]
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "1.txt").write_text("Seen by *** ***.")
    told = read_predictions(tmp_path, gold, quiet)
    assert told.format == "masked"
    assert told.notes[0].marks == (NoteMark(8, 11, None), NoteMark(12, 15, None))


@pytest.mark.parametrize("shown", ["Seen by [NAME].", "Seen by Ann Le*!", "Seen by *****\r\n."])
def test_a_masked_text_that_is_of_another_text_is_refused(shown):
    refused("masked-text", marks_of, "Seen by Ann Lee.", shown, "here")


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("prediction-missing", ['{"id": "1", "spans": []}']),
        ("prediction-unknown", ['{"id": "1", "spans": []}', '{"id": "2", "spans": []}', '{"id": "3", "spans": []}']),
        (
            "prediction-text",
            ['{"id": "1", "spans": []}', '{"id": "2", "text": "Quackenthorpe-519-38-2746", "spans": []}'],
        ),
        ("mark-offset", ['{"id": "1", "spans": []}', '{"id": "2", "spans": [[0, 99]]}']),
    ],
)
def test_predictions_of_other_notes_are_refused(tmp_path, code, lines):
    (tmp_path / "p.jsonl").write_text("\n".join(lines))
    refused(code, read_predictions, tmp_path / "p.jsonl", [Note("1", "abc", ()), Note("2", "abc", ())], quiet)


def test_predictions_come_in_the_order_of_gold(tmp_path):
    (tmp_path / "p.jsonl").write_text('{"id": "2", "spans": [[0, 2]]}\n{"id": "1", "spans": [[1, 2, "NAME"]]}')
    told = read_predictions(tmp_path / "p.jsonl", [Note("1", "abc", ()), Note("2", "abc", ())], quiet)
    assert [note.marks for note in told.notes] == [(NoteMark(1, 2, "NAME"),), (NoteMark(0, 2, None),)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.toml", 'WARD = "LOCATION"\nTITLE = "drop"\ndrop = ["NRP"]\n'),
        ("m.yaml", "WARD: LOCATION\nTITLE: drop\ndrop: [NRP]\n"),
        ("m.json", '{"WARD": "LOCATION", "TITLE": "drop", "drop": ["NRP"]}'),
    ],
)
def test_a_map_says_what_words_mean_in_three_ways_of_writing(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    labels = read_map(tmp_path / name)
    assert [labels.of(word) for word in ("WARD", "TITLE", "NRP", "PATIENT")] == [Label.LOCATION, None, None, Label.NAME]
    assert labels.known("TITLE")
    assert not labels.known("ODD")


def test_a_map_that_keeps_some_words_drops_all_others(tmp_path):
    (tmp_path / "m.toml").write_text('keep = ["PATIENT"]')
    labels = read_map(tmp_path / "m.toml")
    assert [labels.of(word) for word in ("PATIENT", "DATE", "ODD")] == [Label.NAME, None, None]
    assert labels.known("ODD")


@pytest.mark.parametrize(
    ("code", "name", "text"),
    [
        ("map-broken", "m.toml", "= ="),
        ("map-broken", "m.json", "{"),
        ("map-shape", "m.json", "[]"),
        ("map-shape", "m.json", '{"A": 1}'),
        ("map-shape", "m.json", '{"drop": "A"}'),
        ("label-unknown", "m.json", '{"A": "ODD"}'),
    ],
)
def test_a_map_that_is_none_is_refused(tmp_path, code, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(PolicyError) as caught:
        read_map(tmp_path / name)
    assert caught.value.code == code


def test_a_label_that_nobody_knows_is_told_unless_it_may_be_a_value():
    notes = [
        Note(
            "1",
            "Odalys came",
            (NoteMark(0, 6, "ODD_KIND"), NoteMark(0, 6, "Odalys"), NoteMark(0, 6, CANARY["value"] + " and more")),
        )
    ]
    with pytest.raises(FormatError) as caught:
        demand_known(notes, LabelMap())
    assert caught.value.code == "gold-label"
    assert caught.value.message == "3 labels of gold are unknown: ODD_KIND"
    search("label", CANARY | {"word": "Odalys"}, caught.value.line().encode())


@pytest.mark.parametrize(
    "word",
    [
        "PATIENT",
        "DOCTOR",
        "USERNAME",
        "PROFESSION",
        "ROOM",
        "DEPARTMENT",
        "HOSPITAL",
        "ORGANIZATION",
        "STREET",
        "CITY",
        "STATE",
        "COUNTRY",
        "ZIP",
        "LOCATION-OTHER",
        "AGE",
        "DATE",
        "PHONE",
        "FAX",
        "EMAIL",
        "URL",
        "IPADDR",
        "SSN",
        "MEDICALRECORD",
        "HEALTHPLAN",
        "ACCOUNT",
        "LICENSE",
        "VEHICLE",
        "DEVICE",
        "BIOID",
        "IDNUM",
    ],
)
def test_every_type_of_i2b2_is_known_without_a_map(word):
    assert LabelMap().known(word)


@pytest.mark.parametrize("label", list(Label))
def test_every_label_is_written_as_a_type_of_i2b2_and_comes_back(label):
    note = Note("n", "Ann", (NoteMark(0, 3, label.value),))
    assert read_note(written(note, "here").encode(), "n", "here") == note
