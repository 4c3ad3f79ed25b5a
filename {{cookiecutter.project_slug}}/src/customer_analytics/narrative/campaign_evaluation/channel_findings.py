"""The finding on channels: the one that brings many who do not stay, or that there is none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.channels.outputs import hidden
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.channels import (
    days_told,
    found,
    has,
    money_word,
    name,
    span,
)
from customer_analytics.narrative.finding import Finding, Grade, Kpi
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View


def kpis(view: View) -> list[Kpi]:
    """Figures of the strip: how many customers stay, and what one costs who does."""
    if not has(view):
        return []
    say, language, one = view.language.say, view.language, found(view)
    base = view.counted_customers(one.mature)
    rate = language.percent(one.overall) if not math.isnan(one.overall) else str(view.not_estimable(one.mature))
    made = [
        Kpi(
            say("New customers still there"),
            rate,
            say("of {base}, active {days} after", base=base, days=days_told(view)),
        )
    ]
    paid = one.table[one.table["kept_cost"].notna() & ~one.table["channel"].isin(hidden(one, view.minimum_group))]
    if len(paid):
        dear, cheap = (paid.sort_values(["kept_cost", "channel"]).iloc[place] for place in (-1, 0))
        made.append(
            Kpi(
                say("Cost of one still there"),
                say("{low} to {high}", low=language.money(cheap["kept_cost"]), high=language.money(dear["kept_cost"])),
                say(
                    "{cheap} to {dear}", cheap=name(view, str(cheap["channel"])), dear=name(view, str(dear["channel"]))
                ),
            )
        )
    return made


def findings(view: View) -> list[Finding]:
    """The channel that brings many who do not stay; where there is none, that there is none."""
    if not has(view):
        return []
    one = found(view)
    small = hidden(one, view.minimum_group)
    if one.leaving is not None and one.leaving not in small:
        return [_leaving(view, one.leaving)]
    poor = [_brings_little(view, one.poor)] if one.poor is not None and one.poor not in small else []
    return poor + ([_none_leaves(view)] if not math.isnan(one.overall) else [])


def _brings_little(view: View, channel: str) -> Finding:
    say, language, row = view.language.say, view.language, found(view).row(channel)
    numbers = {
        "channel": name(view, channel), "worth": language.money(float(row["worth"])), "money": money_word(view),
        "days": span(view), "n": view.counted_customers(int(row["observed"])),
        "interval": view.money_between(float(row["worth_low"]), float(row["worth_high"])),
        "less": language.money(-float(row["worth_difference"])), "share": language.percent(float(row["share"])),
        "less_low": language.money(-float(row["worth_difference_high"])),
        "less_high": language.money(-float(row["worth_difference_low"])),
    }  # fmt: skip
    return Finding(
        id="poor_channel", grade=Grade.C, head=say("Customers of {channel} bring less than the others", **numbers),
        statement=say(
            "A customer whom {channel} won brought **{worth}** of {money} within {days} ({interval}; {n}): {less} less "
            "({less_low} to {less_high}) than one whom another channel won.", **numbers,
        ),
        meaning=say("It won {share} of all new customers: counted by heads it looks better than it is.", **numbers),
        action=say("Pay less for a customer of {channel} than for one of the others, and look at whom it reaches.",
                   **numbers),
        section="channels", value=float(row["worth"]), low=float(row["worth_low"]), high=float(row["worth_high"]),
        n=int(row["observed"]), unit="money",
    )  # fmt: skip


def _leaving(view: View, channel: str) -> Finding:
    say, language, row = view.language.say, view.language, found(view).row(channel)
    numbers = {
        "channel": name(view, channel), "rate": language.percent(float(row["rate"])), "days": days_told(view),
        "n": view.counted_customers(int(row["mature"])), "share": language.percent(float(row["share"])),
        "interval": view.in_bracket(Interval(float(row["low"]), float(row["high"]))),
        "apart": language.number(abs(100 * float(row["difference"])), 1),
        "apart_low": language.number(-100 * float(row["difference_high"]), 1),
        "apart_high": language.number(-100 * float(row["difference_low"]), 1),
        "left": language.number(round(found(view).left)),
    }  # fmt: skip
    return Finding(
        id="leaving_channel", grade=Grade.C, head=say("{channel} brings many who do not stay", **numbers),
        statement=say(
            "Of {n} whom {channel} won **{rate}** are active from {days} after ({interval}): {apart} points less "
            "({apart_low} to {apart_high}) than of customers whom other channels won in the same months.", **numbers,
        ),
        meaning=_so_what(view, row, numbers),
        action=say("Judge {channel} by customers who stay, not by customers won, and put no more money into it until "
                   "an offer that keeps them has been tested.", **numbers),
        section="channels", value=float(row["rate"]), low=float(row["low"]), high=float(row["high"]),
        n=int(row["mature"]), unit="share",
    )  # fmt: skip


def _so_what(view: View, row: Any, numbers: dict[str, Any]) -> Text:
    """How many that is, and what a customer costs who stays, against the other channels that cost money."""
    say, language = view.language.say, view.language
    paid = found(view).table
    paid = paid[(paid["channel"] != row["channel"]) & paid["kept_cost"].notna()]
    if math.isnan(float(row["kept_cost"])) or not len(paid):
        return say("It won {share} of all new customers; {left} more of them would be there if they stayed like the "
                   "others.", **numbers)  # fmt: skip
    other = paid.sort_values(["kept_cost", "channel"]).iloc[0]
    numbers |= {
        "cost": language.money(float(row["cost"])), "kept": language.money(float(row["kept_cost"])),
        "other": name(view, str(other["channel"])), "other_kept": language.money(float(other["kept_cost"])),
    }  # fmt: skip
    if float(row["cost"]) < paid["cost"].min():
        return say(
            "It won {share} of all new customers, at {cost} each the cheapest of all; but one who stays costs {kept}, "
            "against {other_kept} through {other}. {left} more of them would be there if they stayed like the others.",
            **numbers,
        )
    return say(
        "It won {share} of all new customers at {cost} each; one who stays costs {kept}, against {other_kept} through "
        "{other}. {left} more of them would be there if they stayed like the others.", **numbers,
    )  # fmt: skip


def _none_leaves(view: View) -> Finding:
    say, language, one = view.language.say, view.language, found(view)
    known = one.table[one.table["rate"].notna()].sort_values(["rate", "channel"])
    numbers: dict[str, Any] = {
        "all": language.percent(one.overall), "days": days_told(view), "n": view.counted_customers(one.mature),
    }  # fmt: skip
    if len(known) < 2:
        statement = say("Of {n} **{all}** are active from {days} after they were won; too few are known of the single "
                        "channels to compare them.", **numbers)  # fmt: skip
    else:
        worst, best = known.iloc[0], known.iloc[-1]
        statement = say(
            "Of {n} **{all}** are active from {days} after they were won: from {low} of those of {worst} to {high} of "
            "those of {best}, no channel clearly below the others.",
            low=language.percent(float(worst["rate"])), worst=name(view, str(worst["channel"])),
            high=language.percent(float(best["rate"])), best=name(view, str(best["channel"])), **numbers,
        )  # fmt: skip
    return Finding(
        id="leaving_channel", grade=Grade.C,
        head=say("Which channel's customers stay cannot be told yet") if len(known) < 2
        else say("No channel is seen to bring customers who do not stay"),
        statement=statement,
        meaning=say("Too few of them were won long enough ago.") if len(known) < 2
        else say("What differs between the channels is within what chance gives."),
        action=say("Choose between channels by what a customer costs and brings."), section="channels",
        value=one.overall, n=one.mature, unit="share", notable=False,
    )  # fmt: skip
