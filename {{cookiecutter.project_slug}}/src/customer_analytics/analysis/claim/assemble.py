"""The audit of one claim, from the tables."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from customer_analytics.analysis.campaigns.purchases import knows_orders
from customer_analytics.analysis.claim.parts import Counts, of_contacted, of_everybody, table, trial
from customer_analytics.analysis.claim.result import Claim
from customer_analytics.analysis.claim.states import (
    AFTER,
    BEFORE,
    CONTACTED,
    HELD,
    REST,
    YEAR,
    YEAR_AFTER,
    counted,
)
from customer_analytics.analysis.comparison.pool import first_day
from customer_analytics.engagement.errors import Problem, UserError

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns.campaign import Campaigns
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters
    from customer_analytics.tables.store import Tables

NEAR_DAYS = 7  # a campaign that began so soon after the day of the claim is the one that is meant
LEAST_REFERENCE = 0.2  # people not contacted, as a share of the contacted, below which a year ago tells the season
_NUMBER = re.compile(r"([+\-−–]?)\s*(\d+(?:[.,]\d+)?)\s*([%％]|x|×|times|倍)?", re.IGNORECASE)
_FALL = re.compile(r"下降|降低|减少|down|fell|less|drop", re.IGNORECASE)


def claim(tables: Tables, campaigns: Campaigns | None, parameters: CampaignEvaluationParameters) -> Claim:
    """How much of a change before and after is left.

    Args:
        tables: the engagement's tables.
        campaigns: who was contacted; None or empty: the claim is about everybody.
        parameters: `claim`, `claim_day`, `claim_days`.

    Raises:
        UserError: `claim` holds no number.
    """
    said = claimed_share(parameters.claim)
    if not knows_orders(tables):
        return Claim("no_orders", claimed=said)
    begin = first_day(tables)
    chosen = _chosen(tables, campaigns, parameters, begin)
    day = parameters.claim_day or (None if chosen is None else _day(chosen["first_on"]))
    if day is None:
        return Claim("no_day", claimed=said)
    days = parameters.claim_days
    if day + dt.timedelta(days=days) > tables.reference_day:
        return Claim("not_over", day=day, days=days, claimed=said)
    if begin > day - dt.timedelta(days=days + parameters.before_days):
        return Claim("too_early", day=day, days=days, claimed=said)
    code = None if chosen is None else int(chosen["code"])
    frame, metric = counted(tables, campaigns, parameters, day, code)
    whom = "everybody" if chosen is None else "contacted"
    name = "" if chosen is None else str(chosen["campaign"])
    reached = begin <= day - dt.timedelta(days=YEAR + days + parameters.before_days)
    return _audited(frame, Claim("", whom, name, day, days, metric, claimed=said), parameters, a_year_ago=reached)


def claimed_share(text: str) -> float:
    """A claim as a share: "+35%" is .35, "conversion 1.35x" is .35, "下降 10%" is -.1; NaN where none is stated.

    Raises:
        UserError: there is a text without a number.
    """
    if not text.strip():
        return math.nan
    found = _NUMBER.search(text)
    if found is None:
        where = "engagement.yml, reports.campaign_evaluation.claim"
        raise UserError([Problem(where, f"{text!r} holds no number.", "Write the claim as '+35%'.")])
    value = float(found[2].replace(",", "."))
    if found[3] and found[3] not in "%％":
        return value - 1
    falls = found[1] in ("-", "−", "–") or (not found[1] and _FALL.search(text) is not None)
    return (-value if falls else value) / 100


def _chosen(
    tables: Tables, campaigns: Campaigns | None, parameters: CampaignEvaluationParameters, begin: dt.date
) -> pd.Series | None:
    """The campaign that is meant: the largest one that began on the day of the claim or within a week; without a day,
    the largest whose days before and after are there. None: the claim is about everybody, or there is no campaign."""
    if campaigns is None or not len(campaigns.list):
        return None
    listed = campaigns.list[campaigns.list["first_on"].notna()].copy()
    sizes = campaigns.arms[campaigns.arms["role"] == "contact"].groupby("code")["n"].sum()
    listed["contacted"] = listed["code"].map(sizes).fillna(0)
    if parameters.claim_day is not None:
        last = parameters.claim_day + dt.timedelta(days=NEAR_DAYS)
        kept = [parameters.claim_day <= _day(one) < last for one in listed["first_on"]]
    else:
        whole = dt.timedelta(days=parameters.claim_days)
        lowest = begin + whole + dt.timedelta(days=parameters.before_days)
        highest = tables.reference_day - whole
        kept = [lowest <= _day(one) <= highest for one in listed["first_on"]]
    listed = listed[np.array(kept, dtype=bool) & (listed["contacted"] > 0).to_numpy()]
    if not len(listed):
        return None
    return listed.sort_values(["contacted", "campaign"], ascending=[False, True]).iloc[0]


def _day(value: object) -> dt.date:
    return pd.Timestamp(value).date()  # type: ignore[arg-type]


def _audited(frame: pd.DataFrame, found: Claim, parameters: CampaignEvaluationParameters, *, a_year_ago: bool) -> Claim:
    if not a_year_ago:  # the states of that time are not known as well as today's: no season from them
        frame = frame[frame["moment"].isin((AFTER, BEFORE))]
    counts = Counts.of(frame).resampled(parameters.seed)
    groups = (CONTACTED,) if found.whom == "contacted" else (REST, CONTACTED, HELD)
    n, n_before = (int(counts.people(moment, *groups)[0].sum()) for moment in (AFTER, BEFORE))
    held = int(counts.people(AFTER, HELD)[0].sum())
    left_alone = (HELD,) if held >= max(LEAST_REFERENCE * n, parameters.minimum_base) else (REST, HELD)
    rest = int(counts.people(AFTER, *left_alone)[0].sum())
    if min(n, n_before) < parameters.minimum_base:
        return Claim("few", found.whom, found.campaign, found.day, found.days, n=n, claimed=found.claimed)
    by_year = found.whom == "everybody" or rest < max(LEAST_REFERENCE * n, parameters.minimum_base)
    everybody = found.whom == "everybody"
    chain = of_everybody(counts) if everybody else of_contacted(counts, by_year=by_year, left_alone=left_alone)
    season = "year_ago" if by_year else "not_contacted"
    reference = int(counts.people(YEAR_AFTER, *range(4))[0].sum()) if by_year else rest
    effect = trial(counts)
    return Claim(
        "", found.whom, found.campaign, found.day, found.days, found.metric, float(chain.before[0]),
        float(chain.after[0]), n, n_before, reference, found.claimed, season if np.isfinite(chain.seasonal[0]) else "",
        table(chain, found.claimed), *effect, held,
    )  # fmt: skip
