"""Channels by the time of winning: whether a channel's customers of today stay like those of a year ago."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.analysis.channels.quality import rate_of
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import channels
from customer_analytics.narrative.exhibits import Row, TableWords

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

QUARTERS, SHOWN = 6, 6  # rows and channels on the page; every month of every channel is in the file


def _quarters(view: View) -> pd.DataFrame:
    """channel, quarter (its first day), customers, mature, stayed."""
    cohorts = channels.found(view).cohorts
    days = pd.to_datetime(cohorts["month"] + "-01")
    first = days.dt.to_period("Q").dt.start_time.dt.date
    summed = cohorts.assign(quarter=first).groupby(["channel", "quarter"], as_index=False)
    return summed[["customers", "mature", "stayed"]].sum()


def tables(view: View) -> list[TableWords]:
    """Share still there by quarter of winning and channel."""
    if not channels.has(view):
        return []
    table, shown = _quarters(view), [row["channel"] for row in channels.records(view)][:SHOWN]
    table = table[table["channel"].isin(shown) & (table["mature"] > 0)]
    quarters = sorted(set(table["quarter"]))[-QUARTERS:]
    known = table[table["quarter"].isin(quarters) & (table["mature"] >= view.minimum_base)]
    if len(quarters) < 2 or not len(known):
        return []
    say = view.language.say
    heads = ((say("Won in the quarter from"), "name"), *((Text(channels.label(view, one)), "number") for one in shown))
    caption = say("Still there, by the quarter of winning")
    return [
        TableWords(
            heads, tuple(_row(view, table, quarter, shown) for quarter in quarters), caption,
            channels.how(
                view,
                (
                    say("Cells"),
                    say("Share active from {days} after being won; a dash below {least} customers or where the days "
                        "are not over. Money by month of winning is in the file", days=channels.days_told(view),
                        least=view.language.number(view.minimum_base)),
                ),
            ),
            file="channel_cohorts.csv",
        )
    ]  # fmt: skip


def _row(view: View, table: pd.DataFrame, quarter: dt.date, shown: list[str]) -> Row:
    cells: list[tuple[str, object]] = [(view.language.month(quarter), quarter.isoformat())]
    for channel in shown:
        own = table[(table["channel"] == channel) & (table["quarter"] == quarter)]
        cells.append(_cell(view, own.iloc[0] if len(own) else None))
    return tuple(cells)


def _cell(view: View, own: pd.Series | None) -> tuple[str, object]:
    language, least = view.language, view.minimum_base
    if own is None or own["mature"] < least:
        return language.number(None), None
    rate = rate_of(float(own["stayed"]), float(own["mature"]), least)[0]
    return language.percent(rate), rate
