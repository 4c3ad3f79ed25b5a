"""When the effect comes, whether it lasts, and whether the days after pay for it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.timing.days import AFTER_DAYS, BEFORE_DAYS
from customer_analytics.analysis.timing.result import ALL_MOVED, KEPT, NO_GAIN, NOT_OVER, PARTLY_MOVED
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.view import PER_HUNDRED, rows
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.analysis.timing import Timing
    from customer_analytics.narrative.campaign_evaluation.view import View

SECTION = "timing"
MOST_LINES, MOST_ROWS = 3, 10
ORDERS = "orders"
ROLES = ("s1", "s3", "s2")
CurveRow = tuple[str, list[int], list[float], str, list[float], list[float]]  # name, days, effect, role, low, high


def _found(view: View) -> Timing:
    found = view.result.timing
    assert found is not None
    return found


def has(view: View) -> bool:
    """Whether any effect could be followed."""
    found = view.result.timing
    return found is not None and not found.reason and len(_followed(view)) > 0


def _followed(view: View) -> pd.DataFrame:
    """The arms of sound campaigns, the largest gains first."""
    table = _found(view).moved
    own = table[(table["measure"] == ORDERS) & table["sound"].astype(bool)]
    return own.sort_values(["effect", "campaign", "arm"], ascending=[False, True, True])


def _gains(view: View) -> pd.DataFrame:
    own = _followed(view)
    return own[own["low"] > 0]


def section(view: View) -> SectionWords:
    """Opening: how many effects were followed."""
    say, followed = view.language.say, len(_followed(view))
    title = say("When it came, and whether it lasted")
    if not len(_gains(view)):
        deck = say("No arm of a sound experiment brought more orders beyond chance, so there is nothing that could "
                   "fade "
                   "or have been moved.")  # fmt: skip
        return SectionWords(title, SECTION, deck)
    deck = view.language.say_count(
        "Orders are counted day by day from the assignment on, and on beyond the window: one arm of a sound "
        "experiment.",
        "Orders are counted day by day from the assignment on, and on beyond the window: {count} arms of sound "
        "experiments.",
        followed,
    )  # fmt: skip
    return SectionWords(title, SECTION, deck)


def has_figure(view: View) -> bool:
    """Whether there is a gain to draw."""
    return has(view) and len(_gains(view)) > 0


def curves(view: View) -> list[CurveRow]:
    """Effect cumulated over the days, for each hundred customers: what was moved first, then the largest gains."""
    daily, made = _found(view).daily, []
    for place, row in enumerate(_drawn(view)):
        own = daily[(daily["campaign"] == row.campaign) & (daily["arm"] == row.arm) & (daily["measure"] == ORDERS)]
        own = own[own["day"] >= 0].sort_values("day")
        days = [0, *(int(day) + 1 for day in own["day"])]
        value, low, high = (
            [0.0, *(float(v) * PER_HUNDRED for v in own[name].ffill().fillna(0))]
            for name in ("cumulative", "cumulative_low", "cumulative_high")
        )
        kept = sorted({*range(0, len(days), 2), len(days) - 1})  # every other day draws the same picture
        drawn = [[line[day] for day in kept] for line in (days, value, low, high)]
        made.append((_label(view, row), drawn[0], drawn[1], ROLES[place], drawn[2], drawn[3]))
    return made


def _drawn(view: View) -> list[Any]:
    gains = _gains(view)
    moved = gains["verdict"].isin((ALL_MOVED, PARTLY_MOVED))
    return rows(pd.concat([gains[moved].head(1), gains[~moved]]).head(MOST_LINES))


def axis_words(view: View) -> Text:
    """What lies along the figure."""
    return view.language.say("days since the assignment")


def shown(view: View) -> Any:
    """How a value of the upright axis is written."""
    return view.language.signed


def figure(view: View) -> FigureWords:
    """Title by what happened to the gain."""
    say, language = view.language.say, view.language
    drawn = _drawn(view)
    first = drawn[0]
    if first.verdict == ALL_MOVED:
        title = say("The gain of {campaign} is given back in the days after", campaign=view.name(first.campaign))
    else:
        title = say("How the gain builds up day by day")
    told = [
        say("{campaign}: {effect} in the window, {total} until day {days}", campaign=_label(view, row),
            effect=_per_hundred(view, row.effect), days=language.number(row.window_days + row.after_days),
            total=_per_hundred(view, row.total if row.after_days else row.effect))
        for row in drawn
    ]  # fmt: skip
    return FigureWords(
        title,
        say("Additional orders for each {hundred} customers against the control, cumulated from the assignment, with "
            "interval", hundred=language.number(PER_HUNDRED)),
        Text(language.joined(told)), view.source,
    )  # fmt: skip


def _per_hundred(view: View, value: float) -> str:
    return view.language.signed(value * PER_HUNDRED, 1)


def _label(view: View, row: Any) -> str:
    """A campaign, and its arm where it has several contacted ones."""
    arms = view.campaigns.arms
    several = len(arms[(arms["campaign"] == row.campaign) & (arms["number"] > 0)]) > 1
    if not several:
        return view.label(row.campaign)
    return view.language.say("{campaign}, {arm}", campaign=view.label(row.campaign), arm=view.shortened(row.arm))


def tables(view: View) -> list[TableWords]:
    """Every arm with a gain: within the window, after it, and in all."""
    if not has(view) or not len(_gains(view)):
        return []
    say, own = view.language.say, _gains(view).head(MOST_ROWS)
    columns = (
        (say("Campaign with a gain"), "name"), (say("In the window"), "number"),
        (say("In the days after the window"), "number"), (say("Window and days after"), "text"),
        (say("What became of the gain"), "text"),
    )  # fmt: skip
    hundred = view.language.number(PER_HUNDRED)
    days = dict(zip(("most", "middle", "least"), map(view.language.number, AFTER_DAYS), strict=False))
    how = view.how(
        (say("Measure"), say("Additional orders for each {hundred} customers assigned, against the control, with "
                             "interval",
                             hundred=hundred)),
        (say("Days after the window"), say("As many as are known of nearly all: {most}, {middle} or {least}", **days)),
        (say("Moved"), say("A dip after the window beyond chance (Benjamini and Hochberg over all arms); wholly "
                           "where the "
                           "interval of both together reaches zero")),
    )  # fmt: skip
    caption = say("What became of the gains after the window")
    return [TableWords(columns, tuple(_row(view, row) for row in rows(own)), caption, how, file="pull_forward.csv")]


def _row(view: View, row: Any) -> Row:
    return (
        (_label(view, row), None), (_cell(view, row.effect, row.low, row.high), float(row.effect)),
        (_cell(view, row.after, row.after_low, row.after_high), None if math.isnan(row.after) else float(row.after)),
        (_cell(view, row.total, row.total_low, row.total_high), None if math.isnan(row.total) else float(row.total)),
        (_verdict(view, row), None),
    )  # fmt: skip


def _cell(view: View, value: float, low: float, high: float) -> str:
    if math.isnan(value) or math.isnan(low):
        return view.language.number(None)
    numbers = {name: _per_hundred(view, one) for name, one in (("value", value), ("low", low), ("high", high))}
    return view.language.say("{value} ({low} to {high})", **numbers)


def _verdict(view: View, row: Any) -> Text:
    say = view.language.say
    return {
        ALL_MOVED: say("only moved from the days after"),
        PARTLY_MOVED: say("partly moved from the days after"),
        KEPT: say("kept: no dip, and at most half can have been moved"),
        NOT_OVER: say("not known yet"),
        NO_GAIN: say("no gain"),
    }.get(row.verdict) or say("no dip seen, but one could hide in the interval")


def remarks(view: View) -> list[Text]:
    """How the effects run over the window, and whether anything lay before the assignment."""
    if not has(view):
        return []
    say, course = view.language.say, _found(view).course
    course = course[course["sound"].astype(bool)]
    made = [_half_told(view, row) for row in rows(course[course["half_days"].notna()].head(MOST_LINES))]
    for word in ("fades", "grows"):
        own = rows(course[course["course"] == word].head(3))
        if own:
            names = Text(view.language.listing([view.name(row.campaign) for row in own]))
            made.append(
                say("Within the window the effect of {names} fades: the first half brings more than the second.",
                    names=names)
                if word == "fades"
                else say("Within the window the effect of {names} grows: the second half brings more than the first.",
                         names=names)
            )  # fmt: skip
    early = course[(course["before_low"] > 0) | (course["before_high"] < 0)]
    made.append(
        view.language.say_count(
            "In the {days} days before the assignment one of {arms} arms differed from its control beyond its "
            "interval; "
            "one in {twenty} does by chance.",
            "In the {days} days before the assignment {count} of {arms} arms differed from their control beyond the "
            "interval; one in {twenty} does by chance.",
            len(early), days=view.language.number(BEFORE_DAYS), arms=view.language.number(len(course)),
            twenty=view.language.number(20),
        )
    )  # fmt: skip
    return made


def _half_told(view: View, row: Any) -> Text:
    """When half of a gain had come."""
    number = view.language.number
    return view.language.say(
        "Half of the gain of {campaign} in the window had come after {days} days (interval {low} to {high}).",
        campaign=view.name(row.campaign), days=number(row.half_days, 1), low=number(row.half_low, 1),
        high=number(row.half_high, 1),
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """The gain that was only moved."""
    if not has(view):
        return []
    own = _gains(view)
    moved = rows(own[own["verdict"].isin((ALL_MOVED, PARTLY_MOVED))])
    return [_finding(view, moved[0])] if moved else []


def _finding(view: View, row: Any) -> Finding:
    say, language = view.language.say, view.language
    numbers = {
        "campaign": view.name(row.campaign), "arm": view.arm(row.arm), "against": view.compared_with(row.campaign),
        "window": view.window(row.campaign), "hundred": language.number(PER_HUNDRED),
        "days": language.say_count("{count} day", "{count} days", int(row.after_days)),
        "n": view.counted_customers(row.n), "base": view.counted_customers(row.n_control),
        "effect": language.number(abs(row.effect) * PER_HUNDRED, 1),
        "after": language.number(abs(row.after) * PER_HUNDRED, 1), "total": _per_hundred(view, row.total),
        "interval": view.change_between(ORDERS, row.low, row.high),
        "after_interval": view.change_between(ORDERS, row.after_low, row.after_high),
        "total_interval": view.change_between(ORDERS, row.total_low, row.total_high),
    }  # fmt: skip
    whole = row.verdict == ALL_MOVED
    head = (
        say("{campaign} moved orders forward and added none that is sure", **numbers)
        if whole
        else say("{campaign} moved part of its gain forward", **numbers)
    )
    return Finding(
        id="pull_forward", grade=Grade.A, head=head,
        statement=say(
            "Orders for each {hundred} customers: within {window} {campaign} raised them by **{effect}** "
            "({interval}); in "
            "the {days} after it lowered them by **{after}** ({after_interval}). Both together: {total} "
            "({total_interval}). {n} in the arm {arm}, {base}{against}.", **numbers,
        ),
        meaning=say("The orders came earlier, not on top: measured by its window alone, the campaign is credited "
                    "with sales "
                    "that were coming anyway.")
        if whole
        else say("Part of the orders came earlier, not on top: the window alone flatters the campaign."),
        action=say("Judge such offers by window and days after together, and repeat this one only where earlier "
                   "money is "
                   "worth its cost."),
        section=SECTION, value=float(row.total) * PER_HUNDRED, low=float(row.total_low) * PER_HUNDRED,
        high=float(row.total_high) * PER_HUNDRED, n=int(row.n + row.n_control), unit="per 100 customers",
    )  # fmt: skip
