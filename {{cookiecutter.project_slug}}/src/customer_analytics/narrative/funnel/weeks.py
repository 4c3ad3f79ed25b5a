"""Entries and conversion by week of entry, mature entries only."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
from scipy import stats

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords
from customer_analytics.narrative.funnel.view import View
from customer_analytics.statistics import wilson

LEAST_WEEKS, MANY_WEEKS = 4, 26  # from so many weeks on, four are taken together and single weeks stand behind
TOGETHER = 4
CHANCE = 0.01  # p-value from which the ups and downs are called chance
Curve = tuple[str, list[dt.date], list[float | None], str, list[float] | None, list[float] | None]  # as charts.Line


def weeks(view: View) -> pd.DataFrame:
    """week (its Monday), entered, reached of the whole way, by week of entry with enough mature entries."""
    trend = view.result.trend
    whole = trend[(trend["step"] == view.steps) & (trend["entered"] >= view.minimum_base)]
    table = whole[["week", "entered", "reached"]].sort_values("week").reset_index(drop=True)
    return table.assign(week=[pd.Timestamp(week).date() for week in table["week"]])


def has_weeks(view: View) -> bool:
    """Whether there are enough weeks for a line."""
    return view.enough and len(weeks(view)) >= LEAST_WEEKS


def week_lines(view: View) -> list[Curve]:
    """Share of the entries that reached the end, with its Wilson band; many weeks: four together before single ones."""
    say, table = view.language.say, weeks(view)
    if len(table) <= MANY_WEEKS:
        return [_line(str(say("Week")), table, "s1", 7)]
    days = 7 * TOGETHER
    first = table["week"].iloc[0]
    block = [first + dt.timedelta(days=(week - first).days // days * days) for week in table["week"]]
    joined = table.assign(week=block).groupby("week", as_index=False)[["entered", "reached"]].sum()
    name, days_, values, _, _, _ = _line(str(say("Week")), table, "faint", 7)
    return [(name, days_, values, "faint", None, None), _line(str(say("Four weeks")), joined, "s1", days)]


def _line(name: str, table: pd.DataFrame, role: str, days: int) -> Curve:
    """A missing week is a gap."""
    by_day = {row["week"]: (int(row["reached"]), int(row["entered"])) for row in table.to_dict("records")}
    first, last = table["week"].iloc[0], table["week"].iloc[-1]
    every = [first + dt.timedelta(days=days * k) for k in range((last - first).days // days + 1)]
    values = [by_day[day][0] / by_day[day][1] if day in by_day else None for day in every]
    bands = [wilson(*by_day[day]) if day in by_day else (math.nan, math.nan) for day in every]
    return name, every, values, role, [low for low, _ in bands], [high for _, high in bands]


def moves(view: View) -> bool:
    """Whether the weeks differ by more than chance explains: chi-square over all of them."""
    table = weeks(view)
    kept = table[(table["reached"] > 0) | (table["entered"] > table["reached"])]
    counts = [kept["reached"].to_numpy(), (kept["entered"] - kept["reached"]).to_numpy()]
    if min(count.sum() for count in counts) == 0:
        return False
    return bool(stats.chi2_contingency(counts).pvalue < CHANCE)


def week_figure(view: View) -> FigureWords:
    """Words of the line."""
    say, language, table = view.language.say, view.language, weeks(view)
    shown = week_lines(view)[-1]
    values = [value for value in shown[2] if value is not None]
    lowest, highest = min(values), max(values)
    many = len(table) > MANY_WEEKS
    title = (
        say(
            "From {low} to {high}: the share moves by more than chance", low=language.percent(lowest),
            high=language.percent(highest),
        )
        if moves(view)
        else say("The ups and downs of the weeks are within chance")
    )  # fmt: skip
    subtitle = say("Share of the entries of a week that reached “{step}”. Band: interval", step=view.step(view.steps))
    if many:
        subtitle = say("{subtitle} of four weeks; grey: single weeks", subtitle=subtitle)
    return FigureWords(
        title, subtitle,
        say(
            "Line by week of entry, from {first} at {first_week} to {last} at {last_week}; lowest {low}, highest "
            "{high}. {title}.",
            first=language.percent(values[0]), first_week=language.date(shown[1][0]),
            last=language.percent(values[-1]), last_week=language.date(shown[1][-1]),
            low=language.percent(lowest), high=language.percent(highest), title=title,
        ),
        _source(view),
    )  # fmt: skip


def _source(view: View) -> Text:
    say, found = view.language.say, view.result.definition
    words = say(
        "{source} Weeks with fewer than {minimum} of them are left out.",
        source=view.source, minimum=view.language.number(view.minimum_base),
    )  # fmt: skip
    if view.unit == "customer" and found.attempt == "first" and found.entry_from is None:
        return say(
            "{words} Only the first entry of a person counts: who was a customer before the data begin stands in the "
            "first weeks.", words=words,
        )  # fmt: skip
    return words
