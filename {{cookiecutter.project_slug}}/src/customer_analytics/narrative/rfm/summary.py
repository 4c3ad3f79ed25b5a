"""The first screen: conclusion, figures, findings, recommendation. Each finding states when it is said."""

from __future__ import annotations

import math

from customer_analytics.language import Text
from customer_analytics.narrative.finding import Finding, Grade, Kpi, Summary, told_in_order, told_in_section
from customer_analytics.narrative.once import once
from customer_analytics.narrative.rfm.bridge import bridge_finding
from customer_analytics.narrative.rfm.findings import (
    change_finding,
    concentration_finding,
    core_finding,
    nameless_finding,
    one_time_finding,
    prediction_finding,
    slipping_finding,
)
from customer_analytics.narrative.rfm.moves import moves_finding
from customer_analytics.narrative.rfm.rhythm import late_finding
from customer_analytics.narrative.rfm.target import ASSUMED_GAIN, Target, comes_back_anyway, target
from customer_analytics.narrative.rfm.value_findings import value_findings
from customer_analytics.narrative.rfm.view import View

TOP = 0.2
MANY_ONE_TIME = 0.25
MOST_OF_IT = 0.4  # share of revenue from which one segment makes the title


def summary(view: View) -> Summary:
    """The summary of the RFM report."""
    if not view.enough:
        return _too_few(view)
    return Summary(_title(view), _standfirst(view), _kpis(view), all_findings(view), recommendation(view))


@once
def all_findings(view: View) -> tuple[Finding, ...]:
    """All findings, in the order of what a client should hear first."""
    found = (
        core_finding(view),
        slipping_finding(view),
        one_time_finding(view),
        nameless_finding(view),
        bridge_finding(view),
        *value_findings(view),
        prediction_finding(view),
        moves_finding(view),
        change_finding(view),
        concentration_finding(view),
        late_finding(view),
    )
    return told_in_order(found)


def aside(view: View, section: str) -> list[Finding]:
    """Findings that belong to a section and are not on the first screen."""
    return told_in_section(all_findings(view), section) if view.enough else []


def _title(view: View) -> Text:
    say, language, top, first = view.language.say, view.language, view.top, target(view)
    assert top is not None
    pair = (top.share_customers, top.share_revenue)
    if top.share_revenue < MOST_OF_IT:  # no single segment stands for the base: the top fifth does
        pair = (TOP, view.result.concentration.tops[TOP])
    shares = {"share": language.percent(pair[0]), "revenue": language.percent(pair[1])}
    if first is not None and first.kind == "quiet_regulars":
        return say(
            "{share} of customers bring {revenue} of revenue. {customers} regulars have gone quiet",
            customers=language.number(first.customers), **shares,
        )  # fmt: skip
    if view.one_time_share >= MANY_ONE_TIME:
        return say(
            "{share} of customers bring {revenue} of revenue. {once} bought only once",
            once=view.language.percent(view.one_time_share), **shares,
        )  # fmt: skip
    return say("{share} of customers bring {revenue} of revenue", **shares)


def _rate_of_return(view: View) -> float | None:
    """Share of the quiet regulars that comes back by itself, where that leaves contact nothing to win; else None."""
    quiet = view.result.slipping
    if quiet is None or quiet.unprompted is None or quiet.customers < view.minimum_base or not comes_back_anyway(quiet):
        return None
    return quiet.unprompted.rate


def _standfirst(view: View) -> Text:
    say, language, first, pace = view.language.say, view.language, target(view), view.result.rhythm
    if first is None and _rate_of_return(view) is not None:
        return say(
            "{customers} customers spent {money} from {period}. Regulars who pause come back by themselves.",
            customers=language.number(view.n), money=language.money(view.result.revenue), period=view.period,
        )  # fmt: skip
    if first is None or pace is None:
        return say(
            "{customers} customers spent {money} from {period}. Too few of them are overdue for a list of their own.",
            customers=language.number(view.n), money=language.money(view.result.revenue), period=view.period,
        )  # fmt: skip
    numbers = {"customers": language.number(first.customers), "money": language.money(first.revenue)}
    if first.kind == "one_time_buyers":
        words = say(
            "The next gain is a second purchase: {customers} customers bought once, not more than {days} days ago, and "
            "have spent {money} so far.", days=language.number(pace.lost_days), **numbers,
        )  # fmt: skip
    else:
        words = say(
            "They have spent {money} so far and have not bought for more than {days} days.",
            days=language.number(pace.active_days), **numbers,
        )  # fmt: skip
    if first.rate is None:
        return say("{words} Contact them first, but hold part of the list out.", words=words)
    return say(
        "{words} Contact them first, but hold part of the list out: {rate} of such customers bought again anyway.",
        words=words, rate=view.language.percent(first.rate),
    )  # fmt: skip


def _kpis(view: View) -> tuple[Kpi, ...]:
    say, language, result = view.language.say, view.language, view.result
    top = view.top
    assert top is not None
    row = view.segments[top.key]
    kpis = [
        Kpi(
            say("Revenue from {segment}", segment=view.name(top.key)),
            view.language.percent(top.share_revenue),
            say(
                "{share} of customers; interval {low} to {high}",
                share=view.language.percent(top.share_customers), low=language.percent(row["share_low"]),
                high=language.percent(row["share_high"]),
            ),
        ),
        Kpi(
            say("Bought once only"),
            view.language.percent(view.one_time_share),
            say(
                "{count} of {n} customers; {interval}",
                count=language.number(result.one_time), n=language.number(view.n),
                interval=view.interval(view.share_of_customers(result.one_time)),
            ),
        ),
    ]  # fmt: skip
    first = target(view)
    if first is not None:
        kpis.append(
            Kpi(
                say("Spent by quiet regulars")
                if first.kind == "quiet_regulars"
                else say("Spent by recent one-time buyers"),
                language.money(first.revenue),
                say(
                    "{customers} customers, {share} of revenue",
                    customers=language.number(first.customers),
                    share=language.percent(first.revenue / result.revenue),
                ),
            )
        )  # fmt: skip
    else:
        kpis.append(
            Kpi(
                say("Net revenue per customer"),
                language.money(view.mean_spend),
                say("{money} from {n} customers", money=language.money(result.revenue), n=language.number(view.n)),
            )
        )
    kpis.append(
        Kpi(
            say("Revenue from the top {share}", share=language.percent(TOP)),
            view.language.percent(result.concentration.tops[TOP]),
            say("of customers; {interval}", interval=view.interval(result.concentration.intervals[TOP])),
        )
    )
    return tuple(kpis)


def recommendation(view: View) -> Text:
    """What to do next, with a number and its assumption in one sentence."""
    say, language, first = view.language.say, view.language, target(view)
    pace, rate = view.result.rhythm, _rate_of_return(view)
    if first is None and rate is not None and pace is not None:
        return say(
            "Keep the present contact plan. Of regulars who had paused for more than {active} days, {rate} came back "
            "by themselves: contact can add little. Watch who passes {lost} days.",
            active=language.number(pace.active_days), rate=view.language.percent(rate),
            lost=language.number(pace.lost_days),
        )  # fmt: skip
    if first is None:
        return say("Keep the present contact plan, and run this report again when there are more repeat purchases.")
    numbers = {
        "customers": language.number(first.customers),
        "contacted": language.number(first.contacted),
        "held_out": language.number(first.held_out),
        "gain": language.number(100 * ASSUMED_GAIN),
        "spend": language.money(first.spend),
        "money": language.money(first.money),
    }
    whom = (
        say("{contacted} of the {customers} quiet regulars", **numbers)
        if first.kind == "quiet_regulars"
        else say("{contacted} of the {customers} customers who bought once and are not lost", **numbers)
    )
    power = _power(view, first)
    if first.days is None:
        return say(
            "Contact {whom} and hold out {held_out} at random. If {gain} in a hundred buy only because of it, and "
            "spend {spend} each, the average of an order, that is about **{money}**. {power}",
            whom=whom, power=power, **numbers,
        )  # fmt: skip
    return say(
        "Contact {whom} and hold out {held_out} at random. If {gain} in a hundred buy only because of it, and spend "
        "{spend} each in {days} days as such customers did before, that is about **{money}**. {power}",
        whom=whom, days=language.number(first.days), power=power, **numbers,
    )  # fmt: skip


def _power(view: View, first: Target) -> Text:
    """What the held-out part can and cannot show."""
    say, language = view.language.say, view.language
    if first.smallest is None:
        return say("How large a difference the test can show is known after the first round.")
    smallest = language.number(math.ceil(100 * first.smallest))
    if first.smallest > ASSUMED_GAIN:
        return say(
            "One round can only tell {smallest} points or more from chance: repeat it, and judge the rounds "
            "together.", smallest=smallest,
        )  # fmt: skip
    return say("One round can tell {smallest} points or more from chance.", smallest=smallest)


def _too_few(view: View) -> Summary:
    """The whole summary where the base is too small for any share."""
    say, language = view.language.say, view.language
    first, last = (language.date(day) for day in (view.result.window.first_day, view.result.window.last_day))
    statement = say(
        "Customers who bought between {first} and {last}: {n}; shares and segments are {reason}.",
        n=language.number(view.n), first=first, last=last, reason=view.why_not,
    )  # fmt: skip
    if not view.n:  # then no order says when the period began
        statement = say(
            "No order up to {last} counts as a purchase of a customer: what is unpaid, cancelled, free or refunded in "
            "full does not; shares and segments are {reason}.", last=last, reason=view.why_not,
        )  # fmt: skip
    finding = Finding(
        id="too_few_customers",
        grade=Grade.D,
        head=say("No shares are given"),
        statement=statement,
        meaning=say("With so little, chance decides which segment looks good."),
        action=say("Check the window, the subset and the as-of date; then load more history."),
        section="limits",
        value=float(view.n),
        n=view.n,
        unit="customers",
    )  # fmt: skip
    kpi = Kpi(say("Customers with a purchase"), language.number(view.n), say("too few for shares"))
    return Summary(
        say("Too few customers for segments: {n}", n=language.number(view.n)),
        say("The report lists what was counted and gives no rates."),
        (kpi,),
        (finding,),
        say("Widen the window or load more history before anybody acts on segments."),
    )
