"""Laws of risk, on small random tables; and plain loops over records as the other opinion."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.risk.classes import classes_of
from veil.risk.diversity import diversity
from veil.risk.measures import contributions, journalist, marketer, prosecutor, spread, uniqueness

CELL = st.sampled_from(["a", "b", "1", " ", "", None])
NUMBER = st.sampled_from(["0", "1", "2", "3.5", "-4", "1e2"])
QUASI = ["x", "y", "z"]


def tables(cell):
    row = st.tuples(CELL, CELL, CELL, cell)
    return st.lists(row, min_size=1, max_size=25).map(framed)


def framed(rows):
    return pl.DataFrame(rows, schema=dict.fromkeys([*QUASI, "s"], pl.String), orient="row")


def told(table, names=QUASI):
    """Every figure of a table."""
    classes = classes_of(table, names)
    sizes = classes.sizes
    return {"k": int(sizes.min()), "unique": uniqueness(sizes), "prosecutor": prosecutor(sizes), "marketer": marketer(sizes),
            "spread": spread(sizes), "sensitive": diversity(classes.values(table, "s")),
            "added": sorted(contributions(classes), key=lambda row: row["column"])}  # fmt: skip


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
    assert sorted(classes_of(table, QUASI).sizes) == sorted(sizes)
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


@given(table=tables(CELL))
def test_a_table_twice_doubles_every_class(table):
    once, twice = classes_of(table, QUASI), classes_of(pl.concat([table, table]), QUASI)
    assert sorted(twice.sizes) == sorted(2 * once.sizes)
    assert uniqueness(twice.sizes) == 0
    assert marketer(twice.sizes) == marketer(once.sizes) / 2
    again = told(pl.concat([table, table]))["sensitive"]
    assert again == pytest.approx({**told(table)["sensitive"]})


@given(table=tables(CELL), cell=CELL)
def test_a_constant_column_adds_nothing(table, cell):
    more = table.with_columns(pl.lit(cell, pl.String).alias("c"))
    assert sorted(classes_of(more, [*QUASI, "c"]).sizes) == sorted(classes_of(table, QUASI).sizes)
    row = contributions(classes_of(more, [*QUASI, "c"]))[-1]
    assert (row["unique_added"], row["values"]) == (0, 1)


@given(table=tables(CELL), others=tables(CELL))
@settings(max_examples=50)
def test_a_population_that_holds_the_table_never_raises_its_risk(table, others):
    classes = classes_of(table, QUASI)
    people = classes.in_population(classes_of(pl.concat([table, others]), QUASI))
    looking = Counter(pl.concat([table, others]).select(QUASI).iter_rows())
    want = sum(size / looking[key] for key, size in Counter(table.select(QUASI).iter_rows()).items()) / table.height
    found, known = journalist(classes.sizes, people), prosecutor(classes.sizes)
    assert all(found[name] <= known[name] for name in found)
    assert marketer(classes.sizes, people) == pytest.approx(want)
    alone = classes.in_population(classes)
    assert journalist(classes.sizes, alone) == known


def _upto(numbers, value):
    return sum(number <= value for number in numbers) / len(numbers)


def _is_number(text):
    return text is not None and text.strip() == "1"
