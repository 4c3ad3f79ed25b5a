"""When in the day things happen: does the clock of the data agree with the engagement's time zone?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from customer_analytics.tables.store import Tables

NIGHT = (2, 3, 4)  # local hours in which nearly nobody shops or browses
AWAKE = 0.5  # a night hour with half the volume of a mean hour is no night
LEAST_ROWS = 500  # fewer rows show no daily rhythm


@dataclass(frozen=True)
class Hours:
    """Rows by local weekday (Monday 0) and hour.

    `night_share`: volume of the mean night hour over the mean hour. `quietest`: first of the three quietest hours in
    a row. `dates_only`: no row has a time of day. `suspicious`: the night is busy and another part of the day is not.
    """

    table: str
    counts: pd.DataFrame  # weekday, hour, rows
    night_share: float
    quietest: int
    dates_only: bool

    @property
    def by_hour(self) -> list[int]:
        """Rows of each hour, 0 to 23."""
        return _by_hour(self.counts)

    @property
    def suspicious(self) -> bool:
        """Whether the hours look shifted, which a wrong time zone does."""
        rows = int(self.counts["rows"].sum())
        quiet = sum(self.by_hour[(self.quietest + step) % 24] for step in range(len(NIGHT))) / len(NIGHT)
        rhythm = rows > 0 and quiet < AWAKE * rows / 24
        return not self.dates_only and rows >= LEAST_ROWS and rhythm and self.night_share > AWAKE


def hours(tables: Tables) -> list[Hours]:
    """The clock of orders (or lines) and of events, where they are dated."""
    trade = "orders" if tables.has("orders", "ordered_at") else "order_lines"
    found = []
    for name, moment in ((trade, "ordered_at"), ("events", "occurred_at")):
        if tables.has(name, moment):
            one = _hours(tables, name, moment)
            if one is not None:
                found.append(one)
    return found


def _hours(tables: Tables, name: str, moment: str) -> Hours | None:
    local = tables.local(tables[name][moment])
    rows = tables[name].select(weekday=local.day_of_week.index(), hour=local.hour())
    rows = rows.filter(rows.hour.notnull())
    counts = rows.group_by(["weekday", "hour"]).aggregate(rows=rows.count()).order_by(["weekday", "hour"]).execute()
    if counts.empty:
        return None
    volume = _by_hour(counts)
    mean = sum(volume) / 24
    around = [sum(volume[(hour + step) % 24] for step in range(len(NIGHT))) for hour in range(24)]
    return Hours(
        table=name,
        counts=counts.astype("int64"),
        night_share=sum(volume[hour] for hour in NIGHT) / len(NIGHT) / mean,
        quietest=around.index(min(around)),
        dates_only=sum(count > 0 for count in volume) == 1,
    )


def _by_hour(counts: pd.DataFrame) -> list[int]:
    summed = counts.groupby("hour")["rows"].sum()
    return [int(summed.get(hour, 0)) for hour in range(24)]
