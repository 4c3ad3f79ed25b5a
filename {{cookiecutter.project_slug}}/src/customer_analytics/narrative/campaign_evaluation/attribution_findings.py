"""The finding on attribution: how much the choice of a rule decides, and what the figures cannot show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import attribution, calibration
from customer_analytics.narrative.campaign_evaluation.attribution import ALL_ALIKE, counted, found, has, shown
from customer_analytics.narrative.campaign_evaluation.channels import name
from customer_analytics.narrative.finding import Finding, Grade, Kpi
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View


def kpis(view: View) -> list[Kpi]:
    """Figures of the strip: what was credited, and how far the models are apart."""
    if not has(view) or not shown(view):
        return []
    say, language, one = view.language.say, view.language, found(view)
    made = [
        Kpi(
            say("Credited to a channel"), counted(view, one.conversions),
            say("in {journeys} journeys", journeys=language.number(round(one.journeys))),
        )
    ]  # fmt: skip
    if one.single < ALL_ALIKE:
        widest = max(shown(view), key=lambda row: (round(row.spread, 9), row.channel))
        made.append(
            Kpi(
                say("Most that hangs on the rule"),
                view.language.say("{n} points", n=language.number(100 * float(widest.spread), 1)),
                say("the share of {channel}", channel=name(view, widest.channel)),
            )
        )
    return made


def findings(view: View) -> list[Finding]:
    """The channel with most credit, over all models."""
    if not has(view) or not shown(view):
        return []
    say, language, one, first = view.language.say, view.language, found(view), shown(view)[0]
    own = one.credits[one.credits["channel"] == first.channel]
    interval = Interval(float(own["low"].min()), float(own["high"].max()))
    numbers = {
        "channel": name(view, first.channel), "conversions": counted(view, one.conversions),
        "low": language.percent(float(first.lowest)), "high": language.percent(float(first.highest)),
        "lowest": attribution.model_name(view, first.lowest_model), "single": language.percent(one.single),
        "highest": attribution.model_name(view, first.highest_model), "interval": view.in_bracket(interval),
        "models": language.number(len(one.models)),
    }  # fmt: skip
    alike = one.single >= ALL_ALIKE
    statement = (
        say("Of {conversions} with a known channel **{high}** are credited to {channel} ({interval}), whatever the "
            "rule: {single} of their journeys know one channel only.", **numbers)
        if alike
        else say("Of {conversions} with a known channel {channel} is credited with **{low}** ({lowest}) to **{high}** "
                 "({highest}); {interval} over all {models} rules. {single} of their journeys know one channel only.",
                 **numbers)
    )  # fmt: skip
    return [
        *calibration.findings(view),
        Finding(
            id="attribution", grade=Grade.C,
            head=say("{channel} gets the largest credit by some rule: up to {high}", **numbers) if not alike
            else say("{channel} gets the largest credit: {high}", **numbers),
            statement=statement,
            meaning=say("Credit is shared out by a rule. Whoever would have ordered without the channel gives it "
                        "credit all the same: none of the shares is an effect."),
            action=say("Plan with the span and not with one rule; where much money hangs on a channel, leave it out in "
                       "regions drawn by lot."),
            section="attribution", value=float(first.highest), low=interval.low, high=interval.high,
            n=round(one.conversions), unit="share",
        )
    ]  # fmt: skip


def remarks(view: View) -> list[Text]:
    """What is not in the shares: orders without a contact, journeys still open, small channels together."""
    if not has(view):
        return []
    say, number, one, told = view.language.say, view.language.number, found(view), []
    if one.without_contact >= 1:
        told.append(
            say("{orders} had no contact with a known channel in these days and are credited to nobody.",
                orders=counted(view, one.without_contact))
        )  # fmt: skip
    if one.open >= 1 and not math.isnan(one.open_change):
        told.append(
            say("{open} journeys may still lead to an order. Left out, they would change no share by removal by more "
                "than {points}.", open=number(round(one.open)),
                points=view.language.say("{n} points", n=number(max(math.ceil(1000 * one.open_change), 1) / 10, 1)))
        )  # fmt: skip
    if one.folded:
        told.append(
            say("{count} small channels stand together as other channels: sets of more channels are too many to be "
                "looked at one by one.", count=number(one.folded))
        )  # fmt: skip
    if one.source == "events":
        told.append(
            say("What an anonymous visitor did before signing in belongs to nobody who ordered, unless identities "
                "joined them: first contacts may be earlier than the data can see.")
        )  # fmt: skip
    return told
