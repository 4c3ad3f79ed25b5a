"""Whether what goes together are different articles, or one article in several colours and sizes.

Two names are variants where they share at least half of all their words: "blue happy birthday bunting" and "pink happy
birthday bunting". A shop knows that these belong together; what it does not know is the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from customer_analytics.narrative.basket_rules.view import rows
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import wilson

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View

STRONGEST = 100  # combinations that are looked at
WORDS = re.compile(r"\w+")
ALIKE = 0.5  # share of the words of both names that they have in common
LEAST = 0.3  # share of variants from which it is worth saying


def are_variants(one: str, other: str) -> bool:
    """Whether two names share half of their words or more, and differ."""
    first, second = (set(WORDS.findall(name.casefold())) for name in (one, other))
    return len(first) > 1 and len(second) > 1 and len(first & second) >= ALIKE * len(first | second)


def findings(view: View) -> list[Finding]:
    """How many of the strongest combinations are of one article, and the strongest of different ones."""
    looked = [rule for rule in rows(view.shown.head(STRONGEST)) if rule.length == 2] if len(view.shown) else []
    alike = [rule for rule in looked if _is_of_variants(view, rule)]
    rest = [rule for rule in looked if not _is_of_variants(view, rule)]
    if len(looked) < view.minimum_base or len(alike) < LEAST * len(looked) or not rest:
        return []
    say, language, best = view.language.say, view.language, rest[0]
    numbers = {
        "looked": language.number(len(looked)), "alike": language.number(len(alike)),
        "left": view.names(best.antecedent), "right": view.names(best.consequent),
        "times": view.times(float(best.lift)), "share": language.percent(float(best.confidence)),
        "base": view.counted(int(best.count_antecedent)), "later": view.later(int(best.rule)),
    }  # fmt: skip
    interval = wilson(len(alike), len(looked))
    return [Finding(
        id="variants", grade=Grade.C,
        head=say("Of different articles, {left} goes with {right} first", **numbers),
        statement=say(
            "Of the {looked} strongest pairs **{alike}** are one article in several colours, sizes or designs. Of the "
            "others the strongest: {share} of {base} with {left} hold {right} too, **{times}** as many as chance "
            "gives.{later}", **numbers,
        ),
        meaning=say("That variants are bought together is nothing new; offers between different articles are."),
        action=say("Show variants as a choice of several on one page, and test offers among the other pairs "
                   "(candidates.csv, column variants)."),
        section="rules", value=len(alike) / len(looked), low=interval.low, high=interval.high, n=len(looked),
        unit="share",
    )]  # fmt: skip


def of_variants(view: View, rule: Any) -> bool:
    """Whether the two sides of a rule of two items are variants of one article."""
    return len(rule.antecedent) == len(rule.consequent) == 1 and _is_of_variants(view, rule)


def _is_of_variants(view: View, rule: Any) -> bool:
    return are_variants(view.plain_side(rule.antecedent), view.plain_side(rule.consequent))
