"""What goes together by category: the same question one floor up, where there are more baskets for each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.association.table import ITEM
from customer_analytics.narrative.basket_rules.rule_table import lift_cell, lift_digits, lift_number
from customer_analytics.narrative.basket_rules.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View

MOST = 8


def has(view: View) -> bool:
    """Whether categories are among what is put together."""
    return view.rules is not None and bool((view.baskets.items["level"] == "category").any())


def shown(view: View) -> pd.DataFrame:
    """Rules with a category on either side, the strongest first."""
    return view.shown[view.shown["level"] != ITEM] if len(view.shown) else view.shown


def section(view: View) -> SectionWords:
    """Opening of the section."""
    say, language, found = view.language.say, view.language, shown(view)
    title = say("What goes together by category")
    if not len(found):
        return SectionWords(
            title, "categories",
            say("No two categories are together more often than the sizes of baskets give, but for single items in "
                "them."),
        )  # fmt: skip
    best = next(iter(rows(found.head(1))))
    low, high = view.lift_interval(best)
    digits = lift_digits([best])
    deck = language.say_count(
        "One combination with a category is beyond chance: {left} and {right}, {times} as often ({interval}).",
        "{count} combinations with a category are beyond chance. The strongest: {left} and {right}, {times} as often "
        "({interval}).",
        len(found), left=view.names(best.antecedent), right=view.names(best.consequent),
        times=view.times(float(best.lift), digits), interval=view.numbers_between(low, high, digits),
    )  # fmt: skip
    return SectionWords(title, "categories", deck)


def tables(view: View) -> list[TableWords]:
    """The strongest rules with categories; none where there are none."""
    say, found = view.language.say, shown(view)
    if not len(found):
        return []
    top = rows(found.head(MOST))
    return [
        TableWords(
            (
                (say("One side"), "name"), (say("Other side"), "name"), (say("Baskets with both"), "number"),
                (say("Of those with the first, hold the second"), "number"),
                (say("Of those with the second, hold the first"), "number"),
                (say("Times as often as chance gives"), "number"), (say("Times that basket sizes give"), "number"),
            ),
            tuple(_row(view, rule, lift_digits(top)) for rule in top),
            say("The strongest combinations with a category"),
            view.how(
                (
                    say("In a basket"),
                    say("A basket holds a category where it holds a product of it; a category and its own products are "
                        "not put together"),
                ),
                (
                    say("Left out"),
                    say("A category that goes with something because of one of its items: the item stands among the "
                        "combinations instead"),
                ),
            ),
            file="rules.csv",
        )
    ]  # fmt: skip


def _row(view: View, rule: Any, digits: int) -> Row:
    language, count = view.language, int(rule.count)
    shares = [(count / int(base), int(base)) for base in (rule.count_antecedent, rule.count_consequent)]
    return (
        (view.side(rule.antecedent), None), (view.side(rule.consequent), None), (language.number(count), count),
        *((view.rate(share, base), share) for share, base in shares), (lift_cell(view, rule, digits), float(rule.lift)),
        (lift_number(view, float(rule.size_lift), digits), float(rule.size_lift)),
    )  # fmt: skip
