"""Customer value, third part: what a new customer of a channel brings, and what one may cost."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.analysis.value import ValueResult
from customer_analytics.analysis.value.acquisition import PERIOD, Acquisition
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.language import Text
from customer_analytics.narrative.rfm.exhibits import Row, TableWords
from customer_analytics.narrative.rfm.value_ahead import money_name
from customer_analytics.narrative.rfm.view import View

Record = dict[str, Any]


def channel_records(view: View, gained: Acquisition) -> list[Record]:
    """Channels large enough to be shown, most new customers first."""
    table = gained.table[~small_groups(gained.table["customers"].to_numpy(), view.minimum_group)]
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def channel_table(view: View, worth: ValueResult, gained: Acquisition) -> TableWords:
    """Worth and cost of a new customer by channel."""
    say, language = view.language.say, view.language
    days = language.number(PERIOD * gained.steps)
    rows = tuple(_row(view, gained, row) for row in channel_records(view, gained))
    columns: tuple[tuple[Text, str], ...] = (
        (say("Channel"), "name"),
        (say("New customers"), "number"),
        (say("Bring in {days} days", days=days), "number"),
    )
    if gained.has_spend:
        columns += (
            (say("Cost of one"), "number"),
            (say("Paid back after"), "number"),
            (say("One may cost up to"), "number"),
        )
    return TableWords(
        columns,
        rows,
        say("What a new customer brings, by channel"),
        _how(view, worth, gained),
        file="value_channels.csv",
    )


def _row(view: View, gained: Acquisition, row: Record) -> Row:
    say, language = view.language.say, view.language
    is_known = not math.isnan(row["worth"])
    brings: Text | str = (
        say(
            "{value} ({low} to {high})",
            value=language.money(row["worth"]), low=language.money(row["low"]), high=language.money(row["high"]),
        )
        if is_known
        else view.not_estimable(int(row["observed"]))
    )  # fmt: skip
    cells: Row = (
        (str(row["channel"]), None),
        (language.number(row["customers"]), row["customers"]),
        (brings, row["worth"] if is_known else None),
    )
    if not gained.has_spend:
        return cells
    limit = max(row["low"], 0.0) if is_known else math.nan
    has_cost = not math.isnan(row["cost"])
    return (
        *cells,
        (language.money(row["cost"]) if has_cost else say("no spend known"), row["cost"] if has_cost else None),
        (_payback(view, row) if has_cost else language.number(None), row["payback"] if has_cost else None),
        (language.money(limit), limit if is_known else None),
    )


def _payback(view: View, row: Record) -> Text:
    say = view.language.say
    if math.isnan(row["payback"]):
        return say("not yet")
    return say("{days} days", days=view.language.number(PERIOD * row["payback"]))


def _how(view: View, worth: ValueResult, gained: Acquisition) -> tuple[tuple[Text, Text], ...]:
    say, language = view.language.say, view.language
    days = language.number(PERIOD * gained.steps)
    lines = [
        (
            say("Unit"),
            say(
                "One customer with a purchase, signed up (else first bought) from {first} to {last}",
                first=language.date(as_date(gained.first)), last=language.date(as_date(gained.last)),
            ),
        ),
        (
            say("Bring in {days} days", days=days),
            say(
                "{money} from the first purchase on, that one included; only customers who have had these days; "
                "confidence {level}",
                money=str(money_name(view, worth)).capitalize(), days=days, level=language.percent(0.95),
            ),
        ),
    ]  # fmt: skip
    if gained.has_spend:
        lines += [
            (
                say("Cost of one"),
                say("Spend on the channel over its new customers, as if none had come without it"),
            ),
            (
                say("Paid back after"),
                say("First thirty-day step by which the mean customer has brought the cost"),
            ),
            (
                say("One may cost up to"),
                say("Lower end of what one brings in these days, if coming customers are like those so far"),
            ),
        ]
    return tuple(lines)
