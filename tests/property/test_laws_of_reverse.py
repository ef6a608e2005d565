"""Law 9, end to end: for any table and any policy of reversible operators, reverse(run(x)) is x."""

import datetime as dt
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import PASSPHRASE

from veil.errors import FormatError
from veil.jobs.reversal.reverse import open_reversal, reverse
from veil.jobs.session import open_session
from veil.keys import Keyring

WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\ufeff", exclude_categories=("Cs", "Cc")), max_size=24
)
IDS = st.one_of(
    st.integers(0, 10**18).map(str),
    st.integers(0, 99).map("{:05}".format),
    st.uuids().map(str),
    WORDS,
    st.sampled_from(["", " ", "NA", "null", "007", "1042.0", "O'Brien", "a,b", 'say "x"', "1,000"]),
)
DAYS = st.dates(dt.date(1905, 1, 1), dt.date(2090, 12, 31))
FORMS = [
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%d-%b-%Y",
    "%B %d, %Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%m/%d/%y",
    "%Y",
    "%B %Y",
]
DATES = st.one_of(
    st.builds(
        lambda day, form: dt.datetime.combine(day, dt.time(13, 5, 9)).strftime(form), DAYS, st.sampled_from(FORMS)
    ),
    st.sampled_from(["", "2012-02-29", "2013-01-31", "4/2/2012", "unknown", "29 Feb", "2012-13-45", "1912"]),
)
PSEUDONYM = st.builds(
    lambda form, canonical, cast: {"pseudonym": {"format": form, "canonical": canonical}} | cast,
    st.sampled_from(["text", "integer", "keep"]),
    st.sampled_from(["text", "integer"]),
    st.sampled_from([{}, {}, {"cast": "integer"}, {"cast": "string"}]),
)
UNITS = st.sampled_from(["days", "weeks", "hours", "months", "years"])
SHIFT = st.builds(
    lambda unit, birth, least: {"shift": {"unit": unit, "birth": birth, "min": least, "max": 5}},
    UNITS,
    st.booleans(),
    st.integers(1, 5),
)
FIRST, LAST = (dt.datetime.fromisoformat(day) for day in ("1950-01-01", "2060-01-01"))
MIXED = st.sampled_from(
    [
        [{"where": "kind = 'id'", "pseudonym": {"domain": "pid"}}, {"where": "kind = 'date'", "shift": {}}, "keep"],
        [{"where": "value is not null and kind in ('id', 'x')", "pseudonym": {}}, {"keep": {}, "cast": "float"}],
        [{"where": "pid like '1%'", "pseudonym": {"format": "integer"}}, "keep"],
    ]
)
KINDS = st.sampled_from(["id", "date", "x", ""])
ROWS = st.lists(st.tuples(IDS, IDS, DATES, DATES, KINDS, st.one_of(IDS, DATES)), max_size=12)
COLUMNS = ["pid", "mrn", "seen", "born", "kind", "value"]


def written(rows, quoting, delimiter, end, last):
    """A CSV as some program wrote it: cells quoted where they must be, and where it likes."""
    lines = [delimiter.join(COLUMNS)]
    for i, row in enumerate(rows):
        cells = []
        for j, cell in enumerate(row):
            must = any(char in cell for char in (delimiter, '"', "\n", "\r"))
            cells.append('"' + cell.replace('"', '""') + '"' if must or quoting[(i * 7 + j) % len(quoting)] else cell)
        lines.append(delimiter.join(cells))
    return end.join(lines) + (end if last else "")


def back_from(folder, keyring_file, policy, files, subject):
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    for name, data in files.items():
        (folder / "data" / name).write_bytes(data)
    shutil.copy(keyring_file, folder / "hospital.key")
    told = {
        "profile": "expert",
        "keyring": "hospital.key",
        "in": "data",
        "out": "release",
        "reference_date": "2026-06-30",
        "tables": {"t": {"subject": subject, "columns": policy}},
    }
    (folder / "project.yaml").write_text(yaml.safe_dump(told))
    session = open_session(folder / "project.yaml")
    outcome = session.run(session.keys(lambda: PASSPHRASE))
    assert outcome.quarantined == []
    reversal = open_reversal(folder / "project.yaml")
    return reverse(reversal, reversal.keys(lambda: PASSPHRASE), "a law").out


@pytest.mark.slow
@settings(
    max_examples=3 * settings.default.max_examples,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    rows=ROWS,
    quoting=st.lists(st.booleans(), min_size=1, max_size=5),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    ids=st.tuples(PSEUDONYM, PSEUDONYM),
    dates=st.tuples(SHIFT, SHIFT),
    mixed=MIXED,
    subject=st.sampled_from(["pid", "mrn"]),
)
def test_a_table_of_text_comes_back_byte_for_byte(
    tmp_path_factory, keyring_file, rows, quoting, delimiter, end, last, ids, dates, mixed, subject
):
    data = written([("12", "3", "2019-01-01", "1990-01-01", "id", "12"), *rows], quoting, delimiter, end, last).encode()
    policy = {"pid": ids[0], "mrn": ids[1], "seen": dates[0], "born": dates[1], "kind": "keep", "value": mixed}
    folder = tmp_path_factory.getbasetemp() / "law"
    try:
        out = back_from(folder, keyring_file, policy, {"t.csv": data}, subject)
    except FormatError as refused:
        assert refused.code.startswith("csv-")
        return
    assert (out / "t.csv").read_bytes() == data


TYPES = {
    "pid": st.sampled_from(
        [pa.int64(), pa.int32(), pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]
    ),
    "seen": st.sampled_from(
        [pa.date32(), pa.timestamp("us"), pa.timestamp("ns", "America/New_York"), pa.timestamp("s", "UTC"), pa.string()]
    ),
    "value": st.sampled_from([pa.float64(), pa.string(), pa.int64()]),
}


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(
        st.tuples(
            st.none() | st.integers(0, 2**31 - 1),
            st.none() | st.datetimes(FIRST, LAST),
            st.none() | st.integers(-9, 10**6),
            KINDS,
        ),
        max_size=12,
    ),
    types=st.fixed_dictionaries(TYPES),
    pseudonym=PSEUDONYM,
    shift=SHIFT,
    mixed=MIXED,
)
def test_a_typed_table_comes_back_in_type_and_value(
    tmp_path_factory, keyring_file, rows, types, pseudonym, shift, mixed
):
    table = typed(rows, types)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    policy = {"pid": pseudonym, "seen": shift, "value": mixed, "kind": "keep"}
    folder = tmp_path_factory.getbasetemp() / "typed"
    out = back_from(folder, keyring_file, policy, {"t.parquet": sink.getvalue().to_pybytes()}, "pid")
    there = pq.read_table(out / "t.parquet")
    assert there.schema.types == pq.read_table(folder / "data" / "t.parquet").schema.types
    assert there.to_pylist() == table.to_pylist()


def typed(rows, types):
    def column(values, kind):
        if pa.types.is_dictionary(kind):
            return (
                pa.array([None if one is None else str(one) for one in values], pa.string())
                .dictionary_encode()
                .cast(kind)
            )
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            return pa.array([None if one is None else str(one) for one in values], kind)
        if pa.types.is_date(kind):
            return pa.array([None if one is None else one.date() for one in values], kind)
        if pa.types.is_timestamp(kind):
            return pa.array(values, pa.timestamp("us")).cast(pa.timestamp(kind.unit), safe=False).cast(kind)
        return pa.array(values, pa.int64()).cast(kind)

    made = list(zip(*rows, strict=True)) or [[], [], [], []]
    return pa.table(
        {
            "pid": column(made[0], types["pid"]),
            "seen": column(made[1], types["seen"]),
            "value": column(made[2], types["value"]),
            "kind": pa.array(made[3], pa.string()),
        }
    )


@pytest.mark.parametrize("unit", ["days", "weeks", "hours", "months", "years"])
def test_ends_of_months_come_back_under_every_unit(tmp_path, keyring_file, unit):
    days = [dt.date(2012, 1, 31) + dt.timedelta(days=i) for i in range(400)]
    data = ("pid,seen\n" + "".join(f"{i % 7},{day.isoformat()}\n" for i, day in enumerate(days))).encode()
    out = back_from(
        tmp_path / "p", keyring_file, {"pid": "pseudonym", "seen": {"shift": {"unit": unit}}}, {"t.csv": data}, "pid"
    )
    assert (out / "t.csv").read_bytes() == data
    assert Keyring  # the vault of the way back is opened by the same keyring
