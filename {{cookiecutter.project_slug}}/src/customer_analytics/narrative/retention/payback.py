"""When the customers of a channel have brought what they cost, quarter by quarter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.outlook.payback import Payback
from customer_analytics.analysis.outlook.point import MONTH
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Cell, Row, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.retention.view import View

QUARTERS, CHANNELS = 3, 8  # shown on the page
JUDGED = 6  # steps of thirty days after which a quarter that has not paid back is worth a word
Record = dict[str, Any]


def money_name(view: View) -> Text:
    """Margin where costs are known, else net revenue."""
    assert view.outlook is not None
    return view.language.say("margin") if view.outlook.is_margin else view.language.say("net revenue")


def payback_table(view: View, found: Payback) -> TableWords:
    """After how many days the mean new customer had brought the cost, by channel and the last quarters."""
    say, language = view.language.say, view.language
    records = shown_records(view, found)
    quarters = sorted({row["quarter"] for row in records})[-QUARTERS:]
    channels = _largest(records)
    by_cell = {(row["channel"], row["quarter"]): row for row in records}
    rows: list[Row] = []
    for channel in channels:
        cells = [_payback_cell(view, by_cell.get((channel, quarter))) for quarter in quarters]
        rows.append(((channel, None), *cells))
    return TableWords(
        (
            (say("Channel"), "name"),
            *((say("Won from {month}", month=language.month(quarter)), "number") for quarter in quarters),
        ),
        tuple(rows),
        say("When new customers have brought what they cost"),
        (
            (say("Unit"), say("New customers with a purchase, by the quarter of sign-up (else first purchase)")),
            (say("Cost"), say("Spend on the channel in the quarter over its new customers")),
            (
                say("Paid back after"),
                say(
                    "First step of {days} days by which the mean customer had brought the cost in {money}, among those "
                    "followed for it. In brackets: brought in the first {days} days, in multiples of the cost; where "
                    "it is not yet paid back, brought so far",
                    days=language.number(MONTH), money=money_name(view),
                ),
            ),
        ),
        file="payback.csv",
    )  # fmt: skip


def shown_records(view: View, found: Payback) -> list[Record]:
    """Rows large enough to be shown."""
    records: list[Record] = []
    for _, own in found.table.groupby("channel"):
        hidden = small_groups(own["customers"].to_numpy(), view.minimum_group)
        records += [{str(key): value for key, value in row.items()} for row in own[~hidden].to_dict("records")]
    return records


def _largest(records: list[Record]) -> list[str]:
    """Channels with the most spend, at most CHANNELS."""
    spent: dict[str, float] = {}
    for row in records:
        spent[str(row["channel"])] = spent.get(str(row["channel"]), 0.0) + float(row["spend"])
    return sorted(spent, key=lambda name: (-spent[name], name))[:CHANNELS]


def _payback_cell(view: View, row: Record | None) -> Cell:
    say, language = view.language.say, view.language
    if row is None:
        return language.number(None), None
    if not math.isnan(row["payback"]):
        days = MONTH * float(row["payback"])
        shown = say(
            "within {days} days ({times} times)",
            days=language.number(days),
            times=language.number(row["first"] / row["cost"], 1),
        )
        return shown, days
    if math.isnan(row["worth"]):
        return say("too early"), None
    return say("not yet ({share} of it)", share=language.percent(row["worth"] / row["cost"])), math.inf


def payback_finding(view: View, found: Payback) -> Finding | None:
    """The channel that has lost most over the judged quarters of the last year, by quarters whose interval says so."""
    say, language = view.language.say, view.language
    table = pd.DataFrame(shown_records(view, found))
    if not len(table):
        return None
    judged = table[(table["steps"] >= JUDGED) & (table["paid"] == False) & table["payback"].isna()]  # noqa: E712
    if not len(judged):
        return None
    judged = judged.assign(missing=(judged["cost"] - judged["worth"]) * judged["customers"])
    worst = str(judged.groupby("channel")["missing"].sum().idxmax())
    own = judged[judged["channel"] == worst]
    row = own.sort_values("quarter").iloc[-1]
    return Finding(
        id="payback",
        grade=Grade.C,
        head=say("Customers of {channel} have not brought what they cost", channel=worst),
        statement=say(
            "A new customer of **{channel}**, won from {month}, cost {cost} and brought {worth} of {money} in {days} "
            "days (interval {low} to {high}, {n} customers); {quarters} of its quarters stand like that.",
            channel=worst, month=language.month(row["quarter"]), cost=language.money(row["cost"]),
            worth=language.money(row["worth"]), money=money_name(view),
            days=language.number(MONTH * int(row["steps"])), low=language.money(row["low"]),
            high=language.money(row["high"]), n=language.number(row["customers"]), quarters=language.number(len(own)),
        ),
        meaning=say("Spend on it is not earned back in the time seen; later purchases may still do so."),
        action=say("Lower what is paid for a new customer of the channel, or stop it until its customers stay."),
        section="value",
        value=float(row["worth"]),
        low=float(row["low"]),
        high=float(row["high"]),
        n=int(row["customers"]),
        unit="money",
        notable=True,
    )  # fmt: skip
