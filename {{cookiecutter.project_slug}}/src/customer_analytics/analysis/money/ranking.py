"""Campaigns in the order of what they brought for what they cost, and how sure that order is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.money.blocks import ENDS

Floats = npt.NDArray[np.float64]
LEAST = 2  # campaigns that can be ranked at all


def ranking(value: Floats, drawn: Floats) -> pd.DataFrame:
    """rank (1 is best), rank_low, rank_high (the middle 95 % of the resamples) and chance_best, one row a campaign.

    Args:
        value: of each campaign, for a unit of cost or a contact; NaN: it cannot be ranked.
        drawn: the same in the resamples, draws x campaigns.

    All NaN where fewer than two can be ranked. Equal values share the better rank.
    """
    names = ["rank", "rank_low", "rank_high", "chance_best"]
    table = pd.DataFrame(np.full((len(value), len(names)), np.nan), columns=names)
    told = np.isfinite(value) & np.isfinite(drawn).all(axis=0)
    if told.sum() < LEAST:
        return table
    own = drawn[:, told]
    above = np.argsort(np.argsort(-own, axis=1, kind="stable"), axis=1, kind="stable") + 1.0  # ranks of each resample
    low, high = np.quantile(above, ENDS, axis=0, method="nearest")
    points = value[told]
    table.loc[told, "rank"] = [1.0 + float((points > point).sum()) for point in points]
    table.loc[told, "rank_low"], table.loc[told, "rank_high"] = low, high
    table.loc[told, "chance_best"] = (above == 1).mean(axis=0)
    return table
