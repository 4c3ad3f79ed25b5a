"""What groups of customers are called: by when, how often and for how much they bought, or by a client's column."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.differences.assemble import OTHERS
from customer_analytics.analysis.differences.result import FREQUENCY, KNOWN, RECENCY, VALUE
from customer_analytics.language import Text

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View


def group_name(view: View, group: str) -> str:
    """What customers are grouped by, for a cell: Days since the last order; a client's column as it is called."""
    say = view.language.say
    return {
        RECENCY: say("Days since the last order"),
        FREQUENCY: say("Orders before the contact"),
        VALUE: say("Money spent before the contact"),
        KNOWN: say("Days since the customer is known"),
    }.get(group) or view.shortened(group)


def level_name(view: View, row: Any) -> str:
    """A level for a cell or a chart, after the name of its group: 45 to 89; 180 and more; “North”."""
    say = view.language.say
    if row.level:
        return str(say("other values")) if row.level == OTHERS else view.shortened(row.level)
    low, high = _start(row), float(row.until)
    if math.isnan(low):
        return str(say("none before") if row.group != KNOWN else say("unknown"))
    if row.group == VALUE:
        money = view.language.money
        if math.isnan(high):
            return say("{from_} and more", from_=money(low))
        return say("below {until}", until=money(high)) if low <= 0 else say(
            "{low} to {high}", low=money(low), high=money(high)
        )  # fmt: skip
    number = view.language.number
    if math.isnan(high):
        return say("{from_} and more", from_=number(low))
    last = math.ceil(high) - 1
    return number(low) if last <= low else say("{low} to {high}", low=number(math.ceil(low)), high=number(last))


def level_told(view: View, row: Any) -> Text:
    """The customers of a level inside a sentence: customers whose last order was 45 to 89 days before."""
    say, name = view.language.say, level_name(view, row)
    if row.level:
        if row.level == OTHERS:
            return say("customers with other values of “{column}”", column=view.shortened(row.group))
        return say("customers with “{value}” in “{column}”", value=name, column=view.shortened(row.group))
    if math.isnan(_start(row)):
        return say("customers without an order before") if row.group != KNOWN else say("customers of unknown age")
    return {
        RECENCY: say("customers whose last order was {days} days before", days=name),
        FREQUENCY: say("customers with {count} orders before", count=name),
        VALUE: say("customers who had spent {money}", money=name),
        KNOWN: say("customers known for {days} days", days=name),
    }[row.group]


def _start(row: Any) -> float:
    """The lower bound; `from` is no name that a row of a table can have."""
    return float(row.start)
