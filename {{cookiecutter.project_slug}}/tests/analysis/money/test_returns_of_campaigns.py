"""What campaigns earned, against numbers worked by hand, rows resampled one by one, and planted truth."""

from __future__ import annotations

import dataclasses
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from campaigns_with_costs import people, with_costs
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_campaigns import simulated

from customer_analytics.analysis.experiment import experiments
from customer_analytics.analysis.money import money, outputs
from customer_analytics.analysis.money.blocks import block_sums, ends, weights
from customer_analytics.analysis.money.decision import Evidence, decide
from customer_analytics.analysis.money.ranking import ranking
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

PARAMETERS = CampaignEvaluationParameters()
PLAN = {"control": 0.4, "voucher": 0.6}


def counted(arm: str, units: int, buyers: int, amount: float) -> pd.DataFrame:
    """So many units of which so many bought once, for a little less or more by turns; a quarter of it is margin."""
    bought = (np.arange(units) % (units // buyers) == 0).astype(float)
    money_spent = bought * (amount + np.where(np.cumsum(bought) % 2 == 0, 5.0, -5.0))
    return pd.DataFrame({"campaign": "C", "arm": arm, "converted": bought, "orders": bought, "revenue": money_spent,
                         "margin": money_spent / 4})  # fmt: skip


def one_arm(rows: pd.DataFrame, parameters: CampaignEvaluationParameters = PARAMETERS, **keywords: object) -> pd.Series:
    campaigns = with_costs(rows, **keywords)  # type: ignore[arg-type]
    return money(campaigns, experiments(campaigns, parameters), parameters).arms.iloc[0]


def test_a_campaign_worked_by_hand() -> None:
    """400 held out, 100 of them buy; 600 contacted, 300 of them buy, for 40 each. 600 messages at 0.5, 100 fixed."""
    rows = pd.concat([counted("control", 400, 100, 40.0), counted("voucher", 600, 300, 40.0)])
    row = one_arm(rows, CampaignEvaluationParameters(contact_cost=0.5), costs={"C": 100.0}, planned=PLAN)
    assert row["incremental_orders"] == pytest.approx(600 * (0.5 - 0.25))
    assert row["incremental_revenue"] == pytest.approx(150 * 40)
    assert row["incremental_margin"] == pytest.approx(150 * 10)
    assert row["cost"] == pytest.approx(600 * 0.5 + 100)
    assert row["net"] == pytest.approx(1_500 - 400)
    assert row["roi"] == pytest.approx((1_500 - 400) / 400)
    assert row["iroas"] == pytest.approx(6_000 / 400)
    assert row["cost_per_order"] == pytest.approx(400 / 150)
    assert row["value_per_contact"] == pytest.approx(2.5)
    assert row["break_even_lift"] == pytest.approx(400 / (600 * 0.25 * 10))
    assert row["cost_per_order_low"] == pytest.approx(400 / row["incremental_orders_high"])


def test_no_cost_per_order_where_there_may_be_no_order_more() -> None:
    rows = pd.concat([counted("control", 400, 100, 40.0), counted("voucher", 400, 100, 40.0)])
    row = one_arm(rows, costs={"C": 100.0})
    assert row["incremental_orders"] == pytest.approx(0)
    assert row["roi"] == pytest.approx(-1)
    assert math.isnan(row["cost_per_order"]) and math.isnan(row["cost_per_order_low"])


def test_where_both_arms_are_contacted_the_fixed_cost_is_neither_arms_doing() -> None:
    rows = pd.concat([counted("A", 400, 100, 40.0), counted("B", 600, 300, 40.0)])
    parameters = CampaignEvaluationParameters(contact_cost=0.5)
    row = one_arm(rows, parameters, costs={"C": 100.0}, control="A", sent={"A": 1.0, "B": 1.0}, control_kind="first",
                  planned={"A": 0.4, "B": 0.6})  # fmt: skip
    assert row["cost"] == pytest.approx(0)
    assert math.isnan(row["roi"])
    assert row["net"] == pytest.approx(row["incremental_margin"])


def test_two_contacts_against_each_other_are_not_added_up_nor_ranked() -> None:
    rows = pd.concat([people("AB", {"A": (900, 0.1), "B": (900, 0.2)}, 1),
                      people("C", {"control": (900, 0.1), "mail": (900, 0.2)}, 2)])  # fmt: skip
    sent = {"A": 1.0, "B": 1.0, "control": 0.0, "mail": 1.0}
    campaigns = with_costs(rows, sent=sent, costs={"C": 100.0})
    found = money(campaigns, experiments(campaigns, PARAMETERS), PARAMETERS)
    assert found.contacts_alone == ("AB",)
    assert found.programme["campaigns"].tolist() == [1]
    assert found.campaigns["rank"].isna().all()  # one campaign alone has no rank


def test_a_failed_sample_ratio_carries_no_money() -> None:
    rows = pd.concat([counted("control", 400, 100, 40.0), counted("voucher", 600, 300, 40.0)])
    campaigns = with_costs(rows, costs={"C": 100.0}, planned={"control": 0.5, "voucher": 0.5})
    found = money(campaigns, experiments(campaigns, PARAMETERS), PARAMETERS)
    assert found.decision("C") == ("inconclusive", "not_sound")
    assert found.arms["incremental_margin"].isna().all() and found.arms["cost"].tolist() == [100]
    assert outputs.metrics(found)["incremental_margin.C"] is None and outputs.metrics(found)["roi.C"] is None


def test_an_unknown_cost_is_not_taken_for_none() -> None:
    row = one_arm(pd.concat([counted("control", 400, 100, 40.0), counted("voucher", 600, 300, 40.0)]))
    assert math.isnan(row["cost"]) and math.isnan(row["roi"])


def test_without_a_cost_nobody_can_say_that_it_paid() -> None:
    rows = people("C", {"control": (900, 0.1), "mail": (900, 0.3)}, 1)
    assert tuple(one_arm(rows)[["decision", "reason"]]) == ("roll_out", "works")
    assert tuple(one_arm(rows, costs={"C": 10.0})[["decision", "reason"]]) == ("roll_out", "pays")


def test_intervals_are_as_wide_as_when_rows_are_resampled_one_by_one() -> None:
    rows = people("C", {"control": (1_500, 0.2), "voucher": (2_500, 0.26)}, 5)
    row = one_arm(rows, costs={"C": 500.0})
    rng = np.random.default_rng(1)
    control, voucher = (rows.loc[rows["arm"] == arm, "margin"].to_numpy() for arm in ("control", "voucher"))
    drawn = [
        2_500 * (rng.choice(voucher, 2_500).mean() - rng.choice(control, 1_500).mean()) for _ in range(1_000)
    ]  # fmt: skip
    low, high = np.quantile(drawn, (0.025, 0.975))
    assert row["incremental_margin_high"] - row["incremental_margin_low"] == pytest.approx(high - low, rel=0.15)
    assert row["incremental_margin_low"] == pytest.approx(low, abs=0.12 * (high - low))


def test_intervals_hold_the_planted_margin_in_95_of_100_campaigns() -> None:
    """Heavy-tailed amounts; 200 campaigns of 600 and 600, straight from sums by block."""
    rng, held, truth = np.random.default_rng(8), 0, 600 * (0.3 - 0.2) * math.exp(3 + 0.5)
    for _ in range(200):
        chance = np.repeat([0.2, 0.3], 600)
        spent = (rng.random(1_200) < chance) * rng.lognormal(3.0, 1.0, 1_200)
        blocks = pd.DataFrame({"code": 0, "arm": np.repeat([0, 1], 600), "block": rng.integers(0, 200, 1_200), "n": 1,
                               "s_y_0": spent}).groupby(["code", "arm", "block"], as_index=False).sum()  # fmt: skip
        sums = block_sums(blocks, 0, {"revenue": "y_0"})
        means = sums.drawn_means("revenue", weights(blocks, 3, 400))
        low, high = ends(600 * (means[:, 1] - means[:, 0]))
        held += low <= truth <= high
    assert 0.91 <= held / 200 <= 0.99


def test_incremental_orders_hold_what_the_sample_client_planted() -> None:
    inside = []
    for seed in range(3):
        client = simulated(seed, 4_000)
        campaigns = dataclasses.replace(
            client.campaigns,
            list=client.campaigns.list.assign(channel="", offer="", first_on=None, last_on=None, cost_fixed=250.0),
        )
        found = money(campaigns, experiments(campaigns, PARAMETERS), PARAMETERS).arms
        truths = client.truths[client.truths["outcome"] == "orders"]
        both = found[found["grade"] == "A"].merge(truths, on=["campaign", "arm"])
        caused = both["truth"] * both["n"]
        inside += [*caused.between(both["incremental_orders_low"], both["incremental_orders_high"])]
    assert len(inside) > 20
    assert np.mean(inside) > 0.88


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_rows_changes_nothing(seed: int) -> None:
    campaigns = with_costs(people("C", {"control": (300, 0.2), "voucher": (300, 0.3)}, 1), costs={"C": 10.0})
    shuffled = dataclasses.replace(campaigns, sums=campaigns.sums.sample(frac=1, random_state=seed))
    effects = experiments(campaigns, PARAMETERS)
    first, second = (money(one, effects, PARAMETERS).arms for one in (campaigns, shuffled))
    pd.testing.assert_frame_equal(first, second)


def test_small_and_empty_arms_are_not_estimable_and_say_so_without_a_warning() -> None:
    nobody = people("C", {"control": (400, 0.0), "voucher": (400, 0.0)}, 1)
    tiny = people("T", {"control": (4, 0.5), "voucher": (4, 0.5)}, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        campaigns = with_costs(pd.concat([nobody, tiny]), costs={"C": 10.0})
        found = money(campaigns, experiments(campaigns, PARAMETERS), PARAMETERS)
    by = found.arms.set_index("campaign")
    assert by.loc["C", "incremental_orders"] == 0
    assert math.isnan(by.loc["C", "net_high"]) and by.loc["C", "decision"] == "inconclusive"
    assert math.isnan(by.loc["T", "incremental_orders_low"])
    assert by.loc["T", "decision"] == "inconclusive"


def test_nothing_to_compare_is_a_reason_and_not_an_error() -> None:
    campaigns = with_costs(people("C", {"control": (40, 0.1), "voucher": (40, 0.2)}, 1))
    listed = campaigns.list.assign(kind="targeted", reason="no_arms")
    targeted = dataclasses.replace(campaigns, list=listed, sums=campaigns.sums.iloc[:0])
    found = money(targeted, experiments(targeted, PARAMETERS), PARAMETERS)
    assert found.reason == "no_comparison"
    assert found.decision("C") == ("inconclusive", "no_arms")
    assert outputs.metrics(found)["roi.C"] is None
    assert outputs.tables(found, 10) == {}


def test_without_money_the_main_outcome_is_added_up() -> None:
    rows = people("C", {"control": (900, 0.2), "voucher": (900, 0.4)}, 1)[["campaign", "arm", "converted"]]
    campaigns = with_costs(rows, outcomes=(("converted", "binary"),))
    found = money(campaigns, experiments(campaigns, PARAMETERS), PARAMETERS)
    assert (found.basis, found.of, found.decision("C")) == ("", "converted", ("roll_out", "works"))
    share = rows.groupby("arm")["converted"].mean()
    assert found.programme["measured"].iloc[0] == pytest.approx(900 * (share["voucher"] - share["control"]))


CLEAR = Evidence("A", 0.05, 0.001, 0.3, 0.5, 100.0, 900.0, False, 0.1)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ("roll_out", "pays")),
        ({"grade": "D"}, ("inconclusive", "not_sound")),
        ({"grade": "C"}, ("inconclusive", "not_sound")),
        ({"better": -0.05}, ("stop", "harms")),
        ({"net_low": -900.0, "net_high": -100.0}, ("stop", "costs")),
        ({"guardrail_worse": True}, ("iterate", "guardrail")),
        ({"moved": True}, ("iterate", "moved")),
        ({"net_low": -50.0}, ("iterate", "pays_not_shown")),
        ({"net_low": math.nan, "net_high": math.nan}, ("roll_out", "works")),
        ({"net_low": math.nan, "net_high": math.nan, "lift": 0.05}, ("iterate", "small")),
        ({"p": 0.4, "lift_high": 0.08, "net_low": -50.0}, ("stop", "too_small")),
        ({"p": 0.4, "net_low": -50.0}, ("inconclusive", "interval")),
        ({"p": 0.4, "net_low": 10.0}, ("inconclusive", "interval")),
        ({"p": math.nan, "lift_high": math.nan, "net_low": math.nan, "net_high": math.nan},
         ("inconclusive", "interval")),
    ],
)  # fmt: skip
def test_the_rule_of_the_decision_line_by_line(changed: dict[str, object], expected: tuple[str, str]) -> None:
    assert decide(dataclasses.replace(CLEAR, **changed)) == expected


def test_a_ranking_is_only_as_sure_as_its_resamples() -> None:
    rng = np.random.default_rng(1)
    drawn = np.column_stack([rng.normal(5, 0.1, 500), rng.normal(1, 1, 500), rng.normal(1.1, 1, 500)])
    table = ranking(np.array([5.0, 1.0, 1.1]), drawn)
    assert table["rank"].tolist() == [1, 3, 2]
    assert table["chance_best"].tolist() == [1, 0, 0]
    assert table["rank_low"].tolist() == [1, 2, 2] and table["rank_high"].tolist() == [1, 3, 3]
    assert ranking(np.array([1.0, np.nan]), np.ones((5, 2))).isna().all(axis=None)


def test_small_arms_cannot_be_found_by_subtraction() -> None:
    rows = people("C", {"control": (400, 0.2), "a": (400, 0.3), "b": (4, 0.5)}, 3)
    campaigns = with_costs(rows, costs={"C": 10.0})
    found = money(campaigns, experiments(campaigns, PARAMETERS), PARAMETERS)
    table = outputs.tables(found, 10)["returns"].set_index("arm")
    assert pd.isna(table.loc["b", "n"]) and pd.isna(table.loc["b", "incremental_orders"])
    assert table["incremental_orders"].isna().sum() >= 1
