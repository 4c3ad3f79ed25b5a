"""How long they stay: survival curves of groups with numbers at risk, medians, restricted means, and the tests."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.hazard.result import DAYS, Hazards
from customer_analytics.analysis.survival.comparison import Comparison
from customer_analytics.analysis.survival.estimate import Curve, restricted_mean
from customer_analytics.language import Text
from customer_analytics.narrative.churn.hazard_words import (
    column_name,
    counted,
    is_contracts,
    level_name,
    p_value,
    parts,
    section_id,
    span,
    unusable,
    who,
)
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.groups import ticks
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.narrative.churn.view import View

POINTS = 36  # steps drawn of a curve
MOST_DRAWN = 4  # curves in one figure; the table has the others
CurveRow = tuple[str, list[float], list[float], str, list[float] | None, list[float] | None, list[str]]


def drawn(part: Hazards) -> Comparison | None:
    """The comparison that is drawn: the first with a group that clearly stays shortest, else the first of all."""
    found = [each for each in part.comparisons if each.limit >= 3]
    return next((each for each in found if each.worst is not None), found[0] if found else None)


def survival_section(view: View, part: Hazards) -> SectionWords:
    """Opening of a part."""
    say, curve = view.language.say, part.curve
    assert curve is not None
    title = say("How long contracts last") if is_contracts(part) else say("How long customers stay")
    numbers = {
        "people": counted(view, part, part.people), "ended": view.language.number(part.ended),
        "median": span(view, part, curve.median() or 0), "age": span(view, part, _last(curve)),
        "share": view.language.percent(curve.at(_last(curve))),
    }  # fmt: skip
    half = (
        say("half are gone within {median}", **numbers)
        if curve.median() is not None
        else say("{share} are still here after {age}", **numbers)
    )
    if is_contracts(part):
        deck = say("Of {people} that were seen, {ended} have ended; {half}.", half=half, **numbers)
    else:
        deck = say(
            "Of {people} whose beginning was seen, {ended} count as gone (silent for {days}); {half}.", half=half,
            days=view.days(part.silence), **numbers,
        )  # fmt: skip
    return SectionWords(title, section_id(view, part, "staying"), deck)


def nothing_words(view: View) -> list[Text]:
    """Why there is no curve, for each population that is too small for one."""
    say = view.language.say
    return [
        say("How long contracts last is not estimable: n = {n}.", n=view.language.number(part.people))
        if is_contracts(part)
        else say("How long customers stay is not estimable: n = {n}.", n=view.language.number(part.people))
        for part in unusable(view)
    ]


def curve_rows(view: View, part: Hazards) -> list[CurveRow]:
    """Curves as arguments of charts.StepCurve: the named group last, so that it lies on top; without groups, of all."""
    comparison, curve = drawn(part), part.curve
    assert curve is not None
    if comparison is None:
        return [_curve_row(view, str(view.language.say("All")), curve, _last(curve), "s1")]
    named = str(comparison.worst["group"]) if comparison.worst is not None else None
    order = [str(group) for group in comparison.groups["group"][::-1] if group != named]
    rows = [
        _curve_row(view, str(level_name(view, group)), comparison.curves[group], comparison.limit, "mute")
        for group in order[-MOST_DRAWN + 1 :]
    ]
    if named is not None:
        rows.append(_curve_row(view, str(level_name(view, named)), comparison.curves[named], comparison.limit, "alert"))
    return rows


def _curve_row(view: View, name: str, curve: Curve, limit: float, role: str) -> CurveRow:
    step = max(1, math.ceil(limit / POINTS))
    x = [float(age) for age in range(1, int(limit) + 1, step)]
    bounds = [curve.interval_at(age) for age in x]
    banded = role != "mute"
    return (
        name, x, [curve.at(age) for age in x], role,
        [one.low for one in bounds] if banded else None, [one.high for one in bounds] if banded else None,
        [view.few(curve.under_observation(tick)) if curve.under_observation(tick) else view.language.number(0)
         for tick in ticks(int(limit))],
    )  # fmt: skip


def _limit(part: Hazards) -> int:
    comparison = drawn(part)
    assert part.curve is not None
    return comparison.limit if comparison is not None else int(_last(part.curve))


def _last(curve: Curve) -> float:
    """The oldest age at which enough are under observation for the curve to mean something."""
    enough = curve.time[curve.at_risk >= 10]
    return float(enough[-1] if len(enough) else curve.time[-1])


def curve_axis(view: View, part: Hazards) -> tuple[Any, ...]:
    """Arguments of charts.CurveAxis."""
    say, number, marks = view.language.say, view.language.number, ticks(_limit(part))
    if part.unit != DAYS:
        label = say("Tenure, in the unit of the export")
    else:
        label = say("Days since the contract began") if is_contracts(part) else say("Days since the customer came")
    return marks, view.language.percent, [number(mark) for mark in marks], str(label), str(say("Under observation"))


def curve_figure(view: View, part: Hazards) -> FigureWords:
    """Words of the curves."""
    say, language, comparison = view.language.say, view.language, drawn(part)
    curve = part.curve
    assert curve is not None
    limit = span(view, part, _limit(part))
    if comparison is None:
        title = say("{share} are still here after {age}", share=language.percent(curve.at(_limit(part))), age=limit)
        rows = say("All: {share}", share=language.percent(curve.at(_limit(part))))
        subtitle = say("Share still here, by age (Kaplan-Meier), with its interval")
    else:
        column, worst = column_name(view, comparison.column), comparison.worst
        title = (
            say("{who} leaves first", who=who(view, comparison.column, str(worst["group"])))
            if worst is not None
            else say("By {column}, no group clearly leaves sooner", column=column)
        )
        rows = language.joined(
            say("{group}: {share}", group=level_name(view, str(row["group"])), share=language.percent(row["at_limit"]))
            for row in comparison.groups.to_dict("records")
        )  # type: ignore[assignment]
        subtitle = (
            say("Share still here, by age and {column} (Kaplan-Meier). Red with its interval: who leaves first",
                column=column)
            if worst is not None
            else say("Share still here, by age and {column} (Kaplan-Meier)", column=column)
        )  # fmt: skip
    people = counted(view, part, part.people)
    source = (
        say("Source: subscriptions; {people}.", people=people)
        if is_contracts(part)
        else say("Source: {people}, {period}.", people=people, period=view.period)
    )
    return FigureWords(
        title, subtitle, say("Falling curves. Still here after {limit}: {rows}.", limit=limit, rows=rows), source
    )


def group_table(view: View, part: Hazards) -> TableWords | None:
    """The groups of every column compared: how many, still here, median, mean stay and difference."""
    if not part.comparisons:
        return None
    say, language = view.language.say, view.language
    shown = drawn(part)
    rows: list[Row] = []
    for comparison in part.comparisons:
        if comparison is shown or comparison.worst is not None:
            rows += [_group_row(view, part, comparison, row) for row in comparison.groups.to_dict("records")]
    tests = language.joined(
        say("{column} p {p}", column=column_name(view, each.column), p=p_value(view, each.p_adjusted))
        for each in part.comparisons
    )
    assert shown is not None
    return TableWords(
        (
            (say("Group"), "name"),
            (say("How many"), "number"),
            (say("Half are gone after"), "number"),
            (say("Mean stay, restricted"), "number"),
            (say("Less or more than the rest"), "number"),
        ),
        tuple(rows[:MOST_ROWS]),
        say("Groups of contracts and how long they last")
        if is_contracts(part)
        else say("Groups of customers and how long they stay"),
        view.how(
            (say("Lengths"), say("In days") if part.unit == DAYS else say("In the export's own unit of tenure")),
            (
                say("Restricted mean"),
                say("Within the first {age}, to which every group of the column is observed",
                    age=span(view, part, shown.limit)),
            ),
            (say("Tests"), say("Log-rank over all groups of a column, corrected over the columns (Holm): {tests}",
                               tests=tests)),
        ),
        file="survival_groups.csv",
    )  # fmt: skip


MOST_ROWS = 8


def _group_row(view: View, part: Hazards, comparison: Comparison, row: dict[Any, Any]) -> Row:
    say, number = view.language.say, view.language.number
    curve = comparison.curves[str(row["group"])]
    median = curve.median()
    decimals = 0 if row["mean"] >= 20 else 1
    bounds = say(
        "{value} ({low} to {high})", value=view.language.signed(row["difference"], decimals),
        low=view.language.signed(row["difference_low"], decimals),
        high=view.language.signed(row["difference_high"], decimals),
    )  # fmt: skip
    name = who(view, comparison.column, str(row["group"]))
    return (
        (name, None),
        (number(row["people"]), row["people"]),
        (number(median) if median is not None else say("not reached"), median),
        (number(row["mean"], decimals), row["mean"]),
        (bounds, row["difference"]),
    )


def findings(view: View) -> list[Finding]:
    """The group that leaves first, for each part and column in which one is clear, and how long contracts last."""
    found: list[Finding] = []
    for part in parts(view):
        if is_contracts(part):
            found.append(_length(view, part))
        shown = drawn(part)
        if shown is not None and shown.worst is not None:  # the table has the other columns
            found.append(_worst(view, part, shown, shown.worst))
    return found


def _length(view: View, part: Hazards) -> Finding:
    """How long contracts last: median or the share at the end."""
    say, language, curve = view.language.say, view.language, part.curve
    assert curve is not None
    median, last = curve.median(), _last(curve)
    at = median if median is not None else last
    share, interval = curve.at(at), curve.interval_at(at)
    mean = restricted_mean(curve, last)
    numbers = {
        "age": span(view, part, at), "share": language.percent(share), "interval": view.in_bracket(interval),
        "people": counted(view, part, part.people), "ended": language.number(part.ended),
        "mean": span(view, part, mean.value), "limit": span(view, part, last),
    }  # fmt: skip
    return Finding(
        id="contract_length", grade=Grade.C,
        head=say("Half of the contracts are gone within {age}", **numbers)
        if median is not None
        else say("{share} of the contracts last beyond {age}", **numbers),
        statement=say("Of {people} **{share}** ({interval}) last beyond {age}; {ended} have ended so far.", **numbers),
        meaning=say("Within the first {limit} a contract lasts {mean} on average.", **numbers),
        action=say("Plan the talks about staying before the ages at which contracts end."),
        section=section_id(view, part, "staying"), value=share, low=interval.low, high=interval.high, n=part.people,
        unit="share", notable=False,
    )  # fmt: skip


def _worst(view: View, part: Hazards, comparison: Comparison, worst: dict[str, object] | None) -> Finding:
    assert worst is not None
    say, language = view.language.say, view.language
    row = {key: float(str(worst[key])) for key in worst if key != "group"}
    interval = Interval(row["difference_low"], row["difference_high"])
    numbers = {
        "people": counted(view, part, int(row["people"])), "who": who(view, comparison.column, str(worst["group"])),
        "share": language.percent(row["at_limit"]), "rest": language.percent(row["rest_at_limit"]),
        "limit": span(view, part, comparison.limit), "less": span(view, part, -row["difference"]),
        "low": language.number(-interval.high), "high": language.number(-interval.low),
    }  # fmt: skip
    return Finding(
        id=f"leaves_first_{part.kind}_{comparison.column}", grade=Grade.C,
        head=say("{who} leaves first", **numbers),
        statement=say(
            "Of {people} (**{who}**), {share} are still here after {limit}, of all others {rest}: on "
            "average **{less} less** (interval {low} to {high}).", **numbers,
        ),
        meaning=say("It holds among those who began in the same quarter. It goes with leaving; that it makes them "
                    "leave, these data do not say.")
        if part.unit == DAYS
        else say("It goes with leaving; that it makes them leave, these data do not say."),
        action=say("Ask those who left why, and look at this group first."),
        section=section_id(view, part, "staying"), value=row["difference"], low=interval.low, high=interval.high,
        n=int(row["people"]), unit=part.unit, notable=False,
    )  # fmt: skip
