"""Whether the probabilities mean what they say: what was said against what happened."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.narrative.exhibits import FigureWords, SectionWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

Point = tuple[float, float, float, float, str]
RIGHT = (0.8, 1.2)  # slopes that are near enough to 1 for money to be counted with


def has(view: View) -> bool:
    """Whether there are probabilities of different height to compare with what happened."""
    return view.predicts and len(_classes(view)) > 1


def _classes(view: View) -> pd.DataFrame:
    """Classes of the method in use whose share may be shown."""
    scoring = view.scoring
    assert scoring is not None
    table = scoring.calibration[scoring.calibration["method"] == scoring.chosen]
    return table[table["observed"].notna() & (table["n"] >= view.least)]


def section(view: View) -> SectionWords:
    """Opening: how far what was said is from what happened."""
    say, language, scoring = view.language.say, view.language, view.scoring
    assert scoring is not None
    deck = say(
        "On average {said} were said to leave and {happened} left.",
        said=language.percent(scoring.measure("expected"), 1), happened=language.percent(scoring.measure("rate"), 1),
    )  # fmt: skip
    return SectionWords(say("Do the probabilities mean what they say?"), "calibration", deck)


def points(view: View) -> list[Point]:
    """Classes: probability said, share that left, its interval, role."""
    return [
        (row["predicted"], row["observed"], row["low"], row["high"], "s1")
        for row in _classes(view).to_dict("records")
    ]  # fmt: skip


def axis(view: View) -> tuple[Text, Text, Text]:
    """Axis of what was said, axis of what happened, words on the diagonal."""
    say = view.language.say
    return say("Probability said"), say("Share that left"), say("said = happened")


def figure(view: View) -> FigureWords:
    """Words of the calibration curve."""
    say, language, scoring = view.language.say, view.language, view.scoring
    assert scoring is not None
    told = [
        say("said {said}: {happened}", said=language.percent(row["predicted"]),
            happened=language.percent(row["observed"]))
        for row in _classes(view).to_dict("records")
    ]  # fmt: skip
    return FigureWords(
        _verdict(view),
        say("Share that left by the probability said before, in classes of equal size; lines: intervals"),
        say("Points by class. {rows}.", rows=language.joined(told)),
        say("{source} Method: {method}.", source=view.source, method=view.method(scoring.chosen)),
    )


def _verdict(view: View) -> Text:
    """What the slope says."""
    say, scoring = view.language.say, view.scoring
    assert scoring is not None
    slope, low, high = (scoring.measure(name) for name in ("slope", "slope_low", "slope_high"))
    if math.isnan(slope):
        return say("What was said against what happened")
    if low > RIGHT[1]:
        return say("The probabilities are too cautious: high ones should be higher, low ones lower")
    if high < RIGHT[0]:
        return say("The probabilities are too bold: high ones are too high, low ones too low")
    if RIGHT[0] <= slope <= RIGHT[1]:
        return say("What was said is what happened, for low and for high probabilities")
    return say("The probabilities may be off: the tests leave open how far")


def findings(view: View) -> list[Finding]:
    """Slope and level of the calibration."""
    scoring = view.scoring
    if scoring is None or not has(view) or math.isnan(scoring.measure("slope")):
        return []
    say, language = view.language.say, view.language
    slope, low, high = (scoring.measure(name) for name in ("slope", "slope_low", "slope_high"))
    is_right = RIGHT[0] <= slope <= RIGHT[1]
    return [
        Finding(
            id="calibration", grade=Grade.B if view.is_tested_later else Grade.C,
            head=say("The probabilities can be counted with") if is_right
            else say("The probabilities rank people; sums of them may be off"),
            statement=say(
                "Calibration slope **{slope}** (interval {low} to {high}; {one} is right): {said} were said to leave, "
                "{happened} did; mean gap {ece}; chance alone gives {noise} (tested on {tested}).",
                slope=language.number(slope, 2), low=language.number(low, 2), high=language.number(high, 2),
                one=language.number(1), said=language.percent(scoring.measure("expected"), 1),
                happened=language.percent(scoring.measure("rate"), 1),
                ece=language.percent(scoring.measure("ece"), 1), tested=view.tested,
                noise=language.percent(scoring.measure("ece_noise"), 1),
            ),
            meaning=say("A probability times a value is then money that can be expected.") if is_right
            else say("Sums of probabilities, and money counted with them, may be off by as much as the gap."),
            action=say("Check the promise of this run at the next one: it compares these scores with what happened."),
            section="calibration", value=slope, low=low, high=high, n=len(scoring.predictions), unit="slope",
            notable=False,
        )
    ]  # fmt: skip
