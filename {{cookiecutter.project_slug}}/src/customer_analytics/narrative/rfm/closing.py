"""The last sections: next steps, method, data and limits."""

from __future__ import annotations

import math

import numpy as np

from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.language import Text
from customer_analytics.narrative.rfm.exhibits import SectionWords
from customer_analytics.narrative.rfm.target import HOLDOUT_SHARE, target
from customer_analytics.narrative.rfm.view import View

Pairs = list[tuple[Text, Text]]


def plan_section(view: View) -> SectionWords:
    """Opening of the plan."""
    say = view.language.say
    return SectionWords(say("Segment plan"), "plan", say("One action for each segment, in order of revenue."))


def next_section(view: View) -> SectionWords:
    """Opening of the next steps."""
    say = view.language.say
    return SectionWords(say("Next steps"), "next", say("A quarter that ends with a number instead of an impression."))


def next_steps(view: View) -> Pairs:
    """What to do in the coming weeks, with the advice on the held-out part."""
    say, language, first = view.language.say, view.language, target(view)
    steps: Pairs = []
    if first is not None:
        steps.append(
            (
                say("First fortnight"),
                say(
                    "Agree the offer and draw the list: {customers} customers, of whom {held_out} ({share}) are set "
                    "aside at random before anybody looks at them.",
                    customers=language.number(first.customers), held_out=language.number(first.held_out),
                    share=language.percent(HOLDOUT_SHARE),
                ),
            )
        )  # fmt: skip
        steps.append((say("Next month"), _contact(view)))
    steps.append(
        (
            say("Second month"),
            say("Stop paid contact to “Lost” and “Hibernating”; move that money to the test and to second purchases."),
        )
    )
    steps.append(
        (
            say("End of the quarter"),
            say(
                "Compare contacted and held-out customers by assignment, in net revenue, and decide in the campaign "
                "report."
            ),
        )
    )
    return steps


def _contact(view: View) -> Text:
    say, language, first = view.language.say, view.language, target(view)
    assert first is not None
    if first.smallest is None or first.rate is None:
        return say("Contact the others in two waves; leave the held-out part alone on every channel.")
    return say(
        "Contact the others in two waves; leave the held-out part alone on every channel. {rate} of such customers buy "
        "anyway, so only {points} points or more between the two parts count as an effect.",
        rate=view.language.percent(first.rate), points=language.number(math.ceil(100 * first.smallest)),
    )  # fmt: skip


def method_section(view: View) -> SectionWords:
    """Opening of the method."""
    say = view.language.say
    return SectionWords(say("Method and definitions"), "method", say("What the words in this report mean."))


def method(view: View) -> Pairs:
    """Definitions."""
    say, language, parameters = view.language.say, view.language, view.result.parameters
    by_day = parameters.frequency_unit == "days"
    unit = say("Number of days with a paid order.") if by_day else say("Number of paid orders.")
    pairs: Pairs = [
        (
            say("Recency"),
            say(
                "Days from the last purchase to {reference}, the day after the last day that counts.",
                reference=language.date(as_date(view.result.window.end)),
            ),
        ),
        (say("Frequency"), unit),
        (
            say("Monetary value"),
            say("Paid orders less refunds and returns in the window. If negative, it has the lowest score."),
        ),
        (
            say("Purchase"),
            say("A paid order with money left after refunds. Free, cancelled and fully refunded orders are none."),
        ),
        (
            say("Segment"),
            say(
                "Recency class and value class (the mean of frequency and money, halves up) lead to one of eleven "
                "segments, each cell to exactly one."
            ),
        ),
        (
            say("Interval"),
            say(
                "Confidence {level}: Wilson for shares of customers, linearisation for shares of revenue; customers "
                "are taken as a sample of those the business could have.", level=language.percent(0.95),
            ),
        ),
        (
            say("Quiet regulars"),
            say(
                "Customers with the purchases of a mature customer whose silence is longer than usual, but who are not "
                "lost."
            ),
        ),
        (
            say("Evidence grade"),
            say(
                "A: randomised comparison. B: checked on later data. C: description with interval. D: before and after."
            ),
        ),
    ]  # fmt: skip
    if parameters.bins != 5:
        pairs.insert(
            4,
            (
                say("Five classes"),
                say(
                    "Scores from one to {bins} are spread evenly over the five classes of the grid, halves up.",
                    bins=language.number(parameters.bins),
                ),
            ),
        )
    return pairs


def limits_section(view: View) -> SectionWords:
    """Opening of the limits."""
    say = view.language.say
    return SectionWords(say("Data and limits"), "limits", say("What was left out, and what the data cannot show."))


def limits(view: View) -> list[Text]:
    """What was left out and what the data cannot show; a line only where it applies."""
    say, language, totals, rest = view.language.say, view.language, view.result.totals, view.result.unscored
    number, money, few = language.number, language.money, view.minimum_group
    lines: list[Text] = [
        say(
            "The window runs from {period}; “first purchase” means the first in the data, so customers won earlier "
            "look newer than they are.", period=view.period,
        ),
        say(
            "Of {orders} orders, {nothing} brought nothing (unpaid, cancelled, free or refunded in full) and {returns} "
            "are returns, together {returned}.",
            orders=number(totals.orders), nothing=number(totals.nothing), returns=number(totals.returns),
            returned=money(totals.returned_money),
        ),
    ]  # fmt: skip
    if totals.refunded_money > 0:
        lines.append(
            say("Refunds of {money} are taken off the orders they belong to.", money=money(totals.refunded_money))
        )
    lines.append(
        say(
            "All net revenue is {total}: {scored} from the customers in this report, {without} from orders without a "
            "customer, {others} from customers without a purchase in the window.",
            total=money(totals.revenue), scored=money(view.result.revenue),
            without=money(totals.revenue_without_customer),
            others=money(rest.returns_money) if not 0 < rest.returns_only < few else say("little"),
        )
    )  # fmt: skip
    groups = (
        (rest.never_ordered, say("never ordered")),
        (rest.earlier_only, say("bought before the window only")),
        (rest.nothing_paid, say("ordered but paid nothing")),
        (rest.returns_only, say("have returns only")),
    )
    hidden = small_groups(np.array([count for count, _ in groups]), few)
    told = [
        say("{number} {what}", number=number(count), what=what)
        for (count, what), small in zip(groups, hidden, strict=True)
        if count and not small
    ]
    folded = sum(count for (count, _), small in zip(groups, hidden, strict=True) if small)
    if folded >= few and told:
        told.append(say("{number} for other reasons", number=number(folded)))
    if told:
        lines.append(
            say(
                "{customers} customers have no score: {groups}.",
                customers=number(rest.customers), groups=language.listing([str(one) for one in told]),
            )
        )  # fmt: skip
    elif folded >= few:
        lines.append(
            say("{customers} customers have no score, for different reasons.", customers=number(rest.customers))
        )
    elif folded:
        lines.append(say("Fewer than {minimum} customers have no score.", minimum=number(few)))
    negatives = view.result.concentration.negatives
    if negatives:
        count = number(negatives) if negatives >= few else say("Fewer than {minimum}", minimum=number(few))
        lines.append(
            say(
                "{count} customers with a purchase returned more than they bought. They keep their negative value and "
                "the lowest score; the list negative_money names them.", count=count,
            )
        )  # fmt: skip
    if totals.unknown_status:
        lines.append(
            say(
                "{orders} orders have a status that is not mapped to paid, unpaid, cancelled or refunded; they count "
                "as paid unless the export has a payment time and it is empty.", orders=number(totals.unknown_status),
            )
        )  # fmt: skip
    if view.hidden:
        lines.append(
            say(
                "Segments under {minimum} customers are shown together, so that nobody can be recognised.",
                minimum=number(few),
            )
        )
    lines.append(say("Costs are not counted: segments describe revenue and not profit."))
    lines.append(say("Shares may not add up to the whole because of rounding."))
    return lines
