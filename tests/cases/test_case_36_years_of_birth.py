"""Case 36: a year of birth over 89 in a text is treated as the table treats it, in every profile."""

from pathlib import Path

import pytest

CASE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "36" / "cdm"
NOTES = [
    "Seen by Dr. Whitlock, born 1925.",
    "YOB 1925, lives alone.",
    "Ottoline Fairbrass (b. 1925) came.",
    "birth year: 1925\nok",
    "Year of birth = 1925; stable",
    "born in 1925 in a village",
    "born 03/04/1925, stable",
    "DOB 1925 noted",
    "date of birth: 1925",
    "a widow, born circa 1925",
]
YOUNG = ["born 1984, stable", "YOB 1984", "seen since 1998", "surgery in 2012"]
PROJECT = "profile: {profile}\nvault: v.vault\nreference_date: 2026-06-30\ntables: {{notes: {{subject: pid, columns: {{pid: {pid}, text: scan}}}}}}\n"


def texts(project, profile, notes):
    lines = "pid,text\n" + "".join(f'p{i},"{note}"\n' for i, note in enumerate(notes))
    pid = "drop" if profile == "redact" else "pseudonym"
    made = project(
        PROJECT.format(profile=profile, pid=pid).replace("reference_date: 2026-06-30\n", ""),
        {"notes.csv": lines},
        profile,
    )
    assert made.run().quarantined == []
    return (made.out / "notes.csv").read_text()


@pytest.mark.parametrize("profile", ["safe-harbor", "redact"])
def test_the_category_stands_in_place_of_the_year(project, profile):
    text = texts(project, profile, NOTES)
    assert "1925" not in text
    assert text.count("[AGE>89]") == len(NOTES) - 1  # a whole date is a date there
    assert all(year in texts(project, profile, YOUNG) for year in ("1998", "2012"))


@pytest.mark.parametrize("profile", ["expert", "gdpr-pseudonymised"])
def test_the_year_that_shows_90_stands_there_where_dates_are_shifted(project, profile):
    text = texts(project, profile, NOTES)
    assert not {"1923", "1924", "1925", "1926"} & set(text.replace("/", " ").replace(",", " ").split())
    assert text.count("1936") == len(NOTES)


def test_a_younger_year_moves_with_its_person(project):
    text = texts(project, "expert", YOUNG)
    assert "1936" not in text


@pytest.mark.corpora
@pytest.mark.skipif(not CASE.exists(), reason="the cases are not beside the checkout")
@pytest.mark.parametrize("profile", ["expert", "safe-harbor"])
def test_case_36_as_it_was_met(project, profile):
    files = {path.name: path.read_bytes() for path in CASE.glob("*.csv")}
    made = project(f"profile: {profile}\nschema: omop-5.4\nvault: v.vault\n", files)
    assert made.run().quarantined == []
    assert not {"1924", "1925", "1926"} & {
        word
        for name in ("NOTE.csv", "PERSON.csv")
        for word in (made.out / name).read_text().replace(".", ",").replace(" ", ",").split(",")
    }
