"""Value of staying, value at risk, cost of delay, tiers: by hand on a few customers."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from any_engine import connect

from customer_analytics.analysis.actions.assumed import assumed_terms, readable
from customer_analytics.analysis.actions.curve import Cases
from customer_analytics.analysis.actions.delay import delay
from customer_analytics.analysis.actions.moments import money, silences
from customer_analytics.analysis.actions.tiers import HIGH, LOW, MEDIUM, UNRANKED, Bounds, bounds
from customer_analytics.analysis.actions.tiers import tested as tiers_tested
from customer_analytics.analysis.actions.value_at_risk import at_risk, held_up
from customer_analytics.analysis.actions.worth import past_money, periods, worth_from_orders, worth_from_prices
from customer_analytics.analysis.features.life import life
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.tables.store import Tables

DAY = dt.date(2024, 1, 1)
MONEY = pa.decimal128(18, 4)
ORIGIN = (DAY - dt.date(1970, 1, 1)).days  # day 0 of the small logs


def orders_of(rows: Sequence[tuple[str, int, float]], last: int) -> Tables:
    """Orders (customer, day counted from ORIGIN, amount), with data up to the day before `last`."""
    table = pa.table(
        {
            "order_id": [str(number) for number in range(len(rows))],
            "customer_id": [row[0] for row in rows],
            "ordered_on": pa.array([DAY + dt.timedelta(days=row[1]) for row in rows], pa.date32()),
            "amount": pa.array([Decimal(str(row[2])) for row in rows], pa.decimal128(18, 4)),
        }
    )
    backend = connect()
    as_of = DAY + dt.timedelta(days=last - 1)
    return Tables(backend, as_of, ZoneInfo("UTC"), {"orders": backend.create_table("orders", table)})


def moments(*rows: tuple[str, int]) -> pd.DataFrame:
    return pd.DataFrame([(name, ORIGIN + cut) for name, cut in rows], columns=["person_id", "cut"])


def test_what_came_before_and_after_a_moment_by_hand() -> None:
    tables = orders_of([("a", 0, 10), ("a", 5, 20), ("a", 12, 40), ("b", 3, 7), ("c", 30, 1)], 40)
    asked = moments(("b", 10), ("a", 10), ("c", 10), ("a", 12))
    seen = silences(life(tables, "orders").spells, asked)
    assert seen["silent"].tolist()[:2] == [7, 5]
    assert math.isnan(seen["silent"][2]), "nobody is silent who had not come yet"
    assert seen["next_in"].tolist()[1] == 2
    assert math.isnan(seen["next_in"][0])
    assert seen["next_in"][3] == 0, "the cut-off is the first day that is not known"
    assert seen["days"].tolist()[1] == 2
    assert seen["tenure"].tolist()[1] == 10
    found = money(tables, asked, before=6, after=3)
    assert found["past"].tolist() == [0, 20, 0, 0]  # day 5 and 10 are in [4, 10), day 12 is not known on day 12
    assert found["later"].tolist() == [0, 40, 0, 40]


def followed(generator: np.random.Generator, people: int) -> tuple[Tables, pd.DataFrame]:
    """Stayers bring 50 + 0.8 x the past in the year after day 365, leavers 5 + 0.1 x it, late in the year."""
    past = generator.uniform(10, 200, people).round(2)
    left = (generator.random(people) < 0.4).astype(int)
    later = np.where(left == 1, 5 + 0.1 * past, 50 + 0.8 * past).round(2)
    rows: list[tuple[str, int, float]] = []
    for number in range(people):
        rows += [(f"c{number}", 200, float(past[number])), (f"c{number}", 600, float(later[number]))]
    frame = pd.DataFrame({"cut": ORIGIN + 365, "person_id": [f"c{n}" for n in range(people)], "left": left})
    return orders_of(rows, 800), frame


def test_the_value_of_staying_is_what_stayers_bring_more_than_leavers_who_come_back_later() -> None:
    tables, people = followed(np.random.default_rng(1), 300)
    worth = worth_from_orders(tables, people, ORIGIN, ORIGIN + 800, 90, margin_share=0.5)
    assert worth is not None
    assert (worth.before, worth.after, worth.cuts) == (365, 365, (ORIGIN + 365,))
    own = past_money(tables, worth, people)
    assert worth.values(own) == pytest.approx(0.5 * (45 + 0.7 * own / 0.5), abs=0.02)
    assert worth.relative_error(np.ones(len(own)), own) < 0.01


def test_leaving_is_not_counted_twice_the_value_does_not_fall_with_the_risk() -> None:
    """The same business with many more leavers gives the same value of staying."""
    few, many = followed(np.random.default_rng(2), 300), followed(np.random.default_rng(2), 300)
    frame = many[1].copy()
    more = frame["person_id"].str[1:].astype(int) < 60  # sixty people too few to move a line on their own
    values = []
    for tables, people in (few, (many[0], pd.concat([frame, frame[more & (frame["left"] == 1)]]))):
        worth = worth_from_orders(tables, people.reset_index(drop=True), ORIGIN, ORIGIN + 800, 90, 1.0)
        assert worth is not None
        values.append(worth.values(np.array([100.0]))[0])
    assert values[0] == pytest.approx(values[1], rel=1e-3)


def test_the_days_that_make_a_stayer_are_not_carried_forward_to_a_year() -> None:
    """Everybody who stayed bought once within the horizon, by definition; after it they bring 10 every 30 days."""
    rows: list[tuple[str, int, float]] = []
    for number in range(100):
        rows += [(f"c{number}", 10, 50.0 + number)]
        if number < 50:
            rows += [(f"c{number}", 120, 100.0), (f"c{number}", 200, 10.0), (f"c{number}", 230, 10.0)]
    people = pd.DataFrame({"cut": ORIGIN + 100, "person_id": [f"c{n}" for n in range(100)], "left": 0})
    people.loc[50:, "left"] = 1
    worth = worth_from_orders(orders_of(rows, 250), people, ORIGIN, ORIGIN + 250, 90, 1.0)
    assert worth is not None
    assert worth.after == 150
    carried = 100 + 20 * (365 - 90) / (150 - 90)
    assert worth.values(np.array([80.0])) == pytest.approx(carried, rel=1e-6), "and not 120 * 365 / 150"
    few = worth_from_orders(orders_of(rows, 210), people, ORIGIN, ORIGIN + 210, 90, 1.0)
    assert few is None, "twenty days beyond the horizon tell of no year"


def test_too_short_a_time_after_the_cut_off_gives_no_value() -> None:
    tables, people = followed(np.random.default_rng(3), 100)
    assert worth_from_orders(tables, people, ORIGIN, ORIGIN + 400, 90, 1.0) is None


def contracts_of(rows: list[dict[str, Any]]) -> Tables:
    schema = pa.schema(
        [
            ("customer_id", pa.string()),
            ("plan", pa.string()),
            ("price", pa.decimal128(18, 4)),
            ("ended_on", pa.date32()),
        ]
    )
    backend = connect()
    made = backend.create_table("subscriptions", pa.Table.from_pylist(rows, schema=schema))
    return Tables(backend, DAY, ZoneInfo("UTC"), {"subscriptions": made})


def test_a_price_is_that_of_a_month_unless_the_plan_says_otherwise() -> None:
    plans = ("Plus monthly", "Plus yearly", "年费", "季度", "weekly", None)
    assert [periods(name) for name in plans] == [12, 1, 1, 4, 52, 12]
    rows = [
        {"customer_id": "a", "plan": "Basic", "price": Decimal("8"), "ended_on": None},
        {"customer_id": "a", "plan": "Yearly", "price": Decimal("70"), "ended_on": None},
        {"customer_id": "b", "plan": "Basic", "price": Decimal("9"), "ended_on": DAY},
    ]
    tables = contracts_of(rows)
    worth = worth_from_prices(tables, None)
    assert worth is not None
    people = pd.DataFrame({"person_id": ["a", "b", "z"], "cut": 0})
    assert past_money(tables, worth, people).tolist() == [8 * 12 + 70, 9 * 12, 0]
    assert worth_from_prices(orders_of([("a", 1, 1)], 5), None) is None


def rows_of(left: Sequence[float], probability: Sequence[float], value: Sequence[float], cuts: Sequence[int]) -> Cases:
    blocks = np.arange(len(left)) % max(1, cuts.count(cuts[0]))
    return Cases(np.array(cuts), blocks, *(np.array(one, dtype=float) for one in (probability, value, left)))


def test_money_lost_over_money_expected_by_hand() -> None:
    rows = rows_of([1, 0, 0, 1], [0.5, 0.5, 0.25, 0.25], [100, 50, 100, 100], [0, 0, 1, 1])
    held = held_up(rows, seed=1)
    assert held.ratio == pytest.approx((100 + 100) / (75 + 50))
    assert held.by_cut == pytest.approx((100 / 75, 100 / 50))


def test_value_at_risk_is_probability_times_value_and_its_interval_holds_both_errors() -> None:
    generator = np.random.default_rng(4)
    chance, value = generator.uniform(0.1, 0.9, 4_000), np.full(4_000, 100.0)
    left = (generator.random(4_000) < chance).astype(float)
    rows = Cases(np.repeat([0, 1], 2_000), np.tile(np.arange(2_000), 2), chance, value, left)
    held = held_up(rows, seed=1)
    plain, wider = at_risk(chance, value, held, 0.0), at_risk(chance, value, held, 0.2)
    assert plain.expected == pytest.approx(float((chance * 100).sum()))
    assert plain.interval.low < plain.expected < plain.interval.high
    assert wider.interval.high > plain.interval.high
    assert math.isnan(at_risk(chance, value, None, 0.0).interval.low)


def test_value_at_risk_hits_what_is_lost_in_nineteen_of_twenty_futures() -> None:
    """Twenty futures of two tested cut-offs and one ahead; right probabilities."""
    generator, hits = np.random.default_rng(5), 0
    for seed in range(20):
        chance, value = generator.beta(2, 4, (3, 400)), generator.lognormal(4, 0.5, (3, 400))
        left = (generator.random((3, 400)) < chance).astype(float)
        rows = Cases(
            np.repeat([0, 1], 400), np.tile(np.arange(400), 2), chance[:2].ravel(), value[:2].ravel(), left[:2].ravel()
        )
        low, high = at_risk(chance[2], value[2], held_up(rows, seed), 0.0).interval
        hits += int(low <= float((left[2] * value[2]).sum()) <= high)
    assert hits >= 16


def test_cost_of_delay_by_hand() -> None:
    """Out of reach on day 3, 10 and never: 60 of 100 after a week, 90 after two."""
    days = np.array([3.0, 10.0, math.inf])
    found = delay(days, np.array([100, 100, 100]), np.arange(3), np.array([60.0, 30.0, 10.0]), now=130, seed=1)
    assert found is not None
    assert found.weeks["gone"].tolist() == pytest.approx([0.6, 0.9, 0.9, 0.9])
    assert found.weeks["people"].tolist()[:2] == pytest.approx([1 / 3, 2 / 3])
    assert (found.weeks["low"] <= found.weeks["gone"]).all()
    assert (found.weeks["gone"] <= found.weeks["high"]).all()
    assert found.weeks["week"].max() == 4, "only weeks that are over"
    assert delay(days, np.array([126, 126, 126]), np.arange(3), np.ones(3), now=130, seed=1) is None


def test_tiers_begin_at_the_base_rate_and_at_twice_the_odds_of_all() -> None:
    found = bounds(0.2, math.nan, np.linspace(0, 1, 100), minimum=30)
    assert found == Bounds(0.2, 0.5 / 1.5, False)  # odds .25 doubled
    assert found.of(np.array([0.1, 0.2, 0.33, 0.34])).tolist() == [LOW, MEDIUM, MEDIUM, HIGH]


def test_a_high_risk_is_one_at_which_a_contact_pays_where_such_risks_occur() -> None:
    probability = np.linspace(0, 1, 101)
    assert bounds(0.2, 0.6, probability, minimum=30) == Bounds(0.2, 0.6, True)
    assert not bounds(0.2, 0.9, probability, minimum=30).from_profit, "hardly anybody has such a risk"
    assert not bounds(0.2, 0.25, probability, minimum=30).from_profit, "it would make high out of low"
    assert bounds(1.0, math.nan, probability, minimum=30).high == 1.0


def test_where_nothing_predicts_nobody_is_ranked() -> None:
    assert Bounds(math.nan, math.nan, False).of(np.array([0.1, 0.9])).tolist() == [UNRANKED, UNRANKED]


def test_no_rate_of_a_tier_below_the_minimum() -> None:
    tier = np.array([HIGH] * 40 + [LOW] * 5, dtype=object)
    left = np.array([1.0] * 30 + [0.0] * 10 + [1.0] * 5)
    table = tiers_tested(tier, np.full(45, 0.7), left, 30).set_index("tier")
    assert table.loc[HIGH, "rate"] == 0.75
    assert table.loc[HIGH, "expected"] == pytest.approx(0.7)
    assert math.isnan(table.loc[LOW, "rate"])
    assert table.loc[MEDIUM, "n"] == 0


def test_the_offer_is_assumed_in_proportion_to_what_customers_pay() -> None:
    """Ten yuan and ten pounds are not the same offer."""
    pounds, yuan = orders_of([("a", 1, 60), ("b", 2, 100)], 9), orders_of([("a", 1, 600), ("b", 2, 1000)], 9)
    found = [assumed_terms(tables, "orders", ChurnParameters()) for tables in (pounds, yuan)]
    assert [(one.incentive, one.contact_cost) for one in found] == [(10.0, 1.0), (100.0, 10.0)]
    stated = assumed_terms(yuan, "orders", ChurnParameters(incentive=0, contact_cost=3))
    assert (stated.incentive, stated.contact_cost) == (0, 3)
    monthly = contracts_of([{"customer_id": "a", "plan": "Basic", "price": Decimal("8"), "ended_on": None}])
    assert assumed_terms(monthly, "contracts", ChurnParameters()).incentive == 1.0
    assert assumed_terms(contracts_of([]), "contracts", ChurnParameters()).incentive == 0.0


def test_an_assumed_amount_is_one_two_or_five_with_zeros() -> None:
    amounts = (0.03, 0.8, 1.3, 1.6, 3.4, 8.0, 34.0, 0.0)
    assert [readable(amount) for amount in amounts] == [0.02, 1.0, 1.0, 2.0, 5.0, 10.0, 50.0, 0.0]
