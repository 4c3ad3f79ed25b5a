"""Given that they are here: which running contracts end next, by their age and terms, and whether it came true."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from customer_analytics.analysis.hazard.result import DAYS, Hazards
from customer_analytics.narrative.churn.hazard_words import counted, is_contracts, parts, section_id, span
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.churn.view import View

BANDS = (0, 30, 90, 180, 270, 365, 545, 730, 1095)  # days of age
OWN_BANDS = 5  # where the unit is the export's own


def shown(view: View) -> Hazards | None:
    """The contracts, where running ones have a probability."""
    return next((part for part in parts(view) if is_contracts(part) and len(part.scores) >= view.least), None)


def conditional_section(view: View) -> SectionWords:
    """Opening of the section."""
    part = shown(view)
    assert part is not None
    say, language = view.language.say, view.language
    return SectionWords(
        say("Which running contracts end next"),
        section_id(view, part, "running"),
        say(
            "Of {running} about {expected} end within the next {ahead}: each has a probability of its own, given its "
            "age and its terms.", running=counted(view, part, len(part.scores)),
            expected=language.number(float(part.scores["probability"].sum())), ahead=span(view, part, part.horizon),
        ),
    )  # fmt: skip


def age_table(view: View) -> TableWords:
    """Running contracts by age: how many, and the mean probability to end within the horizon."""
    part = shown(view)
    assert part is not None
    say, language = view.language.say, view.language
    scores = part.scores
    edges = _edges(part)
    band = pd.cut(scores["age"], [*edges, np.inf], right=False, labels=False)
    rows: list[Row] = []
    for number, group in scores.groupby(band, sort=True):
        place = int(str(number).split(".")[0])
        low = edges[place]
        name = (
            say("{low} to {high}", low=language.number(low), high=language.number(edges[place + 1] - 1))
            if place + 1 < len(edges)
            else say("{low} or more", low=language.number(low))
        )
        few = len(group) < view.minimum_base
        share = float(group["probability"].mean())
        rows.append(
            (
                (name, low),
                (view.few(len(group)), len(group) if len(group) >= view.minimum_group else None),
                (view.not_estimable(len(group)) if few else language.percent(share), None if few else share),
                (language.number(None) if few else language.number(float(group["probability"].sum())),
                 None if few else float(group["probability"].sum())),
            )
        )  # fmt: skip
    head = say("Age in days") if part.unit == DAYS else say("Age in units of tenure")
    beyond = float(scores["extrapolated"].mean())
    return TableWords(
        (
            (head, "name"), (say("Running contracts"), "number"),
            (say("End within {ahead}", ahead=span(view, part, part.horizon)), "number"),
            (say("Expected ends"), "number"),
        ),
        tuple(rows),
        say("Running contracts by age, and how likely they end next"),
        view.how(
            (
                say("Probability"),
                say("Given the contract's age now and its covariates, from the hazard model; the file of contracts "
                    "holds each one with its interval"),
            ),
            (
                say("Beyond what was seen"),
                say("{share} are older than any age well observed; there the last hazard goes on",
                    share=language.percent(beyond)),
            ),
        ),
    )  # fmt: skip


def _edges(part: Hazards) -> list[int]:
    oldest = int(part.scores["age"].max())
    if part.unit == DAYS:
        return [edge for edge in BANDS if edge <= oldest] or [0]
    ages = part.scores["age"].to_numpy(float)
    return sorted({0, *(int(np.quantile(ages, k / OWN_BANDS)) for k in range(1, OWN_BANDS))})


def check_table(view: View) -> TableWords | None:
    """Predicted and seen in fifths: on what came after past days, else on contracts left out of the fit."""
    part = shown(view)
    if part is None or (part.later is None and part.quality is None):
        return None
    say, language = view.language.say, view.language
    later = part.later
    if later is not None:
        groups = later.groups
        tested = say(
            "Fitted on what was known at {cuts} past days, compared with who had ended {ahead} later: {expected} "
            "expected, {ended} seen",
            cuts=language.number(len(later.cuts)), ahead=span(view, part, part.horizon),
            expected=language.number(later.expected), ended=language.number(later.ended),
        )  # fmt: skip
    else:
        assert part.quality is not None
        groups = part.quality.calibration
        tested = say(
            "Contracts left out of the fit in turn: predicted end within {age} of the beginning, against what was "
            "seen (Kaplan-Meier)", age=span(view, part, part.quality.calibrated_at),
        )  # fmt: skip
    rows: list[Row] = [
        (
            (language.number(row["group"]), row["group"]),
            (language.number(row["people"]), row["people"]),
            (language.percent(row["predicted"]), row["predicted"]),
            (language.percent(row["observed"]), row["observed"]),
            (say("{low} to {high}", low=language.percent(row["low"]), high=language.percent(row["high"])), None),
        )
        for row in groups.to_dict("records")
    ]
    return TableWords(
        (
            (say("Fifth, safest first"), "name"), (say("Cases"), "number"), (say("Foretold to end"), "number"),
            (say("Have ended"), "number"), (say("Interval of what was seen"), "number"),
        ),
        tuple(rows),
        say("Did the probabilities of contracts come true?"),
        view.how((say("Test"), tested)),
        file="hazard_checks.csv",
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """How many running contracts are expected to end, and whether such forecasts came true."""
    part = shown(view)
    if part is None:
        return []
    say, language = view.language.say, view.language
    expected = float(part.scores["probability"].sum())
    numbers = {
        "running": counted(view, part, len(part.scores)), "expected": language.number(expected),
        "ahead": span(view, part, part.horizon), "share": language.percent(expected / len(part.scores)),
    }  # fmt: skip
    later = part.later
    if later is not None:
        meaning = say(
            "At past days {foretold} ends were foretold, {seen} came. Against a rule that knows only the age the "
            "errors are {skill} smaller.", foretold=language.number(later.expected), seen=language.number(later.ended),
            skill=language.percent(max(later.skill, 0.0), 1),
        )  # fmt: skip
    else:
        meaning = say("Without dates the forecast could not be tested on a later time.")
    graded = later is not None and not math.isnan(later.skill) and later.skill > 0
    return [
        Finding(
            id="running_contracts", grade=Grade.B if graded else Grade.C,
            head=say("About {expected} running contracts end within the next {ahead}", **numbers),
            statement=say("Of {running} about **{expected}** ({share}) are expected to end within the next {ahead}.",
                          **numbers),
            meaning=meaning,
            action=say("Call those first whose probability is highest for their value; the file of contracts has it."),
            section=section_id(view, part, "running"), value=expected, n=len(part.scores), unit="contracts",
            notable=view.is_contractual,
        )
    ]  # fmt: skip
