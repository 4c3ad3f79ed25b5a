"""Where the retention curve leads: the cohorts carried forward, how well that did before, half-life and plateau."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.analysis.outlook.projection import CLEARLY, Backtest, Projection, measure_of
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, How, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.levelling import in_bracket, plateau_finding
from customer_analytics.narrative.retention.spans import age_axis, spans

if TYPE_CHECKING:
    from customer_analytics.analysis.outlook import OutlookResult
    from customer_analytics.narrative.retention.view import View

LARGE_ERROR, LARGE_BIAS = 0.25, 0.1  # of the held-out cells, and of all together, from which one does not budget
SAME = 0.02  # relative difference of the expected people below which one row says it
CurveLine = tuple[str, list[int], list[float | None], str, list[float] | None, list[float] | None, bool]


def found(view: View) -> OutlookResult:
    """The outlook; the notebook asks only where there is one."""
    assert view.outlook is not None
    return view.outlook


def outlook_section(view: View) -> SectionWords:
    """Opening of the section, with the reason where there is no projection."""
    say, outlook = view.language.say, view.outlook
    title = say("Where the curve leads")
    if outlook is None or outlook.projection is None:
        reason = (
            say("no cohort that surely began in the data has been followed for a whole period")
            if outlook is None or outlook.reason == "no_cohorts"
            else say("the oldest cohort has not been followed for long enough")
        )
        return SectionWords(title, "outlook", say("Not estimable: {reason}.", reason=reason))
    ahead = outlook.projection
    return SectionWords(
        title,
        "outlook",
        say(
            "The cohorts so far, carried {ahead} on. The curve was chosen by how well it had forecast periods held "
            "out; cohorts to come are not in it.",
            ahead=_horizon(view, ahead),
        ),
    )  # fmt: skip


def _horizon(view: View, ahead: Projection) -> Text:
    return spans(view.language, found(view).period, int(ahead.ahead["step"].max()))


def curve_lines(view: View, ahead: Projection) -> list[CurveLine]:
    """Observed and expected share by age: name, ages, shares, role, low, high, dashed. Age 0 is everybody: left out."""
    curve = ahead.curve[ahead.curve["age"] >= 1]
    seen = curve["eligible"] >= view.minimum_base
    ages = [int(age) for age in curve["age"]]
    observed = [
        float(value) if is_seen and not math.isnan(value) else None
        for value, is_seen in zip(curve["observed"], seen, strict=True)
    ]
    has_band = bool(curve["low"].notna().all())
    low, high = ([float(value) for value in curve[name]] if has_band else None for name in ("low", "high"))
    expected: list[float | None] = [float(value) for value in curve["expected"]]
    say = view.language.say
    return [
        (say("Expected share"), ages, expected, "s2", low, high, True),
        (say("Observed share"), ages, observed, "s1", None, None, False),
    ]


def curve_axis_label(view: View) -> Text:
    """Label of the axis of ages."""
    return age_axis(view.language, found(view).period)


def curve_figure(view: View, ahead: Projection) -> FigureWords:
    """Words of the chart of the projected curve."""
    say, language, period = view.language.say, view.language, found(view).period
    last = ahead.curve.iloc[-1]
    numbers = {
        "share": language.percent(float(last["expected"])),
        "age": spans(language, period, int(last["age"])),
    }
    title = say("If people go on as before, {share} of a cohort are active after {age}", **numbers)
    first = ahead.curve.iloc[1]
    return FigureWords(
        title,
        say(
            "Share of a cohort active in each period of its life; the band is the {level} interval",
            level=language.percent(0.95),
        )
        if bool(ahead.curve["low"].iloc[1:].notna().all())
        else say("Share of a cohort active in each period of its life"),
        say(
            "{title}{interval}. In the first period after the start it is {first}.", title=title,
            interval=in_bracket(view, float(last["low"]), float(last["high"])),
            first=language.percent(float(first["expected"])),
        ),
        say(
            "Source: {cohorts} cohorts that began in the data, without those that may hold people from before it.",
            cohorts=language.number(len(known.size) if (known := found(view).known) is not None else 0),
        ),
    )  # fmt: skip


def model_name(view: View, model: str) -> Text:
    """Name of a curve."""
    say = view.language.say
    if model == "sbg":
        return say("Shifted beta-geometric")
    return say("Power curve") if model == "power" else say("The last level goes on")


def test_table(view: View, ahead: Projection) -> TableWords:
    """How the curves did on the periods held out: chosen on the earlier ones, judged on the later."""
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for model in ("sbg", "power", "level"):
        cells: list[tuple[str, float | None]] = []
        for stretch, measure in ((ahead.choice, _measure(ahead)), (ahead.test, "error")):
            if stretch is not None:
                error = stretch.of(model)[measure]
                cells.append((language.percent(error, 1), error))
        bias = ahead.test.of(model)["bias"]
        name = model_name(view, model)
        is_used = model == ahead.chosen
        shown = say("{name} (used)", name=name) if is_used else name
        rows.append(((shown, None), *cells, (language.signed_percent(bias, 1), bias)))
    period = "month" if ahead.chained else found(view).period
    length = spans(language, period, ahead.test.periods)
    columns: tuple[tuple[Text, str], ...] = ((say("Curve"), "name"),)
    if ahead.choice is not None:
        columns += ((say("Error when chosen"), "number"),)
    columns += ((say("Error when tested"), "number"), (say("Too high or too low"), "number"))
    return TableWords(
        columns,
        tuple(rows),
        say("How the curves forecast contracts in months held out")
        if ahead.chained
        else say("How the curves forecast periods held out"),
        _how_of_test(view, ahead, length),
        file="contracts_test.csv" if ahead.chained else "projection_test.csv",
    )


def _measure(ahead: Projection) -> str:
    return measure_of(ahead.choice if ahead.choice is not None else ahead.test, chained=ahead.chained)


def _how_of_test(view: View, ahead: Projection, length: Text) -> How:
    say, language = view.language.say, view.language
    chosen = say(
        "The history is too short to hold out two stretches: chosen and tested on the last {length}", length=length
    )
    if ahead.choice is not None and _measure(ahead) == "shape":
        chosen = say(
            "The {length} before the last {length}, held out: by how the active people of a period are spread over the "
            "ages, so that the season has no say. The last level is used only where it is better by {clearly} or more",
            length=length, clearly=language.percent(CLEARLY),
        )  # fmt: skip
    elif ahead.choice is not None:
        chosen = say(
            "The {length} before the last {length}, held out. The last level is used only where it is better by "
            "{clearly} or more", length=length, clearly=language.percent(CLEARLY),
        )  # fmt: skip
    return (
        (say("Chosen on"), chosen),
        (
            say("Tested on"),
            say(
                "The last {length}, {cells} cells with {active} active people; no curve knew them",
                length=length, cells=language.number(ahead.test.cells), active=language.number(ahead.test.active),
            ),
        ),
        (
            say("Forecast error"),
            say("Sum of the differences between forecast and actual people, without their signs, over the actual ones"),
        ),
        (
            say("Method"),
            say(
                "Fader and Hardie for the shifted beta-geometric; each cohort is carried on at its own level, drawn "
                "towards the common curve by as much as chance would scatter it"
            ),
        ),
    )  # fmt: skip


def ahead_table(view: View, ahead: Projection) -> TableWords:
    """People of the cohorts so far expected to be active in periods to come."""
    say, language, period = view.language.say, view.language, found(view).period
    most = int(ahead.ahead["step"].max())
    steps = sorted({step for step in (1, 3, 6, most) if step <= most})
    table = ahead.ahead[ahead.ahead["step"].isin(steps)]
    if table["expected"].max() < (1 + SAME) * table["expected"].min():
        table = table.tail(1)  # a level curve says the same of every period
    rows: list[Row] = []
    for row in table.to_dict("records"):
        low, high, value = float(row["low"]), float(row["high"]), float(row["expected"])
        shown: Text | str = language.number(value)
        if not math.isnan(low):
            shown = say("{value} ({low} to {high})", value=shown, low=language.number(low), high=language.number(high))
        rows.append(((spans(language, period, int(row["step"])), int(row["step"])), (shown, value)))
    return TableWords(
        ((say("From now"), "name"), (say("Active people of the cohorts so far"), "number")),
        tuple(rows),
        say("Who of today's people will be active"),
        (
            (say("Unit"), say("People whose beginning was seen in the data; those to come are not in it")),
            (
                say("Interval"),
                say(
                    "{level}: the spread between cohorts, and the error in the periods held out; without the season",
                    level=language.percent(0.95),
                ),
            ),
        ),
        file="projection_ahead.csv",
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """The projection, and a plateau or a fall that is beyond doubt."""
    outlook = view.outlook
    if outlook is None or outlook.projection is None:
        return []
    told = [_projection_finding(view, outlook.projection)]
    if outlook.plateau is not None and outlook.plateau.verdict in ("level", "falling"):
        told.append(plateau_finding(view, outlook.plateau))
    return told


def _projection_finding(view: View, ahead: Projection) -> Finding:
    say, language, period = view.language.say, view.language, found(view).period
    row, last = ahead.ahead.iloc[-1], ahead.curve.iloc[-1]
    error = ahead.test.of(ahead.chosen)
    has_interval = not math.isnan(float(row["low"]))
    grade = _grade(ahead.test, error)
    numbers = {
        "people": language.number(float(row["expected"])),
        "low": language.number(float(row["low"])) if has_interval else "",
        "high": language.number(float(row["high"])) if has_interval else "",
        "ahead": spans(language, period, int(row["step"])),
        "cohorts": language.number(len(known.size) if (known := found(view).known) is not None else 0),
    }
    statement = (
        say(
            "If people go on as before, **{people}** (interval {low} to {high}) of the people of {cohorts} cohorts so "
            "far are active {ahead} from now.", **numbers,
        )
        if has_interval
        else say(
            "If people go on as before, **{people}** of the people of {cohorts} cohorts so far are active {ahead} from "
            "now.", **numbers,
        )
    )  # fmt: skip
    return Finding(
        id="projection",
        grade=grade,
        head=say("Who of today's people will still be there"),
        statement=statement,
        meaning=_tested(view, ahead.test, error),
        action=say("Plan with the lower end, and set what comes against it at the next run.")
        if grade is Grade.B
        else say("Compare cohorts with it; do not budget with it."),
        section="outlook",
        value=float(row["expected"]),
        low=float(row["low"]) if has_interval else None,
        high=float(row["high"]) if has_interval else None,
        n=int(last["eligible"]) or int(ahead.curve["eligible"].iloc[0]),
        unit="people",
        notable=False,
    )


def _grade(test: Backtest, error: dict[str, float]) -> Grade:
    close = error["error"] <= LARGE_ERROR and abs(error["bias"]) <= LARGE_BIAS
    return Grade.B if close and test.cells > 1 else Grade.D


def _tested(view: View, test: Backtest, error: dict[str, float]) -> Text:
    say, language = view.language.say, view.language
    numbers = {
        "length": spans(language, found(view).period, test.periods),
        "error": language.percent(error["error"]),
        "bias": language.signed_percent(error["bias"]),
    }
    if _grade(test, error) is not Grade.B:
        return say(
            "On the last {length}, held out, single cells were off by {error} and all together by {bias}: too much for "
            "a plan.", **numbers,
        )  # fmt: skip
    return say(
        "The curve forecast the last {length}, held out: single cells were off by {error}, all together by {bias}.",
        **numbers,
    )
