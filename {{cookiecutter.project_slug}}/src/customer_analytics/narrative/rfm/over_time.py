"""Sections four to six: concentration, what changed, does the grouping predict."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.analysis.rfm.change import Change
from customer_analytics.analysis.rfm.concentration import TOPS
from customer_analytics.analysis.rfm.holdout import Holdout
from customer_analytics.language import Text
from customer_analytics.narrative.rfm.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.rfm.view import View, by_segment
from customer_analytics.statistics import Interval

BarRow = tuple[str, float | None, str, str, float | None, float | None]  # name, value, shown, role, low, high


def concentration_section(view: View) -> SectionWords:
    """Opening of the section on concentration."""
    say = view.language.say
    return SectionWords(
        say("Concentration"),
        "concentration",
        say("How much of the revenue hangs on the biggest customers."),
    )


def curve_marks(view: View) -> list[tuple[float, float, str]]:
    """Points to name on the curve."""
    spread, percent = view.result.concentration, view.language.percent
    return [
        (
            top, spread.tops[top],
            str(view.language.say("Top {share}: {money}", share=percent(top), money=view.percent(spread.tops[top]))),
        )
        for top in TOPS[1:]
    ]  # fmt: skip


def curve_words(view: View) -> tuple[str, str]:
    """Label of the axis, and the words on the line of equality."""
    say = view.language.say
    return str(say("Share of customers, biggest first")), str(say("If all spent the same"))


def curve_figure(view: View) -> FigureWords:
    """Words of the concentration curve."""
    say, spread = view.language.say, view.result.concentration
    numbers = {
        "share": view.language.percent(TOPS[2]),
        "money": view.percent(spread.tops[TOPS[2]]),
        "five": view.language.percent(TOPS[1]),
        "five_money": view.percent(spread.tops[TOPS[1]]),
    }
    return FigureWords(
        say("The top {share} of customers bring {money} of revenue", **numbers),
        say("Cumulative share of net revenue, customers from the biggest down"),
        say(
            "Curve of cumulative revenue. The top {five} of customers bring {five_money}, the top {share} {money}.",
            **numbers,
        ),
        view.source,
    )


def concentration_table(view: View) -> TableWords:
    """Top shares with intervals, Gini, and the customers below zero."""
    say, language, spread = view.language.say, view.language, view.result.concentration
    rows: list[Row] = []
    for top in TOPS:
        count = max(1, round(top * spread.n))
        interval = spread.intervals[top]
        is_shown = count >= view.minimum_group
        rows.append(
            (
                (say("Top {share} of customers", share=language.percent(top)), None),
                (language.number(count), count),
                (language.percent(spread.tops[top], 1) if is_shown else str(say("few")), None),
                (view.between(interval, 1) if is_shown else str(say("few")), None),
            )
        )
    return TableWords(
        (
            (say("Customers"), "name"),
            (say("Number"), "number"),
            (say("Share of revenue"), "number"),
            (say("Interval"), "number"),
        ),
        tuple(rows),
        say("Shares of the biggest customers"),
        view.how(
            (say("Unit"), say("One customer with net revenue of zero or more")),
            (
                say("Interval"),
                say("By linearisation, customers taken as a sample; confidence {level}", level=language.percent(0.95)),
            ),
            (
                say("Gini coefficient"),
                say(
                    "{gini}, corrected for the number of customers; nothing means that all spend the same, one that a "
                    "single customer spends everything", gini=language.number(spread.gini, 2),
                ),
            ),
            (
                say("Apart"),
                say(
                    "{count} customers returned more than they bought ({money} together); they are not in the curve",
                    count=language.number(spread.negatives)
                    if not 0 < spread.negatives < view.minimum_group
                    else say("fewer than {minimum}", minimum=language.number(view.minimum_group)),
                    money=language.money(spread.negative_money)
                    if not 0 < spread.negatives < view.minimum_group
                    else say("not shown"),
                ),
            ),
        ),
    )  # fmt: skip


def change_section(view: View) -> SectionWords:
    """Opening of the section on change; with the reason where there is no earlier picture."""
    say, language, change = view.language.say, view.language, view.result.change
    title = say("What changed")
    if change is None:
        deck = (
            say("No comparison was asked for.")
            if view.result.parameters.compare_days == 0
            else say(
                "Not estimable: the data do not reach back far enough for a second picture of the same length "
                "{days} days earlier.", days=language.number(view.result.parameters.compare_days),
            )
        )  # fmt: skip
        return SectionWords(title, "change", deck)
    return SectionWords(
        title,
        "change",
        say(
            "The segments now and {days} days earlier. Both look back {length} days and use the same cuts, so shares "
            "differ a little from the table above.",
            days=language.number(change.now.end - change.earlier.end), length=language.number(change.now.days),
        ),
    )  # fmt: skip


def _comparable(view: View, change: Change) -> list[str]:
    """Segments with the minimum group at both dates or empty at one."""
    least = max(view.minimum_group, 1)
    table = change.table
    return [
        str(segment)
        for segment, earlier, now in zip(
            table["segment"], table["customers_earlier"], table["customers_now"], strict=True
        )
        if all(count == 0 or count >= least for count in (earlier, now)) and earlier + now > 0
    ]


def change_pairs(view: View) -> list[tuple[str, float, float, str, str, str]]:
    """Rows of the chart of change: name, earlier share, share now, both in words, role."""
    change = view.result.change
    assert change is not None
    table, language = by_segment(change.table), view.language
    moved = set(change.moved["segment"])
    return [
        (
            view.name(segment),
            table[segment]["share_earlier"],
            table[segment]["share_now"],
            language.percent(table[segment]["share_earlier"], 1),
            language.percent(table[segment]["share_now"], 1),
            "s1" if segment in moved else "faint",
        )
        for segment in _comparable(view, change)
    ]  # fmt: skip


def change_heads(view: View) -> tuple[str, str]:
    """Names of the two dots."""
    change, language = view.result.change, view.language
    assert change is not None
    return language.short_date(change.earlier.last_day), str(language.say("now"))


def change_figure(view: View) -> FigureWords:
    """Words of the chart of change."""
    say, language, change = view.language.say, view.language, view.result.change
    assert change is not None
    shown = set(_comparable(view, change))
    moved = [segment for segment in change.moved["segment"] if segment in shown]
    title = (
        say("No segment's share differs by more than chance explains")
        if not moved
        else say(
            "{count} of {all} segments changed their share by more than chance explains",
            count=language.number(len(moved)), all=language.number(len(shown)),
        )
    )  # fmt: skip
    rows = change.table[change.table["segment"].isin(shown)]
    return FigureWords(
        title,
        say(
            "Share of customers; ring: {date}, dot: now. Coloured: beyond chance",
            date=language.date(change.earlier.last_day),
        ),
        say(
            "Pairs of dots by segment. {rows}.",
            rows=language.listing(
                [
                    say(
                        "{segment}: {earlier} then, {now} now", segment=view.name(str(segment)),
                        earlier=language.percent(earlier, 1), now=language.percent(now, 1),
                    )
                    for segment, earlier, now in zip(
                        rows["segment"], rows["share_earlier"], rows["share_now"], strict=True
                    )
                ]
            ),
        ),
        say(
            "Source: orders; {now} customers with a purchase in the {days} days to {last}, {earlier} in those to "
            "{date}.",
            now=language.number(change.base_now), earlier=language.number(change.base_earlier),
            days=language.number(change.now.days), last=language.date(change.now.last_day),
            date=language.date(change.earlier.last_day),
        ),
    )  # fmt: skip


def change_table(view: View) -> TableWords:
    """Shares then and now with the interval of the difference."""
    say, language, change = view.language.say, view.language, view.result.change
    assert change is not None
    table = by_segment(change.table)
    rows: list[Row] = []
    for segment in _comparable(view, change):
        row = table[segment]
        is_moved = bool(row["p_adjusted"] < 0.05)
        rows.append(
            (
                (view.name(segment), None),
                (language.number(row["customers_earlier"]), row["customers_earlier"]),
                (language.number(row["customers_now"]), row["customers_now"]),
                (language.percent(row["share_earlier"], 1), row["share_earlier"]),
                (language.percent(row["share_now"], 1), row["share_now"]),
                (view.points(row["change"]), row["change"]),
                (say("{low} to {high}", low=view.points(row["low"]), high=view.points(row["high"])), None),
                (say("yes") if is_moved else say("no"), None),
            )
        )
    return TableWords(
        (
            (say("Segment"), "name"),
            (say("Customers then"), "number"),
            (say("Customers now"), "number"),
            (say("Share then"), "number"),
            (say("Share now"), "number"),
            (say("Points"), "number"),
            (say("Interval"), "number"),
            (say("Beyond chance"), "text"),
        ),
        tuple(rows),
        say("Segments then and now"),
        view.how(
            (say("Unit"), say("One customer; the same person can stand in both pictures")),
            (
                say("Interval"),
                say(
                    "Paired by customer, for the difference in percentage points; confidence {level}",
                    level=language.percent(0.95),
                ),
            ),
            (say("Beyond chance"), say("After Holm's correction for looking at all segments")),
            (say("Cuts"), say("Days, purchases and money of the scores now, used at both dates")),
        ),
        file="changes.csv",
    )  # fmt: skip


def prediction_section(view: View) -> SectionWords:
    """Opening of the section on prediction; with the reason where the history is too short."""
    say, language, held = view.language.say, view.language, view.result.holdout
    title = say("Does the grouping predict?")
    if held is None or held.best is None:
        deck = say("Not estimable: the history is too short, or had too few customers, to hold a part of it out.")
        return SectionWords(title, "prediction", deck)
    return SectionWords(
        title,
        "prediction",
        say(
            "We built the segments as they stood on {date}, then looked at what each spent in the {days} days that "
            "followed.", date=language.date(held.before.last_day), days=language.number(held.future.days),
        ),
    )  # fmt: skip


def prediction_bars(view: View) -> list[BarRow]:
    """Bars of mean spend, largest first: name, value, words, role, low, high."""
    held = view.result.holdout
    assert held is not None
    known = held.table[held.table["mean"].notna()].sort_values("mean", ascending=False, kind="stable")
    rows: list[BarRow] = []
    for place, row in enumerate(by_segment(known).values()):
        role = "s1" if place == 0 else "faint"
        rows.append(
            (
                view.name(str(row["segment"])), float(row["mean"]), view.language.money(row["mean"]), role,
                float(row["low"]), float(row["high"]),
            )
        )  # fmt: skip
    return rows


def prediction_figure(view: View) -> FigureWords:
    """Words of the chart of the hold-out."""
    say, language, held = view.language.say, view.language, view.result.holdout
    assert held is not None and held.best is not None
    times = by_segment(held.table)[held.best]["mean"] / held.mean
    few = [
        view.name(str(segment))
        for segment, n in zip(held.table["segment"], held.table["customers"], strict=True)
        if n < view.minimum_base
    ]
    source = say(
        "Source: orders; {n} customers with a purchase up to {date}. Lines: bootstrap interval over customers.",
        n=language.number(held.customers), date=language.date(held.before.last_day),
    )  # fmt: skip
    if few:
        source = say(
            "{source} Not shown, fewer than {minimum} customers: {segments}.",
            source=source, minimum=language.number(view.minimum_base), segments=language.listing(few),
        )  # fmt: skip
    return FigureWords(
        say(
            "“{best}” went on to spend {times} times the mean of all customers",
            best=view.name(held.best), times=language.number(times, 1),
        ),
        say(
            "Mean net revenue per customer from {first} to {last}, by segment on {date}",
            first=language.date(held.future.first_day), last=language.date(held.future.last_day),
            date=language.date(held.before.last_day),
        ),
        say(
            "Bars of mean spend by segment. {rows}.",
            rows=language.listing(
                [str(say("{segment} {money}", segment=row[0], money=row[2])) for row in prediction_bars(view)]
            ),
        ),
        source,
    )  # fmt: skip


def prediction_table(view: View) -> TableWords:
    """What each segment did afterwards."""
    say, language, held = view.language.say, view.language, view.result.holdout
    assert held is not None
    verdicts = {"above": say("more"), "below": say("less"), "same": say("no different")}
    rows: list[Row] = []
    for row in by_segment(held.table.sort_values("mean", ascending=False, kind="stable")).values():
        n = int(row["customers"])
        if n == 0:
            continue
        is_known = not math.isnan(row["mean"])
        unknown = str(view.not_estimable(n)) if n >= view.minimum_group else str(say("not estimable: few"))
        rows.append(
            (
                (view.name(str(row["segment"])), None),
                (language.number(n) if n >= view.minimum_group else say("few"), n if n >= view.minimum_group else None),
                (_rate(view, row) if is_known else unknown, row["rate"] if is_known else None),
                (_mean(view, row) if is_known else language.number(None), row["mean"] if is_known else None),
                (verdicts.get(row["verdict"], language.number(None)), None),
            )
        )
    return TableWords(
        (
            (say("Segment"), "name"),
            (say("Customers"), "number"),
            (say("Bought again"), "number"),
            (say("Mean spend"), "number"),
            (say("Against all"), "text"),
        ),
        tuple(rows),
        say("What each segment did afterwards"),
        view.how(
            (say("Unit"), say("One customer of the earlier date, in the segment of that date")),
            (
                say("Interval"),
                say(
                    "Wilson for shares; bootstrap over customers with {resamples} resamples for means (normal from "
                    "{large} customers on); confidence {level}",
                    resamples=language.number(1000), large=language.number(5000), level=language.percent(0.95),
                ),
            ),
            (
                say("Against all"),
                say(
                    "More or less: the interval lies above or below the mean of all customers, {mean}",
                    mean=language.money(held.mean),
                ),
            ),
            (say("Not shown"), say("Rates under {minimum} customers", minimum=language.number(view.minimum_base))),
        ),
        file="holdout.csv",
    )  # fmt: skip


def _rate(view: View, row: dict[str, Any]) -> Text:
    low, high = view.bounds(Interval(row["rate_low"], row["rate_high"]))
    return view.language.say("{value} ({low} to {high})", value=view.language.percent(row["rate"]), low=low, high=high)


def _mean(view: View, row: dict[str, Any]) -> Text:
    money = view.language.money
    return view.language.say(
        "{value} ({low} to {high})", value=money(row["mean"]), low=money(row["low"]), high=money(row["high"])
    )


def prediction_note(view: View) -> tuple[Text, Text]:
    """Label and text of the note under the hold-out."""
    say, held = view.language.say, view.result.holdout
    assert held is not None
    label = say("How to read this")
    if held.holds:
        return label, say(
            "The order of the segments holds in data that was not used to build them. It does not show that contacting "
            "a segment changes what it spends; only a test with a held-out part can show that."
        )
    return label, say(
        "No segment differs clearly from the mean of all customers. Treat the order as a guess until more history is "
        "there."
    )


def robustness(view: View) -> Text:
    """How many customers change segment under the other binning."""
    say = view.language.say
    share = view.result.regrouped / view.n
    interval = view.interval(Interval(*view.share_of_customers(view.result.regrouped)))
    if view.result.parameters.binning == "independent":
        return say(
            "Scored the nested way (frequency within recency, money within both), {share} of customers ({interval}) "
            "would be in another segment: the choice of method decides that much.",
            share=view.percent(share), interval=interval,
        )  # fmt: skip
    return say(
        "Scored the independent way (each measure by itself), {share} of customers ({interval}) would be in another "
        "segment: the choice of method decides that much.", share=view.percent(share), interval=interval,
    )  # fmt: skip


def held_out(view: View) -> Holdout | None:
    """The hold-out, where it says something."""
    held = view.result.holdout
    return None if held is None or held.best is None else held
