"""Words that the sections on money and acting share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.analysis.actions.curve import THOUSAND
from customer_analytics.analysis.actions.reach import DAYS, MOST

if TYPE_CHECKING:
    from customer_analytics.analysis.actions import ActionsResult
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View


def found(view: View) -> ActionsResult | None:
    """What acting is worth; None where nobody was scored, or too few to say anything of them together."""
    actions = view.result.actions
    if actions is None or actions.reason or len(actions.scores) < view.least:
        return None
    return actions


def undated(view: View) -> bool:
    """Whether people were scored by how long contracts without dates last."""
    return view.kind == "snapshot" and found(view) is not None


def tenure(view: View) -> Text:
    """The horizon of contracts without dates: 4 units of tenure."""
    actions = found(view)
    assert actions is not None
    return view.language.say_count("{count} unit of tenure", "{count} units of tenure", round(actions.horizon_tenure))


def money_word(view: View) -> Text:
    """Margin where it is known, else net revenue."""
    say, actions = view.language.say, found(view)
    return say("margin") if actions is not None and actions.is_margin else say("net revenue")


def thousand(view: View) -> str:
    """The number of customers that profits are told for."""
    return view.language.number(THOUSAND)


def excluded(view: View) -> bool:
    """Whether past randomised contacts exclude the assumed acceptance: they kept fewer, even at best."""
    actions = found(view)
    if actions is None or actions.uplift is None:
        return False
    return actions.uplift.kept_interval.high < actions.terms.acceptance


def assumed(view: View) -> Text:
    """The assumptions, for the sentence that holds the forecast: if 10% of the leaving stay for an offer of £10 …"""
    actions, language = found(view), view.language
    assert actions is not None
    terms = actions.terms
    return language.say(
        "if {acceptance} of the leaving stay for an offer that costs {incentive}, and a contact costs {contact} (all "
        "three assumed)",
        acceptance=language.percent(terms.acceptance), incentive=language.money(terms.incentive),
        contact=language.money(terms.contact_cost),
    )  # fmt: skip


def why_none(view: View) -> Text:
    """Why nothing is said of acting, as a sentence."""
    actions = view.result.actions
    if actions is not None and actions.reason == "no_time":
        return view.language.say(
            "Not estimable: without dates no probability to end from now on can be given; first get the dates."
        )
    if actions is None or actions.reason:
        return view.why_not
    return view.language.say(
        "Not estimable: too few are here now to say anything of them together (n = {n}).",
        n=view.language.number(len(actions.scores)),
    )


def why_no_money(view: View) -> Text:
    """Why nothing is said in money, as a sentence."""
    say, actions = view.language.say, found(view)
    if actions is None:
        return why_none(view)
    if actions.money_reason == "few":
        return say(
            "Not estimable: too few customers of past cut-offs were followed long enough to say what they brought."
        )
    return say("Not estimable: the data do not say what an order or a contract brings.")


def tier_name(view: View, tier: str) -> Text:
    """A tier in words."""
    say = view.language.say
    names = {"high": say("high risk"), "medium": say("medium risk"), "low": say("low risk")}
    return names.get(tier) or say("not ranked")


def action_name(view: View, action: str) -> Text:
    """An action in words, as the list says it."""
    say = view.language.say
    return {
        "payment_help": say("Help with the payment"),
        "service_call": say("Call about the complaint"),
        "pilot_offer": say("Pilot: make the offer"),
        "pilot_control": say("Pilot: leave alone until it ends"),
        "offer": say("Make the offer"),
        "wait_for_pilot": say("Wait for the pilot's result"),
        "reminder": say("Remind without an offer"),
        "nothing": say("Nothing to do"),
        "leave_alone": say("Do not disturb"),
    }[action]


def quiet_name(view: View, reason: str) -> Text:
    """Why somebody is left alone, in words."""
    say, number, actions = view.language.say, view.language.number, found(view)
    is_money = actions is not None and actions.is_money
    return {
        "not_identified": say("visitor, not known as a customer"),
        "no_consent": say("no consent on record"),
        "unsubscribed": say("has unsubscribed"),
        "too_often": say("{most} contacts or more in {days} days", most=number(MOST), days=number(DAYS)),
        "negative_uplift": say("a contact drives such customers away"),
        "low_risk": say("low risk, and an offer would cost more than it saves") if is_money else say("low risk alone"),
    }[reason]


def known(value: float) -> bool:
    """Whether there is a number."""
    return not math.isnan(value)
