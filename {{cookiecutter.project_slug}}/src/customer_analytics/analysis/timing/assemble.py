"""Timing, put together: one crossing for the days, one for the categories, one for the overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from customer_analytics.analysis.timing.categories import categories
from customer_analytics.analysis.timing.course import course as course_of
from customer_analytics.analysis.timing.course import courses, daily, moved, verdicts
from customer_analytics.analysis.timing.days import MEASURES, Days, by_day
from customer_analytics.analysis.timing.overlaps import overlaps
from customer_analytics.analysis.timing.result import DAILY, Timing
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns
    from customer_analytics.analysis.experiment import Experiments
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters


def timing(
    campaigns: Campaigns, experiments: Experiments | None, tables: Tables, parameters: CampaignEvaluationParameters
) -> Timing:
    """The course of every effect, and who was in several campaigns.

    Arms below parameters.minimum_base are left out. `sound` follows the experiments: what is not drawn by lot and
    balanced has no effect to follow, and is kept in the tables with sound False.
    """
    if campaigns.reason is not None:
        return Timing("no_campaigns")
    met = overlaps(campaigns)
    contrasts = _contrasts(campaigns, experiments, parameters.minimum_base)
    if not campaigns.has_orders:
        return Timing("no_orders", overlaps=met)
    if not contrasts:
        return Timing("no_campaigns", overlaps=met)
    codes = sorted({one["code"] for one in contrasts})
    days = by_day(campaigns, tables, parameters, codes)
    if days is None:
        return Timing("no_orders", overlaps=met)
    kept = [one for one in contrasts if _is_filled(days, one, parameters.minimum_base)]
    if not kept:
        return Timing("no_campaigns", overlaps=met)
    rng = np.random.default_rng(parameters.seed)
    measures = [measure for measure in MEASURES if measure != "revenue" or days.has_money]
    told = [measure for measure in measures if measure != "converted"]  # a first order cannot come twice
    return Timing(
        "",
        pd.concat([daily(days, one, measure) for one in kept for measure in measures], ignore_index=True)[list(DAILY)],
        courses([course_of(days, one, rng) for one in kept]),
        verdicts([moved(days, one, measure, rng) for measure in told for one in kept]),
        categories(campaigns, tables, parameters, kept),
        met,
    )


def _contrasts(campaigns: Campaigns, experiments: Experiments | None, least: int) -> list[dict[str, Any]]:
    """Every arm of a compared campaign with days against its control: campaign, code, arm, number, control, sound."""
    found = []
    for row in campaigns.compared():
        if pd.isna(row["window_days"]) or pd.isna(row["first_on"]):
            continue
        arms = campaigns.arms_of(int(row["code"]))
        sizes = dict(zip(arms["number"], arms["n"], strict=True))
        sound = experiments is not None and experiments.sound(str(row["campaign"]))
        found += [
            {"campaign": str(row["campaign"]), "code": int(row["code"]), "arm": str(arm["arm"]),
             "number": int(arm["number"]), "control": str(row["control"]), "sound": sound}
            for arm in arms.to_dict("records") if arm["number"] != 0 and min(arm["n"], sizes.get(0, 0)) >= least
        ]  # fmt: skip
    return found


def _is_filled(days: Days, contrast: dict[str, Any], least: int) -> bool:
    """Whether both arms have enough units whose window is complete."""
    sizes = [days.arm(contrast["code"], number, "orders").size for number in (contrast["number"], 0)]
    return min(sizes) >= least
