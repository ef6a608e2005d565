"""Findings: what is kept is sealed; a line that was changed, moved or cut out is seen."""

import asyncio
import json
import os

import pytest

from veil.errors import KeyringError, StoreError
from veil.keys import Cost
from veil.service.trace.context import TraceContext, TraceSettings
from veil.service.trace.findings import FindingsFile, opened

ONE = {"Id": 7, "BeginOffset": 0, "EndOffset": 5, "Text": "Alice", "Type": "NAME"}


@pytest.fixture
def file(tmp_path):
    kept = FindingsFile(tmp_path / "f", "open sesame", Cost.cheap())
    kept.keep([ONE, ONE], "0" * 32)
    kept.keep([{**ONE, "Text": "Wong"}], "1" * 32)
    kept.close()
    return next((tmp_path / "f").iterdir())


def test_findings_come_back_with_the_passphrase_in_the_shape_of_locate(file):
    first, second = opened(file, "open sesame")
    assert [one["Id"] for one in first["phi"]] == [0, 1]
    assert second["phi"][0]["Text"] == "Wong"
    assert second["trace_id"] == "1" * 32


def test_the_file_shows_nothing_and_is_its_owners_alone(file):
    content = file.read_bytes()
    assert b"Alice" not in content
    assert b"NAME" not in content
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_another_passphrase_opens_nothing(file):
    with pytest.raises(KeyringError, match="sealed-passphrase"):
        list(opened(file, "other"))


@pytest.mark.parametrize(
    "change", [lambda a, b: [b, a], lambda a, b: [b], lambda a, b: [a, a], lambda a, b: [a, b[:-8] + b"AAAAAAA="]]
)
def test_a_line_that_was_moved_cut_out_or_changed_is_seen(file, change):
    head, *lines = file.read_bytes().splitlines()
    file.write_bytes(b"\n".join([head, *change(*lines)]))
    with pytest.raises(KeyringError):
        list(opened(file, "open sesame"))


def test_a_head_that_was_changed_opens_nothing(file):
    head, *lines = file.read_bytes().splitlines()
    page = json.loads(head) | {"more": 1}
    file.write_bytes(b"\n".join([json.dumps(page).encode(), *lines]))
    with pytest.raises(KeyringError):
        list(opened(file, "open sesame"))


def test_no_findings_are_kept_without_a_passphrase_or_a_folder(tmp_path):
    with pytest.raises(KeyringError, match="passphrase-missing"):
        FindingsFile(tmp_path, "")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="findings-folder"):
        FindingsFile(tmp_path / "file", "x", Cost.cheap())


def test_on_a_full_disk_a_line_is_whole_or_not_there_and_the_next_one_stands_again(tmp_path, monkeypatch):
    kept = FindingsFile(tmp_path, "open sesame", Cost.cheap())
    kept.keep([ONE], "0" * 32)
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, line: write(file, line[:9]))
    with pytest.raises(StoreError, match="findings-folder"):
        kept.keep([ONE], "1" * 32)
    monkeypatch.setattr(os, "write", write)
    kept.keep([ONE], "2" * 32)
    kept.close()
    assert [one["trace_id"][0] for one in opened(next(tmp_path.iterdir()), "open sesame")] == ["0", "2"]


def test_findings_that_cannot_be_kept_are_counted_and_break_nothing(tmp_path):
    kept = FindingsFile(tmp_path, "open sesame", Cost.cheap())
    watch = TraceContext(TraceSettings(), None, None, findings=kept)
    kept.close()
    asyncio.run(watch.keep([ONE], "0" * 32))
    assert b"veil_trace_findings_lost_total 1.0" in watch.counts.page()
