"""How many of the strongest combinations are of one article: its colours, sizes and designs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.narrative.basket_rules.view import rows
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import wilson

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View

STRONGEST = 100  # combinations that are looked at
LEAST = 0.3  # share of variants from which it is worth saying


def findings(view: View) -> list[Finding]:
    """How many of the strongest pairs are variants of one article; nothing where they are few."""
    looked = [rule for rule in rows(view.shown.head(STRONGEST)) if rule.length == 2] if len(view.shown) else []
    alike = [rule for rule in looked if view.is_of_variants(rule)]
    if len(looked) < view.minimum_base or len(alike) < LEAST * len(looked):
        return []
    say, language, best = view.language.say, view.language, alike[0]
    numbers = {
        "looked": language.number(len(looked)), "alike": language.number(len(alike)),
        "left": view.names(best.antecedent), "right": view.names(best.consequent),
        "times": view.times(float(best.lift)), "both": view.counted(int(best.count)),
    }  # fmt: skip
    interval = wilson(len(alike), len(looked))
    return [Finding(
        id="variants", grade=Grade.C,
        head=say("{alike} of the {looked} strongest pairs are one article in several kinds", **numbers),
        statement=say(
            "Of the {looked} strongest pairs **{alike}** are one article in several colours, sizes or designs, first "
            "{left} with {right}: {both} hold both, {times} as many as chance gives.", **numbers,
        ),
        meaning=say("That variants are bought together is nothing new; what goes together beyond them is."),
        action=say("Show variants as a choice of several on one page, and test offers among the other pairs "
                   "(candidates.csv, column variants)."),
        section="rules", value=len(alike) / len(looked), low=interval.low, high=interval.high, n=len(looked),
        unit="share",
    )]  # fmt: skip
