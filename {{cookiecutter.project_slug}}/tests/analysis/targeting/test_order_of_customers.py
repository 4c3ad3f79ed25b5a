"""Whom to contact: the order is found where people differ, claimed nowhere else, and valued as a formula says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from planted_campaigns import MOVED, as_campaigns, graded, planted_units

from customer_analytics.analysis.campaigns.campaign import Campaigns
from customer_analytics.analysis.targeting import Targeting, targeting
from customer_analytics.analysis.targeting.features import settle
from customer_analytics.analysis.targeting.order import Ordered, last, ordered
from customer_analytics.analysis.targeting.outputs import customer_tables, metrics, tables
from customer_analytics.analysis.targeting.policy import policies
from customer_analytics.analysis.targeting.trial import assigned, pooled
from customer_analytics.analysis.uplift.learner import Trial, cross_fitted
from customer_analytics.analysis.uplift.order_test import order_test
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

PARAMETERS = CampaignEvaluationParameters()


def found_in(rows: pd.DataFrame, moved: tuple[str, ...] = (MOVED,), **grades: str) -> Targeting:
    campaigns = as_campaigns(rows)
    return targeting(campaigns, graded(campaigns, **grades), PARAMETERS, None, moved)


def planted_trial(seed: int, rows: int, slope: float, levels: tuple[float, ...] = (0.1, 0.1)) -> Trial:
    """Two campaigns with their own levels of change; x 0 tells whom a contact changes more by `slope`, and how much
    of the second campaign's customers there are at it."""
    generator = np.random.default_rng(seed)
    campaign = np.arange(rows) % 2
    x = generator.normal(size=(rows, 3))
    x[:, 1] += campaign  # customers of the second campaign are of another kind
    treated = (generator.random(rows) < 0.5).astype(float)
    change = np.array(levels)[campaign] + slope * np.sign(x[:, 0])
    outcome = (generator.random(rows) < 0.3 + treated * change).astype(float)
    return Trial(x, campaign, treated, np.full(rows, 0.5), outcome, np.arange(rows))


@pytest.fixture(scope="module")
def large() -> tuple[pd.DataFrame, Targeting]:
    rows = planted_units(60_000, 2)
    return rows, found_in(rows)


def test_the_planted_difference_orders_customers_better_than_chance(large: tuple[pd.DataFrame, Targeting]) -> None:
    _, found = large
    assert found.reason is None
    assert found.use
    assert found.campaigns == ("aa_test", "voucher", "newsletter", "ladder", "win_back", "summer")
    assert found.moved == (MOVED,)
    assert found.deciles["effect"].iloc[0] > found.deciles["effect"].iloc[-1]
    within = found.orders.set_index("campaign")
    assert within.loc["newsletter", "low"] < 0 < within.loc["newsletter", "high"], "nothing was planted in it"
    assert (within.loc[["voucher", "ladder", "summer"], "coefficient"] > 0).all()


def test_the_order_is_true_of_the_customers_and_not_only_of_the_outcomes_it_was_tested_on() -> None:
    """The truth by customer, which no code sees: the first tenths gain three times as much as the last."""
    rows = planted_units(60_000, 2)
    rows = rows[~rows["campaign"].isin(["aa_test", "newsletter", MOVED])].reset_index(drop=True)
    campaigns = as_campaigns(rows)
    outcome = campaigns.outcome("converted")
    assert outcome is not None
    found = assigned(campaigns, list(range(rows["campaign"].nunique())), outcome, 90)
    assert found is not None
    by = ordered(found, 1)
    in_order = rows.assign(code=pd.factorize(rows["campaign"])[0], customer=rows["person_id"].astype(str))
    truth = in_order.sort_values(["code", "customer"])["truth"].to_numpy()
    assert truth[by.decile <= 3].mean() > 3 * truth[by.decile > 8].mean()


def test_where_nothing_was_planted_no_order_is_claimed() -> None:
    """Two or more of five clients would be claimed less than once in a hundred times."""
    found = [found_in(planted_units(4_000, seed, planted=False), ()) for seed in range(5)]
    assert all(one.reason is None for one in found)
    assert sum(one.use for one in found) <= 1


def test_where_no_order_is_claimed_no_list_is_made() -> None:
    found = found_in(planted_units(2_000, 1, planted=False), ())
    assert not found.use
    assert len(found.deciles) == len(found.target) == len(found.suppress) == 0
    assert customer_tables(found) == {}
    assert set(tables(found, 10)) == {"qini_curve", "qini_by_campaign"}
    assert metrics(found)["qini_low"] is not None


def test_an_order_made_of_noise_is_claimed_as_rarely_as_it_says() -> None:
    """The interval of the Qini takes the order as given and claims more often; the test makes the order anew."""
    trials = [(seed, planted_trial(seed, 800, 0.0)) for seed in range(120)]
    p = np.array([order_test(one, one.person % 200, seed, 300.0, by_campaign=True) for seed, one in trials])
    assert 1 <= (p < 0.05).sum() <= 13
    assert 40 <= (p < 0.5).sum() <= 80


def test_the_test_finds_an_order_where_there_is_one() -> None:
    one = planted_trial(1, 4_000, 0.1)
    assert order_test(one, one.person, 1, 300.0, by_campaign=True) < 0.005


def test_a_stronger_campaign_with_other_customers_is_no_order_of_customers() -> None:
    """All customers of a campaign react alike, one campaign is stronger and has another kind of customers."""
    one = planted_trial(5, 6_000, 0.0, levels=(0.0, 0.3))
    assert order_test(one, one.person, 1, 300.0) < 0.005, "without levels by campaign their kind looks like a cause"
    assert order_test(one, one.person, 1, 300.0, by_campaign=True) > 0.05


def test_levels_by_campaign_are_right_and_slopes_those_within() -> None:
    one = planted_trial(7, 20_000, 0.1, levels=(0.0, 0.3))
    """A step of .2 at nothing has the slope .1 x E|x| in a standard normal x, and E|x| is sqrt(2 / pi)."""
    change, _ = cross_fitted(one, 1, by_campaign=True, penalties=(100.0,))
    by_hand = 2 * 0.1 * (2 / np.pi)
    for campaign in (0, 1):
        own = one.campaign == campaign
        apart = change[own & (one.x[:, 0] > 0)].mean() - change[own & (one.x[:, 0] <= 0)].mean()
        assert apart == pytest.approx(by_hand, abs=0.04)


def of_signals(signals: list[float], each: int = 100) -> tuple[Ordered, np.ndarray]:
    """Ten deciles of so many persons with the given mean signal and a spread of one."""
    spread = np.tile([-1.0, 1.0], each // 2)
    values = np.concatenate([mean + spread for mean in signals])
    decile = np.repeat(np.arange(1, 11), each)
    return Ordered(-decile.astype(float), values, values, decile, True), np.arange(10 * each)


def test_whom_to_leave_alone_by_hand() -> None:
    """The error of the mean of k deciles of 100 is 1 / sqrt(100 k): two at nothing end the list of those at 1."""
    by, block = of_signals([1.0] * 8 + [0.0, 0.0])
    found = last(by, block, 0.0)
    assert (found.deciles, found.n, found.put_off) == (2, 200, False)
    assert found.interval.high == pytest.approx(1.96 / np.sqrt(200), abs=0.001)
    by, block = of_signals([1.0] * 8 + [-1.0, -1.0])
    assert last(by, block, 0.0).put_off
    by, block = of_signals([0.2] * 10)
    assert last(by, block, 0.0).deciles == 0, "nobody is below the mean of all"
    by, block = of_signals([1.0] * 7 + [0.4] * 3)
    assert last(by, block, 0.0).deciles == 0, "they change less, but surely more than nothing"
    assert last(by, block, 0.45).deciles == 3, "less than a message costs"


def test_the_worth_of_a_rule_is_inverse_propensity_by_hand() -> None:
    """With arms of one half each and no features to expect from, contacting all is worth the plain difference."""
    generator = np.random.default_rng(3)
    rows = pd.DataFrame({"campaign": "a", "arm": np.tile([0, 1], 3_000), "person_id": np.arange(6_000)})
    rows["recency_days"] = generator.integers(0, 200, 6_000).astype(float)
    gain = np.where(rows["recency_days"] < 100, 0.3, 0.0)
    rows["converted"] = (generator.random(6_000) < 0.2 + gain * rows["arm"]).astype(float)
    campaigns = as_campaigns(rows)
    outcome = campaigns.outcome("converted")
    assert outcome is not None
    found = assigned(campaigns, [0], outcome, 90)
    assert found is not None
    by = ordered(found, 1)
    table = policies(found, by, 0.0, 0.0, 1).set_index("policy")
    plain = rows.groupby("arm")["converted"].mean()
    assert table.loc["everybody", "value"] == pytest.approx(plain[1] - plain[0], abs=0.01)
    share = table.loc["order", "share"]
    assert 0.5 <= share <= 0.7
    assert table.loc["order", "value"] == pytest.approx(0.15, abs=0.03), "half of them gain .3 each"
    assert table.loc["random", "value"] == pytest.approx(share * table.loc["everybody", "value"])
    assert table.loc["difference", "value"] == pytest.approx(table.loc["order", "value"] - table.loc["random", "value"])
    assert table.loc["difference", "low"] > 0


def campaigns_of(*kinds: str) -> Campaigns:
    rows = pd.DataFrame(
        [
            (f"c{n}", arm, f"p{n}-{k}", k % 3 == 0, float(k % 50))
            for n in range(len(kinds))
            for arm in (0, 1)
            for k in range(300)
        ],
        columns=["campaign", "arm", "person_id", "converted", "recency_days"],
    )
    made = as_campaigns(rows)
    made.list["control_kind"] = list(kinds)
    return made


def test_wordings_are_not_pooled_with_contact_against_none() -> None:
    both = campaigns_of("first", "untouched", "first")
    assert pooled(both, graded(both), frozenset()) == ([1], "untouched", ())
    others = campaigns_of("first", "first")
    assert pooled(others, graded(others), frozenset()) == ([0], "other", ())
    assert pooled(both, graded(both, c1="C"), frozenset()) == ([0], "other", ())
    assert pooled(both, graded(both), frozenset({"c1"})) == ([0], "other", ("c1",))


def test_too_little_says_why() -> None:
    rows = planted_units(300, 1)
    assert found_in(rows[rows["campaign"] == "voucher"]).reason == "few"
    unknown = planted_units(5_000, 1)[["campaign", "arm", "person_id", "converted"]]
    assert found_in(unknown.assign(recency_days=np.nan, orders_before=np.nan)).reason == "no_features"
    assert found_in(rows, (), **dict.fromkeys(rows["campaign"].unique(), "D")).reason == "no_campaigns"


@pytest.mark.parametrize("bought", [0.0, 1.0])
def test_nobody_or_everybody_bought_and_no_order_is_claimed(bought: float) -> None:
    rows = planted_units(1_500, 1).assign(converted=bought)
    assert not found_in(rows).use


def test_features_are_those_that_vary_and_today_is_cut_to_what_was_seen() -> None:
    frame = pd.DataFrame(
        {"recency_days": [float(n % 200) for n in range(400)], "orders_before": 3.0, "x_visits": np.nan,
         "days_known": [np.nan if n % 4 == 0 else float(n) for n in range(400)],
         "g_region": ["North" if n % 2 else "South" for n in range(400)]}
    )  # fmt: skip
    features = settle(frame, 90)
    assert features.names == (
        "recency_days", "days_known", "days_known: not known", "recency_days >= 45", "recency_days >= 90",
        "recency_days >= 180", "region = North", "region = South",
    )  # fmt: skip
    today = pd.DataFrame({"recency_days": [5_000.0, np.nan], "days_known": [np.nan, 10.0], "g_region": ["New", None]})
    matrix = features.matrix(today)
    assert np.isfinite(matrix).all()
    assert matrix[0, 0] == pytest.approx(np.log1p(199), abs=0.01), "no customer was silent for longer"
    assert matrix[0, 2:].tolist() == [1, 1, 1, 1, 0, 0]
    assert features.alike(today).tolist() == [True, False], "all who were assigned had bought"
