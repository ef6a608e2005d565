"""Laws of risk, on small random tables; and plain loops over records as the other opinion."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.risk.classes import Tally
from veil.risk.external_sort import SortMemory
from veil.risk.measures import contributions, journalist, marketer, prosecutor, spread, uniqueness

CELL = st.sampled_from(["a", "b", "1", " ", "", None])
NUMBER = st.sampled_from(["0", "1", "2", "3.5", "-4", "1e2"])
QUASI = ["x", "y", "z"]


def tables(cell):
    row = st.tuples(CELL, CELL, CELL, cell)
    return st.lists(row, min_size=1, max_size=25).map(framed)


def framed(rows):
    return pl.DataFrame(rows, schema=dict.fromkeys([*QUASI, "s"], pl.String), orient="row")


def tallied(table, names=QUASI, **more):
    """Records of a small table in classes; some in one batch, some in another."""
    tally = Tally(names, SortMemory(), sensitive=[name for name in ("s",) if name in table.columns], **more)
    for part in (table.head(table.height // 2), table.slice(table.height // 2)):
        tally.add({name: pa.array(part[name].to_list(), pa.large_string()) for name in part.columns})
    return tally


def sizes_of(table, names=QUASI, **more):
    spectrum = tallied(table, names, **more).spectrum()
    return [
        size
        for size, times in zip(spectrum.sizes.tolist(), spectrum.classes.tolist(), strict=True)
        for _ in range(times)
    ]


def told(table, names=QUASI, **more):
    """Every figure of a table."""
    tally = tallied(table, names, **more)
    whole = tally.spectrum()
    return {
        "k": whole.k,
        "unique": uniqueness(whole),
        "prosecutor": prosecutor(whole),
        "marketer": marketer(whole),
        "spread": spread(whole),
        "sensitive": tally.diversity("s"),
        "added": sorted(contributions(tally, whole), key=lambda row: row["column"]),
    }


def grouped(table):
    found = defaultdict(list)
    for *key, value in table.select(*QUASI, "s").iter_rows():
        found[tuple(key)].append(value)
    return found


@given(table=tables(CELL))
def test_sizes_and_risks_are_those_of_a_loop_over_records(table):
    groups, found, n = grouped(table), told(table), table.height
    sizes = [len(group) for group in groups.values()]
    risks = [1 / size for size in sizes for _ in range(size)]
    assert sizes_of(table) == sorted(sizes)
    assert found["k"] == min(sizes)
    assert found["unique"] == sizes.count(1) / n
    assert found["prosecutor"]["highest"] == max(risks)
    assert found["prosecutor"]["average"] == pytest.approx(sum(risks) / n)
    assert found["prosecutor"]["over"] == sum(risk > 0.2 for risk in risks) / n
    assert found["marketer"] == len(sizes) / n


@given(table=tables(CELL))
def test_diversity_is_that_of_a_loop_over_classes(table):
    groups, whole = grouped(table), Counter(table["s"].to_list())
    found = told(table)["sensitive"]
    n, numbers = table.height, all(_is_number(one) for one in whole)
    if numbers:
        return
    equal = [sum(abs(group.count(one) / len(group) - whole[one] / n) for one in whole) / 2 for group in groups.values()]
    entropy = [
        -sum(count / len(group) * math.log(count / len(group)) for count in Counter(group).values())
        for group in groups.values()
    ]
    assert found["distinct"] == min(len(set(group)) for group in groups.values())
    assert found["entropy"] == pytest.approx(math.exp(min(entropy)))
    assert found["t"] == found["t_equal"] == pytest.approx(max(equal))
    assert found["alone"] == sum(len(group) for group in groups.values() if len(set(group)) == 1) / n


@given(table=tables(NUMBER))
def test_the_ordered_distance_is_that_of_a_loop_over_ranks(table):
    groups, values = grouped(table), sorted({float(one) for one in table["s"]})
    everyone = [float(one) for one in table["s"]]
    found, most = told(table)["sensitive"], 0.0
    for group in groups.values():
        numbers = [float(one) for one in group]
        gaps = [abs(_upto(numbers, value) - _upto(everyone, value)) for value in values]
        most = max(most, sum(gaps) / max(1, len(values) - 1))
    assert found["distance"] == "ordered"
    assert found["t"] == pytest.approx(most, abs=1e-9)
    assert found["t"] <= found["t_equal"]


@given(table=tables(CELL) | tables(NUMBER))
def test_every_risk_is_a_share(table):
    found = told(table)
    rows = [
        found["unique"],
        found["marketer"],
        *found["prosecutor"].values(),
        found["sensitive"]["t"],
        found["sensitive"]["alone"],
    ]
    assert all(0 <= share <= 1 for share in rows)
    assert 1 <= found["sensitive"]["entropy"] <= found["sensitive"]["distinct"]
    assert found["unique"] <= found["marketer"] <= found["prosecutor"]["highest"]


@pytest.mark.slow
@given(table=tables(CELL), name=st.sampled_from(QUASI))
def test_a_column_less_never_raises_uniqueness_nor_lowers_k(table, name):
    whole, left = told(table), told(table, [one for one in QUASI if one != name])
    assert left["k"] >= whole["k"]
    assert left["unique"] <= whole["unique"]
    row = next(row for row in whole["added"] if row["column"] == name)
    assert (row["k"], row["unique"], row["marketer"]) == (left["k"], left["unique"], left["marketer"])
    assert row["unique_added"] >= 0


@given(table=tables(CELL) | tables(NUMBER), order=st.permutations(QUASI), seed=st.integers(0, 99))
def test_the_order_of_rows_and_columns_changes_nothing(table, order, seed):
    assert told(table.sample(fraction=1, shuffle=True, seed=seed), order) == told(table)


@pytest.mark.slow
@given(table=tables(CELL))
def test_a_table_twice_doubles_every_class(table):
    once, twice = tallied(table).spectrum(), tallied(pl.concat([table, table])).spectrum()
    assert (twice.sizes.tolist(), twice.classes.tolist()) == ((2 * once.sizes).tolist(), once.classes.tolist())
    assert uniqueness(twice) == 0
    assert marketer(twice) == marketer(once) / 2
    again = told(pl.concat([table, table]))["sensitive"]
    assert again == pytest.approx({**told(table)["sensitive"]})


@pytest.mark.slow
@given(table=tables(CELL), cell=CELL)
def test_a_constant_column_adds_nothing(table, cell):
    more = table.with_columns(pl.lit(cell, pl.String).alias("c"))
    assert sizes_of(more, [*QUASI, "c"]) == sizes_of(table)
    row = told(more, [*QUASI, "c"])["added"][0]
    assert (row["column"], row["unique_added"], row["values"]) == ("c", 0, 1)


@pytest.mark.slow
@given(table=tables(CELL), others=tables(CELL))
@settings(max_examples=50)
def test_a_population_that_holds_the_table_never_raises_its_risk(table, others):
    tally = tallied(table)
    classes = tally.in_population(tallied(pl.concat([table, others]), keys=tally.keys))
    looking = Counter(pl.concat([table, others]).select(QUASI).iter_rows())
    want = sum(size / looking[key] for key, size in Counter(table.select(QUASI).iter_rows()).items()) / table.height
    found, known = journalist(classes), prosecutor(tally.spectrum())
    assert all(found[name] <= known[name] for name in found)
    assert marketer(classes) == pytest.approx(want)
    assert journalist(tally.in_population(tallied(table, keys=tally.keys))) == known


@pytest.mark.slow
@given(table=tables(CELL), people=st.lists(st.sampled_from(["p", "q", "r", None]), min_size=25, max_size=25))
def test_a_person_counts_once_in_each_class(table, people):
    named = table.with_columns(pl.Series("who", people[: table.height], pl.String))
    groups, pairs = defaultdict(set), defaultdict(Counter)
    for *key, value, who in named.select(*QUASI, "s", "who").iter_rows():
        groups[tuple(key)].add(who)
        pairs[tuple(key)][value, who] = 1
    assert sizes_of(named, person="who") == sorted(map(len, groups.values()))
    by_person, by_row = told(named, person="who"), told(table)
    assert by_person["k"] <= by_row["k"]
    assert by_person["sensitive"]["distinct"] == by_row["sensitive"]["distinct"]
    assert tallied(named, person="who").persons() == len(set(people[: table.height]))
    n = sum(map(len, pairs.values()))
    whole = Counter(value for group in pairs.values() for value, _ in group)
    mine = [Counter(value for value, _ in group) for group in pairs.values()]
    far = [sum(abs(one[value] / one.total() - whole[value] / n) for value in whole) / 2 for one in mine]
    assert by_person["sensitive"]["t_equal"] == pytest.approx(max(far))


@given(table=tables(CELL), rows=st.integers(1, 3))
def test_suppressed_records_are_counted_apart(table, rows):
    stars = framed([("*", "*", "*", "a")] * rows)
    tally = tallied(pl.concat([table, stars]))
    assert tally.suppressed == rows
    assert tally.spectrum().records == table.height
    assert sorted(one["values"] for one in contributions(tally, tally.spectrum())) == sorted(
        one["values"] for one in told(table)["added"]
    )


@given(table=tables(CELL), rows=st.integers(1, 3))
def test_values_of_suppressed_records_belong_to_the_whole_table(table, rows):
    more = pl.concat([table, framed([("*", "*", "*", "a")] * rows)])
    whole, n = Counter(more["s"].to_list()), more.height
    if all(_is_number(one) for one in whole):
        return
    found = tallied(more).diversity("s")
    far = [
        sum(abs(group.count(one) / len(group) - whole[one] / n) for one in whole) / 2
        for group in grouped(table).values()
    ]
    assert found["t_equal"] == pytest.approx(max(far))
    assert found["distinct"] == min(len(set(group)) for group in grouped(table).values())


@pytest.mark.slow
@given(table=tables(CELL))
def test_a_room_without_memory_tells_the_same(table):
    with SortMemory(memory=0) as room:
        tally = Tally(QUASI, room, sensitive=["s"])
        tally.add({name: pa.array(table[name].to_list(), pa.large_string()) for name in table.columns})
        whole = tally.spectrum()
        assert room.spill.size > 0
        assert (whole.k, whole.count) == (told(table)["k"], len(grouped(table)))
        assert tally.diversity("s") == told(table)["sensitive"]


def _upto(numbers, value):
    return sum(number <= value for number in numbers) / len(numbers)


def _is_number(text):
    return text is not None and text.strip() == "1"
