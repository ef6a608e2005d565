"""An error of a value says what may be written there, and never what was written."""

import pytest

from veil.errors import PolicyError
from veil.policy.project import read_project


@pytest.mark.parametrize(
    ("written", "place", "hint"),
    [
        ("unlisted: geheim", "unlisted", "expected: stop, drop or keep"),
        ("verify: {weak: geheim}", "verify.weak", "expected: warn, quarantine, quarantine-rows or stop"),
        ("language: {unread: geheim}", "language.unread", "expected: mask or refuse"),
        ("in: [geheim]", "in", "expected: text"),
        ("tables: geheim", "tables", "expected: a mapping of keys"),
        ("tables: {a: {subject: 5}}", "tables.a.subject", "expected: text or a mapping of keys"),
        ("keyring: {file: 1}", "keyring.file", "expected: text"),
        ("reversible: geheim", "reversible", "expected: true or false"),
        ("tables: {a: {suppress: {k: geheim}}}", "tables.a.suppress.k", "expected: a whole number"),
        ("reference_date: geheim", "reference_date", "expected: a date, for example 2026-01-31"),
    ],
)
def test_the_hint_lists_what_is_allowed(tmp_path, written, place, hint):
    (tmp_path / "project.yaml").write_text(written + "\n", encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        read_project(tmp_path / "project.yaml")
    assert (caught.value.code, caught.value.message, caught.value.hint) == (
        "project-value",
        f"invalid value for {place}",
        hint,
    )
    assert "geheim" not in caught.value.line()
