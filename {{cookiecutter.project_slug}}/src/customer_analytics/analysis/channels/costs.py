"""What was spent on each channel, and what it bought: sums by channel and day."""

from __future__ import annotations

import ibis
import pandas as pd

from customer_analytics.analysis.attribution.names import key_of
from customer_analytics.analysis.channels.winning import months_of
from customer_analytics.tables.store import Tables

MEASURES = ("cost", "impressions", "clicks")


def daily(tables: Tables) -> pd.DataFrame | None:
    """key (of the channel), day (number), month, cost, impressions, clicks (NaN: unknown); None without spend."""
    if not tables.has("spend", "channel", "cost", "day"):
        return None
    spend = tables["spend"]
    spend = spend.filter(spend.cost.notnull(), spend.channel.notnull(), spend.day.notnull())
    sums = {
        name: spend[name].cast("float64").sum() if name in spend.columns else ibis.null("float64").sum()
        for name in MEASURES
    }
    summed = spend.group_by(channel=spend.channel, day=spend.day.epoch_days().cast("int32")).aggregate(**sums)
    frame: pd.DataFrame = summed.to_pandas()
    if not len(frame):
        return None
    frame["key"] = [key_of(str(channel)) for channel in frame["channel"]]
    frame = frame.groupby(["key", "day"], as_index=False)[list(MEASURES)].sum(min_count=1)
    return frame.assign(month=months_of(frame["day"])).sort_values(["key", "day"], ignore_index=True)
