"""The strongest rules as a table, how many were looked for, and why most of them are not told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from customer_analytics.analysis.association.table import AS_GOOD, ITEM, NOT_BETTER, OF_CATEGORY, ON_ONE_ITEM
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import How, Row, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import wilson

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View

MOST = 10  # rules on the page; rules.csv has all
MANY = 2  # as many rules by Fisher's test as given the sizes, from which the sizes of baskets are worth a word
NEAR = 1.3  # times: where a lift is below this, the table has a second decimal
FAR = 100  # times: from here on decimals say nothing


def tables(view: View) -> list[TableWords]:
    """The strongest rules, and what became of all of them."""
    if view.rules is None or not len(view.rules.table):
        return []
    return [*([strongest(view)] if _shown(view) else []), whereabouts(view)]


def _shown(view: View) -> list[Any]:
    """The rules of the table: of items, where categories have a table of their own; one article's variants last."""
    return [rule for rule in view.leading if rule.level == ITEM] or view.leading


def strongest(view: View) -> TableWords:
    """The strongest rules with their measures."""
    say, top = view.language.say, _shown(view)[:MOST]
    return TableWords(
        (
            (say("With this in the basket"), "name"), (say("this is in it too"), "name"),
            (say("Baskets with both"), "number"), (say("Share that holds the second"), "number"),
            (say("Times as often as chance gives"), "number"), (say("Times that basket sizes give"), "number"),
            (say("Times in the later part"), "number"),
        ),
        tuple(_row(view, rule, lift_digits(top)) for rule in top),
        say("The strongest combinations"),
        _how(view),
        file="rules.csv",
    )  # fmt: skip


def _row(view: View, rule: Any, digits: int) -> Row:
    language, count, base = view.language, int(rule.count), int(rule.count_antecedent)
    lift, size = float(rule.lift), float(rule.size_lift)
    later = view.checked(int(rule.rule), "lift_later")
    later = math.nan if later is None else float(later)
    return (
        (view.side(rule.antecedent), None), (view.side(rule.consequent), None), (language.number(count), count),
        (_share(view, count, base), float(rule.confidence)), (lift_cell(view, rule, digits), lift),
        (lift_number(view, size, digits), size), (lift_number(view, later, digits), later),
    )  # fmt: skip


def _share(view: View, count: int, base: int) -> str:
    """The confidence with its interval, or why there is none."""
    if base < view.minimum_base:
        return view.not_estimable(base)
    shown = view.language.percent(count / base)
    return view.language.say("{share} ({interval})", share=shown, interval=view.between(wilson(count, base)))


def lift_digits(rules: Sequence[Any]) -> int:
    """Decimals of the lifts of a table: two where one is near to chance."""
    return 2 if any(float(rule.lift) < NEAR for rule in rules) else 1


def lift_number(view: View, lift: float, digits: int) -> str:
    """A lift for a cell; from a hundred on without decimals."""
    return view.language.number(lift, 0 if lift >= FAR else digits)


def lift_cell(view: View, rule: Any, digits: int) -> str:
    """A rule's lift with its interval, for a cell."""
    lift = float(rule.lift)
    interval = view.numbers_range(*view.lift_interval(rule), 0 if lift >= FAR else digits)
    return view.language.say("{lift} ({interval})", lift=lift_number(view, lift, digits), interval=interval)


def _how(view: View) -> How:
    say, rules = view.language.say, view.rules
    assert rules is not None
    family = view.language.number(rules.family)
    return view.how(
        (
            say("Times as often as chance gives"),
            say("Share of the baskets with both over the product of the shares with either (lift), with its interval: "
                "over customers where they are known, whose baskets are alike, else over baskets"),
        ),
        (
            say("Times that basket sizes give"),
            say("Lift of two such items if nobody wanted them together: a large basket holds more of everything"),
        ),
        (
            say("Certainty"),
            say("Fisher's exact test, against independence and against the sizes of baskets; at most {share} false "
                "ones among those told, of {family} comparisons, those that were too rare to count among them",
                share=view.language.percent(rules.alpha), family=family),
        ),
        (
            say("Order of the rules"),
            say("By how far the lower end of the interval lies above what sizes give, and by the number of baskets; "
                "variants of one article last"),
        ),
    )  # fmt: skip


def whereabouts(view: View) -> TableWords:
    """What became of the rules: those that a more general one replaces, those not beyond chance, those that are left.

    Each rule is counted once, in the first line that is true of it.
    """
    say, language, rules = view.language.say, view.language, view.rules
    assert rules is not None
    table = rules.table
    redundant, significant = table["redundant"].to_numpy(bool), table["significant"].to_numpy(bool)
    why, told = table["redundant_why"].to_numpy(object), ~redundant & significant
    gone = [rule for rule in table.loc[told, "rule"] if view.is_explained(int(rule))]
    explained = told & table["rule"].isin(gone).to_numpy()
    lines = [
        (say("Leaving an item out on the left gives the same share or a higher one"), redundant & (why == AS_GOOD)),
        (say("Not clearly better than with an item less on the left"), redundant & (why == NOT_BETTER)),
        (say("Says of an item what is true of its whole category"), redundant & (why == OF_CATEGORY)),
        (say("Says of a category what is true of one item in it"), redundant & (why == ON_ONE_ITEM)),
        (say("Not beyond what chance and the sizes of baskets give"), ~redundant & ~significant),
        (say("Gone within month, customer group or promotion"), explained),
        (say("Beyond chance, and new"), told & ~explained),
    ]
    total = len(table)
    made: list[Row] = [
        ((text, None), (language.number(count), count), (language.percent(count / total), count / total))
        for text, own in lines
        if (count := int(np.count_nonzero(own)))
    ]
    return TableWords(
        (
            (say("What became of the rules"), "name"), (say("Rules"), "number"), (say("Share of the rules"), "number"),
        ),
        tuple(made),
        say("Why most rules are not told"),
        view.how(
            (
                say("Rules looked at"),
                say("Those that reach the support of {support} and the confidence of {confidence}; both directions "
                    "of a pair count", support=view.counted(_floor(view)),
                    confidence=language.percent(view.result.parameters.minimum_confidence)),
            ),
            (
                say("Clearly better"),
                say("Fisher's test among the baskets of the more general rule reaches the same limit as the rules told "
                    "(Bayardo, Agrawal, Gunopulos)"),
            ),
        ),
        foot=((say("All rules"), None), (language.number(total), total), (language.percent(1.0), 1.0)),
        file="rules.csv",
    )  # fmt: skip


def _floor(view: View) -> int:
    """Baskets that a set of items needed."""
    return view.result.itemsets.floor if view.result.itemsets is not None else 0


def findings(view: View) -> list[Finding]:
    """That large baskets make most of what an ordinary test would call a rule."""
    found = large_baskets(view)
    return [] if found is None else [found]


def large_baskets(view: View) -> Finding | None:
    """How many rules beyond independence are left once the sizes of baskets are known; None where they matter little.

    `value`: share of the rules significant by Fisher's test alone that the sizes explain.
    """
    if view.rules is None or not len(view.rules.table):
        return None
    table, alpha = view.rules.table, view.rules.alpha
    usual = int(((table["q_fisher"] <= alpha) & (table["lift"] > 1)).sum())
    left = int((table["significant"] & (table["lift"] > 1)).sum())
    if usual < view.minimum_base or usual < MANY * left:
        return None
    say, language = view.language.say, view.language
    sizes = float(table["size_lift"].median())
    interval = wilson(usual - left, usual)
    return Finding(
        id="large_baskets", grade=Grade.C, head=say("Large baskets look like rules"),
        statement=say(
            "The usual test calls {usual} rules sure. **{left}** are left when it knows how large each basket is: "
            "sizes alone put two such items together {times} as often as chance gives.",
            usual=language.number(usual), left=language.number(left), times=view.times(sizes),
        ),
        meaning=say("Whoever fills a large basket buys much of everything. That is no taste for the two items."),
        action=say("Judge a pair by how far it lies above what sizes give, not by its lift alone."),
        section="rules", value=(usual - left) / usual, low=interval.low, high=interval.high, n=usual, unit="share",
        notable=False,
    )  # fmt: skip


def method(view: View) -> list[tuple[Text, Text]]:
    """How rules are found and which are told, for the method at the end."""
    say = view.language.say
    return [
        (
            say("Rules and tests"),
            say("Counts are exact and thresholds are compared as whole numbers. Every set that was generated counts as "
                "a test, also those below the floor, so that the floor does not choose what looks good."),
        ),
        (
            say("Redundant rules"),
            say("A rule is left out where a more general one says as much: with an item less, with the category in "
                "the place of the item, or with the one item that carries a category."),
        ),
    ]  # fmt: skip
