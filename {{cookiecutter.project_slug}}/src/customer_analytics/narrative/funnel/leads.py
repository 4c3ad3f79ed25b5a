"""Leads: from the first contact to closing, and how long that takes."""

from __future__ import annotations

import math

from customer_analytics.analysis.paths.leads import Leads
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.funnel.places import period, records
from customer_analytics.narrative.funnel.view import View
from customer_analytics.statistics import Interval


def leads_of(view: View) -> Leads | None:
    """The leads, where there are enough of them; else None."""
    found = view.paths.leads if view.paths is not None else None
    return found if found is not None and found.leads >= max(view.minimum_base, view.minimum_group) else None


def section(view: View) -> SectionWords:
    """Opening of the section."""
    say = view.language.say
    return SectionWords(
        say("Leads"), "leads", say("From the first contact over a qualified lead to closing, and how long it takes.")
    )


def stage_name(view: View, stage: str) -> Text:
    """Name of a stage."""
    say = view.language.say
    return {"contact": say("Contact"), "qualified": say("Qualified"), "closed": say("Closed")}[stage]


def tables(view: View) -> list[TableWords]:
    """The stages, and the share that closed within some days."""
    found = leads_of(view)
    if found is None:
        return []
    return [_stages(view, found), *([_closed(view, found)] if len(found.closed_within) else [])]


def _stages(view: View, found: Leads) -> TableWords:
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in records(found.stages):
        people = int(row["people"])
        share = (
            say(
                "{share} ({bounds})", share=language.percent(row["share"]),
                bounds=view.between(Interval(row["low"], row["high"])),
            )
            if not math.isnan(row["low"])
            else language.percent(row["share"])
        )  # fmt: skip
        enough = people >= view.minimum_base
        times = [
            (language.duration(86_400 * row[name]) if enough else language.number(None), row[name])
            for name in ("p50", "p75", "p90")
        ]
        rows.append(
            ((stage_name(view, row["stage"]), None), (language.number(people), people), (share, row["share"]), *times)
        )
    return TableWords(
        (
            (say("Stage"), "name"),
            (say("Leads"), "number"),
            (say("Of all leads"), "number"),
            (say("Median time"), "number"),
            (say("Three quarters within"), "number"),
            (say("Nine in ten within"), "number"),
        ),
        tuple(rows),
        say("From contact to closing"),
        view.how(
            (say("Unit"), say("A customer or visitor with a contact; stages count after it")),
            (say("Times"), say("Since the contact, among those who got there")),
            *(
                (stage_name(view, stage), Text(language.listing(list(names)[:6])))
                for stage, names in found.events.items()
                if names
            ),
            window=period(view),
        ),
        file="leads",
    )


def _closed(view: View, found: Leads) -> TableWords:
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in records(found.closed_within):
        bounds = Interval(row["low"], row["high"])
        enough = row["at_risk"] >= view.minimum_base and not math.isnan(row["low"])
        shown = (
            say("{share} ({bounds})", share=language.percent(row["share"]), bounds=view.between(bounds))
            if enough
            else view.not_estimable(int(row["at_risk"]))
        )
        rows.append(
            (
                (language.duration(86_400 * row["days"]), row["days"]),
                (shown, row["share"]),
                (language.number(row["at_risk"]), row["at_risk"]),
            )
        )
    return TableWords(
        (
            (say("Within"), "name"),
            (say("{stage} by then", stage=stage_name(view, _last(found))), "number"),
            (say("Still followed"), "number"),
        ),
        tuple(rows),
        say("How many close, and when"),
        view.how(
            (
                say("Young leads"),
                say("Followed as far as the data reach and no further (Kaplan, Meier); they are not counted as lost"),
            ),
            (say("Interval"), say("Confidence {level}, Greenwood on the log-log scale", level=language.percent(0.95))),
            window=period(view),
        ),
        file="leads_closed",
    )


def _last(found: Leads) -> str:
    return str(found.stages["stage"].iloc[-1])


def findings(view: View) -> list[Finding]:
    """How many leads close, and how fast."""
    found = leads_of(view)
    if found is None or not len(found.closed_within):
        return []
    known = [
        row for row in records(found.closed_within) if row["at_risk"] >= view.minimum_base and row["low"] == row["low"]
    ]
    if not known:
        return []
    say, language, row = view.language.say, view.language, known[-1]
    stage = records(found.stages)[-1]
    enough = int(stage["people"]) >= view.minimum_base
    return [
        Finding(
            id="leads", grade=Grade.C,
            head=say(
                "{share} of leads reach “{stage}” within {time}", share=language.percent(row["share"]),
                stage=stage_name(view, _last(found)), time=language.duration(86_400 * row["days"]),
            ),
            statement=say(
                "Of {leads} leads, **{share}** ({interval}) reach “{stage}” within {time}, young ones followed as far "
                "as the data reach; {period}.",
                leads=language.number(found.leads), share=language.percent(row["share"]),
                interval=view.interval(Interval(row["low"], row["high"])), stage=stage_name(view, _last(found)),
                time=language.duration(86_400 * row["days"]), period=period(view),
            ),
            meaning=say(
                "Half of those who get there do so within {median}, nine in ten within {most}.",
                median=language.duration(86_400 * stage["p50"]), most=language.duration(86_400 * stage["p90"]),
            )
            if enough
            else Text(""),
            action=say("Ask again after that time, and let go of leads that are older than nine in ten that closed."),
            section="leads", value=row["share"], low=row["low"], high=row["high"], n=found.leads, unit="share",
            notable=False,
        )
    ]  # fmt: skip
