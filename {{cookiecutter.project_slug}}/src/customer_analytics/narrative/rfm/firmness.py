"""In the section on prediction: how firm segments are, and whether learnt weights beat equal ones."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from customer_analytics.analysis.rfm.weights import TOP, Weights
from customer_analytics.language import Text
from customer_analytics.narrative.rfm.names import measure_name
from customer_analytics.narrative.rfm.view import View
from customer_analytics.statistics import Interval

_MEASURES = {"recency": "recency_days", "frequency": "frequency", "monetary": "monetary"}


def robustness(view: View) -> Text:
    """How many customers change segment under the other binning, and when one cut moves by a tenth."""
    say, firm = view.language.say, view.result.movement.robustness
    share = view.result.regrouped / view.n
    interval = view.interval(Interval(*view.share_of_customers(view.result.regrouped)))
    if view.result.parameters.binning == "independent":
        other = say(
            "Scored the nested way (frequency within recency, money within both), {share} of customers ({interval}) "
            "would be in another segment: the choice of method decides that much.",
            share=view.language.percent(share), interval=interval,
        )  # fmt: skip
    else:
        other = say(
            "Scored the independent way (each measure by itself), {share} of customers ({interval}) would be in "
            "another segment: the choice of method decides that much.",
            share=view.language.percent(share), interval=interval,
        )  # fmt: skip
    if firm is None or firm.worst is None:
        return other
    fragile, worst = firm.fragile / firm.customers, firm.worst
    return say(
        "{other} If one cut moved by {tenth}, up to {most} would change segment (a cut of {measure}); {fragile} "
        "({fragile_interval}) stand so near a cut that at least one such move would regroup them.",
        other=other, tenth=view.language.percent(0.1), most=view.language.percent(float(worst["share"]), 1),
        measure=measure_name(view.language, _MEASURES[str(worst["measure"])]).lower(),
        fragile=view.language.percent(fragile), fragile_interval=view.interval(view.share_of_customers(firm.fragile)),
    )  # fmt: skip


def weights(view: View) -> Text:
    """Learnt weights against equal ones on customers held back; the reason where it cannot be said."""
    say, language, found = view.language.say, view.language, view.result.movement.weights
    if found is None:
        return say("Whether other weights than equal ones predict better cannot be said: too few customers.")
    numbers = {
        "weights": language.joined([_weight(view, row) for row in found.table.to_dict("records")]),
        "top": language.percent(TOP),
        "learnt": language.percent(found.learnt, 1),
        "equal": language.percent(found.equal, 1),
        "money": language.percent(found.money_only, 1),
        "low": view.points(found.interval.low),
        "high": view.points(found.interval.high),
    }
    return say("{words} {money_words}", words=_judged(view, found, numbers), money_words=_money(view, found, numbers))


def _weight(view: View, row: Mapping[Hashable, Any]) -> str:
    """A measure with its weight and interval."""
    language = view.language
    low, high = view.bounds(Interval(float(row["low"]), float(row["high"])))
    return str(
        language.say(
            "{measure} {value}, interval {low} to {high}",
            measure=measure_name(language, _MEASURES[str(row["measure"])]).lower(),
            value=language.percent(float(row["weight"])), low=low, high=high,
        )
    )  # fmt: skip


def _judged(view: View, found: Weights, numbers: dict[str, str]) -> Text:
    say = view.language.say
    if found.verdict == "better":
        return say(
            "Weights learnt from what half of the customers spent next ({weights}) do better than equal ones on the "
            "other half: the top {top} by them brought {learnt} of its later revenue, by equal weights {equal} "
            "(difference {low} to {high} points).", **numbers,
        )  # fmt: skip
    if found.verdict == "worse":
        return say(
            "Weights learnt from what half of the customers spent next ({weights}) do worse than equal ones on the "
            "other half: the top {top} by them brought {learnt} of its later revenue, by equal weights {equal} "
            "(difference {low} to {high} points). Keep equal weights.", **numbers,
        )  # fmt: skip
    return say(
        "Equal weights do as well as learnt ones: on customers not used for learning, the top {top} by learnt weights "
        "({weights}) brought {learnt} of the later revenue, by equal weights {equal} (difference {low} to {high} "
        "points).", **numbers,
    )  # fmt: skip


def _money(view: View, found: Weights, numbers: dict[str, str]) -> Text:
    """Past money alone as the rule to beat."""
    say = view.language.say
    if found.money_only >= max(found.learnt, found.equal):
        return say(
            "Ranked by past money alone it is {money}: to pick who will spend most that does as well; segments say "
            "what to do with them.", **numbers,
        )  # fmt: skip
    return say("Ranked by past money alone it is {money}.", **numbers)
