"""Odd but real folders: dates in names, output within the input, globs of any depth."""

import pytest

from veil.policy.files import claimed
from veil.policy.project import SourceSection

NOTES = """profile: redact
notes: {n: {files: "**/*.txt", subject: {from: file}, columns: {text: scan}}}
"""


@pytest.mark.parametrize(
    "name", ["visits/2019-03-04/note.txt", "note_03-04-2019.txt", "note 2019_3.txt", "2019/11/note.txt"]
)
def test_a_day_in_the_name_of_a_file_or_folder_does_not_stay(project, name):
    made = project(NOTES, {name: "Nothing to tell.\n", "note.txt": "Nothing.\n"})
    assert made.run().exit_code == 0
    assert not any("2019" in file for file in made.bytes_out())


def test_an_output_within_the_input_is_not_read_by_the_next_run(project):
    made = project(NOTES, {"a/one.txt": "Nothing to tell.\n"})
    for _ in range(2):
        assert made.run("out=data/release").exit_code == 0
    assert len([*(made.folder / "data" / "release").rglob("*.txt")]) == 1


@pytest.mark.parametrize(
    ("glob", "count"),
    [("**/*.txt", 3), ("*.txt", 3), ("a/*.txt", 1), ("a/**/*.txt", 2), (".", 3), ("./a", 2), ("[!b]*/*.txt", 1)],
)
def test_globs_reach_as_deep_as_they_say(glob, count):
    assert len(claimed("n", SourceSection(files=glob), ["x.txt", "a/x.txt", "a/b/x.txt"], "notes")) == count
