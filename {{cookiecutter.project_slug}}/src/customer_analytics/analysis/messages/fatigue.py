"""Response and unsubscribing by the number of the message, and the cap that follows from it.

Who gets many messages differs from who gets one: they were customers for longer, bought more, were chosen more often.
So the n-th message is compared with the first one within a campaign and a customer state (purchases before, and how
long ago), where the same message went to both on the same days. Orders are not counted as a response here: customers
who order anyway are no less tired. What the message adds to them is the difference to those held out at the same
number.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from customer_analytics.analysis.messages.numbering import EVER, STATE, WINDOW, counted
from customer_analytics.analysis.messages.result import METRICS, Cap, Fatigue, Trend
from customer_analytics.analysis.messages.rows import Contacts
from customer_analytics.analysis.messages.shares import share_interval, within_strata
from customer_analytics.analysis.messages.trend import rate_ratio, rising, score_test
from customer_analytics.statistics import Z95, Interval, holm
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters

TOLD = ("open", "click", "unsubscribe")
RESPONSES = ("click", "open")  # the first that is recorded sets the cap beside unsubscribing
LEAST_REPEATED = 0.02  # share of messages that are not the first, below which nothing is told
LEVEL = 0.05
WORSE = 2.0  # unsubscribing so many times the first message's, or response that part of it, sets the cap
CURVE = ("axis", "number", "metric", "events", "base", "rate", "low", "high", "ratio", "ratio_low", "ratio_high")
ADDED = ("axis", "number", "n", "n_control", "effect", "low", "high")


def fatigue(campaigns: Campaigns, found: Contacts, tables: Tables, parameters: CampaignEvaluationParameters) -> Fatigue:
    """The curve over the messages of the fatigue_days before, or over all earlier ones where hardly anybody got two
    within these days; the trend of each rate; the cap.

    Two trends are tested (Holm): of unsubscribing, and of one response, clicks where they are recorded. The rule: the
    trend of unsubscribing up, or of the response down, is beyond chance; the cap is the last message before the fitted
    rate has doubled or halved. It is a comparison within campaign and state, not a draw.
    """
    days = parameters.fatigue_days
    times = {"open": "opened", "click": "clicked", "unsubscribe": "unsubscribed"}
    known = [metric for metric in TOLD if found.tracked[times[metric]]]
    if not known:
        return Fatigue("no_rates", days)
    columns = {name for metric in known for name in METRICS[metric]} | {"sent", "sent_over", "converted_sent"}
    counts = counted(campaigns, found, tables, days, sorted(columns))
    repeated = {axis: _repeated(counts, axis) for axis in (WINDOW, EVER)}
    curve = pd.DataFrame(
        [line for axis in (WINDOW, EVER) for metric in known for line in _curve(counts, axis, metric)],
        columns=list(CURVE),
    )
    axis = WINDOW if repeated[WINDOW] >= LEAST_REPEATED else EVER
    if repeated[axis] < LEAST_REPEATED:
        return Fatigue("one_each", days, axis, curve, repeated=repeated[axis])
    answer = next((metric for metric in RESPONSES if metric in known), "")
    trends = _trends(counts, axis, [metric for metric in known if metric in (answer, "unsubscribe")])
    first = curve[(curve["axis"] == axis) & (curve["base"] >= parameters.minimum_base)]
    seen = int(first["number"].max()) if len(first) else 0
    cap = cap_of(trends, seen) if axis == WINDOW else Cap()
    added, slope = _added(counts, axis, parameters.minimum_base)
    return Fatigue("", days, axis, curve, trends, added, slope, cap, seen, repeated[axis])


def _repeated(counts: pd.DataFrame, axis: str) -> float:
    total = float(counts["sent"].sum())
    return float(counts.loc[counts[axis] > 1, "sent"].sum()) / total if total else math.nan


def _strata(counts: pd.DataFrame, axis: str, metric: str) -> pd.DataFrame:
    """stratum (campaign and state), number, events, base."""
    events, base = METRICS[metric]
    added = counts.groupby([*STATE, axis], as_index=False)[[events, base]].sum()
    stratum = added.groupby(list(STATE)).ngroup()
    return pd.DataFrame(
        {"stratum": stratum, "number": added[axis], "events": added[events], "base": added[base]}
    ).query("base > 0")


def _curve(counts: pd.DataFrame, axis: str, metric: str) -> list[dict[str, object]]:
    cells = _strata(counts, axis, metric)
    first = cells[cells["number"] == 1].set_index("stratum")
    lines = []
    for number, own in cells.groupby("number"):
        events, base = float(own["events"].sum()), float(own["base"].sum())
        low, high = share_interval(events, base)
        ratio, ratio_low, ratio_high = 1.0, math.nan, math.nan
        if number != 1:
            both = own.set_index("stratum").join(first, how="inner", rsuffix="_first")
            ratio, (ratio_low, ratio_high) = rate_ratio(
                *(both[name].to_numpy(np.float64) for name in ("events", "base", "events_first", "base_first"))
            )
        lines.append(
            {
                "axis": axis, "number": int(str(number)), "metric": metric, "events": int(events), "base": int(base),
                "rate": events / base, "low": low, "high": high, "ratio": ratio, "ratio_low": ratio_low,
                "ratio_high": ratio_high,
            }
        )  # fmt: skip
    return lines


def _added(counts: pd.DataFrame, axis: str, least: int) -> tuple[pd.DataFrame, Interval]:
    """What the message added to the share with an order, by its number: contacted less untouched controls of the same
    campaigns and number (ADDED); and the interval of its change with each earlier message (weighted line)."""
    held = counts[counts["code"].isin(counts.loc[counts["held_over"] > 0, "code"])]
    lines = []
    for number, own in held.groupby(axis):
        sums = own.groupby("code")[["converted_sent", "sent_over", "held_converted", "held_over"]].sum()
        n, n_control = int(sums["sent_over"].sum()), int(sums["held_over"].sum())
        if min(n, n_control) >= least:
            columns = [sums[name].to_numpy(np.float64) for name in sums.columns]
            effect, (low, high), _ = within_strata(columns[0], columns[1], columns[2], columns[3])
            lines.append(dict(zip(ADDED, (axis, int(str(number)), n, n_control, effect, low, high), strict=True)))
    made = pd.DataFrame(lines, columns=list(ADDED))
    told = made[made["low"].notna()]
    if len(told) < 2:
        return made, Interval(math.nan, math.nan)
    weight = 1 / ((told["high"] - told["low"]).to_numpy(np.float64) / (2 * Z95)) ** 2
    x = told["number"].to_numpy(np.float64)
    x = x - np.average(x, weights=weight)
    slope = float((weight * x * told["effect"].to_numpy(np.float64)).sum() / (weight * x**2).sum())
    error = 1 / math.sqrt(float((weight * x**2).sum()))
    return made, Interval(slope - Z95 * error, slope + Z95 * error)


def _trends(counts: pd.DataFrame, axis: str, known: list[str]) -> tuple[Trend, ...]:
    found = []
    for metric in known:
        cells = _strata(counts, axis, metric)
        stratum, earlier = cells["stratum"].to_numpy(np.int64), cells["number"].to_numpy(np.float64) - 1
        events, base = cells["events"].to_numpy(np.float64), cells["base"].to_numpy(np.float64)
        p = score_test(stratum, earlier, events, base)
        if math.isnan(p):
            continue
        rise, interval = rising(stratum, earlier, events, base)
        found.append(Trend(metric, rise, interval.low, interval.high, p, math.nan, int(events.sum()), int(base.sum())))
    adjusted = holm(np.array([trend.p for trend in found]))
    return tuple(replace(trend, p_adjusted=float(p)) for trend, p in zip(found, adjusted, strict=True))


def cap_of(trends: tuple[Trend, ...], seen: int) -> Cap:
    """The lowest of the caps that the trends beyond chance set; none where none does among the numbers seen."""
    caps = []
    for trend in trends:
        if math.isnan(trend.rise) or trend.p_adjusted > LEVEL:
            continue
        if trend.metric == "unsubscribe" and trend.rise > 0:
            limit, ends = WORSE - 1, (trend.rise, trend.high, trend.low)
        elif trend.metric in RESPONSES and trend.rise < 0:
            limit, ends = 1 - 1 / WORSE, (-trend.rise, -trend.low, -trend.high)
        else:
            continue
        value, low, high = (min(_last_before(limit / end), seen) if end > 0 else seen for end in ends)
        if _last_before(limit / ends[0]) <= seen:
            caps.append(Cap(value, trend.metric, low, high))
    return min(caps, key=lambda cap: (cap.value, cap.by)) if caps else Cap()


def _last_before(earlier: float) -> int:
    """Number of the last message with fewer than `earlier` messages before it; the first one always stays."""
    return max(1, math.ceil(round(earlier, 9)))
