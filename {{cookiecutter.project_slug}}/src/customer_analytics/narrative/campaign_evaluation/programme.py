"""The programme ledger in words: what all sound campaigns brought together, and what luck had to do with it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.earnings import UNKNOWN, found, made
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Cell, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

MOST = 6  # quarters in the table, the latest
FILE = "programme"


def has(view: View) -> bool:
    """Whether sound campaigns can be added up: two or more of them."""
    money = found(view)
    return money is not None and len(money.programme) > 0 and int(money.programme["campaigns"].sum()) > 1


def _last(view: View) -> Any:
    return rows(made(view).programme)[-1]


def _value(view: View, value: float) -> str:
    """A sum of the programme: money, or a count."""
    return view.language.money(value) if made(view).basis else view.language.number(value)


def _interval(view: View, low: float, high: float) -> Text:
    return view.language.say("interval {low} to {high}", low=_value(view, low), high=_value(view, high))


def what(view: View) -> Text:
    """What is added up, inside a sentence."""
    say = view.language.say
    return {"margin": say("margin"), "revenue": say("revenue")}.get(made(view).basis) or view.outcome(view.main)


def section(view: View) -> SectionWords:
    """Opening: the sum, and why it is not that of the campaigns that looked good."""
    say = view.language.say
    deck = say("Every sound campaign counts, also those that showed nothing: adding up only the ones that looked good "
               "would count their luck as earnings.")  # fmt: skip
    return SectionWords(say("What all campaigns brought together"), "programme", deck)


def tables(view: View) -> list[TableWords]:
    """The ledger by quarter."""
    return [_ledger(view)] if has(view) else []


def _ledger(view: View) -> TableWords:
    say = view.language.say
    table = made(view).programme
    lines = tuple(_row(view, row) for row in rows(table)[-MOST:])
    with_cost = bool(table["cost"].notna().any())
    columns = [
        (say("Quarter"), "text"), (say("Campaigns added"), "number"),
        (say("Brought in the quarter (interval)"), "text"),
        (say("Since the start (interval)"), "text"), (say("Since the start, noise taken out (interval)"), "text"),
    ]  # fmt: skip
    if with_cost:
        columns.append((say("Cost since the start"), "number"))
    return TableWords(
        tuple(columns), lines if with_cost else tuple(line[:-1] for line in lines),
        say("Ledger of the programme: {what} beyond the control groups, before cost", what=what(view)),
        view.how(
            (say("Which campaigns"),
             say("Drawn by lot against no contact, the lot held, the window over; in the quarter in which they "
                 "began.")),
            (say("Noise taken out"),
             say("As for one contact above; not told where fewer than three campaigns are sound.")),
        ),
        file=FILE,
    )  # fmt: skip


def _row(view: View, row: Any) -> Row:
    return (
        (row.quarter or view.language.say("no date"), row.quarter),
        (view.language.number(row.campaigns), row.campaigns),
        _cell(view, row, "measured"), _cell(view, row, "cumulative"), _cell(view, row, "cumulative_adjusted"),
        UNKNOWN if math.isnan(row.cumulative_cost) else (_value(view, row.cumulative_cost), row.cumulative_cost),
    )  # fmt: skip


def _cell(view: View, row: Any, name: str) -> Cell:
    value, low, high = (float(getattr(row, f"{name}{end}")) for end in ("", "_low", "_high"))
    if math.isnan(value):
        return UNKNOWN
    if math.isnan(low):
        return _value(view, value), value
    between = view.language.say("{low} to {high}", low=_value(view, low), high=_value(view, high))
    return view.language.say("{value} ({interval})", value=_value(view, value), interval=between), value


def remarks(view: View) -> list[Text]:
    """What is left out of the sum."""
    if not has(view) or not made(view).moved:
        return []
    return [
        view.language.say("Not counted: {names}, whose gain was only brought forward from the days after.",
                          names=view.names(made(view).moved))
    ]  # fmt: skip


def findings(view: View) -> list[Finding]:
    """Whether all campaigns together brought more than they cost."""
    if not has(view):
        return []
    say, last, money = view.language.say, _last(view), made(view)
    # Cost is money: a sum of orders or visits is only held against nothing.
    cost = 0.0 if math.isnan(last.cumulative_cost) or not money.basis else float(last.cumulative_cost)
    numbers = {
        "campaigns": view.counted_campaigns(int(money.programme["campaigns"].sum())), "what": what(view),
        "value": _value(view, last.cumulative), "interval": _interval(view, last.cumulative_low, last.cumulative_high),
        "cost": view.language.money(cost), "adjusted": _value(view, last.cumulative_adjusted),
        "rest": _interval(view, last.cumulative_adjusted_low, last.cumulative_adjusted_high),
    }  # fmt: skip
    statement = (
        say("{campaigns} drawn by lot brought **{value}** of {what} together ({interval}) beyond their control groups, "
            "for {cost} of cost.", **numbers)
        if money.basis and not math.isnan(last.cumulative_cost)
        else say("{campaigns} drawn by lot brought **{value}** together ({interval}) beyond their control groups, in "
                 "{what}.", **numbers)
    )  # fmt: skip
    meaning = (
        say("With the noise of each campaign taken out it comes to {adjusted} ({rest}).", **numbers)
        if not math.isnan(last.cumulative_adjusted)
        else say("All of them count here, also those that showed nothing.")
    )
    return [
        Finding(
            id="programme", grade=Grade.A, head=_head(view, last, cost), statement=statement, meaning=meaning,
            action=say("Keep a group held out of every campaign: without it this sum cannot be told again."),
            section="programme", value=float(last.cumulative), low=float(last.cumulative_low),
            high=float(last.cumulative_high), n=int(money.programme["contacted"].sum()),
            unit="money" if money.basis else view.main,
            notable=bool(money.basis) and not math.isnan(last.cumulative_low),
        )
    ]  # fmt: skip


def _head(view: View, last: Any, cost: float) -> Text:
    """Whether the sum lies beyond its cost, or what is no money beyond nothing."""
    say, sure, lost = view.language.say, last.cumulative_low > cost, last.cumulative_high < cost
    if made(view).basis:
        head = say("Together the campaigns paid") if sure else say("Whether the campaigns paid together is not certain")
        return say("Together the campaigns lost money") if lost else head
    if sure or lost:
        return say("Together the campaigns changed {what}", what=what(view))
    return say("Whether the campaigns changed {what} together is not certain", what=what(view))
