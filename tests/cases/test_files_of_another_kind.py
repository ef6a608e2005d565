"""A file that is not what its name says is refused or in quarantine, whichever way it comes."""

import io
import json
import zipfile
import zlib

import pytest
from typer.testing import CliRunner

from veil.cli.app import app
from veil.errors import Error
from veil.jobs.texts.notes import notes_session
from veil.keys import Keys

NOTE = "Patient Orla Quennell, MRN 00418812, was seen on 12/04/2012. Phone (212) 555-0147.\n"
WORDS = (b"Quennell", b"00418812", b"555-0147")


def office(path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr(path, f"<w:t>{NOTE}</w:t>")
    return file.getvalue()


FILES = {
    "a Word document": office("word/document.xml"),
    "a workbook": office("xl/sharedStrings.xml"),
    "a PDF": b"%PDF-1.4\n4 0 obj\n<< >>\nstream\n"
    + zlib.compress(NOTE.encode())
    + b"\nendstream\nxref\n0 2\n0000000000 65535 f \n%%EOF\n",
    "an old Word document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + NOTE.encode("utf-16-le"),
    "an RTF document": b"{\\rtf1\\ansi " + NOTE.encode() + b"}",
    "a DICOM file": bytes(128) + b"DICM\x02\0\0\0UL\x04\0" + NOTE.encode(),
    "an image": b"\xff\xd8\xff\xe1\0\x20Exif\0\0" + NOTE.encode(),
    "a database": b"SQLite format 3\0" + NOTE.encode(),
    "a packed note": __import__("gzip").compress(NOTE.encode()),
    "a note with a NUL": NOTE.encode() + b"\0",
    "control characters": bytes([1, 2, 3, 4, 5, 6]) * 99 + NOTE.encode(),
}


@pytest.mark.parametrize("what", FILES)
def test_a_note_that_is_no_text_is_in_quarantine_by_its_number_and_the_others_pass(project, what):
    made = project(
        "profile: redact\nnotes: {notes: {}}\n",
        {"notes/1.txt": NOTE, "notes/2.txt": FILES[what], "notes/3.txt": NOTE.encode("utf-16")},
    )
    outcome = made.run()
    assert outcome.exit_code != 0
    assert [code for _, code in outcome.quarantined] == ["not-text"]
    assert "2" in outcome.quarantined[0][0]
    out = made.bytes_out()
    assert len(out) == 2
    assert not any(word in data or word.decode().encode("utf-16-le") in data for data in out.values() for word in WORDS)
    assert not any(word in path.read_bytes() for path in made.out.rglob("*") if path.is_file() for word in WORDS)


@pytest.mark.parametrize("what", FILES)
@pytest.mark.parametrize(
    ("name", "room"), [("t.csv", "tables"), ("t.tsv", "tables"), ("t.json", "trees"), ("t.ndjson", "trees")]
)
def test_a_table_or_a_tree_that_is_no_text_is_refused_without_a_word_of_it(project, name, room, what):
    made = project(f"profile: redact\nunlisted: drop\n{room}: {{t: {{}}}}\n", {name: FILES[what]})
    try:
        outcome = made.run()
    except Error as error:
        assert error.code in ("not-text", "csv-unreadable", "json-broken")
        assert not any(word.decode() in str(error) for word in WORDS)
    else:
        assert outcome.exit_code != 0
        assert outcome.quarantined
        assert made.bytes_out() == {}


@pytest.mark.parametrize("what", ["a Word document", "a PDF", "a note with a NUL"])
def test_veil_notes_puts_it_in_quarantine(tmp_path, what):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(FILES[what])
    (tmp_path / "in" / "b.txt").write_text(NOTE)
    session = notes_session(tmp_path / "in", tmp_path / "out", "redact")
    outcome = session.run(Keys.none())
    assert [code for _, code in outcome.quarantined] == ["not-text"]
    assert outcome.exit_code != 0


@pytest.mark.parametrize("what", FILES)
def test_veil_find_refuses_it(tmp_path, what):
    (tmp_path / "a.txt").write_bytes(FILES[what])
    told = CliRunner().invoke(app, ["find", str(tmp_path / "a.txt")])
    assert told.exit_code != 0
    assert getattr(told.exception, "code", "not-text") == "not-text"
    assert not any(word.decode() in told.output for word in WORDS)


def test_a_NUL_far_inside_a_table_is_met_too(project):  # noqa: N802
    rows = "".join(f"{i},kept\n" for i in range(200_000)).encode()
    made = project(
        "profile: redact\ntables: {t: {columns: {id: keep, word: keep}}}\n",
        {"t.csv": b"id,word\n" + rows + b"7,\0\n" + rows},
    )
    outcome = made.run()
    assert [code for _, code in outcome.quarantined] == ["csv-unreadable"]
    assert made.bytes_out() == {}


def test_json_text_with_an_escaped_NUL_is_text(tmp_path):  # noqa: N802
    (tmp_path / "in.jsonl").write_text(
        json.dumps({"id": 1, "text": "Dr. Orla\0 Quennell called (212) 555-0147"}) + "\n"
    )
    told = CliRunner().invoke(app, ["find", "--jsonl", str(tmp_path / "in.jsonl")])
    assert told.exit_code == 0
    assert "PHONE" in told.output


HELD = {
    "a PDF": "%PDF-1.4\n1 0 obj Orla Quennell MRN 00418812 (212) 555-0147 %%EOF",
    "an RTF document": "{\\rtf1\\ansi Qu\\'65nnell 00418812}",
    "a Word document": FILES["a Word document"].decode("latin-1"),
    "an image": "\x89PNG\r\n\x1a\n\0\0Quennell",
    "a PostScript page": "%!PS-Adobe\n(Quennell) show",
    "chance": bytes(range(1, 9)).decode("latin-1") * 20 + "Quennell 00418812",
}


@pytest.mark.parametrize("what", HELD)
@pytest.mark.parametrize("kind", ["ndjson", "parquet"])
def test_a_cell_that_holds_a_file_is_masked_whole_and_counted(project, what, kind):
    texts = ["Seen by nobody.", HELD[what], None, "stable"]
    if kind == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        file = io.BytesIO()
        pq.write_table(pa.table({"note": texts}), file)
        made = project("profile: redact\ntables: {t: {columns: {note: scan}}}\n", {"t.parquet": file.getvalue()})
    else:
        lines = "".join(json.dumps({"note": text}) + "\n" for text in texts)
        made = project("profile: redact\ntrees: {t: {columns: {$.note: scan}}}\n", {"t.ndjson": lines})
    outcome = made.run()
    assert outcome.quarantined == []
    counts = [one for one in outcome.manifest["counts"] if one["detail"] == "not-text"]
    assert [one["count"] for one in counts] == [1]
    (out,) = made.bytes_out().values()
    assert b"Seen by nobody." in out
    assert b"stable" in out
    assert not any(word in out for word in (*WORDS, b"65nnell"))
