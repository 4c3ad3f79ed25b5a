"""What the basket report says first: what goes together beyond chance, in how many baskets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from customer_analytics.narrative.basket_rules.uses import Use, use_of
from customer_analytics.narrative.basket_rules.view import HELD
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.basket_rules.view import View


def findings(view: View) -> list[Finding]:
    """The best combination, or that there is none."""
    return [together_finding(view)] if len(view.shown) else [nothing_finding(view)]


def together_finding(view: View) -> Finding:
    """The strongest rule in words; graded B where it held in the later part."""
    say, language = view.language.say, view.language
    best = view.leading[0]
    left, right = view.names(best.antecedent), view.names(best.consequent)
    low, high = view.lift_interval(best)
    held = view.checked(int(best.rule), "outcome") == HELD
    numbers = {
        "base": view.counted(int(best.count_antecedent)), "left": left, "right": right,
        "confidence": language.percent(float(best.confidence)), "times": view.times(float(best.lift)),
        "interval": view.numbers_between(low, high), "later": view.later(int(best.rule)),
        "share": language.percent(int(best.count_consequent) / view.n), "both": view.counted(int(best.count)),
        "chance": language.number(int(best.count_antecedent) * int(best.count_consequent) / view.n),
    }  # fmt: skip
    if int(best.count_antecedent) < view.minimum_base:
        statement = say("{both} hold both {left} and {right}: **{times}** as many as chance gives ({interval}).{later}",
                        **numbers)  # fmt: skip
    else:
        statement = say(
            "Of {base} with {left} **{confidence}** also hold {right}, against {share} of all: **{times}** as many "
            "({interval}).{later}", **numbers,
        )  # fmt: skip
    return Finding(
        id="together", grade=Grade.B if held else Grade.C, head=say("{left} goes with {right}", left=left, right=right),
        statement=statement,
        meaning=say("{both} hold both, where chance gives {chance}. {others}", others=_others(view), **numbers),
        action=_act(view, best), section="rules", value=float(best.lift), low=low, high=high, n=int(best.count),
        unit="times",
    )  # fmt: skip


def _others(view: View) -> Text:
    """What else goes together, as a sentence."""
    language, more = view.language, len(view.shown) - 1
    if not more:
        return language.say("Nothing else is beyond chance.")
    second = view.leading[1]
    return language.say_count(
        "One more combination is beyond chance: {left} with {right} ({times}).",
        "{count} more combinations are beyond chance, first {left} with {right} ({times}).", more,
        left=view.names(second.antecedent), right=view.names(second.consequent), times=view.times(float(second.lift)),
    )  # fmt: skip


def _act(view: View, best: Any) -> Text:
    """What to do with the rule, by what it is good for."""
    say = view.language.say
    left, right = view.names(best.antecedent), view.names(best.consequent)
    if view.is_content:
        return say("Link from {left} to {right}, for half of the visits drawn at random, and compare.", left=left,
                   right=right)  # fmt: skip
    return {
        Use.CROSS_SELL: say("Offer {right} where {left} is put into the basket, to half of the customers drawn at "
                            "random, and compare the margin.", left=left, right=right),
        Use.BUNDLE: say("Show {left} and {right} as one, without a discount at first, to half of the customers drawn "
                        "at random, and compare the margin.", left=left, right=right),
        Use.SHELF: say("Put {left} and {right} side by side in some of the shops or pages, and compare with the rest.",
                       left=left, right=right),
    }[use_of(best)]  # fmt: skip


def nothing_finding(view: View) -> Finding:
    """That nothing goes together beyond chance."""
    say = view.language.say
    explained = len(view.significant) > 0
    return Finding(
        id="together", grade=Grade.C, head=say("Nothing goes together beyond chance"),
        statement=say(
            "Of {baskets} nothing is together more often than chance gives, once month, group and promotion are kept "
            "equal.", baskets=view.counted(view.n),
        )
        if explained
        else say("Of {baskets} no two items are together more often than chance and the sizes of the baskets give.",
                 baskets=view.counted(view.n)),
        meaning=say("Whoever has one item is no likelier to have another than anybody else."),
        action=say("Choose links by what should be seen, and test them: nothing here speaks for one.")
        if view.is_content
        else say("Choose bundles and offers by margin, and test them: nothing here speaks for one."),
        section="rules", n=view.n, unit="baskets",
    )  # fmt: skip
