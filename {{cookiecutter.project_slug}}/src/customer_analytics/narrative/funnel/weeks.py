"""Entries and conversion by week of entry, mature entries only."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords
from customer_analytics.narrative.funnel.view import View

LEAST_WEEKS = 4
Curve = tuple[str, list[dt.date], list[float | None], str, list[float], list[float]]  # as charts.Line


def weeks(view: View) -> pd.DataFrame:
    """The weeks of the whole way with enough mature entries."""
    trend = view.result.trend
    whole = trend[trend["step"] == view.steps]
    return whole[whole["entered"] >= view.minimum_base].sort_values("week").reset_index(drop=True)


def has_weeks(view: View) -> bool:
    """Whether there are enough weeks for a line."""
    return view.enough and len(weeks(view)) >= LEAST_WEEKS


def week_lines(view: View) -> list[Curve]:
    """Share of the entries of a week that reached the end, with its Wilson band; a missing week is a gap."""
    table = weeks(view)
    days = [pd.Timestamp(week).date() for week in table["week"]]
    by_day = dict(zip(days, table.to_dict("records"), strict=True))
    every = [days[0] + dt.timedelta(days=7 * k) for k in range((days[-1] - days[0]).days // 7 + 1)]
    rows: list[dict[Any, Any] | None] = [by_day.get(day) for day in every]
    values = [None if row is None else float(row["rate"]) for row in rows]
    low = [math.nan if row is None else float(row["low"]) for row in rows]
    high = [math.nan if row is None else float(row["high"]) for row in rows]
    return [(str(view.language.say("Conversion")), every, values, "s1", low, high)]


def week_figure(view: View) -> FigureWords:
    """Words of the line."""
    say, language, table = view.language.say, view.language, weeks(view)
    first, last = table.iloc[0], table.iloc[-1]
    lowest, highest = float(table["rate"].min()), float(table["rate"].max())
    overlap = float(table["low"].max()) <= float(table["high"].min())
    title = (
        say("Week by week the share stays within its intervals")
        if overlap
        else say(
            "From week to week between {low} and {high} get through", low=language.percent(lowest),
            high=language.percent(highest),
        )
    )  # fmt: skip
    return FigureWords(
        title,
        say("Share of the entries of a week that reached “{step}”. Band: interval", step=view.step(view.steps)),
        say(
            "Line by week of entry, from {first} in the week of {first_week} to {last} in that of {last_week}; lowest "
            "{low}, highest {high}.",
            first=language.percent(float(first["rate"])), first_week=language.date(pd.Timestamp(first["week"]).date()),
            last=language.percent(float(last["rate"])), last_week=language.date(pd.Timestamp(last["week"]).date()),
            low=language.percent(lowest), high=language.percent(highest),
        ),
        _source(view),
    )  # fmt: skip


def _source(view: View) -> Text:
    say = view.language.say
    return say(
        "{source} Weeks with fewer than {minimum} of them are left out.",
        source=view.source, minimum=view.language.number(view.minimum_base),
    )  # fmt: skip
