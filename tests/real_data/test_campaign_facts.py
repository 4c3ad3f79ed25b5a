"""Campaign evaluation on published data: experiments that others analysed."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from scipy import stats
from support import DATASETS

from customer_analytics.analysis.campaigns.outputs import metrics, tables
from customer_analytics.analysis.campaigns.result import CampaignEvaluationResult, analyse
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.language import Language
from customer_analytics.narrative import campaign_evaluation as words
from customer_analytics.tables.store import open_tables


def _evaluated(project: Project) -> CampaignEvaluationResult:
    """Without the ledger: other tests make lists of the same project, and no published fact counts those."""
    opened = open_tables(project, as_of=project.engagement.as_of)
    return analyse(opened, None, CampaignEvaluationParameters())


@pytest.fixture(scope="module")
def cookie_cats(real_project: Callable[[str], Project]) -> CampaignEvaluationResult:
    return _evaluated(real_project("cookie_cats"))


def test_cookie_cats_has_the_published_arms_shares_and_p(cookie_cats: CampaignEvaluationResult) -> None:
    found = metrics(cookie_cats)
    assert (found["arm.gate.gate_30.n"], found["arm.gate.gate_40.n"]) == (44_700, 45_489)
    published = {"retention_1": (0.448188, 0.442283, 0.0744), "retention_7": (0.190201, 0.182000, 0.0016)}
    for outcome, (before, after, p) in published.items():
        means = [found[f"mean.gate.{arm}.{outcome}"] for arm in ("gate_30", "gate_40")]
        assert means == pytest.approx([before, after], abs=5e-7)
        assert found[f"p.gate.gate_40.{outcome}"] == pytest.approx(p, abs=5e-5)
        assert found[f"effect.gate.gate_40.{outcome}"] == pytest.approx(after - before, abs=1e-6)


def test_cookie_cats_agrees_with_the_raw_file_in_every_outcome(cookie_cats: CampaignEvaluationResult) -> None:
    file = DATASETS / "cookie_cats" / "cookie_cats.csv"
    if not file.is_file():
        pytest.skip("the real data are not here")
    raw = pd.read_csv(file)
    first, second = (raw[raw["version"] == arm] for arm in ("gate_30", "gate_40"))
    found = metrics(cookie_cats)
    rounds = stats.ttest_ind(second["sum_gamerounds"], first["sum_gamerounds"], equal_var=False)
    assert found["p.gate.gate_40.sum_gamerounds"] == pytest.approx(rounds.pvalue, rel=1e-6)
    arms = tables(cookie_cats, minimum_group=10)["arms"].set_index(["arm", "outcome"])
    spread = arms.loc[("gate_30", "sum_gamerounds"), "standard_deviation"]
    assert spread == pytest.approx(first["sum_gamerounds"].std(), rel=1e-9)


def test_the_failed_sample_ratio_of_cookie_cats_takes_the_word_caused_away(
    cookie_cats: CampaignEvaluationResult,
) -> None:
    found = cookie_cats.experiments
    assert found is not None
    assert metrics(cookie_cats)["srm_p.gate"] == pytest.approx(0.0086, abs=5e-5)
    verdict = found.verdicts.iloc[0]
    assert (verdict["ratio_level"], verdict["grade"], verdict["reason"]) == ("look", "C", "ratio_look")
    assert set(found.effects["grade"]) == {"C"}
    view = words.View(cookie_cats, Language("en"), minimum_group=10)
    told = " ".join(str(finding.statement) for finding in words.summary(view).findings)
    assert "while the sample ratio is doubtful" in told
    assert not any(word in told for word in ("caused", "raised", "lowered"))


@pytest.fixture(scope="module")
def completejourney(real_project: Callable[[str], Project]) -> CampaignEvaluationResult:
    return _evaluated(real_project("completejourney"))


def test_complete_journey_targeted_and_redeeming_households_are_the_published_ones(
    completejourney: CampaignEvaluationResult,
) -> None:
    found = completejourney.comparison
    assert found is not None and completejourney.campaigns is not None
    assert len(completejourney.campaigns.list) == 27
    assert (found.targeted, found.responders) == (1_559, 410)
    assert set(found.responses["event"]) == {"coupon_redeemed"}
    largest = found.responses.set_index("campaign").loc["18"]
    assert (largest["n"], largest["customers"], largest["events"]) == (1_133, 214, 653)
    assert metrics(completejourney)["responders"] == 410


def test_complete_journey_was_not_randomised_and_every_campaign_is_said_and_graded_so(
    completejourney: CampaignEvaluationResult,
) -> None:
    assert completejourney.campaigns is not None and completejourney.comparison is not None
    assert set(completejourney.campaigns.list["kind"]) == {"targeted"}
    found = completejourney.comparison.campaigns
    assert len(found) == 27 and set(found["grade"]) == {"B", "D"}
    assert (found.loc[found["grade"] == "D", "reason"] != "").all()
    assert found.loc[found["reason"] == "unknown", "campaign"].tolist() == ["24", "25", "26"]  # began before the data
    assert set(found.loc[found["reason"] == "not_over", "campaign"]) == {"15", "20", "21", "22", "23"}
    view = words.View(completejourney, Language("en", "USD"), minimum_group=10)
    told = " ".join(f"{one.head} {one.statement}" for one in words.summary(view).findings)
    assert not any(word in told for word in ("caused", "raised", "lowered", "proves"))
    assert "chosen, not drawn" in str(words.comparison.section(view).deck)
    assert "none of them drew its arms by lot" in str(words.summary(view).standfirst)
    heads = [str(label) for label, _ in words.scorecard.tables(view)[0].columns]
    assert "Effect, US dollars" in heads  # told by revenue here, although the share with an order is the main outcome


def test_complete_journey_incremental_sales_by_partners_are_far_below_the_plain_difference(
    completejourney: CampaignEvaluationResult,
) -> None:
    found = completejourney.comparison
    assert found is not None and found.main == "revenue"  # nearly every household buys in 30 days
    sales = found.readings[found.readings["outcome"] == "revenue"]
    sound = found.campaigns[found.campaigns["grade"] == "B"]
    assert len(sound) >= 3 and (sound["apart_after"] <= 0.1).all() and (sound["kept_share"] > 0.9).all()
    for campaign in sound["campaign"]:
        own = sales[sales["campaign"] == campaign].set_index("method")
        assert own.at["not_contacted", "low"] > 50  # dollars a household, whom the campaign chose
        assert own.at["matched", "low"] < 0 < own.at["matched", "high"]
        assert abs(own.at["matched", "effect"]) < 0.3 * own.at["not_contacted", "effect"]
        balance = found.balance[found.balance["campaign"] == campaign].set_index("covariate")
        assert balance.at["x_revenue", "before"] > 0.5 > abs(balance.at["x_revenue", "after"]) * 5
    assert not found.campaigns["found"].any()
