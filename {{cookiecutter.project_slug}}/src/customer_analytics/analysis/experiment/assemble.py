"""The randomised campaigns, one after the other, from the sums of one crossing of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from customer_analytics.analysis.experiment.describe import arm_rows, strata_rows
from customer_analytics.analysis.experiment.moments import Arms
from customer_analytics.analysis.experiment.result import Experiments
from customer_analytics.analysis.experiment.study import study
from customer_analytics.analysis.experiment.tables import Collected
from customer_analytics.statistics import benjamini_hochberg

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters


def experiments(campaigns: Campaigns, parameters: CampaignEvaluationParameters) -> Experiments:
    """Sample ratio, balance, effects, guardrails and looks of every campaign whose arms may be compared."""
    arms, found = Arms(campaigns), Collected()
    for row in campaigns.compared():
        study(campaigns, arms, row, parameters, found)
    if found.verdicts:
        found.strata += strata_rows(campaigns)
        found.arms += arm_rows(campaigns, arms, parameters.minimum_base)
    _across(found.verdicts)
    return found.result()


def _across(verdicts: list[dict[str, Any]]) -> None:
    """Many campaigns are many chances: the share of false ones among those that are called different."""
    p = np.array([row.pop("main_p") for row in verdicts], dtype=np.float64)
    q, there = np.full(len(p), np.nan), ~np.isnan(p)
    if there.any():
        q[there] = benjamini_hochberg(p[there])
    for row, value in zip(verdicts, q, strict=True):
        row["q"] = float(value)
