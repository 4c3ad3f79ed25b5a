"""The scorecard of the five stages (AARRR): acquisition, activation, retention, revenue, referral."""

from __future__ import annotations

import math

import numpy as np

from customer_analytics.analysis.scorecard import Measure, ScorecardResult
from customer_analytics.language import Language, Text
from customer_analytics.narrative.exhibits import Cell, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.funnel.view import View
from customer_analytics.statistics import Z95, holm

CERTAIN = 0.05  # p-value after Holm's correction up to which a change is told


def scorecard_section(view: View, card: ScorecardResult) -> SectionWords:
    """Opening of the scorecard."""
    say, language = view.language.say, view.language
    return SectionWords(
        say("The five stages"),
        "scorecard",
        say(
            "From the first contact to the recommendation, in the {days} days to {last}, beside those before.",
            days=language.number(card.days), last=language.date(card.last),
        )
        if card.compared
        else say(
            "From the first contact to the recommendation, in the {days} days to {last}; the data hold no such days "
            "before.", days=language.number(card.days), last=language.date(card.last),
        ),
    )  # fmt: skip


def scorecard_table(view: View, card: ScorecardResult) -> TableWords:
    """One row a measure."""
    say = view.language.say
    return TableWords(
        (
            (say("Stage and measure"), "name"),
            (say("Last {days} days", days=view.language.number(card.days)), "number"),
            (say("Days before"), "number"),
            (say("Change (interval)"), "number"),
        ),
        tuple(_row(view, card, measure) for measure in card.measures),
        say("Acquisition, activation, retention, revenue and referral"),
        view.how(*_definitions(view.language, card), window=_period(view.language, card)),
        file="scorecard",
    )


def scorecard_finding(view: View, card: ScorecardResult) -> Finding | None:
    """The stage that moved most beyond chance, after Holm's correction over all; None where nothing is compared."""
    known = [measure for measure in card.measures if not math.isnan(measure.change_interval.low)]
    if not known:
        return None
    say, language = view.language.say, view.language
    adjusted = holm(np.array([_p_value(measure) for measure in known]))
    place = int(adjusted.argmin())
    measure, is_certain = known[place], bool(adjusted[place] <= CERTAIN)
    days = language.number(card.days)
    if not is_certain:
        return Finding(
            id="scorecard", grade=Grade.D, head=say("No stage moved beyond chance"),
            statement=say(
                "Of {count} measures of the five stages, none differs between the {days} days to {last} and the {days} "
                "days before by more than chance explains.",
                count=language.number(len(known)), days=days, last=language.date(card.last),
            ),
            meaning=say("Ups and downs of this size come and go without a reason."),
            action=say("Leave the plan as it is, and compare again at the next run."),
            section="scorecard", n=len(known), unit="measures", notable=False,
        )  # fmt: skip
    is_up, (low, high) = measure.change > 0, card.together(measure)
    return Finding(
        id="scorecard", grade=Grade.D,
        head=say("{measure}: up on the days before", measure=_name(language, measure.name))
        if is_up
        else say("{measure}: down on the days before", measure=_name(language, measure.name)),
        statement=say(
            "{measure}: **{now}** in the {days} days to {last}, {before} in the {days} days before ({change}, interval "
            "{low} to {high}).",
            measure=_name(language, measure.name), now=_shown(language, measure, measure.value),
            before=_shown(language, measure, measure.before), days=days, last=language.date(card.last),
            change=_changed(language, measure, measure.change), low=_bound(language, measure, low),
            high=_bound(language, measure, high),
        ),
        meaning=say(
            "Of {count} measures it is the one that moved most beyond chance. The season can move it too: the same "
            "days of the year before tell more.", count=language.number(len(known)),
        ),
        action=say("Look at what changed in these weeks before crediting or blaming a campaign."),
        section="scorecard", value=measure.change, low=low, high=high, n=measure.n,
        unit={"share": "points_as_fraction", "count": "people"}.get(measure.kind, "money"), notable=False,
    )  # fmt: skip


def _p_value(measure: Measure) -> float:
    """Two-sided, from the interval of the change."""
    low, high = measure.change_interval
    error = (measure.change - low if measure.change > 0 else high - measure.change) / Z95  # of the end nearer to 0
    return math.erfc(abs(measure.change) / error / math.sqrt(2)) if error > 0 else 1.0


def _row(view: View, card: ScorecardResult, measure: Measure) -> Row:
    language = view.language
    low, high = card.together(measure)
    change: Cell = (language.number(None), None)
    if not math.isnan(low):
        shown = language.say(
            "{change} ({low} to {high})", change=_changed(language, measure, measure.change),
            low=_bound(language, measure, low), high=_bound(language, measure, high),
        )  # fmt: skip
        change = (shown, measure.change)
    before: Cell = (_shown(language, measure, measure.before), measure.before)
    return (
        (
            language.say(
                "{stage}: {measure}", stage=_stage(language, measure.stage), measure=_name(language, measure.name)
            ),
            None,
        ),
        (_value(view, card, measure), measure.value if measure.known else None),
        (before[0], None if math.isnan(measure.before) else measure.before),
        change,
    )


def _value(view: View, card: ScorecardResult, measure: Measure) -> str:
    """The value, or why there is none."""
    language = view.language
    if measure.known:
        if measure.kind == "share":
            low, high = view.bounds(measure.interval, 1)
            return language.say(
                "{share} of {n} ({low} to {high})", share=language.percent(measure.value, 1),
                n=language.number(measure.n), low=low, high=high,
            )  # fmt: skip
        return _shown(language, measure, measure.value)
    absent = {
        "referred": not card.referral_channels,
        "sharers": not card.sharing_events,
        "buyers": card.key == "second_day",
        "revenue": card.key == "second_day",
        "revenue_per_buyer": card.key == "second_day",
    }
    return language.say("not in the data") if absent.get(measure.name) else view.not_estimable(measure.n)


def _shown(language: Language, measure: Measure, value: float) -> str:
    if measure.kind == "share":
        return language.percent(value, 1)
    return language.number(value) if measure.kind == "count" else language.money(value)


def _changed(language: Language, measure: Measure, value: float) -> str:
    """A change with its sign and its unit."""
    return language.points(value) if measure.kind == "share" else _bound(language, measure, value)


def _bound(language: Language, measure: Measure, value: float) -> str:
    """An end of the interval of a change with its sign; shares in points, without the word."""
    if measure.kind == "share":
        return language.signed(100 * value, 1)
    if measure.kind == "count":
        return language.signed(value)
    sign = "+" if value > 0 else ""
    return sign + language.money(value)


def _stage(language: Language, stage: str) -> Text:
    say = language.say
    return {
        "acquisition": say("Acquisition"),
        "activation": say("Activation (key act)"),
        "retention": say("Retention"),
        "revenue": say("Revenue"),
        "referral": say("Referral"),
    }[stage]


def _name(language: Language, measure: str) -> Text:
    say = language.say
    return {
        "new_people": say("New people"),
        "activated": say("New people who did the key act"),
        "returned": say("Active people who were active again"),
        "buyers": say("Paying customers"),
        "revenue": say("Net revenue"),
        "revenue_per_buyer": say("Net revenue per buyer"),
        "referred": say("New customers brought by others"),
        "sharers": say("Active people who passed it on"),
    }[measure]


def _definitions(language: Language, card: ScorecardResult) -> tuple[tuple[Text, Text], ...]:
    say, days = language.say, language.number(card.key_days)
    new = (
        say("A customer's registration")
        if card.start == "signed_up"
        else say("The first event or order of a person in the data; old customers look new at its beginning")
        if card.start_truncated
        else say("The first event or order of a person in the data")
    )
    key = {
        "purchase": say("A purchase within {days} days; only people who have had these {days} days", days=days),
        "second_purchase": say(
            "A purchase on a second day within {days} days; only people who have had these {days} days", days=days
        ),
        "second_day": say(
            "Activity on a second day within {days} days; only people who have had these {days} days", days=days
        ),
    }[card.key]
    who = (
        say("Customers; visitors who are not known as customers are left out")
        if card.customers_only
        else say("Customers, and visitors who are not known as customers")
    )
    pairs = [
        (say("Unit"), who),
        (say("Who is new"), new),
        (say("Key act"), key),
        (
            say("Active again"),
            say("Share of the people active in the days before with an event or order in these days"),
        ),
    ]
    if card.key != "second_day":
        pairs.append((say("Buyers and revenue"), say("Paid orders less refunds; buyers are customers with a number")))
    if card.referral_channels:
        named = language.listing([*card.referral_channels])
        pairs.append((say("Brought by others"), say("Channel of the customer is one of: {names}", names=named)))
    if card.sharing_events:
        named = language.listing([*card.sharing_events])
        pairs.append((say("Passed it on"), say("People with one of these events: {names}", names=named)))
    pairs.append(
        (
            say("Intervals"),
            say(
                "Confidence {level}: Wilson for shares, Newcombe for their differences; people as a Poisson sample for "
                "counts and money. Those of the changes hold for all measures together", level=language.percent(0.95),
            ),
        )
    )  # fmt: skip
    return tuple(pairs)


def _period(language: Language, card: ScorecardResult) -> Text:
    first = card.before[0] if card.compared else card.first
    return language.say("{first} to {last}", first=language.date(first), last=language.date(card.last))
