"""The table of rates: every dimension, value and metric, each with its base, interval and comparison."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.messages.result import COMPARED, COUNTS, METRICS, RATES
from customer_analytics.analysis.messages.shares import design_effect, difference, share_interval, within_strata
from customer_analytics.statistics import Interval, benjamini_hochberg

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from customer_analytics.analysis.campaigns import Campaigns
    from customer_analytics.analysis.messages.rows import Contacts

Floats = npt.NDArray[np.float64]
ALL = "all"
MOST_VALUES = 500  # values of one dimension that are told, the most messages first
FALSE_DISCOVERY = 0.05
BLOCKS = 200


CUBE = ("code", "arm", "recency", "frequency", "hour", "weekday")


def count(found: Contacts) -> pd.DataFrame:
    """The flags added up by CUBE, once for all that follows: CUBE, then COUNTS."""
    return _counts(found.rows, *CUBE)


def rates(campaigns: Campaigns, found: Contacts, cube: pd.DataFrame) -> pd.DataFrame:
    """Columns RATES, without the groups' minimum of people, which is for who shows them.

    Channels and offers are compared with all other messages, whoever got them and whenever (`within_campaign` False).
    Arms, customer states, hours and weekdays are compared within campaigns: value against the others of the same
    campaigns (Mantel and Haenszel).
    """
    usable = _usable(found)
    by_block = _counts(found.rows, "code", "block")
    lines = _pooled_lines(by_block.assign(value=ALL), ALL, usable, test=False)
    about = campaigns.list.set_index("code")
    for dimension in ("channel", "offer"):
        named = by_block.assign(value=by_block["code"].map(about[dimension]))
        named = named[named["value"].map(lambda value: isinstance(value, str) and bool(value.strip()))]
        lines += _pooled_lines(named, dimension, usable, test=True)
    effects = {metric: design_effect(*(_by_block(by_block, METRICS[metric][k]) for k in (0, 1))) for metric in usable}
    arms = campaigns.arms.set_index(["code", "number"])["arm"]
    by_arm = _summed(cube, "code", "arm")
    keys = pd.MultiIndex.from_frame(by_arm[["code", "arm"]])
    by_arm = by_arm.assign(value=arms.reindex(keys).fillna("").to_numpy(), names=by_arm["code"].map(about["campaign"]))
    by_campaign = _summed(by_arm, "code")
    lines += _plain_lines(by_campaign.assign(value=by_campaign["code"].map(about["campaign"])), "campaign", usable)
    for _, own in by_arm.groupby("code", sort=True):
        if len(own) > 1:
            lines += _stratified_lines(own, "arm", usable, {}, campaign=str(own["names"].iloc[0]))
    states = ["recency", "frequency", *found.groups, *(("hour", "weekday") if found.timed else ())]
    for column in states:
        by_state = _summed(cube, "code", column) if column in CUBE else _counts(found.rows, "code", column)
        by_state = by_state.rename(columns={column: "value"})
        lines += _stratified_lines(by_state[by_state["value"].notna()], column, usable, effects)
    table = pd.DataFrame(lines, columns=list(RATES))
    return _with_q(table)


def _usable(found: Contacts) -> tuple[str, ...]:
    """Metrics that the data can say anything about."""
    known = {
        "delivery": bool(found.tracked["delivered"]), "open": bool(found.tracked["opened"]),
        "machine_open": bool(found.tracked["opened"]), "click": bool(found.tracked["clicked"]),
        "click_to_open": bool(found.tracked["opened"]) and bool(found.tracked["clicked"]),
        "conversion": found.converts, "conversion_sent": found.converts, "repurchase": found.converts and found.repeats,
        "unsubscribe": bool(found.tracked["unsubscribed"]),
    }  # fmt: skip
    return tuple(metric for metric in METRICS if known[metric])


def _counts(rows: ir.Table, *by: str) -> pd.DataFrame:
    """The flags added up in the engine: the columns of `by`, then COUNTS."""
    added = rows.group_by(list(by)).aggregate(**{name: rows[name].sum() for name in COUNTS})
    frame: pd.DataFrame = added.to_pandas()
    return frame.sort_values(list(by), ignore_index=True)


def _summed(counts: pd.DataFrame, *by: str) -> pd.DataFrame:
    return counts.groupby(list(by), as_index=False)[list(COUNTS)].sum()


def _by_block(counts: pd.DataFrame, column: str) -> Floats:
    return _filled(counts.groupby("block")[column].sum())


def _filled(by_block: pd.Series) -> Floats:
    """Counts of all blocks, from those of the blocks that have any."""
    return by_block.reindex(range(BLOCKS), fill_value=0).to_numpy(np.float64)


def _line(
    dimension: str, value: Any, sent: float, metric: str, events: float, base: float, interval: Interval
) -> dict[str, Any]:
    shown = str(int(value)) if isinstance(value, (int, float, np.integer)) else str(value)
    return {
        "dimension": dimension, "value": shown, "campaign": "", "sent": int(sent), "metric": metric,
        "events": int(events), "base": int(base), "denominator": METRICS[metric][1],
        "rate": events / base if base else math.nan, "low": interval.low, "high": interval.high, "others": math.nan,
        "difference": math.nan, "difference_low": math.nan, "difference_high": math.nan, "p_value": math.nan,
        "within_campaign": False,
    }  # fmt: skip


def _leading(counts: pd.DataFrame) -> list[Any]:
    """The values with the most messages, in the order of the values."""
    sizes = counts.groupby("value")["sent"].sum().reset_index().sort_values(["sent", "value"], ascending=[False, True])
    return sorted(sizes["value"].head(MOST_VALUES))


def _pooled_lines(counts: pd.DataFrame, dimension: str, usable: tuple[str, ...], *, test: bool) -> list[dict[str, Any]]:
    """Values over campaigns, from counts by block; each tested against all other messages."""
    lines, values = [], _leading(counts)
    added = counts.groupby(["value", "block"])[list(COUNTS)].sum()
    for value in values:
        own = added.loc[value]
        for metric in usable:
            numerator, denominator = METRICS[metric]
            e, b = (_filled(own[name]) for name in (numerator, denominator))
            interval = share_interval(e.sum(), b.sum(), design_effect(e, b))
            line = _line(dimension, value, own["sent"].sum(), metric, e.sum(), b.sum(), interval)
            if test and metric in COMPARED and len(values) > 1:
                rest_e, rest_b = _by_block(counts, numerator) - e, _by_block(counts, denominator) - b
                gap, interval, p = difference(e, b, rest_e, rest_b)
                line |= _compared(gap, interval, p, rest_e.sum() / rest_b.sum() if rest_b.sum() > 0 else math.nan)
            lines.append(line)
    return lines


def _plain_lines(counts: pd.DataFrame, dimension: str, usable: tuple[str, ...]) -> list[dict[str, Any]]:
    """Values in which each customer is once: no comparison."""
    wanted = set(_leading(counts))
    return [
        _line(dimension, row["value"], row["sent"], metric, row[METRICS[metric][0]], row[METRICS[metric][1]],
              share_interval(row[METRICS[metric][0]], row[METRICS[metric][1]]))
        for row in counts.to_dict("records") if row["value"] in wanted for metric in usable
    ]  # fmt: skip


def _stratified_lines(
    counts: pd.DataFrame, dimension: str, usable: tuple[str, ...], effects: dict[str, float], campaign: str = ""
) -> list[dict[str, Any]]:
    """Values within campaigns: code, value, COUNTS; each tested against the others of the same campaigns."""
    lines, values = [], _leading(counts)
    whole = counts.groupby("code")[list(COUNTS)].sum()
    for value in values:
        own = counts[counts["value"] == value].groupby("code")[list(COUNTS)].sum().reindex(whole.index, fill_value=0)
        for metric in usable:
            numerator, denominator = METRICS[metric]
            e, b = own[numerator].to_numpy(np.float64), own[denominator].to_numpy(np.float64)
            rest_e = whole[numerator].to_numpy(np.float64) - e
            rest_b = whole[denominator].to_numpy(np.float64) - b
            effect = effects.get(metric, 1.0)
            interval = share_interval(e.sum(), b.sum(), effect)
            line = _line(dimension, value, own["sent"].sum(), metric, e.sum(), b.sum(), interval)
            if metric in COMPARED and len(values) > 1:
                gap, interval, p = within_strata(e, b, rest_e, rest_b, effect)
                line |= _compared(gap, interval, p, line["rate"] - gap)
            lines.append(line | {"campaign": campaign, "within_campaign": True})
    return lines


def _compared(gap: float, interval: Interval, p: float, others: float) -> dict[str, float]:
    return {
        "others": others, "difference": gap, "difference_low": interval.low, "difference_high": interval.high,
        "p_value": p,
    }  # fmt: skip


def _with_q(table: pd.DataFrame) -> pd.DataFrame:
    """False discovery rate over every comparison that could be made."""
    tested = table["p_value"].notna()
    table["q_value"] = math.nan
    if tested.any():
        table.loc[tested, "q_value"] = benjamini_hochberg(table.loc[tested, "p_value"].to_numpy(np.float64))
    table["differs"] = (table["q_value"] <= FALSE_DISCOVERY).fillna(False)
    return table[list(RATES)]
