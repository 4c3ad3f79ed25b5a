"""In the plan: what a contact with a customer of each segment may cost, with every assumption in the same sentence."""

from __future__ import annotations

from typing import Any

import pandas as pd

from customer_analytics.analysis.value.budget import Budget, budget, budget_table
from customer_analytics.language import Text
from customer_analytics.narrative.rfm.exhibits import Row, TableWords
from customer_analytics.narrative.rfm.target import ASSUMED_GAIN
from customer_analytics.narrative.rfm.view import View

SMALL_MONEY = 1000  # below this, money is told to the cent


def found_budget(view: View) -> Budget | None:
    """The budget of the segments under the assumption that the recommendation makes."""
    return budget(view.result, view.worth, ASSUMED_GAIN)


def tables(view: View) -> dict[str, pd.DataFrame]:
    """budget.csv, where there is a budget."""
    found = found_budget(view)
    return {} if found is None else {"budget": _shown(view, found)}


def _shown(view: View, found: Budget) -> pd.DataFrame:
    return budget_table(found, view.minimum_group, view.minimum_base)


def _known(view: View, found: Budget) -> list[dict[str, Any]]:
    """Segments with money to show, the largest limit first."""
    table = _shown(view, found)
    table = table[table["limit"].notna()].sort_values("limit", ascending=False, kind="stable")
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _cost(view: View, money: float) -> str:
    return view.language.money(money, compact=abs(money) >= SMALL_MONEY)


def contact_table(view: View, found: Budget) -> TableWords:
    """Expected money a head and the largest sensible cost of a contact, by segment."""
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in _known(view, found):
        mean, purchase = (language.money(row[key]) for key in ("mean", "purchase"))
        rows.append(
            (
                (view.name(str(row["segment"])), None),
                (language.number(row["customers"]), row["customers"]),
                (mean, row["mean"]),
                (purchase, row["purchase"]),
                (_cost(view, row["limit"]), row["limit"]),
            )
        )
    return TableWords(
        (
            (say("Segment"), "name"),
            (say("Customers"), "number"),
            (say("Comes anyway"), "number"),
            (say("A purchase brings"), "number"),
            (say("Contact up to"), "number"),
        ),
        tuple(rows),
        say("What a contact may cost"),
        view.how(
            (say("Unit"), say("One customer, in the segment of now")),
            (say("Comes anyway"), _source(view, found)),
            (say("Interval"), say("In the file")),
            (
                say("Contact up to"),
                say(
                    "{gain} in a hundred of what one purchase more brings; it grows and shrinks with that assumption",
                    gain=language.number(100 * found.gain),
                ),
            ),
            (say("Not shown"), say("Segments under {minimum} customers", minimum=language.number(view.minimum_base))),
        ),
        file="budget.csv",
    )  # fmt: skip


def _source(view: View, found: Budget) -> Text:
    say, language, worth = view.language.say, view.language, view.worth
    if worth is None or found.days:
        return say(
            "Mean net revenue of such customers in the {days} held-out days, not discounted; the cost of the goods is "
            "not known, so it is revenue and not margin", days=language.number(found.days),
        )  # fmt: skip
    numbers = {"months": language.number(worth.months), "rate": language.percent(worth.rate)}
    if worth.margin is not None:
        return say(
            "Expected margin of the next {months} months ({share} of net revenue), discounted at {rate} a year",
            share=language.percent(worth.margin.share), **numbers,
        )  # fmt: skip
    return say(
        "Expected net revenue of the next {months} months, discounted at {rate} a year; the cost of the goods is not "
        "known, so it is revenue and not margin", **numbers,
    )  # fmt: skip


def contact_words(view: View, found: Budget) -> Text:
    """The rule behind the table in one sentence, with the segments where a contact may cost most and least."""
    say, rows = view.language.say, _known(view, found)
    if not rows:
        return say("What a contact may cost cannot be said: no segment has enough customers.")
    most, least = rows[0], rows[-1]
    is_margin = view.worth is not None and not found.days and view.worth.is_margin
    return say(
        "If {gain} in a hundred contacted customers make one purchase more only because of the contact, and it brings "
        "what a purchase of such customers brings ({what}), a contact may cost up to {most_money} in “{most}” and "
        "{least_money} in “{least}”. What customers bring by themselves is no reason to spend.",
        gain=view.language.number(100 * found.gain), what=say("margin") if is_margin else say("revenue, not margin"),
        most=view.name(str(most["segment"])), least=view.name(str(least["segment"])),
        most_money=_cost(view, most["limit"]), least_money=_cost(view, least["limit"]),
    )  # fmt: skip
