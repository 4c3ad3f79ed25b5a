"""How many are active: by day, week and month, and on how many days each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from customer_analytics.narrative.exhibits import FigureWords, SectionWords
from customer_analytics.narrative.retention.view import View

WEEK, MONTH = 7, 28  # days
MOST_WEEKS = 78
LEAST_WEEKS = 3
OFTEN = 8  # active days of 28 from which a person counts as frequent: two a week
ActiveLine = tuple[str, list[dt.date], list[float | None], str]


def activity_section(view: View) -> SectionWords:
    """Opening of the section."""
    say, found = view.language.say, view.result.stickiness
    title = say("How many are active, and how often")
    if found is None:
        return SectionWords(title, "activity", say("Each person counts once in a day, a week or a month."))
    return SectionWords(
        title,
        "activity",
        say(
            "Each person counts once in a day, a week or a month. On a usual day {share} of the people of a month are "
            "there.", share=view.language.percent(found.value, 1),
        ),
    )  # fmt: skip


def _weeks(view: View) -> pd.DataFrame:
    """Weeks counted back from the last day: mean of DAU in each, WAU and MAU on its last day."""
    table = view.result.daily.reset_index(drop=True)
    spare = len(table) % WEEK
    table = table.iloc[spare:].reset_index(drop=True)
    group = table.index // WEEK
    made = table.groupby(group).agg(day=("day", "last"), dau=("dau", "mean"), wau=("wau", "last"), mau=("mau", "last"))
    return made.tail(MOST_WEEKS).reset_index(drop=True)


def has_activity(view: View) -> bool:
    """Whether there are weeks enough for a line."""
    return view.n >= view.least and len(view.result.daily) >= LEAST_WEEKS * WEEK


def active_lines(view: View) -> list[ActiveLine]:
    """Active people by week, as arguments of charts.Line."""
    say, table = view.language.say, _weeks(view)
    days = [pd.Timestamp(day).date() for day in table["day"]]
    names = {"mau": (say("in a month"), "s1"), "wau": (say("in a week"), "s2"), "dau": (say("on a day"), "mute")}
    return [
        (str(name), days, [None if pd.isna(value) else round(float(value), 1) for value in table[column]], role)
        for column, (name, role) in names.items()
    ]


def active_axis(view: View) -> tuple[Callable[[float], str]]:
    """How numbers of people are written."""
    return (view.language.number,)


def active_figure(view: View) -> FigureWords:
    """Words of the lines of active people: where they stand, and a year or less before."""
    say, language, table = view.language.say, view.language, _weeks(view)
    last = table.iloc[-1]
    numbers = {
        "mau": language.number(last["mau"]), "wau": language.number(last["wau"]), "dau": language.number(last["dau"]),
        "days": language.number(MONTH), "week": language.number(WEEK),
    }  # fmt: skip
    known = table[table["mau"].notna()]
    title = say("{mau} people are active in a month, {wau} in a week, {dau} on a day", **numbers)
    back = known.iloc[-53] if len(known) > 53 else None
    if back is not None and back["mau"] >= view.least:
        title = say(
            "{mau} people are active in a month: {change} against a year before", mau=numbers["mau"],
            change=language.signed_percent(last["mau"] / back["mau"] - 1),
        )  # fmt: skip
    return FigureWords(
        title,
        say("People active in the last {days} days, in the last {week} days, and on a mean day of the week", **numbers),
        say(
            "Three lines by week. At the end {mau} in {days} days, {wau} in {week} days, {dau} on a mean day; at the "
            "beginning {first} in {days} days.",
            first=language.number(known["mau"].iloc[0] if len(known) else None), **numbers,
        ),
        view.source,
    )  # fmt: skip


def has_days(view: View) -> bool:
    """Whether enough people were active in the last days for a histogram."""
    return int(view.result.active_days["people"].sum()) >= view.least


def day_columns(view: View) -> list[tuple[str, float, str, str]]:
    """People by how many of the last 28 days they were active on: name, number, words, role."""
    table = view.result.active_days
    last = max(int(table.loc[table["people"] > 0, "days"].max()), 10)
    rows = []
    for days, people in zip(table["days"].tolist(), table["people"].tolist(), strict=True):
        if days <= last:
            shown = view.language.number(people) if days == 1 else ""
            rows.append((view.language.number(days), float(people), shown, "s1" if days >= OFTEN else "s3"))
    return rows


def day_axis(view: View) -> tuple[Callable[[float], str], str]:
    """How numbers are written, and what the columns are."""
    return view.language.number, str(
        view.language.say("Active days of the last {days}", days=view.language.number(MONTH))
    )


def day_figure(view: View) -> FigureWords:
    """Words of the histogram of active days."""
    say, language, table = view.language.say, view.language, view.result.active_days
    total = int(table["people"].sum())
    once = int(table.loc[table["days"] == 1, "people"].sum())
    often = int(table.loc[table["days"] >= OFTEN, "people"].sum())
    numbers = {
        "once": language.percent(once / total), "often": language.percent(often / total), "n": view.counted(total),
        "from": language.number(OFTEN), "days": language.number(MONTH),
    }  # fmt: skip
    return FigureWords(
        say("{once} came on one day only; {often} on {from} days or more", **numbers)
        if often
        else say("{once} came on one day only; nobody on {from} days or more", **numbers),
        say(
            "People by the number of days they were active on, of the last {days}; dark: {from} or more", **numbers,
        ),
        say("Columns of people by active days. Of {n}, {once} on one day, {often} on {from} or more.", **numbers),
        view.source,
    )  # fmt: skip
