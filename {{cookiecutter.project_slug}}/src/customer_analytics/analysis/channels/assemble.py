"""Channels from end to end: who was won, who stayed, what they brought, what they cost, where money should go."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from customer_analytics.analysis.attribution.names import key_of
from customer_analytics.analysis.campaigns.campaign import Campaigns
from customer_analytics.analysis.campaigns.facts import facts_of
from customer_analytics.analysis.channels import costs, quality, winning
from customer_analytics.analysis.channels.budget import budget
from customer_analytics.analysis.channels.result import COHORTS, TABLE, Channels
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.statistics import Z95
from customer_analytics.tables.store import Tables


def channels(tables: Tables, parameters: CampaignEvaluationParameters, campaigns: Campaigns | None = None) -> Channels:
    """Customers by the channel that won them; `reason` says why there are none. It needs no campaigns.

    Args:
        tables: the canonical tables.
        parameters: retention_days, channel_days, margin_share, budget_shift, minimum_base.
        campaigns: what was assigned: its facts are used again.
    """
    found = winning.won(tables)
    if found is None:
        return Channels("no_channel")
    base = parameters.minimum_base
    stay = winning.stay_window(found, parameters.retention_days, base)
    days = winning.worth_window(found, parameters.channel_days, base)
    kind, money = winning.money_rows(tables, facts_of(campaigns, tables, parameters), parameters)
    heads = winning.counted(found, money, stay, days)
    if not len(heads) or heads["n"].sum() < base:
        return Channels("few_customers" if len(heads) else "no_days", found.source, unknown=found.unknown)
    heads = _judged(heads, found.end, stay[1], days, known=kind != "none")
    spend = costs.daily(tables)
    table = _table(found, heads, base).merge(_costs(found, heads, spend, base), on="channel", how="left")
    table["net"], table["net_low"], table["net_high"] = (
        table[name] - table["cost"] for name in ("worth", "worth_low", "worth_high")
    )
    table["kept_cost"] = table["cost"] / table["rate"].where(table["rate"] > 0)
    curve = winning.curves(found, money, heads)
    table["payback_days"] = [
        _payback(curve.get(code, []), cost, base) for code, cost in enumerate(table["cost"].tolist(), start=1)
    ]
    table = table.sort_values(["customers", "channel"], ascending=[False, True], ignore_index=True)[list(TABLE)]
    left_by, left = quality.leaving(table)
    mature, stayed = int(heads["mature"].sum()), int(heads["stayed"].sum())
    return Channels(
        source=found.source, first=found.first, last=found.end - 1, unknown=found.unknown, stay_from=stay[0],
        stay_until=stay[1], worth_days=days, money=kind,
        table=table, cohorts=_cohorts(found, heads, spend, base), mature=mature,
        overall=stayed / mature if mature >= base else math.nan, leaving=left_by, left=left,
        poor=quality.poor(table),
        budget=budget(table, parameters.budget_shift, base, left_by),
    )  # fmt: skip


def _judged(heads: pd.DataFrame, end: int, stay_until: int, worth_days: int, *, known: bool) -> pd.DataFrame:
    """The counts with month, and what is too young to be judged taken out: mature, stayed, observed, money, squares."""
    old, seen = heads["won"] + stay_until <= end, heads["won"] + worth_days <= end
    seen &= known
    return heads.assign(
        month=winning.months_of(heads["won"]),
        mature=heads["n"].where(old, 0), stayed=heads["stayed"].where(old, 0),
        observed=heads["n"].where(seen, 0), buyers=heads["buyers"].where(seen, 0),
        money=heads["money"].where(seen, 0.0), squares=heads["squares"].where(seen, 0.0),
    )  # fmt: skip


def _table(found: winning.Won, heads: pd.DataFrame, base: int) -> pd.DataFrame:
    names = found.names.shown
    counts = heads.groupby("code")[["n", "buyers"]].sum().reindex(range(1, len(names) + 1), fill_value=0)
    table = pd.DataFrame({"channel": list(names), "customers": counts["n"].to_numpy(dtype=np.int64)})
    table["share"] = table["customers"] / table["customers"].sum()
    table["buyers"] = counts["buyers"].to_numpy(dtype=np.int64)
    parts = [table, quality.staying(heads, len(names), base), quality.bringing(heads, len(names), base)]
    return pd.concat(parts, axis=1)


def _costs(found: winning.Won, heads: pd.DataFrame, spend: pd.DataFrame | None, base: int) -> pd.DataFrame:
    """Of each channel: costed, spend, cost, impressions, clicks, click_rate, click_cost, clicks_per_customer."""
    rows = []
    for code, name in enumerate(found.names.shown, start=1):
        own = None if spend is None else spend[spend["key"] == key_of(name)]
        if spend is None or own is None or not len(own):
            rows.append((name, math.nan, *[math.nan] * 7))
            continue
        inside = (heads["code"] == code) & heads["won"].between(spend["day"].min(), spend["day"].max())
        costed = int(heads.loc[inside, "n"].sum())
        # Only days on which somebody could have been won count: spend before the data bought nobody that is known.
        own = own[own["day"].between(found.first, found.end - 1)]
        cost, shown, clicks = (float(own[name].sum(min_count=1)) for name in costs.MEASURES)
        rows.append(
            (
                name, costed, cost, cost / costed if costed >= base else math.nan, shown, clicks,
                _over(clicks, shown), _over(cost, clicks), _over(clicks, costed if costed >= base else math.nan),
            )
        )  # fmt: skip
    names = [
        "channel", "costed", "spend", "cost", "impressions", "clicks", "click_rate", "click_cost",
        "clicks_per_customer",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def _over(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0 else math.nan


def _payback(curve: list[tuple[int, float]], cost: float, base: int) -> float:
    """Days, in steps, by which the mean customer has brought the cost; NaN where it is unknown or not yet."""
    steps = [step for step, (n, worth) in enumerate(curve, start=1) if n >= base and worth >= cost]
    return float(winning.STEP * steps[0]) if steps and not math.isnan(cost) else math.nan


def _cohorts(found: winning.Won, heads: pd.DataFrame, spend: pd.DataFrame | None, base: int) -> pd.DataFrame:
    sums = heads.groupby(["code", "month"], as_index=False)[
        ["n", "mature", "stayed", "observed", "money", "squares"]
    ].sum()
    rows = []
    for own in sums.to_dict("records"):
        name, month = found.names.shown[own["code"] - 1], own["month"]
        rate = quality.rate_of(own["stayed"], own["mature"], base)
        worth, error = quality.mean_of(own["observed"], own["money"], own["squares"])
        if own["observed"] < base:
            worth = error = math.nan
        paid = _month_spend(spend, name, month)
        rows.append(
            (
                name, month, own["n"], own["mature"], own["stayed"], *rate, own["observed"], own["money"], worth,
                worth - Z95 * error, worth + Z95 * error, paid,
                paid / own["n"] if own["n"] >= base else math.nan,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COHORTS)).sort_values(["channel", "month"], ignore_index=True)


def _month_spend(spend: pd.DataFrame | None, channel: str, month: str) -> float:
    if spend is None:
        return math.nan
    own = spend[(spend["key"] == key_of(channel)) & (spend["month"] == month)]
    return float(own["cost"].sum()) if len(own) else math.nan
