"""i2b2 XML as an input of runs: the text is scanned, the tags go, and every other byte stays."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from veil.errors import FormatError
from veil.formats.base import Part
from veil.formats.i2b2 import I2b2
from veil.jobs.checks.verify_release import read_again
from veil.jobs.texts.notes import notes_session
from veil.keys import Keys

NOTE = "Record date: 2069-04-07\n\nPatient Orla Quennell, MRN 00418812, was seen by Dr. Maeve Lindqvist.\nBP < 140 & stable. Phone (212) 555-0147.\n"
TAGS = '<NAME id="P0" start="33" end="46" text="Orla Quennell" TYPE="PATIENT" comment="" />\n'
WORDS = ("Quennell", "00418812", "555-0147", "Lindqvist")
RUN = "profile: redact\nnotes: {notes: {format: i2b2}}\n"


def note(
    text=NOTE, head='<?xml version="1.0" encoding="UTF-8" ?>\n', tags=TAGS, root="deIdi2b2", cdata=True, between="\n"
):
    body = f"<![CDATA[{text}]]>" if cdata else text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{head}<{root}>{between}<TEXT>{body}</TEXT>{between}<TAGS>\n{tags}</TAGS>{between}</{root}>\n"


FORMS = {
    "as the task of 2014 has it": note(),
    "without CDATA": note(cdata=False),
    "windows line ends": note().replace("\n", "\r\n"),
    "another root": note(root="ROOT"),
    "no prolog": note(head=""),
    "a mark": "\ufeff" + note(),
    "latin-1": note(NOTE + "M\u00fcller caf\u00e9\n", head='<?xml version="1.0" encoding="ISO-8859-1"?>\n'),
    "empty tags": note(tags=""),
    "tags that close themselves": note().replace(f"<TAGS>\n{TAGS}</TAGS>", "<TAGS/>"),
    "no tags": note().replace(f"<TAGS>\n{TAGS}</TAGS>", ""),
    "a text in two sections": note(NOTE.replace("Orla", "Or]]><![CDATA[la")),
    "entities beside sections": note().replace("BP < 140", "BP ]]>&lt; 1&#52;0<![CDATA["),
    "attributes and comments": note()
    .replace("<TEXT>", '<!-- of Orla Quennell -->\n<TEXT id="Quennell">')
    .replace("<deIdi2b2>", '<deIdi2b2 by="Lindqvist">'),
    "further elements": note().replace("<TAGS>", "<META><by>Maeve Lindqvist</by></META><TAGS>"),
}
BROKEN = {
    "no XML": ("Patient Orla Quennell", "xml-broken"),
    "a document type": (note(head='<!DOCTYPE x [<!ENTITY a "Quennell">]>\n'), "xml-doctype"),
    "not whole": (note()[:-9], "xml-broken"),
    "no text": ("<deIdi2b2><TAGS/></deIdi2b2>", "i2b2-shape"),
    "two texts": (note().replace("<TAGS>", "<TEXT>Quennell</TEXT><TAGS>"), "i2b2-shape"),
    "words at the root": (note(between=" Quennell "), "i2b2-shape"),
    "elements in the text": (note(cdata=False).replace("Orla", "<b>Orla</b>"), "i2b2-shape"),
    "a PDF": ("%PDF-1.4\nQuennell", "not-text"),
    "an entity that nobody declared": (note(cdata=False).replace("&amp;", "&boo;"), "xml-broken"),
}


def data_of(name):
    return FORMS[name].encode("latin-1" if name == "latin-1" else "utf-8")


@pytest.mark.parametrize("name", FORMS)
def test_a_note_is_scanned_its_tags_go_and_the_rest_stays_byte_for_byte(project, name):
    made = project(RUN, {"notes/1.xml": data_of(name), "notes/2.xml": note("Nothing to be found here.\n", tags="")})
    outcome = made.run()
    assert outcome.quarantined == []
    whole = made.bytes_out()
    (one,) = [data for data in whole.values() if b"stable" in data]
    assert whole["notes/2.xml"] == note("Nothing to be found here.\n", tags="").encode()
    text = one.decode("latin-1" if name == "latin-1" else "utf-8")
    assert not any(word in text for word in WORDS)
    root = ET.fromstring(text.lstrip("\ufeff"))
    assert re.sub(r"\[[A-Z_]+\]", "", root.findtext("TEXT")).count("stable. Phone ") == 1
    assert text.startswith(FORMS[name].partition("<deIdi2b2" if name != "another root" else "<ROOT")[0])
    assert root.find("TAGS") is None or len(root.find("TAGS")) == 0
    if name in ("as the task of 2014 has it", "windows line ends", "another root", "no prolog", "a mark"):
        before, after = (
            re.split(r"Patient .*? was seen", one.split("<TAGS>")[0], flags=re.DOTALL)[1] for one in (FORMS[name], text)
        )
        assert (
            re.sub(r"Dr. .*? *\.(?=\r?\n)", "", before).partition("Phone")[0]
            == re.sub(r"Dr. .*? *\.(?=\r?\n)", "", after).partition("Phone")[0]
        )
    session = made.session()
    assert read_again(session, session.keys(lambda: "open sesame")).leaks == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_such_note_is_in_quarantine_and_the_others_pass(project, name):
    data, code = BROKEN[name]
    made = project(RUN, {"notes/1.xml": data, "notes/2.xml": note()})
    outcome = made.run()
    assert [one for _, one in outcome.quarantined] == [code]
    assert outcome.exit_code != 0
    assert len(made.bytes_out()) == 1
    assert not any(word.encode() in one for one in made.bytes_out().values() for word in WORDS)


@pytest.mark.parametrize("name", FORMS)
def test_a_file_without_edits_comes_back_byte_for_byte(project, name):
    made = project(
        "profile: redact\nnotes: {notes: {format: i2b2, columns: {text: keep, tags: keep, other: keep}}}\n",
        {"notes/1.xml": data_of(name)},
    )
    assert made.run().quarantined == []
    assert list(made.bytes_out().values()) == [data_of(name)]


def test_veil_notes_reads_a_folder_of_them(tmp_path):
    (tmp_path / "in" / "a").mkdir(parents=True)
    (tmp_path / "in" / "1.xml").write_text(note())
    (tmp_path / "in" / "a" / "2.xml").write_text(note(cdata=False))
    (tmp_path / "in" / "3.txt").write_text(NOTE)
    outcome = notes_session(tmp_path / "in", tmp_path / "out", "redact").run(Keys.none())
    assert outcome.quarantined == []
    made = {path.name: path.read_text() for path in (tmp_path / "out").rglob("*") if path.suffix in (".xml", ".txt")}
    assert sorted(made) == ["1.xml", "2.xml", "3.txt"]
    assert not any(word in text for text in made.values() for word in WORDS)


def test_a_note_inside_a_cell_is_opened(project):
    import csv
    import io

    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(
        [["id", "doc"], ["1", note()], ["2", "no XML of Quennell"], ["3", ""]]
    )
    made = project(
        "profile: redact\ntables: {t: {columns: {id: keep, doc: {open: i2b2}}}}\n", {"t.csv": file.getvalue()}
    )
    assert made.run().quarantined == []
    _, *rows = csv.reader(io.StringIO(made.bytes_out()["t.csv"].decode()))
    assert ET.fromstring(rows[0][1]).findtext("TEXT").count("[NAME]") >= 1
    assert rows[1][1] == ""
    assert not any(word in json.dumps(rows) for word in WORDS)


def test_a_second_reading_that_finds_another_text_is_told(tmp_path):
    (tmp_path / "1.xml").write_text("<a><TEXT>x<b/></TEXT></a>")
    with pytest.raises(FormatError):
        list(I2b2().reread(tmp_path, Part(("1.xml",)), {}))


MARKUP = {
    "an attribute": ('<NAME text="Orla Quennell" TYPE="PATIENT"/>', "Orla Quennell"),
    "single quotes": ("<NAME text='Orla Quennell' TYPE='PATIENT'/>", "Orla Quennell"),
    "entities": ('<NAME text="Orla &#81;uennell &amp; Dr. Maeve Lindqvist"/>', "Orla Quennell & Dr. Maeve Lindqvist"),
    "two of one element": (
        '<NAME text="Orla Quennell" comment="seen by Dr. Maeve Lindqvist"/>',
        "seen by Dr. Maeve Lindqvist",
    ),
    "a comment": ("<!-- seen by Dr. Maeve Lindqvist --><X/>", None),
    "a text between elements": ("<BY>seen by Dr. Maeve Lindqvist</BY>", "seen by Dr. Maeve Lindqvist"),
    "a section": ("<BY><![CDATA[seen by Dr. Maeve Lindqvist <3]]></BY>", "seen by Dr. Maeve Lindqvist <3"),
    "an instruction": ("<?by Dr. Maeve Lindqvist?><X/>", None),
    "blanks around equal signs": ('<NAME text = "Dr. Maeve Lindqvist"\n  TYPE = "PATIENT"/>', "Dr. Maeve Lindqvist"),
}


def marked(where, markup):
    if where == "tags":
        return note("Nothing.\n", tags=markup + "\n")
    return note("Nothing.\n", tags="").replace("<TAGS>", f"<META>{markup}</META><TAGS>")


@pytest.mark.parametrize("where", ["tags", "other"])
@pytest.mark.parametrize("name", MARKUP)
def test_what_people_can_read_in_mark_up_can_be_scanned(project, name, where):
    data = marked(where, MARKUP[name][0])
    beside = "other: keep, tags: scan" if where == "tags" else "other: scan, tags: keep"
    made = project(
        f"profile: redact\nnotes: {{notes: {{format: i2b2, columns: {{text: scan, {beside}}}}}}}\n",
        {"notes/1.xml": data},
    )
    assert made.run().quarantined == []
    text = made.bytes_out()["notes/1.xml"].decode()
    assert not any(word in text for word in WORDS)
    assert "[NAME]" in text
    root, before = ET.fromstring(text), ET.fromstring(data)
    assert [one.tag for one in root.iter()] == [one.tag for one in before.iter()]
    assert [sorted(one.attrib) for one in root.iter()] == [sorted(one.attrib) for one in before.iter()]
    assert root.findtext("TEXT") == "Nothing.\n"
    session = made.session()
    assert read_again(session, session.keys(lambda: "open sesame")).leaks == []


@pytest.mark.parametrize("where", ["tags", "other"])
@pytest.mark.parametrize("name", MARKUP)
def test_what_people_can_read_in_mark_up_can_be_replaced_by_an_operator(project, name, where):
    data = marked(where, MARKUP[name][0])
    beside = (
        "other: keep, tags: {mask: {style: stars}}" if where == "tags" else "other: {mask: {style: stars}}, tags: keep"
    )
    made = project(
        f"profile: redact\nnotes: {{notes: {{format: i2b2, columns: {{text: keep, {beside}}}}}}}\n",
        {"notes/1.xml": data},
    )
    assert made.run().quarantined == []
    text = made.bytes_out()["notes/1.xml"].decode()
    assert not any(word in text for word in WORDS)
    assert "*" in text
    assert [one.tag for one in ET.fromstring(text).iter()] == [one.tag for one in ET.fromstring(data).iter()]


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_a_note_can_have_its_mark_up_scanned(project, name):
    made = project(
        "profile: redact\nnotes: {notes: {format: i2b2, columns: {text: scan, tags: scan, other: scan}}}\n",
        {"notes/1.xml": data_of(name)},
    )
    assert made.run().quarantined == []
    (data,) = made.bytes_out().values()
    text = data.decode("latin-1" if name == "latin-1" else "utf-8")
    assert "Orla" not in text
    assert ET.fromstring(text.lstrip("\ufeff")).find("TEXT") is not None


@pytest.mark.parametrize("new", ['"', "'", "<b>", "&", "--", "a\tb", "-", "?>", "]]>"])
@pytest.mark.parametrize("inside", ["text", "cdata", "attribute", "comment"])
def test_a_new_text_never_ends_what_it_stands_in(new, inside):
    from veil.formats.xmltext import written

    around = {
        "text": "<a>{}</a>",
        "cdata": "<a><![CDATA[{}]]></a>",
        "attribute": '<a b="{}"/>',
        "comment": "<a><!--{}--></a>",
    }
    root = ET.fromstring(around[inside].format(written(new, inside)))
    if inside != "comment":
        assert (root.get("b") if inside == "attribute" else root.text) == new
