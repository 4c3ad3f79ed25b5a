"""Shrinkage, the programme ledger and the offer ladder, against slow integration, simulation and worked examples."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from campaigns_with_costs import people, with_costs
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.experiment import experiments
from customer_analytics.analysis.money import Money, money
from customer_analytics.analysis.money.depth import depth, depths
from customer_analytics.analysis.money.programme import programme, quarter
from customer_analytics.analysis.money.shrinkage import covariance, shrink
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

PARAMETERS = CampaignEvaluationParameters()
# Rubin's eight schools: effects of coaching and their standard errors (Gelman and others, Bayesian Data Analysis).
SCHOOLS = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
ERRORS = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])


def test_shrinkage_is_what_slow_integration_over_mean_and_spread_gives() -> None:
    found = shrink(SCHOOLS, np.diag(ERRORS**2))
    scale = math.sqrt(8 / (1 / ERRORS**2).sum())
    total = np.zeros(8)
    mass = square = 0.0
    for spread, centre in itertools.product(scale * np.geomspace(0.002, 400, 400), np.linspace(-60, 80, 281)):
        variance = ERRORS**2 + spread**2
        height = math.exp(-0.5 * (np.log(variance) + (SCHOOLS - centre) ** 2 / variance).sum() + 20)
        height *= scale / (scale + spread) ** 2 * spread  # the prior, on a grid of even steps of the logarithm
        total += height * (SCHOOLS / ERRORS**2 + centre / spread**2) / (1 / ERRORS**2 + 1 / spread**2)
        mass, square = mass + height, square + height * centre
    assert found.mean == pytest.approx(total / mass, abs=0.15)
    assert found.centre == pytest.approx(square / mass, abs=0.1)
    assert found.mean[0] < 28 and found.mean[2] > -3  # the best and the worst school are both pulled in


def test_the_winner_is_less_good_than_it_looks_and_shrinkage_takes_that_back() -> None:
    """400 programmes of six campaigns; the best-looking one of each is overrated as measured, not after shrinkage."""
    rng, boast, rest, held = np.random.default_rng(3), [], [], []
    for _ in range(400):
        truth = rng.normal(1.0, 0.5, 6)
        noise = np.diag(rng.uniform(0.3, 1.5, 6) ** 2)
        seen = rng.normal(truth, np.sqrt(np.diag(noise)))
        found = shrink(seen, noise)
        best, kept = int(np.argmax(seen)), int(np.argmax(found.mean))
        boast.append(seen[best] - truth[best])
        rest.append(found.mean[kept] - truth[kept])
        held += [*((found.low <= truth) & (truth <= found.high))]
    assert np.mean(boast) > 0.6
    assert abs(np.mean(rest)) < 0.12
    assert 0.93 < np.mean(held) < 0.985


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=8), st.floats(-100, 100), st.floats(0.01, 50))
def test_another_unit_or_origin_changes_the_shrunken_effects_alike(
    values: list[float], shift: float, scale: float
) -> None:
    effects = np.array(values)
    noise = covariance(np.arange(len(values)), np.linspace(0.5, 1.0, len(values)), np.full(len(values), 0.2))
    plain, moved = shrink(effects, noise), shrink(effects * scale + shift, noise * scale**2)
    np.testing.assert_allclose(moved.mean, plain.mean * scale + shift, rtol=1e-6, atol=1e-6 * (scale + abs(shift)))
    np.testing.assert_allclose(moved.high - moved.low, (plain.high - plain.low) * scale, rtol=1e-6)


def test_arms_of_one_campaign_share_the_noise_of_their_control_group() -> None:
    noise = covariance(np.array([1, 1, 2]), np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, 0.7]))
    assert noise.tolist() == [[1.5, 0.5, 0.0], [0.5, 2.5, 0.0], [0.0, 0.0, 3.7]]


def test_the_ledger_adds_up_quarter_by_quarter() -> None:
    arms = pd.DataFrame(
        {
            "campaign": ["a", "a", "b", "c"],
            "quarter": ["2025-Q1", "2025-Q1", "2025-Q2", "2024-Q4"],
            "n": [10, 20, 30, 40],
            "value": [1.0, 2.0, 3.0, 4.0],
            "cost": [1.0, 1.0, math.nan, 2.0],
        }
    )
    drawn = np.random.default_rng(1).normal(arms["value"], 1.0, (500, 4))
    table = programme(arms, drawn, np.array([1.0, 1.0, 2.0, 2.0]), np.diag([1.0, 1.0, 4.0, 4.0]))
    assert table["quarter"].tolist() == ["2024-Q4", "2025-Q1", "2025-Q2"]
    assert table["campaigns"].tolist() == [1, 1, 1]
    assert table["contacted"].tolist() == [40, 30, 30]
    assert table["measured"].tolist() == [4, 3, 3] and table["cumulative"].tolist() == [4, 7, 10]
    assert table["cumulative_adjusted"].tolist() == [2, 4, 6]
    assert table["cumulative_adjusted_high"].iloc[-1] == pytest.approx(6 + 1.959964 * math.sqrt(10))
    assert table["cumulative_cost"].iloc[1] == 4 and math.isnan(table["cumulative_cost"].iloc[2])
    low, high = np.quantile(drawn.sum(axis=1), (0.025, 0.975))
    assert (table["cumulative_low"].iloc[-1], table["cumulative_high"].iloc[-1]) == pytest.approx((low, high))
    assert [quarter(dt.date(2025, month, 1)) for month in (1, 3, 4, 12)] == [
        "2025-Q1", "2025-Q1", "2025-Q2", "2025-Q4"
    ]  # fmt: skip


def season(seed: int = 4) -> Money:
    """Four campaigns: nothing, a good one, one whose gain was only moved, and an offer ladder."""
    rows = pd.concat(
        [people("nothing", {"control": (900, 0.2), "mail": (900, 0.2)}, seed),
         people("good", {"control": (900, 0.2), "mail": (900, 0.3)}, seed + 1),
         people("early", {"control": (900, 0.2), "mail": (900, 0.3)}, seed + 2),
         people("ladder", {"control": (3_000, 0.10), "off_5": (3_000, 0.13), "off_10": (3_000, 0.18),
                           "off_20": (3_000, 0.19)}, seed + 3)]
    )  # fmt: skip
    deep = rows["arm"].map({"off_5": 0.05, "off_10": 0.1, "off_20": 0.2}).fillna(0.0)
    rows["margin"] = rows["revenue"] * (1 - deep) - 0.6 * rows["revenue"]
    days = {
        name: dt.date(2025, month, 10) for name, month in (("nothing", 2), ("good", 5), ("early", 6), ("ladder", 8))
    }
    campaigns = with_costs(rows, costs=dict.fromkeys(days, 100.0), offers={"good": "10 % off", "nothing": "no offer"},
                           days=days)  # fmt: skip
    return money(campaigns, experiments(campaigns, PARAMETERS), PARAMETERS, {("early", "mail")})


@pytest.fixture(scope="module")
def year() -> Money:
    return season()


def test_a_gain_that_was_only_moved_is_not_added_up(year: Money) -> None:
    assert year.moved == ("early",)
    assert year.decision("early") == ("iterate", "moved")
    assert year.programme["campaigns"].sum() == 3
    own = year.arms.set_index(["campaign", "arm"])
    assert math.isnan(own.loc[("early", "mail"), "shrunken"])
    counted = own.drop(index=("early", "mail"))["incremental_margin"].sum()
    assert year.programme["cumulative"].iloc[-1] == pytest.approx(counted)


def test_the_best_depth_is_where_the_margin_is_not_where_the_orders_are(year: Money) -> None:
    """off_20 brings most orders, but gives away half of the margin: off_10 earns most."""
    rungs = year.ladder.rungs[year.ladder.rungs["campaign"] == "ladder"].set_index("arm")
    assert rungs["depth"].to_dict() == {"off_5": 0.05, "off_10": 0.10, "off_20": 0.20}
    assert rungs["orders_per_100"].idxmax() == "off_20"
    best, chance = year.ladder.best["ladder"]
    assert best == "off_10" and chance > 0.8
    assert rungs["chance_best"].sum() <= 1
    slope = year.ladder.slopes[0]
    assert slope.interval.low < 100 * 0.1 * 0.4 / 1.0 and slope.interval.low > 0
    orders = {arm: rungs.loc[arm, "orders_per_100"] / 100 + rungs.loc[arm, "orders_control"] for arm in rungs.index}
    elasticity = math.log(orders["off_20"] / orders["off_5"]) / math.log(0.8 / 0.95)
    assert slope.elasticity == pytest.approx(elasticity)
    assert slope.elasticity_interval.low < elasticity < slope.elasticity_interval.high
    line = np.polyfit([0.05, 0.1, 0.2], rungs["orders_per_100"], 1)[0]
    assert slope.orders_per_100 == pytest.approx(line / 10)


def test_a_single_offer_is_listed_but_makes_no_ladder(year: Money) -> None:
    rungs = year.ladder.rungs.set_index("campaign")
    assert (rungs.loc["good", "depth"], rungs.loc["good", "depth_from"]) == (0.1, "offer")
    assert rungs.loc["nothing", "depth"] == 0
    assert [slope.campaign for slope in year.ladder.slopes] == ["ladder"]
    assert set(year.ladder.steps["campaign"]) == {"ladder"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("off_10", 0.1), ("OFF-5", 0.05), ("10_off", 0.1), ("10 % off", 0.1), ("12.5%", 0.125), ("九折", 0.1),
        ("95折", 0.05), ("九五折", 0.05), ("8.5折", 0.15), ("半价", 0.5), ("no offer", 0.0), ("无优惠", 0.0),
        ("gift", None), ("free delivery", None), ("5 € off", None), ("$20 off", None), ("满100减20", None),
        ("gate_30", None), ("offer 10", None), ("100 % off", None), ("", None), ("5, 10 or 20 % off", None),
    ],
)  # fmt: skip
def test_amounts_gifts_and_lists_are_not_taken_for_a_depth(text: str, expected: float | None) -> None:
    found = depth(text)
    assert found == (None if expected is None else pytest.approx(expected))


def test_every_depth_of_a_list_is_read() -> None:
    assert depths("5, 10 or 20 % off") == (0.05, 0.1, 0.2)
    assert depths("95折、九折或八折") == (0.05, 0.1, 0.2)
