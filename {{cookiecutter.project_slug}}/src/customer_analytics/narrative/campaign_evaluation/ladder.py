"""The offer ladder in words: whether a deeper discount brings more, and which depth leaves most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.earnings import UNKNOWN, amount, found, made
from customer_analytics.narrative.campaign_evaluation.view import PER_HUNDRED, rows
from customer_analytics.narrative.exhibits import Cell, FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.analysis.money.ladder import Slope
    from customer_analytics.narrative.campaign_evaluation.view import View

EffectRow = tuple[str, float | None, float | None, float | None, str, str]  # name, effect, low, high, in words, role
MOST = 8
STEP = 0.1  # of the price, for which the sensitivity is stated
SURE = 0.8  # share of the resamples in which a depth has to leave most, to be called the best


def has(view: View) -> bool:
    """Whether some sound campaign drew several depths by lot."""
    money = found(view)
    return money is not None and money.ladder.is_randomised and bool(_rungs(view))


def _slope(view: View) -> Slope:
    """The latest ladder."""
    return made(view).ladder.slopes[-1]


def _rungs(view: View) -> list[Any]:
    """The depths of the latest ladder, the shallowest first."""
    ladder = made(view).ladder
    own = [row for row in rows(ladder.rungs) if row.campaign == ladder.slopes[-1].campaign]
    return [row for row in own if row.n >= view.minimum_group][:MOST]


def section(view: View) -> SectionWords:
    """Opening."""
    say = view.language.say
    deck = say("A deeper discount has to bring orders that pay for what it gives away on every order, also on those "
               "that would have come anyway.")  # fmt: skip
    return SectionWords(say("How deep the discount should be"), "ladder", deck)


def depth(view: View, value: float) -> str:
    """A depth: 10%."""
    return view.language.percent(value) if value else view.language.number(0.0) + "%"


def _per_hundred(view: View, value: float) -> str:
    return view.language.signed(value, 1)


def dots(view: View) -> list[EffectRow]:
    """Arguments of charts.Effect: extra orders per 100 contacted; the depth that leaves most stands out."""
    best = made(view).ladder.best.get(_slope(view).campaign, ("", math.nan))[0]
    return [
        (
            str(view.language.say("{depth} off", depth=depth(view, row.depth))), float(row.orders_per_100),
            _end(row.orders_per_100_low), _end(row.orders_per_100_high), _per_hundred(view, row.orders_per_100),
            "s1" if row.arm == best else "mute",
        )
        for row in _rungs(view)
    ]  # fmt: skip


def _end(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def figure(view: View) -> FigureWords:
    """Words of the bars."""
    say = view.language.say
    told = [
        say("{name} {value} ({interval})", name=name, value=shown_value,
            interval=_interval(view, low if low is not None else math.nan, high if high is not None else math.nan))
        for name, _, low, high, shown_value, _ in dots(view)
    ]  # fmt: skip
    return FigureWords(
        _head(view),
        say("Extra orders per {hundred} contacted by depth of the discount, {campaign}; line: interval",
            hundred=view.language.number(PER_HUNDRED), campaign=view.name(_slope(view).campaign)),
        say("Extra orders per {hundred} contacted: {listed}.", hundred=view.language.number(PER_HUNDRED),
            listed=Text(view.language.joined(told))),
        view.source,
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """The depths of the latest ladder, with what they left."""
    if not has(view):
        return []
    say, basis = view.language.say, made(view).basis
    columns = [
        (say("Discount"), "text"), (say("Contacted with it"), "number"),
        (say("Extra orders per {hundred} (interval)", hundred=view.language.number(PER_HUNDRED)), "number"),
    ]  # fmt: skip
    if basis:
        columns += [
            (say("Margin a contact, after cost (interval)") if basis == "margin"
             else say("Revenue a contact, after cost (interval)"), "number"),
            (say("Leaves most in"), "number"),
        ]  # fmt: skip
    lines = tuple(_row(view, row, basis) for row in _rungs(view))
    return [
        TableWords(
            tuple(columns), lines, say("The offer ladder of {campaign}", campaign=view.name(_slope(view).campaign)),
            view.how(
                (say("Depth"), say("As the arm or the offer is called; else what was taken off the arm’s orders.")),
                (say("Leaves most in"),
                 say("Share of the resamples in which this depth leaves more money a contact than the others and than "
                     "no contact.")),
                (say("Price sensitivity"), _sensitivity(view)),
            ),
            file="offer_ladder",
        )
    ]  # fmt: skip


def _row(view: View, row: Any, basis: str) -> Row:
    low, high = float(row.orders_per_100_low), float(row.orders_per_100_high)
    orders: Cell = (_per_hundred(view, row.orders_per_100), float(row.orders_per_100))
    if not math.isnan(low):
        between = view.language.say("{low} to {high}", low=_per_hundred(view, low), high=_per_hundred(view, high))
        orders = (view.language.say("{value} ({interval})", value=orders[0], interval=between), orders[1])
    cells: list[Cell] = [(depth(view, row.depth), row.depth), (view.language.number(row.n), row.n), orders]
    if basis:
        cells += [
            amount(view, row, "net_per_contact"),
            UNKNOWN if math.isnan(row.chance_best) else (view.language.percent(row.chance_best), row.chance_best),
        ]
    return tuple(cells)


def _sensitivity(view: View) -> Text:
    say, slope = view.language.say, _slope(view)
    told = say(
        "{points} points more of discount: {orders} per {hundred} contacted ({interval}).",
        points=view.language.number(PER_HUNDRED * STEP), orders=_per_hundred(view, slope.orders_per_100),
        hundred=view.language.number(PER_HUNDRED), interval=_interval(view, *slope.interval),
    )  # fmt: skip
    if math.isnan(slope.elasticity):
        return told
    number = view.language.number
    elastic = say(
        "Price elasticity of orders between the shallowest and the deepest offer: {value} ({interval}).",
        value=number(slope.elasticity, 1),
        interval=say("interval {low} to {high}", low=number(slope.elasticity_interval.low, 1),
                     high=number(slope.elasticity_interval.high, 1)),
    )  # fmt: skip
    return view.together([told, elastic])


def _interval(view: View, low: float, high: float) -> Text:
    return view.language.say("interval {low} to {high}", low=_per_hundred(view, low), high=_per_hundred(view, high))


def _head(view: View) -> Text:
    say, slope = view.language.say, _slope(view)
    if slope.interval.low > 0:
        return say("A deeper discount brought more orders")
    if slope.interval.high < 0:
        return say("A deeper discount brought fewer orders")
    return say("That a deeper discount brings more orders is not seen")


def findings(view: View) -> list[Finding]:
    """Whether a deeper discount brought more, and which depth left most."""
    if not has(view):
        return []
    say, slope = view.language.say, _slope(view)
    numbers = {
        "campaign": view.name(slope.campaign), "points": view.language.number(PER_HUNDRED * STEP),
        "orders": _per_hundred(view, slope.orders_per_100), "hundred": view.language.number(PER_HUNDRED),
        "interval": _interval(view, *slope.interval), "n": view.counted_customers(sum(row.n for row in _rungs(view))),
        "depths": view.language.number(slope.depths),
    }  # fmt: skip
    return [
        Finding(
            id="ladder", grade=Grade.A, head=_head(view),
            statement=say("In {campaign}, with {depths} depths drawn by lot among {n}, {points} points more of "
                          "discount changed orders by **{orders}** per {hundred} contacted ({interval}).", **numbers),
            meaning=_best(view), action=_act(view), section="ladder", value=slope.orders_per_100,
            low=slope.interval.low, high=slope.interval.high, n=sum(int(row.n) for row in _rungs(view)),
            unit="orders per 100", notable=not slope.interval.low <= 0 <= slope.interval.high,
        )
    ]  # fmt: skip


def _chosen(view: View) -> tuple[Any | None, float]:
    """The rung that leaves most (None: no contact) with its chance; NaN where no money is known."""
    arm, chance = made(view).ladder.best.get(_slope(view).campaign, ("", math.nan))
    return next((row for row in _rungs(view) if row.arm == arm), None), chance


def _best(view: View) -> Text:
    say, (row, chance) = view.language.say, _chosen(view)
    if math.isnan(chance):
        return say("What a discount costs is not known here: without money no depth can be called the best.")
    share = view.language.percent(chance)
    if row is None:
        return say("No contact at all leaves most money in {share} of the resamples.", share=share)
    return say("{depth} off leaves most money, in {share} of the resamples.", depth=depth(view, row.depth), share=share)


def _act(view: View) -> Text:
    say, (row, chance) = view.language.say, _chosen(view)
    if row is not None and chance >= SURE:
        return say("Offer {depth} off, and no more: the next test need not go deeper.", depth=depth(view, row.depth))
    shallow = _rungs(view)[0]
    return say("Offer the shallowest discount, {depth}, until a larger test shows that more pays.",
               depth=depth(view, shallow.depth))  # fmt: skip
