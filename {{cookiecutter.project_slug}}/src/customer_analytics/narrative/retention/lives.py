"""Who was active in each period: new, returning, resurrecting; who fell away; who of them comes again."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd

from customer_analytics.disclosure.published.retention import TABLES
from customer_analytics.disclosure.tables import protected
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.retention.spans import one_span
from customer_analytics.narrative.retention.view import View
from customer_analytics.statistics import Interval

MOST = {"day": 42, "week": 30, "month": 24}  # periods drawn
ROWS = 6
SILENT = (1, 3, 6, 12)  # silent periods shown in the table of returns
LifeRow = tuple[dt.date, int, int, int, int]


def lives_section(view: View) -> SectionWords:
    """Opening of the section."""
    say, language, table = view.language.say, view.language, _complete(view).tail(_YEAR[view.result.definition.period])
    title = say("New, returning, resurrecting, dormant")
    gained, lost = int(table["new"].sum() + table["resurrecting"].sum()), int(table["dormant"].sum())
    if lost < view.least:
        return SectionWords(title, "lifecycle", say("Active people are new, or were there before, or come back."))
    return SectionWords(
        title,
        "lifecycle",
        say(
            "Active people are new, or were there in the period before, or come back after a break. Over the last "
            "{span}, {gained} came or came back for each one who fell away.",
            span=view.spans(len(table)), gained=language.number(gained / lost, 2),
        ),
    )  # fmt: skip


_YEAR = {"day": 28, "week": 52, "month": 12}


def _complete(view: View) -> pd.DataFrame:
    table = view.result.activity
    return table[table["complete"].astype(bool)].sort_values("period")


def _told(view: View) -> pd.DataFrame:
    """The same without numbers of few people, and those by which they could be worked out."""
    return protected(_complete(view), TABLES["activity"], view.minimum_group)


def _states(view: View) -> dict[str, float]:
    """People by state in the last period, as they may be told."""
    last = _told(view).iloc[-1]
    return {name: last[name] for name in ("new", "returning", "resurrecting", "dormant")}


def has_lives(view: View) -> bool:
    """Whether there are two complete periods with people."""
    return view.n >= view.least and len(_complete(view)) > 1


def life_rows(view: View) -> list[LifeRow]:
    """The last complete periods, as arguments of charts.Life. Small numbers are drawn as they are: nobody is named."""
    table = _complete(view).tail(MOST[view.result.definition.period])
    return [
        (pd.Timestamp(row["period"]).date(), int(row["returning"]), int(row["resurrecting"]), int(row["new"]),
         int(row["dormant"]))
        for row in table.to_dict("records")
    ]  # fmt: skip


def life_names(view: View) -> tuple[str, str, str, str]:
    """Names of the four states."""
    say = view.language.say
    return str(say("returning")), str(say("resurrecting")), str(say("new")), str(say("dormant"))


def life_figure(view: View) -> FigureWords:
    """Words of the lifecycle chart."""
    say, language, last = view.language.say, view.language, _complete(view).iloc[-1]
    told = {name: say("few") if pd.isna(count) else language.number(count) for name, count in _states(view).items()}
    numbers = {
        "period": view.named(last["period"]), "active": language.number(int(last["active"])),
        "returning": told["returning"], "new": told["new"], "back": told["resurrecting"], "dormant": told["dormant"],
        "share": language.percent(int(last["returning"]) / int(last["active"]) if int(last["active"]) else math.nan),
    }  # fmt: skip
    return FigureWords(
        say("{period}: {active} active, of whom {share} were there the period before", **numbers),
        say(
            "People by {unit}. Above the line: active; below it: active in the {unit} before and no longer. In the "
            "first {unit} of data everybody is new", unit=one_span(language, view.result.definition.period),
        ),
        say(
            "Stacked bars. {period}: {returning} returning, {back} resurrecting, {new} new; {dormant} dormant.",
            **numbers,
        ),
        view.source,
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """The tables of the section that there are."""
    if not has_lives(view):
        return []
    return [table for table in (life_table(view), next_table(view)) if table is not None]


def life_table(view: View) -> TableWords:
    """The last periods in numbers, with the identities that hold."""
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in _told(view).tail(ROWS).iloc[::-1].to_dict("records"):
        ratio = float(row["quick_ratio"])
        shown = "∞" if math.isinf(ratio) else language.number(ratio, 2)
        counts = [row[name] for name in ("active", "new", "returning", "resurrecting", "dormant")]
        rows.append(
            (
                (view.named(row["period"]), pd.Timestamp(row["period"]).isoformat()),
                *((say("few"), None) if pd.isna(count) else (language.number(count), int(count)) for count in counts),
                (shown, None if math.isnan(ratio) or math.isinf(ratio) else ratio),
            )
        )
    return TableWords(
        (
            (say("Period of activity"), "name"), (say("Active"), "number"), (say("New people"), "number"),
            (say("Returning"), "number"), (say("Resurrecting"), "number"), (say("Dormant"), "number"),
            (say("Quick ratio"), "number"),
        ),
        tuple(rows),
        say("Active people and where they came from"),
        view.how(
            (say("Active"), say("New plus returning plus resurrecting, exactly")),
            (say("Dormant"), say("Active in the period before, not in this one: those active then less the returning")),
            (say("Quick ratio"), say("New and resurrecting people for each dormant one; above one the base grows")),
        ),
        file="activity.csv",
    )  # fmt: skip


def next_table(view: View) -> TableWords | None:
    """Who of each state is active in the next period, and who of the silent ones comes back; None without a base."""
    say = view.language.say
    names = {"new": say("New people"), "returning": say("Returning"), "resurrecting": say("Resurrecting")}
    rows: list[Row] = [
        _rate_row(view, names[str(row["state"])], int(row["people"]), float(row["rate"]), row["low"], row["high"])
        for row in view.result.next_period.to_dict("records")
        if row["people"] >= view.least
    ]
    for row in view.result.resurrection.to_dict("records"):
        if int(row["silent"]) in SILENT and row["at_risk"] >= view.least:
            name = say("Silent for {span}", span=view.spans(int(row["silent"])))
            rows.append(_rate_row(view, name, int(row["at_risk"]), float(row["rate"]), row["low"], row["high"]))
    if not rows:
        return None
    return TableWords(
        (
            (say("State in a period"), "name"), (say("Number of people"), "number"),
            (say("Active in the next"), "number"), (say("Interval"), "number"),
        ),
        tuple(rows),
        say("Who is active in the next period"),
        view.how(
            (say("Unit"), say("Person and period, over all complete periods but the first; a person counts often")),
            (say("Silent for"), say("Whole periods without activity since the last active one")),
            (say("How to read this"), say("The return of the silent shows after how long waiting for them is over")),
        ),
        file="next_period.csv",
    )  # fmt: skip


def _rate_row(view: View, name: Text, people: int, rate: float, low: float, high: float) -> Row:
    language = view.language
    return (
        (name, None),
        (language.number(people), people),
        (language.percent(rate, 1), rate),
        (view.between(Interval(float(low), float(high)), 1), None),
    )
