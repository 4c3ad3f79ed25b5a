"""A few synthetic clients: planted effects are inside their intervals, and nothing is made of nothing.

benchmarks/campaign_calibration.py does the same over 200 clients.
"""

from __future__ import annotations

import pandas as pd
import pytest
from simulated_campaigns import LOST_ROWS, WITHOUT_EFFECT, simulated

from customer_analytics.analysis.experiment import experiments
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

SEEDS = 8


@pytest.fixture(scope="module")
def studied() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Effects beside their truths, and verdicts, of every seed."""
    effects, verdicts = [], []
    for seed in range(100, 100 + SEEDS):
        campaigns, truths = simulated(seed)
        found = experiments(campaigns, CampaignEvaluationParameters())
        effects.append(found.effects.merge(truths, on=["campaign", "arm", "outcome"]).assign(seed=seed))
        verdicts.append(found.verdicts.assign(seed=seed))
    return pd.concat(effects, ignore_index=True), pd.concat(verdicts, ignore_index=True)


@pytest.mark.parametrize(
    ("low", "high"), [("low", "high"), ("low_cuped", "high_cuped"), ("low_bootstrap", "high_bootstrap")]
)
def test_about_95_of_100_intervals_hold_the_planted_truth(
    studied: tuple[pd.DataFrame, pd.DataFrame], low: str, high: str
) -> None:
    effects = studied[0][studied[0][low].notna()]
    inside = (effects[low] <= effects["truth"]) & (effects["truth"] <= effects[high])
    assert len(effects) >= 10 * SEEDS
    assert 0.90 <= inside.mean() <= 0.995


def test_nothing_is_claimed_of_campaigns_without_an_effect(studied: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    nothing = studied[0][studied[0]["campaign"].isin(WITHOUT_EFFECT)]
    assert (nothing["p"] < 0.05).mean() < 0.15
    assert nothing.groupby(["seed", "campaign"])["found"].any().sum() <= 3


def test_a_large_effect_is_found_and_lost_rows_are_withheld(studied: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    effects, verdicts = studied
    moved = effects[(effects["campaign"] == "early_bird") & (effects["outcome"] == "orders")]
    assert moved["found"].all()
    lost = verdicts[verdicts["campaign"] == LOST_ROWS]
    assert (lost["ratio_level"] == "alarm").sum() >= SEEDS - 2
    withheld = effects.merge(lost.loc[lost["ratio_level"] == "alarm", ["seed", "campaign"]], on=["seed", "campaign"])
    assert not withheld["found"].any()
    assert set(withheld["grade"]) == {"D"}
