"""The first screen: what was caused, what was not, what cannot be told, which channel keeps nobody, what to test."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import (
    attribution_findings,
    beside,
    budget,
    channel_findings,
    claim,
    comparison_findings,
    fatigue,
    groups,
    ladder,
    next_test,
    programme,
    targets,
    timing,
    trust,
)
from customer_analytics.narrative.campaign_evaluation import findings as own
from customer_analytics.narrative.campaign_evaluation.verdicts import (
    GAINS,
    SOUND,
    Kind,
    main_effects,
    of_kind,
    verdicts,
)
from customer_analytics.narrative.campaign_evaluation.view import shortened
from customer_analytics.narrative.finding import Finding, Grade, Kpi, Summary, told_in_order, told_in_section
from customer_analytics.narrative.once import once

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View


class _Section(Protocol):
    def findings(self, view: View) -> list[Finding]:
        """What the section has to say."""


# After what the campaigns caused, and after FIRST: in the order of the first screen.
SECTIONS: tuple[_Section, ...] = (
    timing,
    programme,
    channel_findings,
    comparison_findings,
    claim,
    targets,
    groups,
    ladder,
    trust,
    budget,
    attribution_findings,
    fatigue,
    beside,
    next_test,
)
MOST_KPIS = 4
# What a client hears first, whichever section it is of: what was caused and what was not, why some cannot be told, the
# channel that keeps nobody, the next test.
FIRST = (
    "harmed", "caused", "pull_forward", "no_effect", "doubtful", "cannot_be_told", "leaving_channel", "next_test",
)  # fmt: skip
FIRST_ACTS = ("harmed", "caused", "doubtful", "cannot_be_told", "no_effect")  # whose act is the recommendation


def summary(view: View) -> Summary:
    """The summary of the report on campaigns."""
    found = all_findings(view)
    if not view.listed and found[0].id == "no_campaigns":
        return _too_little(view, found)
    return Summary(_title(view, found), _standfirst(view), _kpis(view), found, recommendation(found))


@once
def all_findings(view: View) -> tuple[Finding, ...]:
    """All findings, in the order of what a client should hear first."""
    told: list[Finding] = [*own.findings(view), *(found for section in SECTIONS for found in section.findings(view))]
    ordered = sorted(told, key=_place)
    return told_in_order(ordered or [_nothing(view)])


def _place(finding: Finding) -> int:
    """Place of a finding among those told first; all others after them, as they come."""
    return FIRST.index(finding.id) if finding.id in FIRST else len(FIRST)


def aside(view: View, section: str) -> list[Finding]:
    """Findings that belong to a section and are not on the first screen."""
    return told_in_section(all_findings(view), section)


def recommendation(found: tuple[Finding, ...]) -> Text:
    """What to do next: the act of the most useful finding."""
    told = {finding.id: finding for finding in found}
    return next((told[name].action for name in FIRST_ACTS if name in told), _leading(found).action)


def _leading(found: tuple[Finding, ...]) -> Finding:
    """The finding that the page leads with where no campaign does: the first that says something of the past."""
    return next((one for one in found if one.notable and one.id != "next_test"), found[0])


def _title(view: View, found: tuple[Finding, ...]) -> Text:
    say, number = view.language.say, view.language.number
    if not view.listed:
        return _leading(found).head
    compared = len(of_kind(view, *SOUND))
    caused = of_kind(view, *GAINS)
    if not compared:
        return found[0].head
    if not caused:
        return view.language.say_count(
            "One sound experiment, and no gain that was surely caused",
            "{count} sound experiments, and no gain that was surely caused", compared,
        )  # fmt: skip
    if len(caused) == compared == 1:
        return found[0].head
    return view.language.say_count(
        "Of {compared} sound experiments one caused a gain: {names}",
        "Of {compared} sound experiments {count} caused a gain: {names}", len(caused), compared=number(compared),
        names=say("{names}", names=view.names([one.campaign for one in caused])),
    )  # fmt: skip


def _standfirst(view: View) -> Text:
    say = view.language.say
    if not view.listed:
        return say(
            "No campaign can be evaluated: the data do not say who was contacted. What the channels bring is told."
        )
    drawn = sum(one.kind == "randomised" for one in view.listed)
    looked = (
        say("{campaigns} with {assignments}, {period}", campaigns=view.counted_campaigns(len(view.listed)),
            assignments=view.counted_assignments(view.units), period=view.period)
        if view.period
        else say("{campaigns} with {assignments}, without dates", campaigns=view.counted_campaigns(len(view.listed)),
                 assignments=view.counted_assignments(view.units))
    )  # fmt: skip
    values = {"looked": looked, "outcome": view.outcome(view.main), "within": view.within(view.main)}
    if not drawn:
        return say("{looked}; none of them drew its arms by lot. They are judged by {outcome}{within}.", **values)
    if len(view.listed) == 1:
        return say("{looked}; its arms were drawn by lot. It is judged by {outcome}{within}.", **values)
    return say(
        "{looked}; in {drawn} of them the arms were drawn by lot. They are judged by {outcome}{within}.",
        drawn=view.language.number(drawn), **values,
    )  # fmt: skip


def _kpis(view: View) -> tuple[Kpi, ...]:
    if len(view.listed) == 1 and main_effects(view, str(view.listed[0].campaign)):
        return _kpis_of_one(view)
    kpis = [_sound_kpi(view), _unknown_kpi(view), _programme_kpi(view), *channel_findings.kpis(view)]
    if not view.listed:
        kpis += attribution_findings.kpis(view)
    found = tuple(kpi for kpi in kpis if kpi is not None)[:MOST_KPIS]
    return found or (Kpi(view.language.say("Campaigns"), view.language.number(0), view.why_not),)


def _kpis_of_one(view: View) -> tuple[Kpi, ...]:
    """Where there is a single experiment: the difference in each outcome, and whether the sizes of the arms fit."""
    say, campaign = view.language.say, str(view.listed[0].campaign)
    p = view.ratio_p(campaign)
    told = [one for one in verdicts(view) if one.kind is not Kind.UNKNOWN]
    effects = [*main_effects(view, campaign), *(row for one in told for row in one.others)] if told else []
    kpis = [
        Kpi(
            say("{outcome}, {arm}", outcome=view.outcome_label(str(row.outcome)), arm=shortened(row.arm)),
            view.change(str(row.outcome), float(row.effect), short=True),
            say("{interval}; p {p}", interval=view.change_between(str(row.outcome), float(row.low), float(row.high)),
                p=view.p(float(row.p))),
        )
        for row in effects[: MOST_KPIS - 1]
    ]  # fmt: skip
    sizes = say("sample ratio; {n}", n=view.counted_assignments(view.units))
    return (*kpis, Kpi(say("p of the planned sizes"), view.p(p), sizes)) if not math.isnan(p) else tuple(kpis)


def _sound_kpi(view: View) -> Kpi | None:
    """How many sound experiments caused a gain."""
    if not view.listed:
        return None
    say, number = view.language.say, view.language.number
    compared = len(of_kind(view, *SOUND))
    if not compared:
        every = view.counted_campaigns(len(view.listed))
        return Kpi(say("Caused a gain"), number(0), say("no sound experiment; {all}", all=every))
    return Kpi(
        say("Caused a gain"), number(len(of_kind(view, *GAINS))),
        view.language.say_count(
            "of one sound experiment; {all}", "of {count} sound experiments; {all}", compared,
            all=view.counted_campaigns(len(view.listed)),
        ),
    )  # fmt: skip


def _unknown_kpi(view: View) -> Kpi | None:
    """Of how many campaigns it cannot be told what they caused."""
    if not view.listed:
        return None
    open_ones = of_kind(view, Kind.UNKNOWN, Kind.DOUBTFUL, Kind.ADJUSTED)
    without = sum(one.kind == "targeted" for one in view.listed)
    return Kpi(
        view.language.say("Cannot be called caused"), view.language.number(len(open_ones)),
        view.language.say("of {all}; without a group held out: {without}", without=view.language.number(without),
                          all=view.counted_campaigns(len(view.listed))),
    )  # fmt: skip


def _programme_kpi(view: View) -> Kpi | None:
    """What all sound campaigns together brought."""
    money = view.result.money
    if money is None or not money.basis or not len(money.programme):
        return None
    say, last = view.language.say, money.programme.iloc[-1]
    value, low, high = (float(last[name]) for name in ("cumulative", "cumulative_low", "cumulative_high"))
    if math.isnan(value):
        return None
    label = say("Margin that all brought") if money.basis == "margin" else say("Revenue that all brought")
    if math.isnan(low):
        return Kpi(label, view.language.money(value), say("sound experiments only"))
    return Kpi(
        label, view.language.money(value),
        say("sound experiments only, before cost; {interval}", interval=view.money_between(low, high)),
    )  # fmt: skip


def _nothing(view: View) -> Finding:
    """The finding where there are neither campaigns nor channels."""
    say = view.language.say
    return Finding(
        id="no_campaigns", grade=Grade.D, head=say("No campaign can be evaluated"), statement=view.why_not,
        meaning=say("What a contact causes cannot be told without knowing who got it and who did not."),
        action=say("Load the send log of the campaigns: campaign, customer, arm, time."), section="limits",
    )  # fmt: skip


def _too_little(view: View, found: tuple[Finding, ...]) -> Summary:
    """The whole summary where there is nothing to evaluate."""
    say = view.language.say
    return Summary(
        say("Too little is known to say what the campaigns did"),
        say("The report says what is missing and gives no effects."),
        _kpis(view), found, say("Load the send log of the campaigns before anything is concluded."),
    )  # fmt: skip
