"""Contracts: how long they run, in a picture; and the whole first screen where there is nothing but contracts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from customer_analytics.analysis.survival.contracts import Contracts
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, SectionWords
from customer_analytics.narrative.finding import Finding, Grade, Kpi, Summary
from customer_analytics.narrative.retention import contracts
from customer_analytics.narrative.retention.groups import ticks
from customer_analytics.narrative.retention.view import View
from customer_analytics.statistics import Interval

YEAR = 365
POINTS = 40  # steps drawn
CurveRow = tuple[str, list[float], list[float], str, list[float], list[float], list[str]]


def contracts_of(view: View) -> Contracts | None:
    """The contracts, where enough of them are known to print a share."""
    found = None if view.staying is None else view.staying.contracts
    return None if found is None or found.contracts < view.least else found


def _found(view: View) -> Contracts:
    found = contracts_of(view)
    assert found is not None
    return found


def _age(view: View) -> int:
    """The age that the text speaks of: a year, or less where the contracts are younger or the unit is another."""
    found = _found(view)
    last = int(found.curve.time[-1])
    return YEAR if found.unit == "days" and last > YEAR else max(1, last // 2)


def _span(view: View, count: float) -> Text:
    """An age of contracts in words."""
    say_count = view.language.say_count
    if _found(view).unit == "days":
        return say_count("{count} day", "{count} days", round(count))
    return say_count("{count} unit of tenure", "{count} units of tenure", round(count))


def contracts_section(view: View) -> SectionWords:
    """Opening of the section."""
    say, found, age = view.language.say, _found(view), _age(view)
    return SectionWords(
        say("How long contracts run"),
        "contracts",
        say(
            "{share} of {count} contracts run for {age} or longer. A contract has its end on paper: no silence needs "
            "to be read.",
            share=view.language.percent(found.curve.at(age)), count=view.language.number(found.contracts),
            age=_span(view, age),
        ),
    )  # fmt: skip


def contract_curves(view: View) -> list[CurveRow]:
    """The share that still runs by age, as arguments of charts.StepCurve."""
    found, number = _found(view), view.language.number
    last = int(found.curve.time[-1])
    x = [float(day) for day in range(1, last + 1, max(1, -(-last // POINTS)))]
    bounds = [found.curve.interval_at(day) for day in x]
    counts = [found.curve.under_observation(tick) for tick in ticks(last)]
    few = str(view.language.say("few"))
    shown = [number(count) if count >= view.minimum_group or not count else few for count in counts]
    levels = [found.curve.at(day) for day in x]
    name = str(view.language.say("All contracts"))
    return [(name, x, levels, "s1", [one.low for one in bounds], [one.high for one in bounds], shown)]


def contract_axis(view: View) -> tuple[Sequence[float], object, list[str], str, str]:
    """Arguments of charts.CurveAxis."""
    say, number, found = view.language.say, view.language.number, _found(view)
    marks = ticks(int(found.curve.time[-1]))
    label = say("Days since the beginning") if found.unit == "days" else say("Tenure, in the unit of the export")
    return marks, view.language.percent, [number(mark) for mark in marks], str(label), str(say("Contracts running"))


def contract_figure(view: View) -> FigureWords:
    """Words of the curve."""
    say, language, found = view.language.say, view.language, _found(view)
    median, age = found.curve.median(), _age(view)
    half = (
        say("Half of the contracts have ended after {age}", age=_span(view, median))
        if median is not None
        else say("More than half of the contracts run to the end of what was seen")
    )
    return FigureWords(
        half,
        say("Share of contracts that still run at an age (Kaplan-Meier), with its interval"),
        say("Falling curve. {half}; {share} run for {age} or longer.", half=half,
            share=language.percent(found.curve.at(age)), age=_span(view, age)),
        say("Source: subscriptions; {count} contracts, of which {ended} have ended.",
            count=language.number(found.contracts), ended=language.number(found.ended)),
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """What is found about contracts, in the section on them."""
    if contracts_of(view) is None:
        return []
    return [replace(finding, section="contracts") for finding in contracts.findings(view)]


def base_finding(view: View) -> Finding:
    """How long contracts run, with interval."""
    say, language, found, age = view.language.say, view.language, _found(view), _age(view)
    share, interval = found.curve.at(age), found.curve.interval_at(age)
    numbers = {
        "share": language.percent(share), "interval": view.in_bracket(interval), "age": _span(view, age),
        "count": language.number(found.contracts), "ended": language.number(found.ended),
        "part": language.percent(found.ended / found.contracts),
    }  # fmt: skip
    most = share >= 0.5
    return Finding(
        id="contracts", grade=Grade.C,
        head=say("Most contracts run for {age} or longer", **numbers)
        if most
        else say("Most contracts end within {age}", **numbers),
        statement=say("**{share}** of contracts ({interval}, n = {count}) run for {age} or longer.", **numbers),
        meaning=say(
            "{ended} of {count} contracts ({part}) have ended; those that still run count as long as they were seen.",
            **numbers,
        ),
        action=say("Talk to customers before the age at which contracts end, with a random part left out to compare."),
        section="contracts", value=share, low=interval.low, high=interval.high, n=found.contracts, unit="share",
    )  # fmt: skip


def summary(view: View) -> Summary:
    """The first screen where nothing but contracts is known."""
    say, language, found, age = view.language.say, view.language, _found(view), _age(view)
    share, median = found.curve.at(age), found.curve.median()
    first = base_finding(view)
    told = [replace(finding, notable=True) for finding in findings(view)]
    kpis = (
        Kpi(
            say("Run for {age} or longer", age=_span(view, age)),
            language.percent(share),
            say("of {count} contracts; {interval}", count=language.number(found.contracts),
                interval=view.in_bracket(Interval(first.low or 0.0, first.high or 1.0))),
        ),
        Kpi(say("Half have ended after"), str(_span(view, median)) if median else str(say("not reached")),
            say("Kaplan-Meier median")),
        Kpi(say("Ended so far"), language.percent(found.ended / found.contracts),
            say("{ended} of {count} contracts", ended=language.number(found.ended),
                count=language.number(found.contracts))),
    )  # fmt: skip
    title = say("{share} of contracts run for {age} or longer", share=language.percent(share), age=_span(view, age))
    if told:
        title = say("{title}. {who}", title=title, who=told[0].head)
    return Summary(
        title,
        say("The data hold contracts and no dated activity: the report says how long they run, and for whom."),
        kpis,
        (first, *told),
        told[0].action if told else first.action,
    )
