"""Odd but real people: the very old, names that are words, whose record is told by odd ids."""

SAFE = """profile: safe-harbor
notes: {n: {files: n/, subject: {from: file}, columns: {text: scan}}}
"""


def test_a_year_that_shows_an_age_over_89_does_not_stay_under_safe_harbor(project):
    made = project(SAFE, {"n/a.txt": "Born in 1930, a smoker since 1936; married in 1950. Seen in 2019.\n"})
    assert made.run().exit_code == 0
    (text,) = made.bytes_out().values()
    assert b"1930" not in text
    assert b"1936" not in text  # an age of 90 in the reference year
    assert b"1950" in text
    assert b"2019" in text
