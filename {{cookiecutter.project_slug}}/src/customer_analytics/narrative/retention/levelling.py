"""Half-life, plateau, and the contracts: what the shape of the curve says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.analysis.outlook.levelling import FLAT, Plateau
from customer_analytics.analysis.outlook.projection import Projection
from customer_analytics.language import Text
from customer_analytics.narrative import estimates
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.spans import spans
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.narrative.retention.view import View

YEAR = 12  # months


def in_bracket(view: View, low: float, high: float) -> Text:
    """An interval of a share in brackets after a number; nothing where it is not estimable."""
    if math.isnan(low):
        return Text("")
    return view.language.say(" ({interval})", interval=estimates.in_bracket(view.language, Interval(low, high)))


def levelling_words(view: View) -> list[Text]:
    """Half-life and plateau, a sentence each."""
    assert view.outlook is not None
    outlook = view.outlook
    told = [_half_life(view, one.of, one.age, projected=one.is_projected) for one in outlook.half_lives]
    if outlook.plateau is not None:
        told.append(_plateau(view, outlook.plateau))
    return told


def _period(view: View) -> str:
    assert view.outlook is not None
    return view.outlook.period


def _half_life(view: View, of: str, age: int | None, *, projected: bool) -> Text:
    say, language, period = view.language.say, view.language, _period(view)
    if age is None:
        return (
            say("More than half of a cohort is still active at the end of the horizon.")
            if of == "everybody"
            else say("Of those active in the first period after the start, more than half are still active at the end "
                     "of the horizon.")
        )  # fmt: skip
    when = spans(language, period, age)
    if of == "everybody":
        return (
            say("Half of a cohort is expected to be inactive after {age}; none has been followed so far.", age=when)
            if projected
            else say("After {age}, no more than half of a cohort is active.", age=when)
        )
    return (
        say("The activity of the first period after the start is expected to have halved after {age}.", age=when)
        if projected
        else say("After {age}, half of the activity of the first period after the start is gone.", age=when)
    )


def _plateau(view: View, level: Plateau) -> Text:
    say, language, period = view.language.say, view.language, _period(view)
    numbers = {
        "first": language.number(level.first),
        "last": spans(language, period, level.last),
        "share": language.percent(level.share),
        "step": language.signed_percent(level.step, 1),
        "low": language.signed_percent(level.step_interval.low, 1),
        "high": language.signed_percent(level.step_interval.high, 1),
        "flat": language.percent(FLAT),
    }
    if level.verdict == "level":
        return say(
            "From {first} to {last} after the start the curve is level at {share}: from one period to the next the "
            "same cohorts change by {step} (interval {low} to {high}), a fall of less than {flat}.", **numbers,
        )  # fmt: skip
    if level.verdict == "falling":
        return say(
            "From {first} to {last} after the start the curve has not levelled off: from one period to the next the "
            "same cohorts change by {step} (interval {low} to {high}).", **numbers,
        )  # fmt: skip
    if level.verdict == "rising":
        return say(
            "From {first} to {last} after the start activity rises: from one period to the next the same cohorts "
            "change by {step} (interval {low} to {high}); people who paused come back, or the season does it.",
            **numbers,
        )  # fmt: skip
    if math.isnan(level.step_interval.low):
        return say(
            "Whether the curve levels off cannot be told from {cohorts} cohorts.",
            cohorts=language.number(level.cohorts),
        )  # fmt: skip
    return say(
        "Whether the curve levels off cannot be told yet: from {first} to {last} after the start the same cohorts "
        "change by {step} from one period to the next, with an interval from {low} to {high}.", **numbers,
    )  # fmt: skip


def contracts_words(view: View, ahead: Projection) -> list[Text]:
    """What the model of contracts says: how many run on, and the probability to end, for whom it differs how much."""
    say, language = view.language.say, view.language
    alpha, beta = ahead.fits["sbg"].values
    last = ahead.curve.iloc[-1]
    year = ahead.curve[ahead.curve["age"] == YEAR].iloc[0] if int(last["age"]) >= YEAR else last
    shown = [
        say(
            "Contracts: of those begun, {share} run for {age} or longer{interval}.",
            share=language.percent(float(year["expected"])), age=spans(language, "month", int(year["age"])),
            interval=in_bracket(view, float(year["low"]), float(year["high"])),
        )
    ]  # fmt: skip
    shown.append(
        say(
            "In the model, {first} of new contracts end in their first month and {later} of those that have run a year "
            "in their next: who might leave early has left, so the rate falls with age and a mean rate of leaving "
            "would be too dark for old contracts (alpha {alpha}, beta {beta}).",
            first=language.percent(alpha / (alpha + beta), 1), later=language.percent(alpha / (alpha + beta + YEAR), 1),
            alpha=language.number(alpha, 2), beta=language.number(beta, 2),
        )
    )  # fmt: skip
    return shown


def plateau_finding(view: View, level: Plateau) -> Finding:
    """Whether the curve has levelled off, where that is beyond doubt."""
    say = view.language.say
    is_level = level.verdict == "level"
    return Finding(
        id="plateau",
        grade=Grade.C,
        head=say("The curve levels off") if is_level else say("The curve has not levelled off"),
        statement=_plateau(view, level),
        meaning=say("Who is still there then stays: a core that one can count on.")
        if is_level
        else say("The client loses people at every age that has been seen, not only at the beginning."),
        action=say("Work on the first periods, in which people are lost, and keep the core as it is.")
        if is_level
        else say("Look for what people of that age lack, beside the welcome of new ones."),
        section="outlook",
        value=level.share if is_level else level.step,
        low=level.share_interval.low if is_level else level.step_interval.low,
        high=level.share_interval.high if is_level else level.step_interval.high,
        n=level.cohorts,
        unit="share",
        notable=is_level or abs(level.step) > 2 * FLAT,
    )
