"""Section five: where the change in revenue came from, customer by customer."""

from __future__ import annotations

from typing import Any

from customer_analytics.analysis.rfm.bridge import SMALL, WITHOUT_CUSTOMER, Bridge
from customer_analytics.analysis.rfm.customers import Window
from customer_analytics.language import Language, Text
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.rfm.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.rfm.view import View
from customer_analytics.statistics import Interval

FallRow = tuple[str, float, str, bool, str]  # name, value, in words, whether a total, role
GAINS = ("new", "returned", "upgraded")
YEAR = (350, 380)  # days between which two periods are the same season


def part_name(language: Language, part: str) -> Text:
    """Name of a part of the bridge."""
    say = language.say
    return {
        "new": say("New customers"),
        "returned": say("Returned customers"),
        "upgraded": say("Bought more"),
        "downgraded": say("Bought less"),
        "lost": say("Stopped"),
        "returns_only": say("Returns only"),
        WITHOUT_CUSTOMER: say("Without a customer"),
        SMALL: say("Few customers, together"),
    }[part]


def bridge_section(view: View) -> SectionWords:
    """Opening of the section on change; with the reason where two equal periods do not fit."""
    say, language, bridge = view.language.say, view.language, view.result.movement.bridge
    title = say("What changed")
    days = language.number(view.result.parameters.compare_days)
    if bridge is None:
        deck = (
            say("No comparison was asked for.")
            if view.result.parameters.compare_days == 0
            else say("Not estimable: the data do not hold two periods of {days} days each.", days=days)
        )
        return SectionWords(title, "change", deck)
    return SectionWords(
        title, "change",
        say("Net revenue of the last {days} days against the {days} days before, customer by customer.", days=days),
    )  # fmt: skip


def _parts(bridge: Bridge, minimum: int) -> tuple[dict[str, Any], ...]:
    return tuple({str(key): value for key, value in row.items()} for row in bridge.shown(minimum).to_dict("records"))


def bridge_falls(view: View) -> list[FallRow]:
    """Rows of the waterfall."""
    bridge, language = _bridge(view), view.language
    rows: list[FallRow] = [(_period(language, bridge.previous), *_total(language, bridge.revenue_previous))]
    for part in _parts(bridge, view.minimum_group):
        change = part["change"]
        named = part["part"] in (WITHOUT_CUSTOMER, SMALL, "returns_only")
        role = "faint" if named else "s1" if change >= 0 else "alert"
        rows.append((str(part_name(language, part["part"])), change, _signed(language, change), False, role))
    rows.append((_period(language, bridge.now), *_total(language, bridge.revenue_now)))
    return rows


def _total(language: Language, revenue: float) -> tuple[float, str, bool, str]:
    return revenue, language.money(revenue), True, "mute"


def _bridge(view: View) -> Bridge:
    assert view.result.movement.bridge is not None
    return view.result.movement.bridge


def _period(language: Language, window: Window) -> str:
    return str(language.say("To {date}", date=language.date(window.last_day)))


def _signed(language: Language, money: float) -> str:
    """Money with its sign."""
    shown = language.money(money)
    return f"+{shown}" if money > 0 and shown.strip("−0.,") else shown


def _money_interval(language: Language, interval: Interval) -> tuple[str, str]:
    return _signed(language, interval.low), _signed(language, interval.high)


def bridge_figure(view: View) -> FigureWords:
    """Words of the waterfall."""
    say, language, bridge = view.language.say, view.language, _bridge(view)
    parts = _parts(bridge, view.minimum_group)
    rows = language.joined(
        [
            say("{segment} {money}", segment=part_name(language, part["part"]), money=_signed(language, part["change"]))
            for part in parts
        ]
    )
    return FigureWords(
        _head(view, bridge),
        say(
            "Net revenue of both periods and the parts between them. Red: parts that take revenue away"
        ),
        say(
            "Waterfall from {previous} to {now}. {rows}.",
            previous=language.money(bridge.revenue_previous), now=language.money(bridge.revenue_now), rows=rows,
        ),
        say(
            "Source: orders; {before} and {now}, {days} days each. The parts add up to the cent.",
            before=language.period(bridge.previous.first_day, bridge.previous.last_day),
            now=language.period(bridge.now.first_day, bridge.now.last_day), days=language.number(bridge.now.days),
        ),
    )  # fmt: skip


def bridge_table(view: View) -> TableWords:
    """The parts with customers, money in both periods, and the change with its interval."""
    say, language, bridge = view.language.say, view.language, _bridge(view)
    money, number = language.money, language.number
    rows: list[Row] = []
    for part in _parts(bridge, view.minimum_group):
        interval = Interval(part["low"], part["high"])
        low, high = _money_interval(language, interval)
        known = interval.low == interval.low  # not NaN
        counted = part["part"] != WITHOUT_CUSTOMER
        rows.append(
            (
                (part_name(language, part["part"]), None),
                (number(part["customers"]) if counted else number(None), part["customers"] if counted else None),
                (money(part["revenue_previous"]), part["revenue_previous"]),
                (money(part["revenue_now"]), part["revenue_now"]),
                (_signed(language, part["change"]), part["change"]),
                (
                    say("{low} to {high}", low=low, high=high) if known else Text(number(None)),
                    interval.low if known else None,
                ),
            )
        )
    low, high = _money_interval(language, bridge.interval)
    everyone = int(bridge.table["customers"].sum())
    foot: Row = (
        (say("Total"), None), (number(everyone), everyone),
        (money(bridge.revenue_previous), None), (money(bridge.revenue_now), None),
        (_signed(language, bridge.change), None), (say("{low} to {high}", low=low, high=high), None),
    )  # fmt: skip
    return TableWords(
        (
            (say("Part"), "name"),
            (say("Customers"), "number"),
            (say("Before"), "number"),
            (say("Now"), "number"),
            (say("Change"), "number"),
            (say("Interval"), "number"),
        ),
        tuple(rows),
        say("Where the change in revenue came from"),
        view.how(
            (say("Unit"), say("One customer; each is in exactly one part, and the parts add up to the cent")),
            *_meanings(view),
            (
                say("Interval"),
                say(
                    "Bootstrap over customers with {resamples} resamples (normal from {large} customers on); "
                    "confidence {level}", resamples=number(1000), large=number(5000), level=language.percent(0.95),
                ),
            ),
            window=say(
                "{first} to {last}", first=language.date(bridge.previous.first_day),
                last=language.date(bridge.now.last_day),
            ),
        ),
        foot,
        file="value_bridge.csv",
    )  # fmt: skip


def _meanings(view: View) -> list[tuple[Text, Text]]:
    """What the parts of the bridge are."""
    say = view.language.say
    meaning = {
        "new": say("First purchase in the data in this period"),
        "returned": say("Bought before, not in the previous period, and now again"),
        "upgraded": say("Bought in both periods, now for more"),
        "downgraded": say("Bought in both periods, now for less or the same"),
        "lost": say("Bought in the previous period, not in this one"),
        "returns_only": say("Returns of earlier purchases, no purchase in either period"),
        WITHOUT_CUSTOMER: say("Orders that name no customer"),
        SMALL: say("Parts under {minimum} customers", minimum=view.language.number(view.minimum_group)),
    }
    shown = [part["part"] for part in _parts(_bridge(view), view.minimum_group)]
    return [(part_name(view.language, part), meaning[part]) for part in shown]


def _head(view: View, bridge: Bridge) -> Text:
    say = view.language.say
    if bridge.interval.low > 0:
        return say("Revenue rose, the largest part from {part}", part=_largest(view, bridge, 1))
    if bridge.interval.high < 0:
        return say("Revenue fell, the largest part from {part}", part=_largest(view, bridge, -1))
    return say("Revenue has not changed by more than chance explains")


def _balances(view: View, bridge: Bridge) -> dict[str, float]:
    """Changes that belong together: gains and losses of the same kind of customer. A part with a hidden one is out."""
    parts = {part["part"]: part["change"] for part in _parts(bridge, view.minimum_group)}
    groups = {"new": ("new",), "both": ("upgraded", "downgraded"), "flow": ("returned", "lost")}
    empty = dict.fromkeys(bridge.table["part"][bridge.table["customers"] == 0], 0.0)
    parts = empty | parts
    return {
        name: sum(parts[part] for part in inside) for name, inside in groups.items() if all(p in parts for p in inside)
    }


def _largest(view: View, bridge: Bridge, sign: int) -> Text:
    """The kind of customer with the largest change in that direction, as it stands inside a sentence."""
    say = view.language.say
    inside = {
        "new": say("new customers"),
        "both": say("customers who bought in both periods"),
        "flow": say("customers who came back, less those who stopped")
        if sign > 0
        else say("customers who stopped, less those who came back"),
    }
    known = {name: sign * change for name, change in _balances(view, bridge).items()}
    return inside[max(known, key=lambda name: known[name])] if known else say("no single group")


def _net(view: View, bridge: Bridge) -> Text | None:
    """Gains and losses of the same kind of customer against each other; None where a small part is hidden."""
    net, language = _balances(view, bridge), view.language
    if len(net) < 3:
        return None
    return language.say(
        "Customers of both periods together are at {both}; those who came back, less those who stopped, at {flow}; new "
        "ones brought {new}.", **{name: _signed(language, change) for name, change in net.items()},
    )  # fmt: skip


def bridge_finding(view: View) -> Finding | None:
    """The change in revenue and its parts; notable where it is beyond chance. None without two periods."""
    say, language, bridge = view.language.say, view.language, view.result.movement.bridge
    if bridge is None:
        return None
    parts = {part["part"]: part for part in _parts(bridge, view.minimum_group)}
    if not parts.keys() & {"new", "returned", "upgraded", "downgraded", "lost"}:
        return None
    low, high = _money_interval(language, bridge.interval)
    is_clear = bridge.interval.low > 0 or bridge.interval.high < 0
    return Finding(
        id="bridge", grade=Grade.D, head=_head(view, bridge),
        statement=say(
            "Net revenue was {now} in the {days} days to {date} and {previous} in the {days} days before: **{change}** "
            "(interval {low} to {high}).",
            now=language.money(bridge.revenue_now), previous=language.money(bridge.revenue_previous),
            days=language.number(bridge.now.days), date=language.date(bridge.now.last_day),
            change=_signed(language, bridge.change), low=low, high=high,
        ),
        meaning=_meaning(view, bridge),
        action=say("Compare what was done in both periods for each part before crediting or blaming a campaign.")
        if is_clear
        else say("Nothing to do; compare again at the next run."),
        section="change", value=bridge.change, low=bridge.interval.low, high=bridge.interval.high,
        n=int(sum(part["customers"] for part in parts.values())), unit="money", notable=is_clear,
    )  # fmt: skip


def _meaning(view: View, bridge: Bridge) -> Text:
    say, net = view.language.say, _net(view, bridge)
    season = (
        say("Both periods are the same season, a year apart.")
        if YEAR[0] <= bridge.now.days <= YEAR[1]
        else say("The two periods are different seasons, so part of the change may be the season itself.")
    )
    return season if net is None else say("{net} {season}", net=net, season=season)
