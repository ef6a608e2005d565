"""A pattern is added by one file, a language by a page and a row."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from veil.detectors import pattern_tables
from veil.detectors.scanner import standard
from veil.lexicon import language as room

ROW = """
[[row]]
name = "tattoo-number"
label = "ID"
pattern = 'TN-[A-Z]{6}'
score = 0.9
source = "https://example.org/"
good = ["tattoo «TN-ABCDEF»"]
bad = ["TN-12"]
"""


@pytest.fixture
def copies(tmp_path, monkeypatch):
    """The tables of patterns and the pages of languages, where a test may change them."""
    shutil.copytree(str(files("veil.detectors") / "tables"), tmp_path / "tables")
    shutil.copytree(str(files("veil.lexicon") / "languages"), tmp_path / "languages")
    monkeypatch.setattr(pattern_tables, "files", lambda _: tmp_path)
    monkeypatch.setattr(room, "files", lambda _: tmp_path)
    return tmp_path


def changed_since(folder: Path, before: dict[str, bytes]) -> int:
    return sum(before.get(str(path)) != path.read_bytes() for path in folder.rglob("*.toml"))


def test_a_pattern_is_a_row_and_touches_one_file(copies) -> None:
    text = "tattoo TN-ABCDEF is seen"
    before = {str(path): path.read_bytes() for path in copies.rglob("*.toml")}
    assert not standard(["patterns"]).find([text])[0]
    with (copies / "tables" / "numbers.toml").open("a", encoding="utf-8") as table:
        table.write(ROW)
    page = (copies / "languages" / "en.toml").read_text(encoding="utf-8")
    with_row = room.Language("en", {**room.english().page, "tables": "numbers"})  # what is read once is read anew
    pattern_tables.rows.cache_clear()
    try:
        (span,) = standard(["patterns"], language=with_row).find([text])[0]
    finally:
        pattern_tables.rows.cache_clear()
    assert (span.label, span.source, text[span.start : span.end]) == ("ID", "patterns:tattoo-number", "TN-ABCDEF")
    assert changed_since(copies, before) == 1
    assert page == (copies / "languages" / "en.toml").read_text(encoding="utf-8")


def test_a_language_is_a_page_and_a_row(copies, monkeypatch) -> None:
    page = (copies / "languages" / "en.toml").read_text(encoding="utf-8")
    page = page.replace('code = "en"', 'code = "xx"').replace('relatives = """\n', 'relatives = """\nzuster\n')
    (copies / "languages" / "xx.toml").write_text(page, encoding="utf-8")
    monkeypatch.setitem(room.LANGUAGES, "xx", "xx.toml")
    text = "zuster Annet."
    found = [
        [text[span.start : span.end] for span in standard(["gazetteer"], language=one).find([text])[0]]
        for one in (room.language_of("xx-NL"), room.english())
    ]
    room.language.cache_clear()
    assert found == [["Annet"], []]
