"""Dates of Extended JSON, as text or in milliseconds since 1970, also before it, are dates; their form is kept."""

import datetime as dt
import json

import pytest

from veil.formats.extendedjson import date_of, number_of

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
BIRTHS = [
    "1928-03-01",
    "1939-12-31",
    "1954-02-09",
    "1969-12-31",
    "1970-01-01",
    "1970-01-02",
    "1985-07-14",
    "2001-09-09",
    "2019-05-07",
    "1954-02-09T13:45:10.123",
]


def milliseconds(text):
    return (dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) - EPOCH) // dt.timedelta(milliseconds=1)


FORMS = {
    "relaxed": lambda text: {"$date": text + ("Z" if "T" in text else "T00:00:00Z")},
    "canonical": lambda text: {"$date": {"$numberLong": str(milliseconds(text))}},
    "a bare number": lambda text: {"$date": milliseconds(text)},
    "a number in numberLong": lambda text: {"$date": {"$numberLong": milliseconds(text)}},
}


def value(record):
    """Milliseconds of a date in any form."""
    told = record["birth"]["$date"]
    told = told["$numberLong"] if isinstance(told, dict) else told
    return milliseconds(told.removesuffix("Z")) if isinstance(told, str) and "-" in told[1:] else int(told)


def run(project, form, rule, ending="ndjson"):
    records = [
        {"id": str(i), "birth": FORMS[form](text), "seen": FORMS[form]("2020-01-01")} for i, text in enumerate(BIRTHS)
    ]
    inner = ".$numberLong" if "ong" in form or form == "canonical" else ""
    rules = {"$.id": "pseudonym", f"$.birth.$date{inner}": rule, f"$.seen.$date{inner}": "shift"}
    lines = "".join(f"      '{address}': {one}\n" for address, one in rules.items())
    made = project(
        f"profile: expert\ntrees:\n  t:\n    subject: $.id\n    columns:\n{lines}",
        {
            f"t.{ending}": "\n".join(map(json.dumps, records)) + "\n"
            if ending == "ndjson"
            else json.dumps(records, indent=1)
        },
    )
    assert made.run().quarantined == []
    text = made.bytes_out()[f"t.{ending}"].decode()
    return records, [json.loads(line) for line in text.splitlines()] if ending == "ndjson" else json.loads(text)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ending", ["ndjson", "json"])
def test_they_move_with_their_subject_and_keep_their_form(project, form, ending):
    before, after = run(project, form, "shift", ending)
    for was, now in zip(before, after, strict=True):
        moved = value(now) - value(was)
        assert moved != 0
        assert moved % 86_400_000 == 0
        assert value({"birth": now["seen"]}) - value({"birth": was["seen"]}) == moved
        assert type(now["birth"]["$date"]) is type(was["birth"]["$date"])
        if isinstance(was["birth"]["$date"], dict):
            assert type(now["birth"]["$date"]["$numberLong"]) is type(was["birth"]["$date"]["$numberLong"])


@pytest.mark.parametrize("form", FORMS)
def test_they_become_years(project, form):
    _, after = run(project, form, "year")
    told = [one["birth"]["$date"] for one in after]
    years = [one["$numberLong"] if isinstance(one, dict) else one for one in told]
    assert years[2:] == [text[:4] for text in BIRTHS[2:]]  # those before may be over 89


@pytest.mark.parametrize("form", FORMS)
def test_they_become_years_of_birth(project, form):
    _, after = run(project, form, "birth_year")
    told = [one["birth"]["$date"] for one in after]
    told = [one["$numberLong"] if isinstance(one, dict) else one for one in told]
    assert told[0] == "90 or older"
    assert told[2:4] == ["1954", "1969"]


@pytest.mark.parametrize(
    ("address", "number", "date"),
    [
        ("$.birth.$date.$numberLong", "-501552000000", "1954-02-09"),
        ("$.b.$date", "0", "1970-01-01"),
        ("$.a[*].$date", "-1", "1969-12-31T23:59:59.999Z"),
        ("$.b.$date", "-62135596800000", "0001-01-01"),
        ("$.birth", "-501552000000", "-501552000000"),
        ("$.b.$date.x", "5", "5"),
        ("$.b.$date", "1954", "1954"),
        ("$.b.$date", "99999999999999999999", "99999999999999999999"),
        ("$.b.$date", "2019-01-01", "2019-01-01"),
    ],
)
def test_a_number_of_milliseconds_is_a_date_where_its_address_says_so(address, number, date):
    assert date_of(address, number) == date
    if date != number:
        assert number_of(address, date, number) == number
