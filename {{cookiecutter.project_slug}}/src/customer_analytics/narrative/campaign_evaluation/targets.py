"""Whom to contact and whom not: the order by what past contacts changed, whether it holds, and the lists."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.targeting.result import Last, Targeting
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.target_tables import TENTHS, decile_table, quadrant_table
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import FigureWords, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.analysis.uplift.result import Qini
    from customer_analytics.narrative.campaign_evaluation.view import View

SECTION = "targets"
EVERY = 5  # hundredths between two points of the curve
PER = 1_000  # assigned customers that gains are told for
MONEY = ("margin", "revenue")


def _known(view: View) -> Targeting | None:
    found = view.result.targeting
    return found if found is not None and found.reason != "no_campaigns" and found.outcome is not None else None


def has(view: View) -> bool:
    """Whether there was a sound experiment from which an order of customers could be learned."""
    return _known(view) is not None


def _found(view: View) -> Targeting:
    found = _known(view)
    assert found is not None
    return found


def _name(view: View) -> str:
    outcome = _found(view).outcome
    assert outcome is not None
    return outcome.name


def _qini(view: View) -> Qini:
    qini = _found(view).qini
    assert qini is not None
    return qini


def _last(view: View) -> Last:
    last = _found(view).last
    assert last is not None
    return last


def section(view: View) -> SectionWords:
    """Whether past contacts tell whom to contact."""
    say, found = view.language.say, _found(view)
    title = say("Whom to contact, and whom not")
    numbers = {"campaigns": view.names(list(found.campaigns)), "n": view.counted_assignments(found.n)}
    if found.qini is None:
        return SectionWords(title, SECTION, _why_none(view, found), inside=True)
    if found.use:
        deck = say(
            "Customers are put in order by what a contact changed among customers like them in {campaigns}. The order "
            "was tested on customers who took no part in making it, and it is better than a random one.", **numbers,
        )  # fmt: skip
    else:
        deck = say(
            "An order of customers by what a contact changes was learned from {n} in {campaigns} and tested on "
            "customers left out. It is no better than a random one, so no list is drawn up.", **numbers,
        )  # fmt: skip
    return SectionWords(title, SECTION, deck)


def _why_none(view: View, found: Targeting) -> Text:
    say = view.language.say
    if found.reason == "few":
        return say("Not estimable: {n} in sound experiments are too few to put customers in order.",
                   n=view.counted_assignments(found.n))  # fmt: skip
    return say("Not estimable: nothing is known of the customers before they were contacted.")


def has_curve(view: View) -> bool:
    """Whether the order is better than a random one; where it is not, a sentence says so."""
    return has(view) and _found(view).use


def curve_lines(view: View) -> list[tuple[Any, ...]]:
    """Arguments of charts.Line: gained by the share contacted, in the order and at random."""
    curve, say = _qini(view).curve.iloc[::EVERY], view.language.say
    share = [round(100 * value) for value in curve["share"].tolist()]
    scaled = {name: (curve[name] * PER).round(3).tolist() for name in ("gain", "low", "high", "random")}
    return [
        (str(say("in this order")), share, scaled["gain"], "s1", scaled["low"], scaled["high"]),
        (str(say("at random")), share, scaled["random"], "mute", None, None, True),
    ]


def curve_axis(view: View) -> tuple[Callable[[float], str], str]:
    """Arguments of charts.Axis."""
    language = view.language
    return language.number, str(language.say("Per cent contacted, largest predicted change first"))


def curve_figure(view: View) -> FigureWords:
    """The Qini curve."""
    say, number, qini = view.language.say, view.language.number, _qini(view)
    numbers = {
        "per": number(PER), "outcome": view.outcome(_name(view)), "whole": number(PER * qini.whole, 1),
        "area": number(PER * qini.coefficient, 1), "low": number(PER * qini.interval.low, 1),
        "high": number(PER * qini.interval.high, 1),
    }  # fmt: skip
    return FigureWords(
        say("Past contacts tell whom a contact changes"),
        say("Gain in {outcome} for every {per} assigned, predicted for customers left out; band: interval", **numbers),
        say("If all are contacted the gain is {whole} for every {per}; the area between the order and chance (Qini) is "
            "{area} (interval {low} to {high}).", **numbers),
        view.source,
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """What was seen in each tenth, and the four kinds of customers."""
    if not has_curve(view):
        return []
    found, name = _found(view), _name(view)
    return [decile_table(view, found, name, _last(view)), quadrant_table(view, found, name)]


def remarks(view: View) -> list[Text]:
    """What the rule is worth, whom to leave alone, and who is on no list."""
    if not has(view) or _found(view).qini is None:
        return []
    told = [_worth(view), _alone(view), _lists(view)] if has_curve(view) else []
    return [one for one in (*told, _moved(view), _sampled(view)) if one]


def _worth(view: View) -> Text:
    """The value of contacting by the order against as many by lot."""
    say, language, found = view.language.say, view.language, _found(view)
    by = {row.policy: row for row in rows(found.policies)}
    difference, order = by["difference"], by["order"]
    if float(order.share) >= 1:
        return say("Worth of the order: everybody is advised, so it makes no difference to contacting all.")
    numbers = {
        "share": language.percent(float(order.share)), "per": language.number(PER),
        "more": _value(view, float(difference.value)),
        "interval": language.say("interval {low} to {high}", low=_value(view, float(difference.low)),
                                 high=_value(view, float(difference.high))),
        "what": view.outcome(found.worth),
    }  # fmt: skip
    if not float(difference.low) > 0 and not float(difference.high) < 0:
        return say(
            "Worth of the order: contacting the {share} that it advises, not as many by lot, is no sure gain: {more} "
            "for every {per} customers ({interval}), measured by {what} after the cost of messages.", **numbers,
        )  # fmt: skip
    return say(
        "Worth of the order: contacting the {share} that it advises, not as many by lot, brings {more} for every {per} "
        "customers ({interval}), measured by {what} after the cost of messages.", **numbers,
    )  # fmt: skip


def _value(view: View, value: float) -> str:
    """A value for PER customers: money, or counts of the outcome."""
    if _found(view).worth in MONEY:
        return view.signed_money(PER * value)
    return view.language.signed(PER * value, 1)


def _alone(view: View) -> Text:
    say, last, name = view.language.say, _last(view), _name(view)
    if not last.deciles:
        return say("Whom to leave alone: nobody. No end of the order is without effect and below that of all.")
    return say(
        "Whom to leave alone: the last {share} of the order. Among their {n} assignments the contact changed "
        "{outcome} by {change} ({interval}).",
        share=view.language.percent(last.deciles / TENTHS), n=view.language.number(last.n), outcome=view.outcome(name),
        change=view.change(name, last.effect), interval=view.change_between(name, *last.interval),
    )  # fmt: skip


def _why_alone(view: View) -> Text:
    """What speaks against contacting the last ones."""
    say, last = view.language.say, _last(view)
    if last.put_off:
        return say("The last ones are put off by a contact.")
    if last.interval.low > 0:
        return say(
            "What the contact changes among the last ones may not pay for the message: it would take {change}.",
            change=view.change(_name(view), _found(view).break_even),
        )  # fmt: skip
    return say("The last ones cost messages and discounts and change nothing that can be shown.")


def _lists(view: View) -> Text:
    say, found, few = view.language.say, _found(view), view.few
    if not len(found.target) + len(found.suppress):
        return Text("")
    return say(
        "Lists: {target} customers on target.csv, {suppress} on suppress.csv; {barred} without consent or unsubscribed "
        "and {out} of a kind that was in no campaign are on neither.",
        target=few(len(found.target)), suppress=_or_none(view, len(found.suppress)),
        barred=_or_none(view, found.not_reachable), out=_or_none(view, found.left_out),
    )  # fmt: skip


def _or_none(view: View, count: int) -> str:
    return view.few(count) if count else view.language.number(0)


def _moved(view: View) -> Text:
    found = _found(view)
    if not found.moved:
        return Text("")
    return view.language.say(
        "Left out: {campaigns}. What they gained was only brought forward; whom that moves is not who is won.",
        campaigns=view.names(list(found.moved)),
    )  # fmt: skip


def _sampled(view: View) -> Text:
    found = _found(view)
    if found.n >= found.total:
        return Text("")
    return view.language.say(
        "Learned from {n} of {total}, sampled by customer.", n=view.counted_assignments(found.n),
        total=view.language.number(found.total),
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """Whom to contact, or that nobody can tell."""
    if not has(view) or _found(view).qini is None:
        return []
    return [_tells(view)] if has_curve(view) else [_none(view)]


def _tells(view: View) -> Finding:
    say, found, name, last = view.language.say, _found(view), _name(view), _last(view)
    first = found.deciles.iloc[0]
    numbers: dict[str, Any] = {
        "campaigns": view.counted_campaigns(len(found.campaigns)), "outcome": view.outcome(name),
        "within": view.within(name),
        "change": view.change(name, float(first["effect"])), "n": view.language.number(int(first["n"])),
        "interval": view.change_between(name, float(first["low"]), float(first["high"])),
    }  # fmt: skip
    if last.deciles:
        statement = say(
            "In {campaigns} the contact changed {outcome}{within} by **{change}** ({interval}, n = {n}) in the first "
            "tenth of the order and by {rest} ({rest_interval}, n = {rest_n}) in the last {share}; everybody was "
            "ranked without their own result.",
            rest=view.change(name, last.effect), rest_interval=view.change_between(name, *last.interval),
            rest_n=view.language.number(last.n), share=view.language.percent(last.deciles / TENTHS), **numbers,
        )  # fmt: skip
        meaning = _why_alone(view)
        action = say("Contact {target} customers on target.csv with a group held out, and leave {suppress} on "
                     "suppress.csv alone.", target=view.few(len(found.target)),
                     suppress=view.few(len(found.suppress)))  # fmt: skip
    else:
        lowest = found.deciles.iloc[-1]
        statement = say(
            "In {campaigns} the contact changed {outcome}{within} by **{change}** ({interval}, n = {n}) in the first "
            "tenth of the order and by {rest} ({rest_interval}) in the last; everybody was ranked without their own "
            "result.",
            rest=view.change(name, float(lowest["effect"])),
            rest_interval=view.change_between(name, float(lowest["low"]), float(lowest["high"])), **numbers,
        )  # fmt: skip
        meaning = say("No end of the order is without effect; where messages are short, the order says who comes "
                      "first.")  # fmt: skip
        action = say("Work down target.csv from the top, with a group held out.")
    return Finding(
        id="targets", grade=Grade.A, head=say("Past contacts tell whom to contact first"), statement=statement,
        meaning=meaning, action=action, section=SECTION, value=float(first["effect"]), low=float(first["low"]),
        high=float(first["high"]), n=found.n, unit=name,
    )  # fmt: skip


def _none(view: View) -> Finding:
    say, number, found, qini = view.language.say, view.language.number, _found(view), _qini(view)
    p = "" if math.isnan(qini.p) else view.p(qini.p)
    return Finding(
        id="targets", grade=Grade.C, head=say("Past contacts do not tell whom to contact"),
        statement=say(
            "Learned from {n}, the order by predicted change has a Qini coefficient of **{area}** for every {per} "
            "assigned (interval {low} to {high}, p {p}): no better than chance.",
            n=view.counted_assignments(found.n), area=number(PER * qini.coefficient, 1), per=number(PER),
            low=number(PER * qini.interval.low, 1), high=number(PER * qini.interval.high, 1), p=p,
        ),
        meaning=say("Either all react much alike, or the campaigns were too small to tell."),
        action=say("Choose customers by value and consent, hold a group out, and let the next campaigns add to this."),
        section=SECTION, value=qini.coefficient, low=qini.interval.low, high=qini.interval.high, n=found.n,
        unit="share", notable=False,
    )  # fmt: skip


def method(view: View) -> list[tuple[Text, Text]]:
    """How the order is made and tested."""
    if not has(view) or _found(view).qini is None:
        return []
    say = view.language.say
    return [
        (
            say("Order of customers"),
            say("Only sound experiments teach it. It holds where the Qini coefficient lies above nothing with its "
                "interval (customers drawn again; for every {per} assigned; an order that puts exactly those who are "
                "won first has half of the whole gain) and where the whole making of it, drawn again as if nobody "
                "differed, seldom does as well.", per=view.language.number(PER)),
        )
    ]  # fmt: skip
