"""The first screen: conclusion, figures, findings, recommendation."""

from __future__ import annotations

import math

from customer_analytics.language import Text
from customer_analytics.narrative.finding import Finding, Grade, Kpi, Summary, told_in_order, told_in_section
from customer_analytics.narrative.once import once
from customer_analytics.narrative.personas import combinations, validity
from customer_analytics.narrative.personas.findings import (
    audience_finding,
    fairness_finding,
    stability_finding,
    structure_finding,
    tags_finding,
    unknown_finding,
    validity_finding,
    worth_finding,
)
from customer_analytics.narrative.personas.rules import HOLDOUT
from customer_analytics.narrative.personas.structure import why_not
from customer_analytics.narrative.personas.view import View
from customer_analytics.narrative.personas.voice import voice_finding


def summary(view: View) -> Summary:
    """The summary of the personas report."""
    if not view.estimable:
        return _not_estimable(view)
    return Summary(_title(view), _standfirst(view), _kpis(view), all_findings(view), recommendation(view))


@once
def all_findings(view: View) -> tuple[Finding, ...]:
    """All findings, in the order of what a client should hear first."""
    found = (
        structure_finding(view),
        worth_finding(view),
        validity_finding(view),
        audience_finding(view),
        voice_finding(view),
        fairness_finding(view),
        stability_finding(view),
        unknown_finding(view),
        tags_finding(view),
    )
    return told_in_order(found)


def aside(view: View, section: str) -> list[Finding]:
    """Findings that belong to a section and are not on the first screen."""
    return told_in_section(all_findings(view), section) if view.estimable else []


def _title(view: View) -> Text:
    say, language, most = view.language.say, view.language, view.most_worth
    count = language.number(len(view.personas))
    customers = say("regular customers") if view.result.population.too_little else say("customers")
    if not view.has_personas:
        return say("The customers do not fall into kinds: they differ by degree")
    if most is not None:
        return say(
            "{count} kinds of {customers}. {share} are “{persona}” and bring {revenue} of their revenue", count=count,
            customers=customers,
            share=language.percent(most.share_customers), persona=view.name(most.key),
            revenue=language.percent(most.share_revenue),
        )  # fmt: skip
    largest = view.personas[0]
    return say(
        "{count} kinds of {customers}. The largest: {share} are “{persona}”", count=count, customers=customers,
        share=language.percent(largest.share_customers), persona=view.name(largest.key),
    )  # fmt: skip


def _standfirst(view: View) -> Text:
    say, language, people = view.language.say, view.language, view.result.population
    if not view.has_personas:
        return say(
            "{customers} customers were compared by {tags} habits. No border between groups is real, so this report "
            "shows the tags of all of them and the combinations that help.",
            customers=language.number(people.described),
            tags=language.number(len(view.result.preparation.used)),
        )  # fmt: skip
    others = [view.name(one.key) for one in view.personas if one is not (view.most_worth or view.personas[0])][:3]
    named = language.listing([str(say("“{persona}”", persona=name)) for name in others])
    last = (
        say("They foretell more than RFM alone.") if validity.adds(view) else say("RFM says whom, they say how.")
    )  # fmt: skip
    return say(
        "The others: {named}. Told apart by how they buy, on {customers} customers with {enough}. {last}",
        named=named if len(view.personas) <= 4 else say("{named} and more", named=language.joined([named])),
        customers=language.number(people.described), enough=view.enough, last=last,
    )  # fmt: skip


def _kpis(view: View) -> tuple[Kpi, ...]:
    say, language, people = view.language.say, view.language, view.result.population
    found, tested = view.result.structure, view.result.validity
    share = people.described / people.customers if people.customers else math.nan
    kpis = [
        Kpi(
            say("Customers with a persona") if view.has_personas else say("Customers compared"),
            language.percent(share) if view.told else language.number(people.described),
            say(
                "{count} of {n} customers", count=language.number(people.described), n=language.number(people.customers)
            )
            if view.told
            else say("with {enough}", enough=view.enough),
        ),
        Kpi(
            say("Silhouette"),
            language.number(found.silhouette, 2),
            say("one single group would reach {one}", one=language.number(found.silhouette_one_group, 2)),
        ),
    ]  # fmt: skip
    if view.has_personas:
        weakest = min(view.personas, key=lambda one: one.stability)
        kpis.append(
            Kpi(
                say("Least stable persona"), language.number(weakest.stability, 2),
                say("overlap between samples; from {stable} on stable", stable=language.number(0.75, 2)),
            )
        )  # fmt: skip
    if tested.status == "tested":
        kpis.append(
            Kpi(
                say("Added to RFM"),
                say("{points} points", points=language.signed(100 * tested.added, 1)),
                say(
                    "of what is explained; interval {low} to {high}",
                    low=language.signed(100 * tested.added_interval.low, 1),
                    high=language.signed(100 * tested.added_interval.high, 1),
                ),
            )
        )  # fmt: skip
    else:
        ran = language.number(len(view.portrait.ran))
        kpis.append(Kpi(say("Tags that run"), ran, say("of {all}", all=language.number(len(view.portrait.tags)))))
    return tuple(kpis)


def recommendation(view: View) -> Text:
    """What to do next, with a number and its assumption."""
    say, language = view.language.say, view.language
    share = language.percent(HOLDOUT / 100)
    first = next((one for one in view.personas if one.rule.text and one is view.most_worth), None) or max(
        (one for one in view.personas if one.rule.text), key=lambda one: one.revenue, default=None
    )
    if first is not None:
        return say(
            "Write one message to “{persona}” by its brief: the rule selects **{selected} customers**, {precision} of "
            "them rightly. Hold {share} out at random, and compare what both parts spend.",
            persona=view.name(first.key), selected=language.number(first.rule.matched),
            precision=language.percent(first.rule.precision), share=share,
        )  # fmt: skip
    best = combinations.best(view)
    if best is not None and best[0].target != combinations.BOUGHT:
        return say(
            "Contact the **{count} customers** of the best audience that stays away, and hold {share} out at random: "
            "{rate} of such customers bought nothing, with whatever contact there was.",
            count=language.number(best[1]["customers_today"]), share=share,
            rate=language.percent(best[1]["held_rate"]),
        )  # fmt: skip
    return say(
        "Choose audiences by RFM and single tags, hold {share} of each list out at random, and run this report again "
        "when more customers have {enough}.",
        share=share, enough=view.enough,
    )  # fmt: skip


def _not_estimable(view: View) -> Summary:
    """The whole summary where the question of kinds could not be asked."""
    say, language, people = view.language.say, view.language, view.result.population
    finding = Finding(
        id="structure",
        grade=Grade.D,
        head=say("No personas are given"),
        statement=why_not(view),
        meaning=say("With so little, chance decides which group a customer is in."),
        action=say("Load more history or more columns; the tags below are what can be said now."),
        section="structure",
        n=people.described if people.described >= view.minimum_group else None,
        unit="customers",
    )
    kpis = (
        Kpi(say("Customers known well enough"), view.described, say("too few for personas"))
        if view.result.structure.reason == "too_few_customers"
        else Kpi(say("Customers known well enough"), view.described, say("no personas")),
        Kpi(
            say("Tags that run"), language.number(len(view.portrait.ran)),
            say("of {all}", all=language.number(len(view.portrait.tags))),
        ),
    )  # fmt: skip
    return Summary(
        say("Too little is known for personas"),
        say("The report lists the tags that run, and gives no groups."),
        kpis,
        (finding, tags_finding(view)),
        say("Let customers become better known before anybody draws personas."),
    )
