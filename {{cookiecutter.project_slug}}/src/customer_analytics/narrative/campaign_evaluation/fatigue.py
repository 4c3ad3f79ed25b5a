"""Fatigue: response and unsubscribing by the number of the message, and the cap that follows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import traits
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.analysis.messages import Fatigue
    from customer_analytics.narrative.campaign_evaluation.view import View

SECTION, FILE = "fatigue", "fatigue.csv"
LEVEL = 0.05
RESPONSES = ("click", "open")
UNSUBSCRIBE = "unsubscribe"


def _found(view: View) -> Fatigue | None:
    found = view.result.messages
    return None if found is None else found.fatigue


def has(view: View) -> bool:
    """Whether messages can be numbered."""
    found = _found(view)
    return found is not None and found.reason != "no_rates"


def _days(view: View, found: Fatigue) -> Text:
    return view.language.say_count("{count} day", "{count} days", found.days)


def section(view: View) -> SectionWords:
    """Opening: what is compared."""
    say, found = view.language.say, _found(view)
    assert found is not None
    title = say("How many messages are too many")
    if found.reason == "one_each":
        return SectionWords(
            title, SECTION, say("Not estimable: hardly any customer got a second message."), inside=True
        )
    if found.axis == "window":
        deck = say(
            "Each message is numbered by those that the customer got in the {days} before.", days=_days(view, found)
        )
    else:
        deck = say("Hardly anybody got two messages within {days}, so each is numbered by all that came before it.",
                   days=_days(view, found))  # fmt: skip
    return SectionWords(title, SECTION, deck, inside=True)


def _cells(view: View) -> pd.DataFrame:
    """The curve of the axis told, a column a metric, numbers with a readable base."""
    found = _found(view)
    assert found is not None
    curve = found.curve[(found.curve["axis"] == found.axis) & (found.curve["base"] >= view.minimum_base)]
    return curve.sort_values(["number", "metric"])


def tables(view: View) -> list[TableWords]:
    """Rates by the number of the message, each against the first one."""
    found = _found(view)
    if found is None or found.reason or not len(_cells(view)):
        return []
    say, own = view.language.say, _cells(view)
    response = next((metric for metric in RESPONSES if (own["metric"] == metric).any()), "")
    heads = [(say("Number of the message"), "number"), (say("Messages delivered"), "number")]
    shown = [metric for metric in (response, UNSUBSCRIBE) if (own["metric"] == metric).any()]
    held = {metric for metric in shown if own.loc[own["metric"] == metric, "ratio_low"].notna().any()}
    for metric in shown:
        against = say("Unsubscribing against the first") if metric == UNSUBSCRIBE else say("Response against the first")
        heads += [(traits.metric(view, metric), "number")]
        heads += [(against, "number")] if metric in held else []
    made = [_row(view, rows(own[own["number"] == number]), int(number), shown, held)
            for number in sorted(own["number"].unique())]  # fmt: skip
    how = view.how(
        (say("Against the first"), say("Ratio of Mantel and Haenszel within campaign and state of the customer (orders "
                                       "before and how long ago), with its interval")),
        (say("Cap"), _rule(view)),
    )  # fmt: skip
    return [TableWords(tuple(heads), tuple(made), say("Rates by the number of the message"), how, file=FILE)]


def _rule(view: View) -> Text:
    return view.language.say(
        "The last message before the fitted rate of unsubscribing has doubled, or that of response halved, where the "
        "trend is beyond chance (Holm)"
    )


def _row(view: View, cells: list[Any], number: int, shown: list[str], held: set[str]) -> Row:
    language, base = view.language, max(int(one.base) for one in cells)
    row: list[tuple[str, Any]] = [(language.number(number), number), (language.number(base), base)]
    known = {str(one.metric): one for one in cells}
    for metric in shown:
        one = known.get(metric)
        if one is None:
            row += [(language.number(None), None)] * (2 if metric in held else 1)
            continue
        row.append((view.rate(float(one.rate), float(one.base), 1), float(one.rate)))
        if metric in held:
            row.append((_ratio(view, one, number), None if math.isnan(one.ratio) else float(one.ratio)))
    return tuple(row)


def _ratio(view: View, one: Any, number: int) -> str:
    shown = view.language.number
    if number == 1 or math.isnan(one.ratio_low):
        return shown(None)
    return view.language.say("{ratio} ({low} to {high})", ratio=shown(float(one.ratio), 1),
                             low=shown(float(one.ratio_low), 1), high=shown(float(one.ratio_high), 1))  # fmt: skip


def remarks(view: View) -> list[Text]:
    """The trends, the cap or why there is none, and what the message added by its number."""
    found = _found(view)
    if found is None or found.reason:
        return []
    say = view.language.say
    made = [_trend_told(view, found, metric) for metric in (UNSUBSCRIBE, *RESPONSES) if found.trend(metric)]
    made.append(_cap_told(view, found))
    low, high = found.added_slope
    if not math.isnan(low):
        told = {"low": view.language.points(low), "high": view.language.points(high)}
        made.append(
            say("What a message adds to the share with an order, against those held out at the same number, changes by "
                "{low} to {high} with each earlier message: no tiredness is seen in it.", **told)
            if high >= 0
            else say("What a message adds to the share with an order, against those held out at the same number, "
                     "shrinks "
                     "by {low} to {high} with each earlier message.", **told)
        )  # fmt: skip
    return made


def _trend_told(view: View, found: Fatigue, metric: str) -> Text:
    trend, say, percent = found.trend(metric), view.language.say, view.language.signed_percent
    assert trend is not None
    numbers = {
        "rise": percent(trend.rise), "low": percent(trend.low), "high": percent(trend.high),
        "events": view.language.number(trend.events), "base": view.language.number(trend.base),
        "p": view.p(trend.p_adjusted),
    }  # fmt: skip
    beyond = trend.p_adjusted <= LEVEL
    if metric == UNSUBSCRIBE and beyond:
        return say(
            "Unsubscribing: {rise} of the first message’s rate with each earlier message (interval {low} to {high}, "
            "p {p}; "
            "{events} of {base} delivered).", **numbers,
        )  # fmt: skip
    if metric == UNSUBSCRIBE:
        return say(
            "Unsubscribing: no trend that is sure; {rise} of the first message’s rate with each earlier message "
            "(interval "
            "{low} to {high}, p {p} for two trends; {events} of {base} delivered).", **numbers,
        )  # fmt: skip
    if beyond:
        return say(
            "Response: {rise} of the first message’s rate with each earlier message (interval {low} to {high}, p {p}; "
            "{events} of {base} delivered).", **numbers,
        )  # fmt: skip
    return say(
        "Response: no trend that is sure; {rise} of the first message’s rate with each earlier message (interval "
        "{low} to "
        "{high}, p {p} for two trends; {events} of {base} delivered).", **numbers,
    )  # fmt: skip


def _cap_told(view: View, found: Fatigue) -> Text:
    """The cap, or why none is given."""
    say, days = view.language.say, _days(view, found)
    if found.cap.value is not None:
        return view.language.say_count(
            "Cap: one message in {days} (interval {low} to {high}), until a group with fewer messages, drawn by lot, "
            "says "
            "otherwise.",
            "Cap: {count} messages in {days} (interval {low} to {high}), until a group with fewer messages, drawn by "
            "lot, "
            "says otherwise.",
            found.cap.value, days=days, low=view.language.number(found.cap.low),
            high=view.language.number(found.cap.high),
        )  # fmt: skip
    if found.axis != "window":
        return say("Cap: none follows. Hardly anybody got two messages within {days}, so what a denser rhythm does "
                   "has not "
                   "been tried.", days=days)  # fmt: skip
    return view.language.say_count(
        "Cap: none follows. Up to one message in {days} no rate has doubled or halved beyond chance.",
        "Cap: none follows. Up to {count} messages in {days} no rate has doubled or halved beyond chance.",
        found.seen, days=days,
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """That unsubscribing rises, or response falls, with each message."""
    found = _found(view)
    if found is None or found.reason:
        return []
    for metric in (UNSUBSCRIBE, *RESPONSES):
        trend = found.trend(metric)
        worse = trend is not None and trend.p_adjusted <= LEVEL and (trend.rise > 0) == (metric == UNSUBSCRIBE)
        if trend is not None and worse:
            return [_finding(view, found, metric)]
    return []


def _finding(view: View, found: Fatigue, metric: str) -> Finding:
    say, trend, percent = view.language.say, found.trend(metric), view.language.signed_percent
    assert trend is not None
    numbers = {
        "rise": percent(trend.rise), "low": percent(trend.low), "high": percent(trend.high),
        "events": view.language.number(trend.events), "base": view.language.number(trend.base),
    }  # fmt: skip
    if metric == UNSUBSCRIBE:
        head = say("The more messages a customer had, the more unsubscribe")
        statement = say(
            "With each earlier message the rate of unsubscribing differs by **{rise}** of the first message’s "
            "(interval {low} "
            "to {high}): {events} of {base} delivered messages, compared within campaign and state of the customer.",
            **numbers,
        )  # fmt: skip
    else:
        head = say("The more messages a customer had, the fewer respond")
        statement = say(
            "With each earlier message the rate of response differs by **{rise}** of the first message’s (interval "
            "{low} to "
            "{high}): {events} of {base} delivered messages, compared within campaign and state of the customer.",
            **numbers,
        )  # fmt: skip
    return Finding(
        id="fatigue", grade=Grade.C, head=head, statement=statement,
        meaning=say("Who gets many messages was not drawn by lot; within campaign and state the difference remains."),
        action=_cap_told(view, found) if found.cap.value is not None else
        say("Leave a group drawn by lot with half of the messages for a quarter, and compare orders and "
            "unsubscribing."),
        section=SECTION, value=trend.rise, low=trend.low, high=trend.high, n=trend.base, unit="share",
    )  # fmt: skip
