"""Counts of pairs against a walk through the baskets, and intervals that know who bought."""

from __future__ import annotations

import math
from statistics import median

import ibis
import numpy as np
import pandas as pd
import pytest
from small_shop import Basket, bought, pairs_of, shop

from customer_analytics.analysis.bundles import anchors, pairs
from customer_analytics.analysis.bundles.attach import attach_rates, design_effect, rate_interval
from customer_analytics.analysis.bundles.pairs import RECENT, pair_facts
from customer_analytics.statistics import wilson


def random_baskets(seed: int, *, people: bool = True, days: int = 600) -> list[Basket]:
    draw = np.random.default_rng(seed)
    made = []
    for number in range(300):
        items = draw.choice(6, size=draw.integers(1, 5), replace=False)
        lines = {int(item): (float(draw.integers(1, 4)), float(draw.integers(1, 50))) for item in items}
        person = int(draw.integers(0, 60)) if people and draw.random() < 0.9 else None
        made.append(Basket(lines, person, int(draw.integers(20_000, 20_000 + days)), number >= 200))
    return made


def slowly(baskets: list[Basket], a: int, b: int) -> dict[str, float]:
    last = max(one.day for one in baskets if one.day is not None)
    with_a = [one for one in baskets if a in one.lines]
    with_both = [one for one in with_a if b in one.lines]
    recent = [one for one in with_a if one.day is not None and one.day > last - RECENT]
    return {
        "baskets_a": len(with_a),
        "both": len(with_both),
        "later_a": sum(one.later for one in with_a),
        "later_both": sum(one.later for one in with_both),
        "earlier_a": sum(not one.later for one in with_a),
        "earlier_both": sum(not one.later for one in with_both),
        "customers_a": len({one.person for one in with_a} - {None}),
        "customers_both": len({one.person for one in with_both} - {None}),
        "recent_a": len(recent),
        "recent_both": sum(b in one.lines for one in recent),
        "each": median(min(one.lines[a][0], one.lines[b][0]) for one in with_both),
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_counts_are_those_of_a_walk_through_the_baskets(seed: int) -> None:
    baskets = random_baskets(seed)
    asked = [(0, 1), (1, 0), (2, 5), (4, 3)]
    found = pair_facts(shop(baskets), pairs_of(*asked)).pairs.set_index("pair")
    for number, (a, b) in enumerate(asked):
        for name, value in slowly(baskets, a, b).items():
            assert found.loc[number, name] == value, name


def test_customers_of_the_last_weeks_are_counted_once_by_their_last_basket() -> None:
    baskets = random_baskets(3)
    facts = pair_facts(shop(baskets), pairs_of((0, 1)))
    last = max(one.day for one in baskets if one.day is not None)
    for weeks in (1, 5, 40):
        recent = {
            one.person for one in baskets
            if one.person is not None and 0 in one.lines and one.day is not None and one.day > last - 7 * weeks
        }  # fmt: skip
        assert facts.traffic.loc[facts.traffic["weeks"] < weeks, "customers"].sum() == len(recent)


def test_without_customers_or_days_the_counts_stand_and_the_rest_is_not_invented() -> None:
    baskets = [bought(0, 1), bought(0), bought(0, 1), bought(1)]
    facts = pair_facts(shop(baskets), pairs_of((0, 1)))
    row = facts.pairs.iloc[0]
    assert (row["baskets_a"], row["both"], row["recent_a"]) == (3, 2, 3)
    assert math.isnan(row["customers_a"]) and math.isnan(facts.days) and not len(facts.traffic)


def test_one_customer_with_all_baskets_gives_no_interval_of_customers() -> None:
    baskets = [bought(0, 1, person=1, day=20_000 + day) for day in range(40)] + [bought(0, person=1, day=20_050)]
    facts = pair_facts(shop(baskets), pairs_of((0, 1))).pairs
    assert math.isnan(facts["standard_error"].iloc[0])
    assert attach_rates(facts, 0.05, dated=True)["low"].notna().all()


def test_an_interval_of_single_baskets_is_wilsons() -> None:
    baskets = [bought(0, 1)] * 30 + [bought(0)] * 70
    row = pair_facts(shop(baskets), pairs_of((0, 1))).pairs.iloc[0]
    interval = rate_interval(row["both"], row["baskets_a"], row["standard_error"])
    assert interval == pytest.approx(wilson(30, 100), abs=0.002)


def test_a_customer_who_comes_ten_times_does_not_make_the_rate_ten_times_surer() -> None:
    """20 customers with ten like baskets each: the interval is that of 20."""
    baskets = [
        bought(*([0, 1] if person < 8 else [0]), person=person, day=20_000 + visit)
        for person in range(20)
        for visit in range(10)
    ]
    row = pair_facts(shop(baskets), pairs_of((0, 1))).pairs.iloc[0]
    assert design_effect(80, 200, row["standard_error"]) == pytest.approx(10, rel=0.06)
    interval = rate_interval(row["both"], row["baskets_a"], row["standard_error"])
    assert interval == pytest.approx(wilson(8, 20), abs=0.02)


def test_the_error_is_that_of_drawing_customers_again() -> None:
    baskets = [one for one in random_baskets(4) if one.person is not None]
    row = pair_facts(shop(baskets), pairs_of((0, 1))).pairs.iloc[0]
    sums = np.zeros((60, 2))
    for one in baskets:
        if 0 in one.lines:
            sums[one.person] += (1, 1 in one.lines)
    draw = np.random.default_rng(0)
    drawn = sums[draw.integers(0, 60, (4_000, 60))].sum(axis=1)
    assert row["standard_error"] == pytest.approx((drawn[:, 1] / drawn[:, 0]).std(), rel=0.08)


def test_a_trend_is_told_only_where_it_is_there() -> None:
    def rows(earlier: int, later: int) -> list[Basket]:
        return [
            bought(*([0, 1] if number < share else [0]), day=20_000 + 400 * part + number % 100, later=bool(part))
            for part, share in ((0, earlier), (1, later))
            for number in range(400)
        ]

    told = {}
    for name, shares in {"up": (80, 160), "down": (160, 80), "steady": (120, 124)}.items():
        facts = pair_facts(shop(rows(*shares)), pairs_of((0, 1))).pairs
        row = attach_rates(facts, 0.05, dated=True).iloc[0]
        assert row["change"] == pytest.approx((shares[1] - shares[0]) / 400)
        assert row["change_low"] < row["change"] < row["change_high"]
        told[name] = row["trend"]
        assert attach_rates(facts, 0.05, dated=False)["trend"].iloc[0] == "unknown"
    assert told == {name: name for name in told}


def test_among_a_thousand_pairs_without_a_trend_none_is_told() -> None:
    draw = np.random.default_rng(9)
    was, now = draw.binomial(200, 0.3, (2, 1_000))
    pairs_frame = pd.DataFrame(
        {
            "pair": range(1_000), "baskets_a": 400, "both": was + now, "earlier_a": 200, "earlier_both": was,
            "later_a": 200, "later_both": now, "standard_error": np.nan, "customers_a": np.nan,
            "customers_both": np.nan,
        }
    )  # fmt: skip
    assert set(attach_rates(pairs_frame, 0.05, dated=True)["trend"]) == {"steady"}


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_tables_compile(engine: str) -> None:
    baskets = shop([bought(0, 1, person=1, day=20_000, store="x"), bought(0, person=2, day=20_001, store="y")])
    asked = pairs_of((0, 1))
    by_customer = pairs._by_customer(baskets, asked, (20_000, 20_001))
    for table in (by_customer, pairs._traffic(by_customer, 20_001), pairs._counts(by_customer)):
        assert "SELECT" in str(ibis.to_sql(table, dialect=engine))


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_medians_and_bounds_of_money_compile(engine: str) -> None:
    sold = shop([bought(0, 1)]).sold
    grouped = sold.group_by("item").aggregate(middle=sold.amount.median(), bundles=sold.units.median())
    bound = sold.aggregate(highest=sold.amount.quantile(anchors.HIGHEST))
    for table in (grouped, bound):
        assert "SELECT" in str(ibis.to_sql(table, dialect=engine))
