"""Contracts without dates: what acting on them is worth, as far as that can be told.

No past cut-off can be forecast, so no contact can be tried on one: no profit curve, no cost of delay, no pilot and no
expiry. What is known is how long contracts last: the probability to end within the horizon of the hazard model, in the
export's own unit of tenure, given how long each has lasted.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.actions import choice, tiers
from customer_analytics.analysis.actions.reach import reach
from customer_analytics.analysis.actions.result import ActionsResult, counted, empty_result, scores_table
from customer_analytics.analysis.actions.terms import Terms
from customer_analytics.analysis.actions.value_at_risk import AtRisk
from customer_analytics.analysis.actions.worth import Worth, past_money, worth_from_prices
from customer_analytics.analysis.churn.study import Study
from customer_analytics.analysis.hazard.result import HazardResult
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.statistics import Interval
from customer_analytics.tables.store import Tables

Floats = npt.NDArray[np.float64]
NO_TIME = "no_time"


def undated(
    tables: Tables, study: Study, hazard: HazardResult | None, parameters: ChurnParameters, terms: Terms
) -> ActionsResult:
    """Tiers, value at risk, scores and actions of running contracts; `reason` "no_time" without a hazard model."""
    part = hazard.contracts if hazard is not None else None
    if part is None or not len(part.scores):
        return empty_result(tables.as_of, 0, terms, NO_TIME)
    people = ending(part.scores)
    moments = people[["person_id"]].assign(cut=study.windows.now)
    worth = worth_from_prices(tables, parameters.margin_share)
    unknown = np.full(len(people), np.nan)
    value = worth.values(past_money(tables, worth, moments)) if worth is not None else unknown
    probability = people["probability"].to_numpy(np.float64)
    bounds = tiers.bounds(float(probability.mean()), math.nan, probability, parameters.minimum_base)
    tier = bounds.of(probability)
    contactable = reach(tables, people["person_id"], study.windows.now)
    nobody = np.zeros(len(people), dtype=np.bool_)
    why_not = choice.do_not_disturb(people["person_id"], contactable, nobody, tier, ~nobody)
    none = np.full(len(people), "", dtype=object)
    action = choice.choose(why_not, tier, nobody, none, none)
    frame = people.assign(value=value, order=np.nan, uplift=np.nan)
    no_reasons = pd.DataFrame({f"reason_{k}": [None] * len(people) for k in (1, 2, 3)})
    scores = scores_table(frame, tier, no_reasons, action, "", why_not, contactable["channel"])
    return ActionsResult(
        reason="", money_reason="" if worth is not None else "no_money", terms=terms, as_of=tables.as_of,
        horizon_days=0, valid_until=None, scores=scores, tiers=_tier_table(frame, tier, worth), bounds=bounds,
        actions=counted(scores, "action", choice.ACTIONS), disturb=counted(scores, "do_not_disturb", choice.DISTURB),
        contactable=int((why_not == "").sum()), base_rate=float(probability.mean()),
        mean_value=float(value.mean()) if worth is not None else math.nan, worth=worth,
        at_risk=_at_risk(frame) if worth is not None else None, horizon_tenure=part.horizon,
    )  # fmt: skip


def ending(contracts: pd.DataFrame) -> pd.DataFrame:
    """person_id, probability, low, high: a customer leaves when the last contract ends, so the steadiest one counts."""
    ranked = contracts.sort_values(["customer_id", "probability", "contract"], kind="stable")
    first = ranked.drop_duplicates("customer_id").rename(columns={"customer_id": "person_id"})
    people: pd.DataFrame = first[["person_id", "probability", "low", "high"]].reset_index(drop=True)
    return people


def _at_risk(frame: pd.DataFrame) -> AtRisk:
    """Sum of probability times value; the interval adds up the ends of each one's, as if all erred together."""
    value = frame["value"].to_numpy(np.float64)
    sums = [float(frame[name].to_numpy(np.float64) @ value) for name in ("probability", "low", "high")]
    return AtRisk(sums[0], Interval(sums[1], sums[2]))


def _tier_table(frame: pd.DataFrame, tier: npt.NDArray[np.object_], worth: Worth | None) -> pd.DataFrame:
    rows = []
    for name in tiers.TIERS:
        own = frame[tier == name]
        risk = _at_risk(own) if worth is not None else AtRisk(math.nan, Interval(math.nan, math.nan))
        expected = float(own["probability"].sum())
        rows.append((name, len(own), expected, float(own["value"].sum()), risk.expected, *risk.interval, 0))
    columns = ["tier", "customers", "expected", "value", "value_at_risk", "at_risk_low", "at_risk_high", "selected"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(n=0, tested_expected=math.nan, left=0, rate=math.nan, low=math.nan, high=math.nan)
