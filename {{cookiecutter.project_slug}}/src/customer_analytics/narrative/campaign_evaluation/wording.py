"""What an effect may be called: the verb follows the grade of the evidence, and the numbers always stand beside it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.language import Text

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

DOUBTFUL = "ratio_look"  # why a campaign is graded C: its arms are not quite of the sizes that were planned


def effect_told(view: View, row: Any, grade: str, reason: str = "") -> Text:
    """One effect as a sentence.

    Args:
        view: the report.
        row: a row of `Experiments.effects` (campaign, arm, control, outcome, n, n_control, mean, mean_control, effect,
            low, high, p_adjusted), or one of the same columns from another comparison.
        grade: the best grade that the campaign's effects may have, A to D.
        reason: why it is not A, a key of `Experiments.verdicts`.
    """
    say = view.language.say
    if math.isnan(float(row.effect)) or math.isnan(float(row.low)):
        return say("{campaign}: no effect can be told ({n}).", campaign=view.name(row.campaign),
                   n=view.not_estimable(int(row.n)))  # fmt: skip
    numbers = numbers_of(view, row)
    if grade == "D":
        return say(
            "In {campaign} {outcome}{within} was {level} in the arm {arm}, after {control} with {against}; an effect "
            "is not given.", **numbers,
        )  # fmt: skip
    if grade == "C" and not is_beyond_chance(row):
        return say(
            "In {campaign} {outcome}{within} does not differ beyond chance: {level} of {n} in the arm {arm} against "
            "{control} of {base}{other}, {change} ({interval}, p {p}).", **numbers,
        )  # fmt: skip
    if grade == "C" and reason == DOUBTFUL:
        return say(
            "In {campaign} {outcome}{within} differs by **{change}** ({interval}, p {p}), while the sample ratio is "
            "doubtful: {level} of {n} in the arm {arm} against {control} of {base}{other}.", **numbers,
        )  # fmt: skip
    if grade == "C":
        return say(
            "In {campaign} {outcome}{within} differs by **{change}** ({interval}): {level} of {n} in the arm {arm} "
            "against {control} of {base}{other}.", **numbers,
        )  # fmt: skip
    if grade == "B":
        return say(
            "{campaign} goes with **{change}** ({interval}) in {outcome}{within}, after adjusting for what was known "
            "before: {level} of {n} contacted against {control} of those comparable.", **numbers,
        )  # fmt: skip
    if not is_beyond_chance(row):
        return say(
            "{campaign}: no effect on {outcome}{within} is seen. {level} of {n} in the arm {arm} against {control} of "
            "{base}{other}, a difference of {change} ({interval}).", **numbers,
        )  # fmt: skip
    if float(row.effect) > 0:
        return say(
            "{campaign} raised {outcome}{within} by **{size}** ({interval}): {level} of {n} in the arm {arm} against "
            "{control} of {base}{other}.", **numbers,
        )  # fmt: skip
    return say(
        "{campaign} lowered {outcome}{within} by **{size}** ({interval}): {level} of {n} in the arm {arm} against "
        "{control} of {base}{other}.", **numbers,
    )  # fmt: skip


def numbers_of(view: View, row: Any) -> dict[str, Any]:
    """The numbers that belong to an effect, ready for a sentence."""
    outcome = str(row.outcome)
    return {
        "campaign": view.name(row.campaign), "arm": view.arm(row.arm), "outcome": view.outcome(outcome),
        "level": view.level(outcome, float(row.mean)), "control": view.level(outcome, float(row.mean_control)),
        "change": view.change(outcome, float(row.effect)), "against": view.against(row.campaign),
        "interval": view.change_between(outcome, float(row.low), float(row.high)),
        "n": view.counted_customers(int(row.n)), "base": view.counted_customers(int(row.n_control)),
        "within": view.within(outcome, str(row.campaign)), "other": view.compared_with(row.campaign),
        "size": view.size(outcome, float(row.effect)), "p": view.p(float(row.p)),
    }  # fmt: skip


def is_beyond_chance(row: Any) -> bool:
    """Whether an effect is beyond chance, after Holm's correction over the arms and outcomes of its campaign."""
    found = getattr(row, "found", None)
    return bool(found) if found is not None else float(row.p_adjusted) < 0.05
