"""A table without a header row, all words: its first row is a person, and is not told."""

from __future__ import annotations

from pathlib import Path

import pytest

from veil.errors import PolicyError
from veil.jobs.session import open_session

PROJECT = "profile: redact\nin: in\nout: out\nunlisted: {unlisted}\ntables:\n  people:\n    columns: {{given: drop}}\n"


@pytest.mark.parametrize("unlisted", ["stop", "drop"])
def test_the_first_row_of_a_table_without_a_header_is_in_no_error(tmp_path: Path, unlisted: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "people.csv").write_text("Okonjo,Vandermeer\nAnn,Lee\n")
    (tmp_path / "project.yaml").write_text(PROJECT.format(unlisted=unlisted))
    with pytest.raises(PolicyError) as told:
        open_session(tmp_path / "project.yaml")
    assert "Okonjo" not in str(told.value)
    assert "Vandermeer" not in str(told.value)
    assert "header row" in told.value.hint
