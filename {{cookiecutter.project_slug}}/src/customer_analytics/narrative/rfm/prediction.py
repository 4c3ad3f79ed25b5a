"""Section six: does the grouping predict?"""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.analysis.rfm.holdout import Holdout
from customer_analytics.language import Text
from customer_analytics.narrative.rfm.exhibits import BarRow, FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.rfm.view import View, by_segment
from customer_analytics.statistics import Interval


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
                (language.money(row["mean"]), row["mean"] if is_known else None),
                (language.number(row["lift"], 1), row["lift"] if is_known else None),
                (_chance(view, row) if is_known else language.number(None), None),
            )
        )
    return TableWords(
        (
            (say("Segment"), "name"),
            (say("Customers"), "number"),
            (say("Bought again"), "number"),
            (say("Mean spend"), "number"),
            (say("Times the mean"), "number"),
            (say("Random customers"), "number"),
        ),
        tuple(rows),
        say("What each segment did afterwards"),
        view.how(
            (say("Unit"), say("One customer of the earlier date, in the segment of that date")),
            (
                say("Interval"),
                say(
                    "Wilson for shares; for means (lines of the figure) bootstrap over customers with {resamples} "
                    "resamples (normal from {large} customers on); confidence {level}",
                    resamples=language.number(1000), large=language.number(5000), level=language.percent(0.95),
                ),
            ),
            (say("Times the mean"), say("Against the mean of all customers, {mean}", mean=language.money(held.mean))),
            (
                say("Random customers"),
                say(
                    "Range of that figure, in {level} of draws, for as many customers drawn at random; inside it the "
                    "segment has shown no skill", level=language.percent(0.95),
                ),
            ),
            (say("Not shown"), say("Rates under {minimum} customers", minimum=language.number(view.minimum_base))),
            window=say(
                "{first} to {last}",
                first=language.date(held.future.first_day),
                last=language.date(held.future.last_day),
            ),
        ),
        file="holdout.csv",
    )  # fmt: skip


def _chance(view: View, row: dict[str, Any]) -> Text:
    say, number = view.language.say, view.language.number
    numbers = {"low": number(row["chance_low"], 1), "high": number(row["chance_high"], 1)}
    return say("{low} to {high}", **numbers) if row["skill"] else say("{low} to {high}: no skill", **numbers)


def _rate(view: View, row: dict[str, Any]) -> Text:
    low, high = view.bounds(Interval(row["rate_low"], row["rate_high"]))
    return view.language.say("{value} ({low} to {high})", value=view.language.percent(row["rate"]), low=low, high=high)


def prediction_note(view: View) -> tuple[Text, Text]:
    """Label and text of the note under the hold-out."""
    say, held = view.language.say, view.result.holdout
    assert held is not None
    label = say("How to read this")
    idle = [str(view.name(segment)) for segment in held.without_skill]
    if held.holds and idle:
        return label, say(
            "The order of the segments holds in data that was not used to build them; only {segments} did no better or "
            "worse than as many customers drawn at random. It does not show that contacting a segment changes what it "
            "spends; only a test with a held-out part can show that.", segments=view.language.listing(idle),
        )  # fmt: skip
    if held.holds:
        return label, say(
            "The order of the segments holds in data that was not used to build them. It does not show that contacting "
            "a segment changes what it spends; only a test with a held-out part can show that."
        )
    return label, say(
        "No segment differs clearly from the mean of all customers. Treat the order as a guess until more history is "
        "there."
    )


def held_out(view: View) -> Holdout | None:
    """The hold-out, where it says something."""
    held = view.result.holdout
    return None if held is None or held.best is None else held
