"""The cells of the question box under attack: what linear programs can work out is of enough people."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from customer_analytics.analysis.cube.partition import Cell, Fact, star

MINIMUM = 5


@st.composite
def customers(draw: st.DrawFn) -> tuple[list[Fact], np.ndarray]:
    """A hub and two facts, lopsided so that many values are rare, and money with a few large customers."""
    people = draw(st.integers(0, 160))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    sizes = [draw(st.integers(2, 4)) for _ in range(3)]
    facts = []
    for size in sizes:
        weights = random.dirichlet(np.full(size, draw(st.sampled_from([0.2, 1.0, 5.0]))))
        facts.append(Fact(random.choice(size, people, p=weights), size, draw(st.booleans())))
    return facts, random.pareto(draw(st.sampled_from([0.5, 2.0])), people)


def told(
    facts: list[Fact], hub: list[Cell], tables: list[list[list[Cell]]]
) -> tuple[np.ndarray, np.ndarray, list[tuple[int, ...]]]:
    """All that is told as equations over the joint counts of all facts: matrix, counts, and the joint values."""
    joint = list(itertools.product(*(range(fact.size) for fact in facts)))
    rows, counts = [], []
    for place, part in enumerate(hub):
        rows.append([part.mask >> value[0] & 1 for value in joint])
        counts.append(part.customers)
        for number, table in enumerate(tables, start=1):
            for cell in table[place]:
                rows.append([part.mask >> value[0] & cell.mask >> value[number] & 1 for value in joint])
                counts.append(cell.customers)
    return np.array(rows, dtype=float), np.array(counts, dtype=float), joint


@given(customers())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_cell_is_large_and_hides_its_largest_customer(made: tuple[list[Fact], np.ndarray]) -> None:
    facts, money = made
    hub, tables = star(facts[0], facts[1:], money, MINIMUM)
    if len(money) < MINIMUM:
        assert not hub
        return
    assert sum(cell.customers for cell in hub) == len(money)
    for place, part in enumerate(hub):
        inside = np.array([part.mask >> int(code) & 1 for code in facts[0].codes], dtype=bool)
        assert part.customers == inside.sum() >= MINIMUM
        for fact, table in zip(facts[1:], tables, strict=True):
            assert sum(cell.customers for cell in table[place]) == part.customers
            for cell in table[place]:
                here = inside & np.array([cell.mask >> int(code) & 1 for code in fact.codes], dtype=bool)
                assert cell.customers == here.sum() >= MINIMUM
                if cell.money is not None:
                    largest = np.sort(money[here])
                    assert largest[:-2].sum() >= 0.1 * largest[-1]


@given(customers())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_group_whose_number_follows_is_small(made: tuple[list[Fact], np.ndarray]) -> None:
    """The smallest and the largest number of every box that fits all that is told: where both are one, it is no few."""
    facts, money = made
    hub, tables = star(facts[0], facts[1:], money, MINIMUM)
    if not hub:
        return
    matrix, counts, joint = told(facts, hub, tables)
    boxes = list(itertools.product(*([None, *range(fact.size)] for fact in facts)))
    for box in boxes:
        meant = np.array([all(w is None or w == v for w, v in zip(box, value, strict=True)) for value in joint], float)
        low, high = (
            linprog(sign * meant, A_eq=matrix, b_eq=counts, bounds=(0, None), method="highs").fun * sign
            for sign in (1, -1)
        )
        assert not (high - low < 0.5 and 0.5 < high < MINIMUM - 0.5), (box, low, high)


@given(customers())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_known_number_of_one_value_leaves_no_few_beside_the_cells(made: tuple[list[Fact], np.ndarray]) -> None:
    facts, _ = made
    hub, tables = star(facts[0], facts[1:], None, MINIMUM)
    if not hub:
        return
    for fact, rows in zip(facts, [[hub], *tables], strict=True):
        cells = [cell for row in rows for cell in row]
        for value, total in enumerate(np.bincount(fact.codes, minlength=fact.size).tolist()):
            full = (1 << fact.size) - 1
            if total < MINIMUM or all(cell.mask == full for cell in cells if cell.mask >> value & 1):
                continue  # no cut tells anything; what the number itself tells is not ours
            whole = sum(cell.customers for cell in cells if cell.mask == 1 << value)
            cut = sum(cell.customers for cell in cells if cell.mask >> value & 1 and cell.mask != 1 << value)
            assert not 0 < total - whole < MINIMUM
            assert not 0 < cut - (total - whole) < MINIMUM


def test_two_tables_that_meet_would_give_few_away_and_are_not_told() -> None:
    """Why there is a hub: of three facts in pairs, all numbers large, a group of three can follow. Here it does not."""
    rows = [(0, 1, 0)] * 3 + [(0, 1, 1)] * 9 + [(0, 0, 1)] * 12 + [(1, 0, 0)] * 12 + [(1, 1, 0)] * 9 + [(1, 0, 1)] * 8
    codes = np.array(rows, dtype=np.int64).T
    facts = [Fact(codes[place], 2, False) for place in range(3)]
    hub, tables = star(facts[0], facts[1:], None, MINIMUM)
    matrix, counts, joint = told(facts, hub, tables)
    for value in range(len(joint)):
        one = np.eye(len(joint))[value]
        low, high = (
            linprog(sign * one, A_eq=matrix, b_eq=counts, bounds=(0, None), method="highs").fun * sign
            for sign in (1, -1)
        )
        assert high - low > 0.5 or high < 0.5 or high >= MINIMUM
