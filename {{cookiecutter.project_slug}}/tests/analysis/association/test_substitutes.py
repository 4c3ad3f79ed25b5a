"""What replaces what: fewer together than chance, small baskets and opposite seasons allowed for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from slow_rules import Basket, made_baskets

from customer_analytics.analysis.association.substitutes import OTHER_PEOPLE, SAME_PEOPLE, UNKNOWN, substitutes
from customer_analytics.engagement.parameters import BasketRulesParameters

PARAMETERS = BasketRulesParameters()


def drawn(seed: int, n: int = 5_000, most: int = 6) -> tuple[np.random.Generator, list[set[int]]]:
    draw = np.random.default_rng(seed)
    return draw, [set(draw.choice(12, draw.integers(1, most), replace=False).tolist()) for _ in range(n)]


def pairs_of(found: object) -> list[tuple[int, int]]:
    table = found.table  # type: ignore[attr-defined]
    return sorted(zip(table["a"], table["b"], strict=True))


def put_back(draw: np.random.Generator, baskets: list[set[int]]) -> list[Basket]:
    """Whoever has 3 and 4 puts one of them back, mostly."""
    return [frozenset(b - {int(draw.choice([3, 4]))} if {3, 4} <= b and draw.random() < 0.8 else b) for b in baskets]


def test_items_that_replace_each_other_are_found_and_nothing_else() -> None:
    baskets = put_back(*drawn(1))
    found = substitutes(made_baskets(baskets), PARAMETERS)
    assert pairs_of(found) == [(3, 4)] and found.family == 66
    row = found.table.iloc[0]
    n, a, b = len(baskets), sum(3 in one for one in baskets), sum(4 in one for one in baskets)
    both = sum({3, 4} <= one for one in baskets)
    assert (row["count"], row["count_a"], row["count_b"]) == (both, a, b)
    assert row["expected"] == pytest.approx(a * b / n) and row["lift"] == pytest.approx(both * n / (a * b))
    assert row["expected_given"] < row["expected"] and row["p_value"] >= stats.hypergeom.cdf(both, n, a, b)
    assert row["kind"] == UNKNOWN and not row["same_category"]
    assert row["lift_high"] == pytest.approx(stats.chi2.ppf(0.975, 2 * both + 2) / 2 / row["expected"])


@pytest.mark.parametrize("most", [3, 6])
def test_small_baskets_do_not_make_replacements(most: int) -> None:
    assert not len(substitutes(made_baskets([frozenset(b) for b in drawn(2, most=most)[1]]), PARAMETERS).table)


def test_opposite_seasons_do_not_make_replacements() -> None:
    _, baskets = drawn(3)
    days = [30 * (place % 12) for place in range(len(baskets))]
    summer = [frozenset(b - {3} if day % 60 else b - {4}) for b, day in zip(baskets, days, strict=True)]
    kept = [(b, day) for b, day in zip(summer, days, strict=True) if b]
    undated = made_baskets([b for b, _ in kept])
    dated = made_baskets([b for b, _ in kept], days=[day for _, day in kept])
    assert (3, 4) in pairs_of(substitutes(undated, PARAMETERS))
    assert (3, 4) not in pairs_of(substitutes(dated, PARAMETERS))


def test_the_same_customers_at_other_times_are_told_from_different_customers() -> None:
    draw, baskets = drawn(4)
    apart = put_back(draw, baskets)
    same = made_baskets(apart, people=[place % 500 for place in range(len(apart))], parents={3: 100, 4: 100})
    row = substitutes(same, PARAMETERS).table.iloc[0]
    assert row["kind"] == SAME_PEOPLE and row["customers_both"] > 100 and row["same_category"]
    halves = [
        (frozenset(b - {3}), k % 250) if k % 2 else (frozenset(b - {4}), 250 + k % 250) for k, b in enumerate(baskets)
    ]
    halves = [one for one in halves if one[0]]
    other = made_baskets([b for b, _ in halves], people=[owner for _, owner in halves])
    assert substitutes(other, PARAMETERS).table.iloc[0]["kind"] == OTHER_PEOPLE


def test_a_pair_that_was_never_seen_is_a_pair() -> None:
    _, baskets = drawn(5)
    never = made_baskets([frozenset(b - {3} if 4 in b else b) for b in baskets])
    row = substitutes(never, PARAMETERS).table.iloc[0]
    assert row["count"] == 0 and row["lift"] == 0 and row["lift_low"] == 0 and 0 < row["lift_high"] < 0.2


@pytest.mark.parametrize("baskets", [[frozenset({1})] * 40, [frozenset({1, 2})] * 3, []])
def test_too_little_has_no_pairs(baskets: list[Basket]) -> None:
    found = substitutes(made_baskets(baskets), PARAMETERS)
    assert len(found.table) == 0 and len(found.nearest) == 0


def test_the_nearest_pair_is_kept_where_none_is_sure() -> None:
    found = substitutes(made_baskets([frozenset(b) for b in drawn(6)[1]]), PARAMETERS)
    assert not len(found.table) and len(found.nearest) == 1 and found.nearest["q_value"].iloc[0] > 0.05
