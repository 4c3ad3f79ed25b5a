"""How groups of visits or people are called in the part about dropping off, and how their numbers are written."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.analysis.dropoff.result import DropoffResult
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Cell, How
from customer_analytics.narrative.funnel.view import View
from customer_analytics.statistics import Interval

Record = dict[str, Any]


def found(view: View) -> DropoffResult:
    """The result about dropping off; there is one wherever these words are asked for."""
    assert view.dropoff is not None
    return view.dropoff


def records(table: Any) -> list[Record]:
    """The rows of a frame."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def counted(view: View, count: int) -> Text:
    """A count with its unit: visits where visits were looked at, else what goes through the funnel."""
    if found(view).is_visits:
        return view.language.say_count("{count} visit", "{count} visits", count)
    return view.counted(count)


def property_name(view: View, name: str) -> Text:
    """A property as the report calls it: the usual columns by our words, others by the client's own."""
    say = view.language.say
    known = {
        "device": say("Device"),
        "channel": say("Channel"),
        "page": say("Page"),
        "element": say("Element"),
        "acquisition_channel": say("Acquisition channel"),
        "acquisition_campaign": say("Acquisition campaign"),
        "region": say("Region"),
        "gender": say("Gender"),
        "income_band": say("Income band"),
        "payment_method": say("Payment method"),
        "store": say("Store"),
        "city": say("City"),
    }
    return known.get(name.rpartition(".")[2], Text(name))


def property_of(view: View, column: str) -> Text:
    """The name of a property by its column in the search."""
    return property_name(view, found(view).name_of(column))


def group(view: View, row: Record) -> Text:
    """A value with its property: Android app (device)."""
    name = property_of(view, str(row["property"]))
    return view.language.say("{value} ({property})", value=row["value"], property=inside(view, name))


def inside(view: View, name: Text) -> str:
    """A name inside a sentence."""
    return str(name) if view.language.is_chinese else str(name)[:1].lower() + str(name)[1:]


def passage(view: View, step: int) -> Text:
    """From one step to the next."""
    return view.language.say("{before} → {after}", before=view.step(step - 1), after=view.step(step))


def before(view: View, row: Record) -> str:
    """A group with the step before which it loses, short enough for a chart."""
    return str(view.language.say("{group}, before “{step}”", group=row["value"], step=view.step(int(row["step"]))))


def period(view: View) -> Text:
    """First to last day of entry of what was looked at."""
    result, language = found(view), view.language
    if result.first_day is None or result.last_day is None:
        return view.period
    return language.say("{first} to {last}", first=language.date(result.first_day), last=language.date(result.last_day))


def share_cell(view: View, share: float, base: int, interval: Interval | None = None) -> Cell:
    """A rate with its interval; the base instead where it is too small."""
    if math.isnan(share) or base < view.minimum_base:
        return (view.not_estimable(base), None)
    shown = view.language.percent(share, 1)
    if interval is None:
        return (shown, share)
    return (view.language.say("{share} ({bounds})", share=shown, bounds=view.between(interval, 1)), share)


def points_cell(view: View, change: float, low: float, high: float) -> Cell:
    """A difference of two rates in points with its interval."""
    if math.isnan(change):
        return (view.language.number(None), None)
    signed = view.language.signed
    shown = view.language.say(
        "{value} ({low} to {high})",
        value=signed(100 * change, 1), low=signed(100 * low, 1), high=signed(100 * high, 1),
    )  # fmt: skip
    return (shown, change)


def ratio_cell(view: View, value: float, low: float, high: float) -> Cell:
    """An odds ratio with its interval."""
    if math.isnan(value):
        return (view.language.number(None), None)
    number = view.language.number
    shown = view.language.say(
        "{value} ({low} to {high})", value=number(value, 2), low=number(low, 2), high=number(high, 2)
    )
    return (shown, value)


def q_cell(view: View, q: float) -> Cell:
    """A corrected p; what is tiny is said to be below a thousandth."""
    if math.isnan(q):
        return (view.language.number(None), None)
    least = 0.001
    return (f"<{view.language.number(least, 3)}" if q < least else view.language.number(q, 3), q)


def how(view: View, *own: tuple[Text, Text]) -> How:
    """The "How it was computed" box of tables about dropping off."""
    say, result = view.language.say, found(view)
    if not result.is_visits:
        return view.how_of_steps(*own)
    return view.how(
        *own,
        (
            say("Unit"),
            say(
                "A visit (session), from its first entry: a device, a page or an error belongs to a visit, and a "
                "person may come by several. The steps of the funnel above count people"
            ),
        ),
        (say("Base"), say("{count}, each with its time behind it", count=counted(view, int(result.totals["n_1"])))),
        window=period(view),
    )
