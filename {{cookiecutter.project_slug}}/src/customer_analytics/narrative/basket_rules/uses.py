"""The strongest rules in words, and what each is good for: to cross-sell, to bundle, to place together."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.language import Text
from customer_analytics.narrative.basket_rules.view import rows
from customer_analytics.statistics import wilson

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View

CARDS = 3
EXAMPLES = 3
UNEQUAL = 1 / 3  # imbalance from which one side is bought so much oftener that only one direction is worth an offer
STRONG = 1.5  # times: lower end of the lift from which two things of like size are worth selling as one


class Use(StrEnum):
    """What a rule is good for."""

    CROSS_SELL = "cross_sell"
    BUNDLE = "bundle"
    SHELF = "shelf"


def use_of(rule: Any) -> Use:
    """What a rule of `view.shown` is good for, by its measures alone."""
    if float(rule.imbalance) > UNEQUAL:
        return Use.CROSS_SELL
    return Use.BUNDLE if float(rule.lift_low) >= STRONG else Use.SHELF


def cards(view: View) -> list[tuple[Text, Text]]:
    """The strongest rules of different articles, each as its two sides and one sentence with the numbers."""
    return [(_sides(view, rule), card(view, rule)) for rule in view.leading[:CARDS]]


def card(view: View, rule: Any) -> Text:
    """One rule in words: base, share, comparison, interval, and whether it held later."""
    say, language = view.language.say, view.language
    numbers = {
        "base": view.counted(int(rule.count_antecedent)), "left": view.names(rule.antecedent),
        "right": view.names(rule.consequent), "confidence": language.percent(float(rule.confidence)),
        "interval": view.in_bracket(wilson(int(rule.count), int(rule.count_antecedent))),
        "share": language.percent(int(rule.count_consequent) / view.n), "times": view.times(float(rule.lift)),
        "later": view.later(int(rule.rule)),
    }  # fmt: skip
    if int(rule.count_antecedent) < view.minimum_base:
        return say("{both} hold both; chance gives {times} fewer.{later}",
                   both=view.counted(int(rule.count)), **numbers)  # fmt: skip
    return say(
        "Of {base} with {left} **{confidence}** ({interval}) hold {right} too, against {share} of all: {times} as "
        "many.{later}", **numbers,
    )  # fmt: skip


def uses(view: View) -> list[tuple[Text, Text]]:
    """What the shown rules are good for, with the strongest as examples."""
    say = view.language.say
    found: dict[Use, list[Any]] = {use: [] for use in Use}
    for rule in view.leading:
        found[use_of(rule)].append(rule)
    told = []
    if found[Use.CROSS_SELL]:
        told.append((
            say("Cross-sell"),
            say("One side is bought much oftener than the other: offer it where the other is in the basket. {examples}",
                examples=_examples(view, found[Use.CROSS_SELL], directed=True)),
        ))  # fmt: skip
    if found[Use.BUNDLE]:
        told.append((
            say("Bundle"),
            say("Both sides sell about as often and belong together strongly: try them as one. {examples}",
                examples=_examples(view, found[Use.BUNDLE])),
        ))  # fmt: skip
    if found[Use.SHELF]:
        told.append((
            say("Shelf and page"),
            say("Together somewhat oftener than chance gives: too little for an offer, enough to stand side by side. "
                "{examples}", examples=_examples(view, found[Use.SHELF])),
        ))  # fmt: skip
    return told


def tables(view: View) -> dict[str, pd.DataFrame]:
    """candidates: what each shown rule is good for."""
    shown = view.shown
    columns = ["left", "right", "use", "variants", "count", "confidence", "lift", "lift_low", "lift_high", "q_value"]
    if not len(shown):
        return {"candidates": pd.DataFrame(columns=columns)}
    made = shown.assign(
        left=[view.plain_side(side) for side in shown["antecedent"]],
        right=[view.plain_side(side) for side in shown["consequent"]],
        use=[use_of(rule).value for rule in rows(shown)],
        variants=[view.is_of_variants(rule) for rule in rows(shown)],
    )
    return {"candidates": made[columns].reset_index(drop=True)}


def _sides(view: View, rule: Any) -> Text:
    return view.language.say("{left} and {right}", left=view.names(rule.antecedent), right=view.names(rule.consequent))


def _examples(view: View, rules: list[Any], *, directed: bool = False) -> Text:
    """The strongest of them, and how many more there are."""
    say = view.language.say
    told = [
        say("{left} → {right}", left=view.side(rule.antecedent), right=view.side(rule.consequent))
        if directed
        else say("{left} with {right}", left=view.side(rule.antecedent), right=view.side(rule.consequent))
        for rule in rules[:EXAMPLES]
    ]
    listed, more = Text(view.language.joined(told)), len(rules) - len(told)
    if not more:
        return say("All: {listed}.", listed=listed)
    return view.language.say_count("{listed}; and {count} more.", "{listed}; and {count} more.", more, listed=listed)
