"""Response and unsubscribing by the number of the message, and the cap that follows from it.

Who gets many messages differs from who gets one: they were customers for longer, bought more, were chosen more often.
So the n-th message is compared with the first one within a campaign and a customer state (purchases before), where
the same message went to both on the same days.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.messages.result import METRICS, Fatigue, Trend
from customer_analytics.analysis.messages.rows import Contacts
from customer_analytics.analysis.messages.shares import share_interval
from customer_analytics.analysis.messages.trend import rate_ratio, rising, score_test
from customer_analytics.statistics import holm
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters

DAY = 86_400
LAST = 10  # the curve's last point holds this number and all beyond
TOLD = ("open", "click", "conversion", "unsubscribe")
RESPONSES = ("click", "open", "conversion")  # the first that is recorded sets the cap beside unsubscribing
LEAST_REPEATED = 0.02  # share of messages that are not the first, below which nothing is told
LEVEL = 0.05
WORSE = 2.0  # unsubscribing so many times the first message's, or response that part of it, sets the cap
CURVE = ("axis", "number", "metric", "events", "base", "rate", "low", "high", "ratio", "ratio_low", "ratio_high")
WINDOW, EVER = "window", "ever"


def fatigue(found: Contacts, tables: Tables, parameters: CampaignEvaluationParameters) -> Fatigue:
    """The curve over the messages of the fatigue_days before, or over all earlier ones where hardly anybody got two
    within these days; the trend of each rate; the cap.

    The rule: the trend of unsubscribing up, or of the response down, is beyond chance (Holm); the cap is the last
    message before the fitted rate has doubled or halved. It is a comparison within campaign and state, not a draw.
    """
    days = parameters.fatigue_days
    known = [metric for metric in TOLD if _is_known(found, metric)]
    if not known:
        return Fatigue("no_rates", days)
    counts = _counted(found, tables, days, known)
    repeated = {axis: _repeated(counts, axis) for axis in (WINDOW, EVER)}
    curve = pd.DataFrame(
        [line for axis in (WINDOW, EVER) for metric in known for line in _curve(counts, axis, metric)],
        columns=list(CURVE),
    )
    axis = WINDOW if repeated[WINDOW] >= LEAST_REPEATED else EVER
    if repeated[axis] < LEAST_REPEATED:
        return Fatigue("one_each", days, axis, curve, repeated=repeated[axis])
    trends = _trends(counts, axis, known)
    first = curve[(curve["axis"] == axis) & (curve["base"] >= parameters.minimum_base)]
    seen = int(first["number"].max()) if len(first) else 0
    cap, cap_by = _cap(trends, seen) if axis == WINDOW else (None, "")
    return Fatigue("", days, axis, curve, trends, cap, cap_by, seen, repeated[axis])


def _is_known(found: Contacts, metric: str) -> bool:
    if metric == "conversion":
        return found.converts
    return bool(found.tracked[{"open": "opened", "click": "clicked", "unsubscribe": "unsubscribed"}[metric]])


def earlier_messages(tables: Tables, days: int) -> ir.Table:
    """One row a customer and second in which something was sent: person_id, second, earlier (messages before, ever)
    and recent (messages in the `days` x 24 hours before). Messages of the same second do not count for one another.
    """
    touches = tables["touches"]
    times = [touches[name] for name in ("sent_at", "delivered_at") if name in touches.columns]
    moments = touches.select(person_id=touches.customer_id.cast("string"), moment=ibis.coalesce(*times))
    moments = moments.filter(moments.person_id.notnull(), moments.moment.notnull())
    moments = moments.mutate(second=moments.moment.epoch_seconds().cast("int64"))
    once = moments.group_by("person_id", "second").aggregate(sent=moments.count())
    so_far = ibis.range_window(group_by=once.person_id, order_by=once.second, preceding=None, following=0)
    lately = ibis.range_window(group_by=once.person_id, order_by=once.second, preceding=days * DAY, following=0)
    return once.select(
        once.person_id, once.second, earlier=(once.sent.sum().over(so_far) - once.sent).cast("int64"),
        recent=(once.sent.sum().over(lately) - once.sent).cast("int64"),
    )  # fmt: skip


def _counted(found: Contacts, tables: Tables, days: int, known: list[str]) -> pd.DataFrame:
    """Events and bases by campaign, customer state, and number of the message on both axes (capped at LAST)."""
    columns = sorted({name for metric in known for name in METRICS[metric]} | {"sent"})
    rows = found.rows.mutate(second=found.rows.moment.epoch_seconds().cast("int64"))
    joined = rows.inner_join(earlier_messages(tables, days), ["person_id", "second"])
    recent, earlier = (ibis.least(before, LAST - 1) for before in (joined.recent, joined.earlier))
    numbered = joined.mutate(window=(recent + 1).cast("int32"), ever=(earlier + 1).cast("int32"))
    by = ["code", "frequency", WINDOW, EVER]
    added = numbered.group_by(by).aggregate(**{name: numbered[name].sum() for name in columns})
    frame: pd.DataFrame = added.to_pandas()
    return frame.sort_values(by, ignore_index=True)


def _repeated(counts: pd.DataFrame, axis: str) -> float:
    total = float(counts["sent"].sum())
    return float(counts.loc[counts[axis] > 1, "sent"].sum()) / total if total else math.nan


def _strata(counts: pd.DataFrame, axis: str, metric: str) -> pd.DataFrame:
    """stratum (campaign and state), number, events, base."""
    events, base = METRICS[metric]
    added = counts.groupby(["code", "frequency", axis], as_index=False)[[events, base]].sum()
    stratum = added.groupby(["code", "frequency"]).ngroup()
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


def _cap(trends: tuple[Trend, ...], seen: int) -> tuple[int | None, str]:
    """The lowest of the caps that the trends beyond chance set; None where none does among the numbers seen."""
    caps = []
    answer = next((metric for metric in RESPONSES if any(t.metric == metric for t in trends)), "")
    for trend in trends:
        if math.isnan(trend.rise) or trend.p_adjusted > LEVEL:
            continue
        if trend.metric == "unsubscribe" and trend.rise > 0:
            caps.append((_last_before((WORSE - 1) / trend.rise), trend.metric))
        if trend.metric == answer and trend.rise < 0:
            caps.append((_last_before((1 - 1 / WORSE) / -trend.rise), trend.metric))
    caps = [cap for cap in caps if cap[0] <= seen]
    return min(caps) if caps else (None, "")


def _last_before(earlier: float) -> int:
    """Number of the last message with fewer than `earlier` messages before it; the first one always stays."""
    return max(1, math.ceil(round(earlier, 9)))
