"""The first screen: do people come back, how many, who does not, what changed, what is it worth."""

from __future__ import annotations

from customer_analytics.language import Text
from customer_analytics.narrative.finding import Finding, Grade, Kpi, Summary, told_in_order, told_in_section
from customer_analytics.narrative.once import once
from customer_analytics.narrative.retention import (
    cliffs,
    definitions,
    groups,
    habits,
    need,
    outlook,
    reading,
    release,
    renewals,
    rhythm,
    value,
)
from customer_analytics.narrative.retention import findings as own
from customer_analytics.narrative.retention.view import View
from customer_analytics.statistics import Interval


def summary(view: View) -> Summary:
    """The summary of the retention report."""
    if not view.enough:
        return renewals.summary(view) if renewals.contracts_of(view) is not None else _too_few(view)
    return Summary(_title(view), _standfirst(view), _kpis(view), all_findings(view), recommendation(view))


@once
def all_findings(view: View) -> tuple[Finding, ...]:
    """All findings, in the order of what a client should hear first: how many, who not, when, what changed, worth."""
    if not view.enough:
        return summary(view).findings
    found: list[Finding | None] = [
        own.return_finding(view),
        *groups.findings(view),
        *cliffs.findings(view),
        *release.findings(view),
        own.change_finding(view),
        *need.findings(view),
        *value.findings(view),
        own.money_finding(view),
        *habits.findings(view),
        *reading.findings(view),
        *renewals.findings(view),
        *rhythm.findings(view),
        *outlook.findings(view),
        *definitions.findings(view),
        own.active_finding(view),
        own.still_finding(view),
    ]
    return told_in_order(found)


def aside(view: View, section: str) -> list[Finding]:
    """Findings that belong to a section and are not on the first screen."""
    return told_in_section(all_findings(view), section)


def _title(view: View) -> Text:
    say, language = view.language.say, view.language
    row = view.after.iloc[0]
    numbers = {"rate": language.percent(float(row["bounded"])), "people": view.people, "next": view.next}
    who = next((one for one in groups.findings(view) if one.notable), None)
    if who is not None:
        return say("{rate} of {people} are back {next}. {who}", who=who.head, **numbers)
    steep = next((one for one in cliffs.findings(view) if one.notable), None)
    if steep is not None:
        return say("{rate} of {people} are back {next}. {who}", who=steep.head, **numbers)
    return say("{rate} of {people} are back {next}", **numbers)


def _standfirst(view: View) -> Text:
    say, language, ever = view.language.say, view.language, view.far
    return say(
        "{n} were active from {period}. Of those followed for {span}, {back} came back at least once and {still} were "
        "active at its end.",
        n=view.counted(view.n), period=view.period, span=view.spans(int(ever["period"])),
        back=language.percent(float(ever["on_or_before"])), still=language.percent(float(ever["bounded"])),
    )  # fmt: skip


def _kpis(view: View) -> tuple[Kpi, ...]:
    kpis = [_return_kpi(view), _active_kpi(view), _money_kpi(view), _repurchase_kpi(view), _sticky_kpi(view)]
    return tuple([kpi for kpi in kpis if kpi is not None][:4])


def _return_kpi(view: View) -> Kpi:
    say, language, row, change = view.language.say, view.language, view.after.iloc[0], own.recent(view)
    interval = Interval(float(row["bounded_low"]), float(row["bounded_high"]))
    note = say("of {people}; {interval}", people=view.counted(int(row["eligible"])), interval=view.in_bracket(interval))
    if change is not None:
        moved = language.points(change.rate - change.rate_before) if change.clear else say("no clear change")
        note = say("{note}; newest cohorts: {change}", note=note, change=moved)
    return Kpi(say("Back {next}", next=view.next), language.percent(float(row["bounded"])), note)


def _active_kpi(view: View) -> Kpi | None:
    say, language, table = view.language.say, view.language, view.result.activity
    table = table[table["complete"].astype(bool)]
    if not len(table):
        return None
    now = int(table["active"].iloc[-1])
    label = say("Active {when}", when=view.within(table["period"].iloc[-1]))
    if len(table) < 2 or int(table["active"].iloc[-2]) < view.least:
        return Kpi(label, language.number(now), say("the last complete period"))
    before = int(table["active"].iloc[-2])
    note = say("{change} on the period before", change=language.signed_percent(now / before - 1))
    return Kpi(label, language.number(now), note)


def _money_kpi(view: View) -> Kpi | None:
    say, found = view.language.say, view.result.revenue
    if found is None or found.people < view.least:
        return None
    return Kpi(
        say("Revenue kept, with growth"),
        view.language.percent(found.nrr),
        say(
            "of {people} over {days} days; {interval}", people=view.counted(found.people),
            days=view.language.number(found.days), interval=view.in_bracket(found.nrr_interval),
        ),
    )  # fmt: skip


def _repurchase_kpi(view: View) -> Kpi | None:
    say, table = view.language.say, view.result.repurchase
    if table is None:
        return None
    table = table[(table["eligible"] >= view.least) & (table["within_days"] <= 90)]
    if not len(table):
        return None
    row = table.iloc[-1]
    return Kpi(
        say("Visited again within {days} days", days=view.language.number(int(row["within_days"])))
        if view.visits
        else say("Bought again within {days} days", days=view.language.number(int(row["within_days"]))),
        view.language.percent(float(row["rate"])),
        say(
            "of {people}; {interval}", people=view.counted(int(row["eligible"])),
            interval=view.in_bracket(Interval(float(row["low"]), float(row["high"]))),
        ),
    )  # fmt: skip


def _sticky_kpi(view: View) -> Kpi | None:
    say, found = view.language.say, view.result.stickiness
    if found is None or view.n < view.least:
        return None
    return Kpi(
        say("Daily of monthly active people"),
        view.language.percent(found.value, 1),
        say("mean of {days} days; {interval}", days=view.language.number(found.days),
            interval=view.in_bracket(found.interval, 1)),
    )  # fmt: skip


def recommendation(view: View) -> Text:
    """What to do next: the acts of the two first findings on who leaves, when, and what it is worth."""
    say = view.language.say
    told = {finding.id: finding for finding in all_findings(view) if finding.notable}
    who = next((one for key, one in told.items() if key.startswith("staying_")), None)
    known = [who, *(told.get(key) for key in ("cliff", "retention_need", "value_of_a_point"))]
    acts = [finding.action for finding in known if finding is not None]
    if not acts:
        return say(
            "Keep the present course and run this report again next period: no group, age or date stands out beyond "
            "chance."
        )
    return acts[0] if len(acts) == 1 else say("{first} {second}", first=acts[0], second=acts[1])


def _too_few(view: View) -> Summary:
    """The whole summary where nobody, or too few, can be followed."""
    say, language = view.language.say, view.language
    finding = Finding(
        id="too_few_people", grade=Grade.D, head=say("No rates are given"), statement=view.why_not,
        meaning=say("With so few, chance decides what share comes back."),
        action=say("Load more history, or check the as-of date, the subset and what counts as activity."),
        section="limits", value=float(view.n), n=view.n, unit="people",
    )  # fmt: skip
    return Summary(
        say("Too few can be followed to say whether they come back"),
        say("The report lists what was counted and gives no rates."),
        (Kpi(say("People with activity"), language.number(view.n), say("too few for shares")),),
        (finding,),
        say("Load more history before anybody acts on retention."),
    )
