"""How long it takes: time to each step among those who got there, and the curve over all who entered."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.funnel.view import View

DAY = 86_400.0
LEAST_SHOWN = 0.005  # share of the final height below which the curve is not drawn
Curve = tuple[list[float], list[float], list[float], list[float]]  # as charts.TimeCurve
Point = tuple[float, float, str]  # as charts.TimeMark


def pace_section(view: View) -> SectionWords:
    """Opening of the section on time."""
    say, language = view.language.say, view.language
    title = say("How long it takes")
    if math.isnan(view.result.median_days):
        deck = say(
            "Fewer than half of all who enter ever reach “{step}”: a median over all of them is not reached.",
            step=view.step(view.steps),
        )
    else:
        deck = say(
            "Half of all who enter have reached “{step}” after {time}, those still under way counted in.",
            step=view.step(view.steps), time=language.duration(view.result.median_days * DAY),
        )  # fmt: skip
    return SectionWords(title, "time", deck)


def times_table(view: View) -> TableWords | None:
    """Quartiles and the slowest tenth of each step and of the whole way; None where nobody gets anywhere."""
    rows = [row for row in view.result.times.to_dict("records") if int(row["converters"]) >= view.minimum_base]
    if not rows:
        return None
    say = view.language.say
    return TableWords(
        (
            (say("Step"), "name"),
            (say("Got there"), "number"),
            (say("A quarter within"), "number"),
            (say("Half within"), "number"),
            (say("Three quarters within"), "number"),
            (say("Nine in ten within"), "number"),
        ),
        tuple(_times_row(view, row) for row in rows),
        say("Time to each step, among those who reached it"),
        view.how_of_steps(
            (say("Time"), say("From the step before to the step; the last row from entry to the end")),
            (say("Base"), say("Only those who reached the step in time; others have no time")),
        ),
        file="times",
    )


def tables(view: View) -> list[TableWords]:
    """The tables of the section, those that there are."""
    table = times_table(view) if view.enough else None
    return [table] if table is not None else []


def _times_row(view: View, row: dict[Any, Any]) -> Row:
    language, step, before = view.language, int(row["step"]), int(row["from_step"])
    whole = before == 1 and step == view.steps and step > 2
    name = language.say("Whole way") if whole else view.step(step)
    seconds = [float(row[name]) for name in ("p25", "p50", "p75", "p90")]
    return (
        (name, None),
        (language.number(int(row["converters"])), int(row["converters"])),
        *((language.duration(value), value) for value in seconds),
    )


def has_curve(view: View) -> bool:
    """Whether there is a curve to draw."""
    return view.enough and len(view.result.curve) > 1 and float(view.result.curve["converted"].max()) > 0


def curve_points(view: View) -> Curve:
    """The share that reached the end by then: seconds, share, and both ends of its band."""
    curve = view.result.curve
    final = float(curve["converted"].iloc[-1])
    shown = curve[(curve["days"] > 0) & (curve["converted"] >= LEAST_SHOWN * final)]
    shown = shown if len(shown) > 1 else curve[curve["days"] > 0]
    seconds = (shown["days"] * DAY).tolist()
    return seconds, shown["converted"].tolist(), shown["low"].tolist(), shown["high"].tolist()


def curve_marks(view: View) -> list[Point]:
    """The moment by which half of those who got there had got there."""
    curve, whole = view.result.curve, view.result.times[view.result.times["from_step"] == 1].iloc[-1]
    seconds = max(float(whole["p50"]), curve_points(view)[0][0])
    share = float(np.interp(seconds, curve["days"] * DAY, curve["converted"]))
    return [(seconds, share, str(view.language.say("half within {time}", time=_duration(view, whole["p50"]))))]


def _duration(view: View, seconds: float) -> str:
    return view.language.duration(float(seconds))


def curve_figure(view: View) -> FigureWords:
    """Words of the curve."""
    say, language, last = view.language.say, view.language, view.result.curve.iloc[-1]
    whole = view.result.times[view.result.times["from_step"] == 1].iloc[-1]
    half, most = language.duration(float(whole["p50"])), language.duration(float(whole["p90"]))
    source = say(
        "{source} {young} entries whose window is still open are counted up to the last day and no longer.",
        source=view.source, young=language.number(view.result.immature),
    )  # fmt: skip
    return FigureWords(
        say("Half of those who get there need no more than {time}", time=half),
        say("Share of all who entered that reached “{step}” by then. Band: interval", step=view.step(view.steps)),
        say(
            "Rising curve: {share} at the end; half of those who got there within {half}, nine in ten within {most}.",
            share=language.percent(float(last["converted"]), 1), half=half, most=most,
        ),
        source if view.result.immature else view.source,
    )  # fmt: skip


def curve_words(view: View) -> Text:
    """What the curve reads at its end, beside those who have left."""
    say, language, last = view.language.say, view.language, view.result.curve.iloc[-1]
    words = say(
        "At the end **{share}** have reached “{step}” (interval {low} to {high}), counting young entries "
        "only as long as they could be seen.",
        share=language.percent(float(last["converted"]), 1), step=view.step(view.steps),
        low=language.percent(float(last["low"]), 1), high=language.percent(float(last["high"]), 1),
    )  # fmt: skip
    left = float(last["left"])
    if math.isnan(left) or math.isnan(view.result.left_after_days):
        return words
    return say(
        "{words} {first} reached it without a pause of {days}; {left} were silent for so long first.",
        words=words, days=language.duration(view.result.left_after_days * DAY),
        first=language.percent(float(last["converted_first"]), 1), left=language.percent(left, 1),
    )  # fmt: skip
