"""Channels in words: who was won, who stayed, what they brought and cost; the channel that keeps nobody is named."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.attribution.names import OTHER
from customer_analytics.analysis.channels.outputs import hidden
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.view import shortened
from customer_analytics.narrative.exhibits import BarRow, FigureWords, How, Row, SectionWords, TableWords
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.analysis.channels import Channels
    from customer_analytics.narrative.campaign_evaluation.view import View

MOST = 10
Record = dict[str, Any]


def found(view: View) -> Channels:
    """The channels; the caller has asked `has`."""
    assert view.result.channels is not None
    return view.result.channels


def has(view: View) -> bool:
    """Whether the customers of any channel are known."""
    return view.result.channels is not None and not view.result.channels.reason


def records(view: View) -> list[Record]:
    """Channels large enough to be shown, most customers first."""
    small = hidden(found(view), view.minimum_group)
    table = found(view).table
    kept = table[~table["channel"].isin(small)].head(MOST)
    return [{str(key): value for key, value in row.items()} for row in kept.to_dict("records")]


def label(view: View, channel: str) -> str:
    """A channel for a cell or a chart."""
    return str(view.language.say("other channels")) if channel == OTHER else shortened(channel)


def name(view: View, channel: str) -> Text:
    """A channel inside a sentence."""
    if channel == OTHER:
        return view.language.say("other channels")
    return view.language.say("“{name}”", name=shortened(channel))


def money_word(view: View) -> Text:
    """Margin, or revenue where no cost is known."""
    say = view.language.say
    return say("margin") if found(view).money == "margin" else say("revenue")


def days_told(view: View) -> Text:
    """The days of which one must be active: from day 30 to day 59."""
    number, one = view.language.number, found(view)
    return view.language.say("day {first} to day {last}", first=number(one.stay_from), last=number(one.stay_until - 1))


def span(view: View) -> Text:
    """The days in which a customer's money counts."""
    return view.language.say_count("{count} day", "{count} days", found(view).worth_days)


def section(view: View) -> SectionWords:
    """Opening: how many customers, whence their channel is known; or why nothing can be said."""
    say, title = view.language.say, view.language.say("What each channel brings, and who stays")
    if not has(view):
        return SectionWords(title, "channels", _why_not(view), inside=True)
    one = found(view)
    numbers = {
        "customers": view.counted_customers(int(one.table["customers"].sum())), "period": _period(view),
        "channels": view.language.number(len(one.table)),
    }  # fmt: skip
    deck = (
        say("{customers} were won through {channels} channels, {period}. Volume is one thing; whether they stay is "
            "another.", **numbers)
        if one.source == "customers"
        else say("{customers} came first through one of {channels} channels, {period}: the channel of the first visit "
                 "that is seen stands for the one that won them.", **numbers)
    )  # fmt: skip
    return SectionWords(title, "channels", deck)


def _why_not(view: View) -> Text:
    say, reason = view.language.say, "" if view.result.channels is None else view.result.channels.reason
    return {
        "no_days": say("Not estimable: no customer was won within the days of the data."),
        "few_customers": say("Not estimable: fewer than {least} customers with a channel were won within the days of "
                             "the data.", least=view.language.number(view.minimum_base)),
    }.get(reason) or say("Not estimable: the data do not say which channel won a customer.")  # fmt: skip


def _period(view: View) -> str:
    return view.language.period(as_date(found(view).first), as_date(found(view).last))


def source(view: View) -> Text:
    """The source line of a figure."""
    base = view.counted_customers(int(found(view).table["customers"].sum()))
    return view.language.say("Source: {base}, {period}.", base=base, period=_period(view))


def how(view: View, *own: tuple[Text, Text]) -> How:
    """The box beside a table: own lines, then the data."""
    base = view.counted_customers(int(found(view).table["customers"].sum()))
    told = view.language.say(
        "{base}, {period}, calendar days in {zone}", base=base, period=_period(view), zone=view.time_zone
    )
    return (*own, (view.language.say("Data"), told))


def has_figure(view: View) -> bool:
    """Whether at least two channels have a rate."""
    return has(view) and sum(not math.isnan(row["rate"]) for row in records(view)) > 1


def bars(view: View) -> list[BarRow]:
    """Arguments of charts.Bar: the share still there by channel, the highest first."""
    known = [row for row in records(view) if not math.isnan(row["rate"])]
    ranked = sorted(known, key=lambda row: (-row["rate"], row["channel"]))
    return [
        (
            label(view, row["channel"]), row["rate"], view.language.percent(row["rate"]),
            "alert" if row["channel"] == found(view).leaving else "faint", row["low"], row["high"],
        )
        for row in ranked
    ]  # fmt: skip


def figure(view: View) -> FigureWords:
    """Who stays, by channel."""
    say, language, one = view.language.say, view.language, found(view)
    listed = bars(view)
    numbers = {
        "days": days_told(view), "best": listed[0][0], "worst": listed[-1][0], "high": listed[0][2],
        "low": listed[-1][2], "all": language.percent(one.overall),
        "channel": Text("") if one.leaving is None else name(view, one.leaving),
    }  # fmt: skip
    title = (
        say("Customers of {channel} stay least", **numbers)
        if one.leaving is not None
        else say("No channel's customers stay clearly less than the others'")
    )
    return FigureWords(
        title,
        say("Share of the customers won who are active from {days} after; lines: interval", **numbers),
        say("From {high} of the customers of {best} down to {low} of those of {worst} are active from {days} after "
            "they were won; of all {all}.", **numbers),
        source(view),
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """What each channel brought and cost."""
    if not has(view):
        return []
    say, one = view.language.say, found(view)
    columns = [
        (say("Channel"), "name"), (say("Customers won"), "number"), (say("Still there"), "number"),
        (say("Points against the other channels"), "number"),
    ]  # fmt: skip
    if one.money != "none":
        columns.append((say("{money} within {days}", money=_capital(money_word(view)), days=span(view)), "number"))
    return [
        TableWords(
            tuple(columns), tuple(_row(view, row) for row in records(view)),
            say("Channels: customers won, how many stay, what they bring"), _how(view), file="channels.csv",
        )
    ]  # fmt: skip


def _capital(text: Text) -> Text:
    return Text(text[:1].upper() + text[1:])


def _row(view: View, row: Record) -> Row:
    say, language, one = view.language.say, view.language, found(view)
    interval = Interval(row["low"], row["high"])
    rate = (
        say("{value} ({between})", value=language.percent(row["rate"]), between=view.between(interval))
        if not math.isnan(row["rate"])
        else view.not_estimable(int(row["mature"]))
    )
    apart = language.number(None)
    if not math.isnan(row["difference"]):
        apart = say(
            "{value} ({low} to {high})", value=language.signed(100 * row["difference"], 1),
            low=language.signed(100 * row["difference_low"], 1), high=language.signed(100 * row["difference_high"], 1),
        )  # fmt: skip
    cells: list[tuple[str, Any]] = [
        (label(view, row["channel"]), None), (language.number(row["customers"]), row["customers"]),
        (rate, _sorted(row["rate"])), (apart, _sorted(row["difference"])),
    ]  # fmt: skip
    if one.money != "none":
        cells.append((_worth(view, row), _sorted(row["worth"])))
    return tuple(cells)


def _worth(view: View, row: Record) -> Text:
    if math.isnan(row["worth"]):
        return view.not_estimable(int(row["observed"]))
    between = view.money_range(row["worth_low"], row["worth_high"])
    return view.language.say("{value} ({between})", value=view.language.money(row["worth"]), between=between)


def _sorted(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _how(view: View) -> How:
    say, one = view.language.say, found(view)
    lines = [
        (
            say("Customers won"),
            say("By the day of signing up, else of the first purchase; only those won within the days of the data"),
        ),
        (
            say("Still there"),
            say("Share with a visit or an order from {days} after being won, of those won long enough ago; Wilson's "
                "interval", days=days_told(view)),
        ),
        (
            say("Points against the other channels"),
            say("Within months of winning, so that growth and season do not count (Mantel-Haenszel)"),
        ),
    ]  # fmt: skip
    if one.money != "none":
        lines.append(
            (
                say("{money} within {days}", money=_capital(money_word(view)), days=span(view)),
                say(
                    "A head, of everybody won at least so long ago, buyers or not; returns are netted; normal interval"
                ),
            )
        )
    return how(view, *lines)
