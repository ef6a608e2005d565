"""Laws of the search: its answer is that of looking at every node, by plain loops over records."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from veil.errors import PolicyError
from veil.risk.cases import Cases, Goal, Lattice
from veil.risk.hierarchy import Level, ladder
from veil.risk.search import search

COLUMNS = 3
CHAINS = (
    ((0, 1, 2, 3), (0, 0, 2, 2), (0, 0, 0, 0)),
    ((0, 1, 2, 3), (0, 1, 2, 2), (0, 1, 1, 1), (0, 0, 0, 0)),
    ((0, 1, 2, 3), (0, 0, 0, 0)),
    ((0, 1, 2, 3), (0, 0, 0, 3)),
)
ROWS = st.lists(
    st.tuples(*[st.integers(0, 3)] * COLUMNS, st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=18
)
GOALS = st.builds(
    Goal, st.integers(1, 4), st.sampled_from([0.0, 0.1, 0.3, 0.6]), st.integers(1, 2), st.sampled_from([None, 0.2, 0.5])
)


def levels_of(chain):
    return [
        Level(at, lambda cells, groups=groups: [str(groups[int(cell)]) for cell in cells])
        for at, groups in enumerate(chain)
    ]


def lattice_of(rows, chains, goal, *, ordered=False, persons=False):
    counts = Counter(row if persons else row[:-1] for row in rows)
    columns = [np.array(column, np.int64) for column in zip(*counts, strict=True)]
    ladders, codes = [], []
    for number, chain in enumerate(chains):
        there = sorted({row[number] for row in rows})
        ladders.append(ladder(f"c{number}", levels_of(chain), [str(value) for value in there], ["0", "1", "2", "3"]))
        codes.append(np.searchsorted(there, columns[number]))
    values = sorted({row[COLUMNS] for row in rows})
    ranks = np.searchsorted(values, columns[COLUMNS])
    cases = Cases(
        tuple(codes), np.array(list(counts.values()), np.int64), ((ranks, ordered),), columns[-1] if persons else None
    )
    return Lattice(tuple(ladders), cases, goal)


def judged(rows, chains, node, goal, *, ordered, persons):
    """Loss and suppressed records of a node, or None where too many are suppressed; one record after the other."""
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(chains[at][level][row[at]] for at, level in enumerate(node))].append(row)
    suppressed, loss = 0, 0.0
    for group in groups.values():
        size = len({row[-1] for row in group}) if persons else len(group)
        values = [row[COLUMNS] for row in group]
        bad = size < goal.k or len(set(values)) < goal.distinct
        bad = bad or (
            goal.t is not None and distance(values, [row[COLUMNS] for row in rows], ordered=ordered) > goal.t + 1e-9
        )
        suppressed += bad * len(group)
        for row in group:
            cells = [(chains[at][level].count(chains[at][level][row[at]]) - 1) / 3 for at, level in enumerate(node)]
            loss += 1 if bad else sum(cells) / COLUMNS
    return (loss / len(rows), suppressed) if suppressed <= goal.most * len(rows) + 1e-9 else None


def distance(some, everyone, *, ordered):
    values = sorted(set(everyone))
    p, q = ([one.count(value) / len(one) for value in values] for one in (some, everyone))
    equal = sum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2
    if not ordered or len(values) == 1:
        return min(equal, 0.0) if len(values) == 1 else equal
    return min(equal, sum(abs(sum(p[:at]) - sum(q[:at])) for at in range(1, len(values) + 1)) / (len(values) - 1))


@given(
    rows=ROWS,
    chains=st.tuples(*[st.sampled_from(CHAINS)] * COLUMNS),
    goal=GOALS,
    ordered=st.booleans(),
    persons=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_the_search_finds_what_a_look_at_every_node_finds(rows, chains, goal, ordered, persons):
    assume(not (persons and goal.t is not None))
    found = search(lattice_of(rows, chains, goal, ordered=ordered, persons=persons))
    every = {
        node: judged(rows, chains, node, goal, ordered=ordered, persons=persons)
        for node in itertools.product(*(range(len(chain)) for chain in chains))
    }
    good = {node: told for node, told in every.items() if told is not None}
    assert (found.best is None) == (not good)
    if found.best is not None:
        assert found.best.loss == pytest.approx(min(loss for loss, _ in good.values()), abs=1e-9)
        assert good[found.best.node] == pytest.approx((found.best.loss, found.best.suppressed), abs=1e-9)
        assert found.best.suppressed <= goal.room(len(rows))


@given(rows=ROWS, chains=st.tuples(*[st.sampled_from(CHAINS)] * COLUMNS), goal=GOALS)
@settings(max_examples=60, deadline=None)
def test_a_more_general_node_suppresses_nothing_that_a_less_general_one_keeps(rows, chains, goal):
    lattice = lattice_of(rows, chains, Goal(goal.k, goal.most, goal.distinct))
    for node in itertools.product(*(range(len(chain)) for chain in chains)):
        mine = lattice.suppressed(node)
        for at in range(COLUMNS):
            if node[at] + 1 < len(chains[at]):
                above = tuple(level + (place == at) for place, level in enumerate(node))
                assert not (lattice.suppressed(above) & ~mine).any()
                assert lattice.bounds()[above] >= lattice.bounds()[node]


@given(rows=ROWS, chains=st.tuples(*[st.sampled_from(CHAINS)] * COLUMNS), seed=st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_records_changes_no_answer(rows, chains, seed):
    mixed = rows[:]
    seed.shuffle(mixed)
    goal = Goal(2, 0.2)
    assert search(lattice_of(rows, chains, goal)).best == search(lattice_of(mixed, chains, goal)).best


def test_a_level_that_does_not_widen_the_one_before_is_refused():
    with pytest.raises(PolicyError, match="hierarchy-nested"):
        ladder("c", levels_of(((0, 1, 2, 3), (0, 0, 2, 2), (0, 1, 1, 1))), ["0", "1", "2", "3"])


def test_a_search_looks_at_few_of_many_nodes():
    draw = np.random.default_rng(3)
    rows = [tuple(int(value) for value in row) for row in draw.integers(0, 4, (400, COLUMNS + 2))]
    found = search(lattice_of(rows, (CHAINS[1],) * 3, Goal(5, 0.05)))
    assert found.nodes == 64
    assert found.looked < 40
