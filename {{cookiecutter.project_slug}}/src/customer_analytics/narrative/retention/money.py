"""What money stays: revenue retention, what people have brought by a day, second purchases, money by cohort."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_analytics.analysis.retention.result import as_date
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import BarRow, FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.retention.view import LONG_RUN, View
from customer_analytics.statistics import Interval

COHORTS = 6
AGES = (0, 1, 3, 6, 12)  # shown for a cohort's money


def has_money(view: View) -> bool:
    """Whether anybody's money was followed."""
    return view.enough and (view.result.value_to_day is not None or view.result.repurchase is not None)


def money_section(view: View) -> SectionWords:
    """Opening of the section."""
    say, found = view.language.say, view.result.revenue
    title = say("What money stays")
    if found is None or found.people < view.least:
        return SectionWords(
            title, "money", say("The data are too short to compare the money of one window with that of the next.")
        )
    return SectionWords(
        title,
        "money",
        say(
            "Of the money of {people}, {grr} was still there in the next {days} days without those who spent more, "
            "{nrr} with them.",
            people=view.counted(found.people), grr=view.language.percent(found.grr),
            nrr=view.language.percent(found.nrr), days=view.language.number(found.days),
        ),
    )  # fmt: skip


def value_bars(view: View) -> list[BarRow]:
    """Net money a person by day since the start, as arguments of charts.Bar; empty without a base."""
    table, language = view.result.value_to_day, view.language
    if table is None:
        return []
    shown = table[table["eligible"] >= max(view.least, view.n / LONG_RUN)].to_dict("records")
    return [
        (
            str(language.say("by day {day}", day=language.number(int(row["day"])))), float(row["per_person"]),
            language.money(float(row["per_person"])), "s1" if row is shown[-1] else "faint", float(row["low"]),
            float(row["high"]),
        )
        for row in shown
    ]  # fmt: skip


def value_figure(view: View) -> FigureWords:
    """Words of the bars of money by day."""
    say, bars = view.language.say, value_bars(view)
    last = bars[-1]
    points = [say("{name} {money}", name=row[0], money=row[2]) for row in bars]
    return FigureWords(
        say("A person has brought {money} {day}", money=last[2], day=last[0]),
        say("Net money for each person followed that long, with those who brought nothing; lines: intervals"),
        say("Bars of net money a person. {points}.", points=view.language.joined(points)),
        view.source,
    )


def money_tables(view: View) -> list[TableWords]:
    """Revenue retention, second purchases, money by cohort: those there are."""
    if not has_money(view):
        return []
    return [table for table in (_kept_table(view), _repurchase_table(view), _cohort_table(view)) if table is not None]


def _kept_table(view: View) -> TableWords | None:
    found = view.result.revenue
    if found is None or found.people < view.least:
        return None
    say, language = view.language.say, view.language
    measures = (
        (say("Kept, without growth (GRR)"), found.kept, found.grr, found.grr_interval),
        (say("Kept, with growth (NRR)"), found.later, found.nrr, found.nrr_interval),
    )
    rows = tuple(
        (
            (name, None),
            (language.money(found.base), found.base),
            (language.money(money), money),
            (language.percent(share), share),
            (view.between(interval), None),
        )
        for name, money, share, interval in measures
    )
    return TableWords(
        (
            (say("Measure"), "name"), (say("Money before"), "number"), (say("Money after"), "number"),
            (say("Share"), "number"), (say("Interval"), "number"),
        ),
        rows,
        say("Revenue retention"),
        view.how(
            (say("Base"), say("{people} with net money above zero in the window before",
                                people=view.counted(found.people))),
            (say("Windows"), say("{days} days from {first}, and as many from {later}", days=language.number(found.days),
                                 first=language.date(as_date(found.base_from)),
                                 later=language.date(as_date(found.later_from)))),
            (say("Without growth"), say("For each person the smaller of both windows")),
            (say("Money"), say("Paid orders less refunds and returns, in {currency}", currency=language.currency_name)),
        ),
        file="revenue_retention.csv",
    )  # fmt: skip


def _repurchase_table(view: View) -> TableWords | None:
    table = view.result.repurchase
    shown = [] if table is None else [row for row in table.to_dict("records") if row["eligible"] >= view.least]
    if not shown:
        return None
    say, language = view.language.say, view.language
    rows = tuple(
        (
            (say("{days} days", days=language.number(int(row["within_days"]))), int(row["within_days"])),
            (language.number(int(row["eligible"])), int(row["eligible"])),
            (language.percent(float(row["rate"])), float(row["rate"])),
            (view.between(Interval(float(row["low"]), float(row["high"]))), None),
        )
        for row in shown
    )
    return TableWords(
        (
            (say("Within"), "name"), (say("Customers"), "number"),
            (say("Visited again") if view.visits else say("Bought again"), "number"),
            (say("Interval"), "number"),
        ),
        rows,
        say("Second visits") if view.visits else say("Second purchases"),
        view.how(
            (say("Base"), say("Customers whose first purchase lies at least so many days back")),
            (say("Again"), say("A purchase on a later day than the first; interval: Wilson")),
        ),
        file="repurchase.csv",
    )  # fmt: skip


def _cohort_table(view: View) -> TableWords | None:
    """Money a person has brought by age, for the latest cohorts with two ages or more."""
    table = view.result.money
    if table is None or view.result.definition.clock == "24h":
        return None
    say, language = view.language.say, view.language
    sizes = table.groupby("cohort", sort=True)["size"].first()
    small = set(sizes.index[small_groups(sizes.to_numpy(np.int64), view.least)])
    own = {cohort: part.set_index("period") for cohort, part in table.groupby("cohort", sort=True)}
    shown = [cohort for cohort in sizes.index if cohort not in small and _reached(own[cohort], 1)][-COHORTS:]
    ages = [age for age in AGES if any(_reached(own[cohort], age) for cohort in shown)]
    if not shown:
        return None
    rows: list[Row] = []
    for cohort in shown[::-1]:
        cells = []
        for age in ages:
            is_known = _reached(own[cohort], age)
            value = float(own[cohort]["cumulative_per_person"].loc[age]) if is_known else None
            cells.append((language.money(value) if value is not None else "", value))
        rows.append(((view.named(cohort), cohort.isoformat()), (language.number(int(sizes[cohort])), None), *cells))
    heads = [(_age(view, age), "number") for age in ages]
    return TableWords(
        ((say("Began in"), "name"), (say("Number of people"), "number"), *heads),
        tuple(rows),
        say("Net money a person has brought, by cohort and age"),
        view.how(
            (say("Money"), say("Paid orders less refunds and returns, in {currency}", currency=language.currency_name)),
            (say("Ages"), say("Up to the end of the period of that age; empty: not yet complete")),
        ),
        file="cohort_money.csv",
    )  # fmt: skip


def _reached(part: pd.DataFrame, age: int) -> bool:
    return age in part.index and float(part["eligible"].loc[age]) > 0


def _age(view: View, age: int) -> Text:
    say = view.language.say
    return say("At the start") if age == 0 else say("After {span}", span=view.spans(age))
