"""The findings about customer value, with the condition under which each is said."""

from __future__ import annotations

import math

from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.analysis.value import ValueResult
from customer_analytics.analysis.value.acquisition import PERIOD
from customer_analytics.language import Text
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.rfm.value_ahead import forecast_name, money_name, segment_records
from customer_analytics.narrative.rfm.value_channels import channel_records
from customer_analytics.narrative.rfm.value_test import LARGE_BIAS
from customer_analytics.narrative.rfm.view import View


def value_findings(view: View) -> list[Finding]:
    """What is expected, and what channels bring; nothing where customer value was not computed or not estimable."""
    worth = view.worth
    if worth is None or not worth.source:
        return []
    found = [_ahead(view, worth), _channels(view, worth)]
    return [finding for finding in found if finding is not None]


def grade(worth: ValueResult) -> Grade:
    """B where held-out days bear the forecast out, else D."""
    held = worth.holdout
    if held is None:
        return Grade.D
    score = next(score for score in held.scores if score.name == worth.source)
    return Grade.B if abs(score.bias) <= LARGE_BIAS else Grade.D


def _ahead(view: View, worth: ValueResult) -> Finding:
    """Value of all customers over the horizon, and where it sits."""
    say, language = view.language.say, view.language
    assert worth.everyone is not None
    row = worth.everyone.iloc[0]
    first = max(segment_records(view, worth), key=lambda record: float(record["clv_total"]))
    mean, interval = worth.mean
    numbers = {
        "months": language.number(worth.months), "n": language.number(int(row["customers"])),
        "money": money_name(view, worth), "total": language.money(row["clv_total"]), "mean": language.money(mean),
        "low": language.money(interval.low), "high": language.money(interval.high),
        "segment": view.name(str(first["segment"])),
        "share": language.percent(float(first["clv_total"]) / float(row["clv_total"])),
    }  # fmt: skip
    is_safe = grade(worth) is Grade.B
    return Finding(
        id="value_ahead",
        grade=grade(worth),
        head=say("What the customers of today will bring")
        if is_safe
        else say("What customers will bring can only be compared, not budgeted"),
        statement=say(
            "If the {n} customers of today go on as they did, they bring **{total} of {money}** in the next {months} "
            "months, {mean} each (interval {low} to {high}), of which {share} comes from “{segment}”.", **numbers,
        ),
        meaning=_tested(view, worth),
        action=say(
            "Spend on keeping a customer no more than the value of the segment allows; the plan names the limits."
        )
        if is_safe
        else say("Use the order of the segments; set budgets from a test with a held-out part."),
        section="value",
        value=mean, low=interval.low, high=interval.high, n=int(row["customers"]), unit="money", notable=is_safe,
    )  # fmt: skip


def _tested(view: View, worth: ValueResult) -> Text:
    say, language, held = view.language.say, view.language, worth.holdout
    if held is None:
        return say("The history is too short to hold days out, so nobody has seen this forecast come true.")
    score = next(score for score in held.scores if score.name == worth.source)
    low, high = (language.signed_percent(end) for end in score.bias_interval)
    numbers = {
        "name": forecast_name(view, worth.source), "days": language.number(held.days),
        "date": language.date(as_date(held.cut)), "actual": language.number(held.actual),
        "bias": language.signed_percent(score.bias), "low": low, "high": high,
    }  # fmt: skip
    if not worth.is_model:
        return say(
            "The simple rule “{name}” beat the model on the {days} days after {date}: it was {bias} off ({low} to "
            "{high}) the {actual} purchases that came.", **numbers,
        )  # fmt: skip
    return say(
        "Asked on {date} about the {days} days that followed, the forecast ({name}) was {bias} off ({low} to {high}) "
        "the {actual} purchases that came.", **numbers,
    )  # fmt: skip


def _channels(view: View, worth: ValueResult) -> Finding | None:
    """The channel whose customers bring least for what they cost; None without channels to compare."""
    say, language, gained = view.language.say, view.language, worth.acquisition
    if gained is None:
        return None
    rows = [row for row in channel_records(view, gained) if not math.isnan(row["worth"])]
    if len(rows) < 2:
        return None
    best, least = max(rows, key=lambda row: float(row["worth"])), min(rows, key=lambda row: float(row["worth"]))
    is_apart = least["high"] < best["low"]
    losing = [row for row in rows if not math.isnan(row["cost"]) and row["high"] < row["cost"]]
    numbers = {
        "least": str(least["channel"]), "best": str(best["channel"]), "days": language.number(PERIOD * gained.steps),
        "money": money_name(view, worth), "n": language.number(int(least["observed"])),
        "base": language.number(int(best["observed"])), "low": language.money(least["worth"]),
        "high": language.money(best["worth"]), "from": language.money(least["low"]),
        "to": language.money(least["high"]), "above": language.money(best["low"]),
        "below": language.money(best["high"]),
    }  # fmt: skip
    return Finding(
        id="channels",
        grade=Grade.C,
        head=say("New customers of “{least}” bring least", **numbers)
        if is_apart
        else say("No channel brings clearly better customers"),
        statement=say(
            "In their first {days} days, {n} new customers of “{least}” brought **{low}** of {money} each ({from} to "
            "{to}), {base} of “{best}” {high} ({above} to {below}).", **numbers,
        ),
        meaning=_costs(view, losing, has_spend=gained.has_spend),
        action=say("Pay no more for a new customer than the table of channels allows; test before moving a budget."),
        section="value",
        value=float(least["worth"]), low=float(least["low"]), high=float(least["high"]), n=int(least["observed"]),
        unit="money", notable=bool(losing),
    )  # fmt: skip


def _costs(view: View, losing: list[dict[str, object]], *, has_spend: bool) -> Text:
    say, language = view.language.say, view.language
    if losing:
        names = language.listing([str(row["channel"]) for row in losing])
        return say("Customers of {names} have not brought back what they cost.", names=names)
    if has_spend:
        return say("All channels with a known spend have brought it back, on average over their customers.")
    return say("What a new customer costs is not known here; without it no channel can be called good or bad.")
