"""The first screen: how many leave, whether it can be told who, what it is worth to act, and how far to trust it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from customer_analytics.language import Text
from customer_analytics.narrative.churn import (
    calibration,
    closing,
    conditional,
    definition,
    drift,
    hazards,
    importance,
    last_path,
    leakage,
    performance,
    pilot,
    profit,
    promise,
    reasons,
    saving,
    subgroups,
    survival,
    tiers,
    value_at_risk,
)
from customer_analytics.narrative.churn import findings as own
from customer_analytics.narrative.churn.hazard_words import span
from customer_analytics.narrative.finding import Finding, Grade, Kpi, Summary, told_in_order, told_in_section
from customer_analytics.narrative.once import once

if TYPE_CHECKING:
    from customer_analytics.narrative.churn.view import View


class _Section(Protocol):
    def findings(self, view: View) -> list[Finding]:
        """What the section has to say."""


# After how many leave and who: in the order of the first screen.
SECTIONS: tuple[_Section, ...] = (
    definition,
    promise,
    value_at_risk,
    saving,
    profit,
    conditional,
    hazards,
    leakage,
    last_path,
    survival,
    subgroups,
    drift,
    tiers,
    pilot,
    reasons,
    importance,
    performance,
    calibration,
)
FIRST_ACTS = ("profit", "tiers", "pilot", "telling")  # findings whose act is the recommendation, the best one first


def summary(view: View) -> Summary:
    """The summary of the churn report."""
    if view.scoring is None:
        return _too_little(view)
    return Summary(_title(view), _standfirst(view), _kpis(view), all_findings(view), recommendation(view))


@once
def all_findings(view: View) -> tuple[Finding, ...]:
    """All findings, in the order of what a client should hear first."""
    told = [*own.findings(view), *(found for section in SECTIONS for found in section.findings(view))]
    if view.scoring is None:
        told = [_nothing(view), *told]
    return told_in_order(told)


def aside(view: View, section: str) -> list[Finding]:
    """Findings that belong to a section and are not on the first screen."""
    return told_in_section(all_findings(view), section)


def _title(view: View) -> Text:
    say, language, soon = view.language.say, view.language, own.expected(view)
    numbers = {
        "soon": language.number(own.rounded(soon)), "now": view.counted(view.n), "leave": view.leave,
        "who": _who(view), "people": view.people,
    }  # fmt: skip
    if view.kind == "snapshot":
        ends = conditional.findings(view)
        return (
            say("{head}. {who}", head=ends[0].head, **numbers)
            if ends
            else say("{now} are still here. {who}", **numbers)
        )
    told = own.leaving_finding(view)
    if math.isnan(soon) and told is not None:
        return say("{head}. {who}", head=told.head, **numbers)
    return say("About {soon} of {now} will {leave}. {who}", **numbers)


def _who(view: View) -> Text:
    """Whether it can be told who they are, as a sentence."""
    say, scoring = view.language.say, view.scoring
    assert scoring is not None
    if scoring.nothing_predicts:
        return say("Nothing in the data tells who")
    if not scoring.is_model:
        return say("No model tells who better than {method}", method=view.method(scoring.chosen))
    top = view.language.percent(min(scoring.measure("lift") * scoring.measure("rate"), 1.0))
    if view.kind == "snapshot":
        return say("Of the tenth that looks most like leaving, {top} have left", top=top)
    return say("Of the riskiest tenth, {top} leave", top=top)


def _standfirst(view: View) -> Text:
    language, scoring = view.language, view.scoring
    assert scoring is not None
    say, words = language.say, {"definition": view.definition, "tested": view.tested, "period": view.period}
    if view.kind == "snapshot":
        return say(
            "Leaving means {definition}. Without dates the forecast could only be tested on {tested}, not on a later "
            "time.", **words,
        )  # fmt: skip
    if not scoring.out_of_time:
        return say(
            "Leaving means {definition}. The data, {period}, are too short for a test on later cut-offs: tested on "
            "{tested}.", **words,
        )  # fmt: skip
    cases = language.number(len(scoring.predictions))
    return language.say_count(
        "Leaving means {definition}. A date in the past was forecast from what was known before it, and compared with "
        "what then happened: {cases} cases.",
        "Leaving means {definition}. {count} dates in the past were forecast from what was known before each, and "
        "compared with what then happened: {cases} cases.",
        len(scoring.tests), definition=view.definition, cases=cases,
    )  # fmt: skip


def _kpis(view: View) -> tuple[Kpi, ...]:
    kpis = [_ends_kpi(view), _stake_kpi(view), _lift_kpi(view), _calibration_kpi(view), _money_kpi(view)]
    if kpis[0] is not None and kpis[-1] is not None:
        kpis.pop(3)
    return tuple([kpi for kpi in kpis if kpi is not None][:4])


def _ends_kpi(view: View) -> Kpi | None:
    """Running contracts expected to end, where no date says when anybody left."""
    part = conditional.shown(view) if view.kind == "snapshot" or view.scoring is None else None
    if part is None:
        return None
    say, number = view.language.say, view.language.number
    return Kpi(
        say("Expected to end next"),
        number(own.rounded(float(part.scores["probability"].sum()))),
        say("of {running} running contracts, within the next {ahead}", running=number(len(part.scores)),
            ahead=span(view, part, part.horizon)),
    )  # fmt: skip


def _stake_kpi(view: View) -> Kpi | None:
    """People expected to leave, with the base rate of the last cut-off and its change."""
    say, language, found, soon = view.language.say, view.language, own.leaving(view), own.expected(view)
    if found is None:
        return None
    rate = say("{rate} left lately, {interval}", rate=language.percent(found.rate),
               interval=view.in_bracket(found.interval))  # fmt: skip
    if view.kind == "snapshot" or math.isnan(soon):
        label = say("Have ended so far") if view.kind == "snapshot" else say("Have left")
        return Kpi(label, language.percent(found.rate), view.in_bracket(found.interval))
    moved = language.points(found.rate - found.before) if found.clear else say("no clear change")
    note = say("of {now}; {rate}", now=view.counted(view.n), rate=rate)
    if not math.isnan(found.before):
        note = say("{note}; on the cut-off before: {change}", note=note, change=moved)
    return Kpi(say("Expected to leave {ahead}", ahead=view.ahead), language.number(own.rounded(soon)), note)


def _lift_kpi(view: View) -> Kpi | None:
    """Times as many leavers in the riskiest tenth; where nothing predicts, the ranking of the best method."""
    scoring = view.scoring
    if scoring is None:
        return None
    say, number = view.language.say, view.language.number
    if scoring.nothing_predicts:
        told = next(one for one in own.findings(view) if one.id == "telling")
        return Kpi(
            say("Leaver ranked before stayer"), view.language.percent(told.value),
            say("best of all methods; {half} is chance", half=view.language.percent(0.5)),
        )  # fmt: skip
    low, high, digits = scoring.measure("lift_low"), scoring.measure("lift_high"), own.lift_digits(view)
    interval = view.numbers_between(low, high, digits)
    note = say("as many leavers as among all; {interval}", interval=interval)
    other = scoring.best_rule if scoring.is_model else scoring.best_model
    if other:
        note = say("{note}; {other}: {lift}", note=note, other=view.method(other),
                   lift=number(scoring.measure("lift", other), digits))  # fmt: skip
    if scoring.measure("decile_left") < own.FEW_IN_TENTH:
        return Kpi(say("In the riskiest tenth"), number(None), interval)
    label = say("In the tenth most like them") if view.kind == "snapshot" else say("In the riskiest tenth")
    return Kpi(label, say("{lift} times", lift=number(scoring.measure("lift"), digits)), note)


def _calibration_kpi(view: View) -> Kpi | None:
    """Slope of what happened on what was said."""
    scoring = view.scoring
    if scoring is None or scoring.nothing_predicts or math.isnan(scoring.measure("slope")):
        return None
    say, language = view.language.say, view.language
    return Kpi(
        say("Calibration slope ({one} is right)", one=language.number(1)),
        language.number(scoring.measure("slope"), 2),
        say(
            "{interval}; said {said}, happened {happened}",
            interval=view.numbers_between(scoring.measure("slope_low"), scoring.measure("slope_high"), 2),
            said=language.percent(scoring.measure("expected")), happened=language.percent(scoring.measure("rate")),
        ),
    )  # fmt: skip


def _money_kpi(view: View) -> Kpi | None:
    """Money expected to be lost with those who leave."""
    acts = view.result.actions
    if acts is None or acts.at_risk is None or not acts.at_risk.expected > 0 or view.n < view.least:
        return None
    say, language, (low, high) = view.language.say, view.language, acts.at_risk.interval
    what = say("margin of twelve months") if acts.is_margin else say("revenue of twelve months")
    if math.isnan(low):
        note = say("{what}; no interval: nothing was tested", what=what)
    else:
        note = say("{what}; {interval}", what=what, interval=view.money_between(low, high))
    return Kpi(say("Value at risk"), language.money(acts.at_risk.expected), note)


def recommendation(view: View) -> Text:
    """What to do next: the offer of the pilot where one pays, else the act of the finding on whom to contact."""
    acts = view.result.actions
    if view.predicts and acts is not None and acts.has_offer:
        return closing.offer_step(view)
    told = {finding.id: finding for finding in all_findings(view)}
    if not view.predicts:
        return told["telling"].action
    return next(told[name].action for name in FIRST_ACTS if name in told)


def _nothing(view: View) -> Finding:
    """The finding where nothing can be forecast."""
    say, people = view.language.say, view.n
    return Finding(
        id="too_little", grade=Grade.D, head=say("No forecast is given"), statement=view.why_not,
        meaning=say("A score without a test would be a guess about real people."),
        action=say("Load more history, or check the as-of date, the subset and what counts as leaving."),
        section="limits", value=float(people), n=people, unit="people",
    )  # fmt: skip


def _too_little(view: View) -> Summary:
    """The whole summary where nothing can be forecast: what is there all the same, and what is missing."""
    say, language, found = view.language.say, view.language, own.leaving(view)
    kpis = [_ends_kpi(view), Kpi(say("Here now"), language.number(view.n), say("too little for a forecast"))]
    if found is not None:
        kpis.append(Kpi(say("Have left"), language.percent(found.rate), view.in_bracket(found.interval)))
    ends = conditional.findings(view)
    return Summary(
        Text(ends[0].head) if ends else say("Too little is known to say who will leave"),
        say("Who leaves could not be forecast and tested; what is known of how long contracts last is told.")
        if ends
        else say("The report says what was counted and gives no scores."),
        tuple(kpi for kpi in kpis if kpi is not None),
        all_findings(view),
        say("Load more history before anybody is contacted by risk."),
    )
