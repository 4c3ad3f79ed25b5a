"""The findings of the personas report. Each states when it is said, and has a sentence for when there is nothing."""

from __future__ import annotations

import math

from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.personas import combinations, fairness, validity
from customer_analytics.narrative.personas.cards import portrait_line
from customer_analytics.narrative.personas.contact import best_way, hours_word, window
from customer_analytics.narrative.personas.rules import in_words
from customer_analytics.narrative.personas.structure import structure_line
from customer_analytics.narrative.personas.view import STABLE, View, records

ENOUGH = 10  # times the minimum base, from which tags that part nobody are not an accident
MANY_DROPS = 5  # tags that can go, from which it is worth a line on the first screen
MUCH_UNKNOWN = 0.3  # share of customers without a persona, from which it is
LARGER = 1.25  # share of revenue over share of customers, from which a persona is worth more than its size


def structure_finding(view: View) -> Finding:
    """Whether there are kinds of customers; always said."""
    say, language, found = view.language.say, view.language, view.result.structure
    is_found = view.has_personas and found.status == "found"
    asked = view.has_personas and not is_found
    return Finding(
        id="structure",
        grade=Grade.C,
        head=say("There are {count} kinds of customers", count=language.number(len(view.personas)))
        if is_found
        else say("The personas are a convenience, not kinds")
        if asked
        else say("The customers do not fall into kinds"),
        statement=structure_line(view),
        meaning=say(
            "{p} of data sets without kinds separate as well: people differ by degree, and no border is real.",
            p=language.percent(max(found.p_permuted, found.p_one_group)),
        )
        if not is_found and not math.isnan(found.p_permuted + found.p_one_group)
        else say(
            "The share of data sets without kinds that separate as well is {p}.",
            p=language.percent(max(found.p_permuted, found.p_one_group)),
        )
        if not math.isnan(found.p_permuted + found.p_one_group)
        else say("With the data at hand, nothing more can be said."),
        action=say("Use the names on the cards in plans and briefs; keep RFM for budgets.")
        if is_found
        else say("Do not draw borders between customers. Choose audiences by single tags and short combinations."),
        section="structure",
        value=found.silhouette, n=view.n, unit="silhouette",
    )  # fmt: skip


def worth_finding(view: View) -> Finding | None:
    """The persona that brings more than its size; None without personas."""
    say, language, most = view.language.say, view.language, view.most_worth
    if not view.personas or not view.has_money:
        return None
    largest = most or max(view.personas, key=lambda one: one.share_revenue)
    interval, is_more = largest.share_revenue_interval, most is not None
    hours, way = window(view, largest.key), best_way(view, largest.key)
    reach = (
        say("Reach them from {hours}.", hours=hours_word(view, hours.hour))
        if hours is not None and hours.own
        else say("Reach them by {way}.", way=way.value)
        if way is not None and way.share >= LARGER * way.base
        else say("Reach them where they buy.")
    )
    return Finding(
        id="most_worth",
        grade=Grade.C,
        head=say("“{persona}” bring more than their share", persona=view.name(largest.key))
        if is_more
        else say("No persona brings clearly more than its share"),
        statement=say(
            "{customers} of {n} customers with {enough} ({share}) are “{persona}”. They brought **{revenue} of their "
            "revenue** ({interval}), {each} each against {mean} for all.", enough=view.enough,
            customers=language.number(largest.customers), n=language.number(view.n), persona=view.name(largest.key),
            share=language.percent(largest.share_customers), revenue=language.percent(largest.share_revenue),
            interval=view.interval(interval), each=language.money(largest.revenue_per_customer),
            mean=language.money(view.result.population.described_revenue / max(view.n, 1)),
        ),
        meaning=portrait_line(view, largest),
        action=say("{reach} Keep what they come for in stock, and give them no discount without a test.", reach=reach)
        if is_more
        else say("Spread effort by number of customers; no persona earns a budget of its own."),
        section="compare",
        value=largest.share_revenue, low=interval.low, high=interval.high, n=view.n, unit="share",
        notable=is_more and largest.share_revenue >= LARGER * largest.share_customers,
    )  # fmt: skip


def validity_finding(view: View) -> Finding | None:
    """Whether personas add to RFM on held-out customers; None where it was not tested."""
    say, language, tested = view.language.say, view.language, view.result.validity
    if tested.status != "tested":
        return None
    more, interval = validity.adds(view), tested.added_interval
    return Finding(
        id="validity",
        grade=Grade.B,
        head=say("Personas foretell more than RFM alone") if more else say("Personas foretell no more than RFM alone"),
        statement=say(
            "On {n} held-out customers, RFM segments explain {rfm} of who brings how much {what} in the next {days} "
            "days. {line}",
            what=validity.what(view), n=language.number(tested.held_out),
            rfm=language.percent(max(tested.r2("rfm"), 0), 1),
            days=language.number(tested.horizon_days), line=validity.added_line(view),
        ),
        meaning=say("How people buy says something about what they will bring, beyond how much they bought.")
        if more
        else say("Personas say how to speak to people, not whom it pays to contact."),
        action=say("Use both: RFM for whom to contact and how much to spend, personas for what to say.")
        if more
        else say("Set budgets by RFM; use personas for message, time and channel."),
        section="validity",
        value=tested.added, low=interval.low, high=interval.high, n=tested.held_out, unit="share",
    )  # fmt: skip


def audience_finding(view: View) -> Finding | None:
    """The best audience that held; or that none did; None where nothing was searched."""
    say, language = view.language.say, view.language
    if not combinations.searched(view):
        return None
    best = combinations.best(view)
    if best is None:
        tested = sum(one.tested for one in combinations.searched(view))
        return Finding(
            id="best_audience", grade=Grade.B, head=say("No combination of tags holds on other customers"),
            statement=say(
                "{tested} combinations were tested on one half of the customers; none was confirmed on the other.",
                tested=language.number(tested),
            ),
            meaning=say("What stood out in one half was chance."),
            action=say("Do not target by combinations of tags; use RFM segments."),
            section="audiences", value=0.0, n=tested, unit="combinations", notable=False,
        )  # fmt: skip
    found, row = best
    is_bought = found.target == combinations.BOUGHT
    numbers = {
        "audience": in_words(view, str(row["audience"])),
        "held": language.number(row["held_out"]),
        "rate": language.percent(row["held_rate"]),
        "low": language.percent(row["held_low"]),
        "high": language.percent(row["held_high"]),
        "base": language.percent(row["base_rate"]),
        "days": language.number(view.result.validity.horizon_days),
    }
    return Finding(
        id="best_audience",
        grade=Grade.B,
        head=say("A short rule finds those who buy again")
        if is_bought
        else say("A short rule finds those who stay away"),
        statement=say(
            "Of {held} held-out customers with {audience}, **{rate}** (interval {low} to {high}) bought in the next "
            "{days} days, against {base} of all.", **numbers,
        )
        if is_bought
        else say(
            "Of {held} held-out customers with {audience}, **{rate}** (interval {low} to {high}) bought nothing in the "
            "next {days} days, against {base} of all.", **numbers,
        ),
        meaning=say(
            "It was the clearest of {tested} combinations, and held on customers who were not searched. {today} "
            "customers meet it today.",
            tested=language.number(found.tested), today=language.number(row["customers_today"]),
        ),
        action=say("Contact them last: most buy anyway. Use the list where a purchase needs only a word.")
        if is_bought
        else say("Contact them first, with a part held out at random; whether contact helps is not known yet."),
        section="audiences",
        value=float(row["held_rate"]), low=float(row["held_low"]), high=float(row["held_high"]),
        n=int(row["held_out"]), unit="share",
    )  # fmt: skip


def stability_finding(view: View) -> Finding | None:
    """Personas that do not hold in other samples; None without personas."""
    say, language = view.language.say, view.language
    if not view.personas:
        return None
    shaky = [one for one in view.personas if one.level not in STABLE]
    weakest = min(view.personas, key=lambda one: one.stability)
    names = language.listing([str(say("“{persona}”", persona=view.name(one.key))) for one in shaky])
    statement = (
        say(
            "In {resamples} bootstrap samples every persona came back; the weakest, “{persona}”, with an overlap of "
            "{stability}.",
            resamples=language.number(view.result.parameters.resamples), persona=view.name(weakest.key),
            stability=language.number(weakest.stability, 2),
        )
        if not shaky
        else say(
            "{names}: in {resamples} bootstrap samples the overlap with the same persona was as low as {stability}; "
            "{stable} is called stable.",
            names=names, resamples=language.number(view.result.parameters.resamples),
            stability=language.number(weakest.stability, 2), stable=language.number(0.75, 2),
        )
    )  # fmt: skip
    return Finding(
        id="stability", grade=Grade.C,
        head=say("All personas hold in other samples") if not shaky else say("Not every persona is stable"),
        statement=statement,
        meaning=say("Another sample of customers would give the same kinds.")
        if not shaky
        else say("Some of their members would stand elsewhere in another sample of customers."),
        action=say("Plan with all of them.") if not shaky else say("Build no plan on the shaky ones alone."),
        section="structure", value=weakest.stability, n=view.n, unit="jaccard", notable=bool(shaky),
    )  # fmt: skip


def unknown_finding(view: View) -> Finding | None:
    """Customers of whom too little is known; None where their number may not be told."""
    say, language, people = view.language.say, view.language, view.result.population
    if not view.told or people.customers < view.minimum_base:
        return None
    share, interval = people.too_little / people.customers, view.little_interval
    is_many = share >= MUCH_UNKNOWN
    money = people.too_little_revenue / people.revenue if people.revenue > 0 else 0.0
    return Finding(
        id="too_little_known", grade=Grade.C,
        head=say("Of many customers too little is known")
        if is_many
        else say("Most customers are known well enough"),
        statement=say(
            "{count} of {n} customers (**{share}**, {interval}) have {few} and no persona; they brought {money} of "
            "revenue.",
            count=language.number(people.too_little), n=language.number(people.customers),
            share=language.percent(share), interval=view.interval(interval),
            few=view.too_few, money=language.percent(max(money, 0.0)),
        )
        if view.has_money and view.personas
        else say(
            "{count} of {n} customers (**{share}**, {interval}) have {few} and were not compared; they brought {money} "
            "of revenue.",
            count=language.number(people.too_little), n=language.number(people.customers),
            share=language.percent(share), interval=view.interval(interval), few=view.too_few,
            money=language.percent(max(money, 0.0)),
        )
        if view.has_money
        else say(
            "{count} of {n} customers (**{share}**, {interval}) have {few} and no persona.",
            count=language.number(people.too_little), n=language.number(people.customers),
            share=language.percent(share), interval=view.interval(interval), few=view.too_few,
        ),
        meaning=say("One or two purchases are no habit. A persona for them would be a guess with a name."),
        action=say("Ask one question at the first purchase, and see that the second comes.")
        if is_many
        else say("Nothing to do; they get a persona with their next purchases."),
        section="limits", value=share, low=interval.low, high=interval.high, n=people.customers, unit="share",
        notable=is_many,
    )  # fmt: skip


def tags_finding(view: View) -> Finding:
    """Tags that can go; notable from a handful."""
    say, language, portrait = view.language.say, view.language, view.portrait
    drops, stale = len(portrait.drops), sum(bool(tag.stale) for tag in portrait.ran)
    is_many = drops >= MANY_DROPS and portrait.customers >= ENOUGH * view.minimum_base
    return Finding(
        id="tags", grade=Grade.C,
        head=say("There are more tags than anybody needs") if is_many else say("Few tags repeat each other"),
        statement=language.say_count(
            "Of {ran} tags that run, **one** says what another one says, or the same for nearly everybody.",
            "Of {ran} tags that run, **{count}** say what another one says, or the same for nearly everybody.",
            drops, ran=language.number(len(portrait.ran)),
        )
        if drops
        else say("Each of the {ran} tags that run says something of its own.", ran=language.number(len(portrait.ran))),
        meaning=say("A short list of tags is read; a long one is not.")
        if is_many
        else say("The list is short enough to be used."),
        action=say("Delete those on the list from tags.yml, or say who needs them.")
        if is_many
        else say("Keep the list; look again when tags are added."),
        section="tags", value=float(drops), n=len(portrait.ran), unit="tags",
        notable=is_many and (not view.personas or stale > 0),
    )  # fmt: skip


def fairness_finding(view: View) -> Finding | None:
    """Personas that lean on a sensitive attribute; None where nothing was screened."""
    say, language = view.language.say, view.language
    if not view.personas or not len(view.result.fairness):
        return None
    rows = fairness.watched(view)
    known = view.result.fairness.dropna(subset=["cramers_v"])
    if not len(known):
        return None
    row = rows[0] if rows else max(records(known), key=lambda each: float(each["cramers_v"]))
    numbers = {
        "attribute": view.label_of(str(row["attribute"])),
        "strength": language.number(float(row["cramers_v"]), 2),
    }
    if not rows:
        return Finding(
            id="fairness", grade=Grade.C, head=say("The personas are not gender, age or income in disguise"),
            statement=language.say_count(
                "One sensitive attribute was screened, “{attribute}”. It goes with the personas with a strength of "
                "{strength} of one: no more than weakly.",
                "Of {count} sensitive attributes screened, none goes with the personas more than weakly; the most, "
                "“{attribute}”, with a strength of {strength} of one.", len(known), **numbers,
            ),
            meaning=say("Offers by persona treat these groups much alike."),
            action=say("Screen again when tags are added."),
            section="fairness", value=float(row["cramers_v"]), n=view.n, unit="cramers_v", notable=False,
        )  # fmt: skip
    where = (
        say(
            "Most: {share} of “{persona}” are “{value}”, against {base} of all.",
            share=language.percent(float(row["share"])), base=language.percent(float(row["base_share"])),
            persona=view.name(str(row["persona"])), value=view.value_of(str(row["attribute"]), str(row["value"])),
        )
        if str(row["persona"]) in view.names and not math.isnan(float(row["share"]))
        else say("No single value stands out.")
    )  # fmt: skip
    return Finding(
        id="fairness", grade=Grade.C,
        head=say("The personas lean on “{attribute}”", attribute=numbers["attribute"]),
        statement=say(
            "The personas go with “{attribute}” with a strength of **{strength}** of one, although it did not form "
            "them. {where}", where=where, **numbers,
        ),
        meaning=say("A better offer for one persona would mostly reach one such group."),
        action=say("Do not let prices, credit or access differ by persona before somebody responsible has agreed."),
        section="fairness", value=float(row["cramers_v"]), n=view.n, unit="cramers_v",
    )  # fmt: skip
