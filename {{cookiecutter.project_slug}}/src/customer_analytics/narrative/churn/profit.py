"""How many to contact: profit by the share contacted, where it is highest, and what the assumptions do to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.narrative.churn.acting import (
    assumed,
    excluded,
    found,
    known,
    money_word,
    thousand,
    undated,
    why_no_money,
)
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.analysis.actions import ActionsResult
    from customer_analytics.analysis.actions.curve import ProfitCurve
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

TENTH, SMALL = 0.1, 1e-6
LineRow = tuple[str, list[float], list[float], str, list[float] | None, list[float] | None, bool]


def _parts(view: View) -> tuple[ActionsResult, ProfitCurve]:
    actions = found(view)
    assert actions is not None and actions.profit is not None
    return actions, actions.profit


def has(view: View) -> bool:
    """Whether profit can be told."""
    actions = found(view)
    return actions is not None and actions.profit is not None


def section(view: View) -> SectionWords:
    """Opening: what a contact costs and brings, or why that is not known."""
    say = view.language.say
    if undated(view):
        deck = say("Without dates no past cut-off can try an offer, so its profit cannot be told; first get the dates.")
        return SectionWords(say("How many to contact"), "profit", deck)
    deck = (
        say(
            "A contact costs money for everybody, and brings money only where somebody stays for it who was leaving. "
            "Who left is counted on {tested}; acceptance, offer and cost of a contact are assumptions.",
            tested=view.tested,
        )
        if has(view)
        else why_no_money(view)
    )  # fmt: skip
    return SectionWords(say("How many to contact"), "profit", deck)


def lines(view: View) -> list[LineRow]:
    """Arguments of charts.ProfitLine: as assumed with its band, then with what past contacts kept, or with half."""
    actions, profit = _parts(view)
    say, language = view.language.say, view.language
    curve = profit.curve
    rows: list[LineRow] = [
        (
            str(say("assumed: {acceptance}", acceptance=language.percent(profit.terms.acceptance))),
            curve["share"].tolist(), curve["profit"].tolist(), "s1", curve["low"].tolist(), curve["high"].tolist(),
            False,
        )
    ]  # fmt: skip
    there = set(actions.others["what"])
    what = "past_high" if "past_high" in there else "half"
    own = actions.others[actions.others["what"] == what]
    if len(own):
        share = language.percent(float(own["acceptance"].iloc[0]), 1 if what == "past_high" else 0)
        name = say("past contacts, at best: {acceptance}", acceptance=share)
        name = say("half of it: {acceptance}", acceptance=share) if what == "half" else name
        rows.append((str(name), own["share"].tolist(), own["profit"].tolist(), "mute", None, None, True))
    return rows


def axis(view: View) -> tuple[str, list[tuple[float, float, str]]]:
    """Label of the axis of who is contacted, and the marks as arguments of charts.ProfitMark."""
    _, profit = _parts(view)
    say, language = view.language.say, view.language
    label = str(say("Share of {people} contacted, highest expected profit first", people=view.people))
    if profit.share <= 0:
        return label, []
    top = float(profit.curve["profit"].max())
    return label, [(profit.share, top, str(say("stop at {share}", share=language.percent(profit.share))))]


def figure(view: View) -> FigureWords:
    """The curve."""
    _, profit = _parts(view)
    say, language = view.language.say, view.language
    numbers = {
        "share": language.percent(profit.share), "low": language.percent(profit.share_interval.low),
        "high": language.percent(profit.share_interval.high), "people": view.people, "thousand": thousand(view),
        "top": language.money(float(profit.curve["profit"].max())), "everyone": language.money(profit.everyone),
        "assumed": assumed(view),
    }  # fmt: skip
    if not profit.pays:
        title = say("No share of contacts earns money beyond chance", **numbers)
    elif excluded(view):
        title = say("Profit at the assumed acceptance, which past contacts exclude", **numbers)
    else:
        title = say("Contacting {share} of {people} earns most", **numbers)
    return FigureWords(
        title,
        say("Profit for every {thousand} {people}, by the share contacted, {assumed}; band: interval", **numbers),
        say("Profit falls from the first contact on, to {everyone} for every {thousand} {people} where all are "
            "contacted.",
            **numbers)
        if profit.share <= 0
        else say(
            "Profit rises to {top} for every {thousand} {people} at {share} contacted (interval of the place {low} to "
            "{high}) and is {everyone} where all are contacted.", **numbers,
        ),
        view.source,
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """Who is hit and missed, and what other assumptions would give."""
    if not has(view):
        return []
    return [table for table in (confusion_table(view), sensitivity_table(view)) if table is not None]


def confusion_table(view: View) -> TableWords | None:
    """Contacted or not, left or not, at the best share."""
    actions, _ = _parts(view)
    own = actions.confusion
    if own is None:
        return None
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for name, left, stayed in (
        (say("Would have been contacted"), own.contacted_left, own.contacted_stayed),
        (say("Would not"), own.missed, own.spared),
    ):
        rate = left / (left + stayed) if left + stayed else math.nan
        shown = view.rate(rate, left + stayed)
        rows.append(((name, None), (language.number(left), left), (language.number(stayed), stayed), (shown, rate)))
    return TableWords(
        (
            (say("At {share} contacted", share=language.percent(own.share)), "name"),
            (say("Had left"), "number"),
            (say("Had stayed"), "number"),
            (say("Share that had left"), "number"),
        ),
        tuple(rows),
        say(
            "Who would have been hit and missed: {recall} of those who left are among the contacted",
            recall=language.percent(own.recall),
        ),
        view.how(
            (
                say("Counted on"),
                say("{tested}; somebody is a case at each cut-off at which they were here", tested=view.tested),
            ),
        ),
    )  # fmt: skip


def sensitivity_table(view: View) -> TableWords:
    """What the best share and its profit would be with other assumptions."""
    actions, profit = _parts(view)
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in profit.sensitivity.to_dict("records"):
        name = _setting(view, str(row["what"]), float(row["factor"]), float(row["setting"]))
        rows.append(_row(view, name, float(row["share"]), float(row["profit"])))
    for what in ("past", "past_high"):
        own = actions.others[actions.others["what"] == what]
        if len(own):
            best = own.sort_values("profit", ascending=False, kind="stable").iloc[0]
            setting = float(best["acceptance"])
            rows.append(_row(view, _setting(view, what, 1.0, setting), float(best["share"]), float(best["profit"])))
    thousands = thousand(view)
    return TableWords(
        (
            (say("Assumption"), "name"),
            (say("Best share to contact"), "number"),
            (say("Profit for every {thousand} {people}", thousand=thousands, people=view.people), "number"),
        ),
        tuple(rows),
        say("What other assumptions would give"),
        view.how(
            (
                say("Profit of a contact"),
                say(
                    "β·[γ·V + d·({one} − γ)] − d − c: β share of leaving among the contacted, γ acceptance, V value "
                    "of staying, d offer, c contact. Whoever was staying anyway is taken to accept the offer (Neslin "
                    "and others)", one=language.number(1),
                ),
            ),
            (
                say("Value of staying"),
                say(
                    "{money} of the next twelve months of a customer who stays, more than that of one who leaves; on "
                    "average {value}", money=_capital(money_word(view)), value=language.money(actions.mean_value),
                ),
            ),
            (
                say("Best share"),
                say("Highest point of the curve on these same people: to compare rows, not to plan with"),
            ),
        ),
        file="profit_sensitivity.csv",
    )  # fmt: skip


def _row(view: View, name: Text, share: float, profit: float) -> Row:
    language, say = view.language, view.language.say
    shown = language.percent(share) if share > 0 else say("nobody")
    return (name, None), (shown, share), (language.money(profit), profit)


def _setting(view: View, what: str, factor: float, setting: float) -> Text:
    say, language = view.language.say, view.language
    share, amount = language.percent(setting, 1), language.money(setting)
    if what == "value":
        change = language.signed_percent(factor - 1)
        return say("Value of staying {change}", change=change)
    return {
        "assumed": say("As assumed"),
        "acceptance": say("Acceptance {share}", share=share),
        "incentive": say("Offer costs {amount}", amount=amount),
        "contact_cost": say("Contact costs {amount}", amount=amount),
        "past": say("Acceptance as past contacts kept: {share}", share=share),
        "past_high": say("Acceptance as past contacts kept at best: {share}", share=share),
    }[what]


def _capital(text: Text) -> str:
    return str(text)[:1].upper() + str(text)[1:]


def findings(view: View) -> list[Finding]:
    """Where to stop contacting, or that no contact pays."""
    if not has(view):
        return []
    return [_pays(view) if _parts(view)[1].pays else _pays_nowhere(view)]


def _numbers(view: View) -> dict[str, Text | str]:
    actions, profit = _parts(view)
    language = view.language
    return {
        "assumed": assumed(view), "share": language.percent(profit.share), "people": view.people,
        "from_share": language.percent(profit.share_interval.low),
        "to_share": language.percent(profit.share_interval.high),
        "profit": language.money(profit.profit), "thousand": thousand(view),
        "interval": view.money_between(*profit.profit_interval), "everyone": language.money(profit.everyone),
        "needed": language.percent(actions.needed_acceptance, 1), "rate": language.percent(actions.break_even),
        "tested": view.tested,
    }  # fmt: skip


def _pays(view: View) -> Finding:
    actions, profit = _parts(view)
    say, numbers = view.language.say, _numbers(view)
    statement = (
        say(
            "On {tested}, {assumed}, contacting all {people} earns **{profit}** for every {thousand} ({interval}; the "
            "share chosen without those on whom it is counted).", **numbers,
        )
        if profit.share >= 1
        else say(
            "On {tested}, {assumed}, contacting the **{share}** of {people} with the highest expected profit "
            "({from_share} to {to_share}) earns **{profit}** for every {thousand} ({interval}; the share chosen "
            "without those on whom it is counted).", **numbers,
        )
    )  # fmt: skip
    return Finding(
        id="profit", grade=Grade.C, head=_head(view, actions, numbers),
        statement=say("{statement} Contacting all: {everyone}.", statement=statement, **numbers)
        if profit.share < 1
        else statement,
        meaning=_revenue(view, _meaning(view, actions, numbers)), action=_act(view),
        section="profit", value=profit.profit, low=profit.profit_interval.low, high=profit.profit_interval.high,
        n=profit.n, unit="money",
    )  # fmt: skip


def _act(view: View) -> Text:
    say = view.language.say
    if excluded(view):
        return say("Test another, better offer in the pilot; do not pay for one like those before.")
    return say("Make the offer to a random half of that list only, and put the measured acceptance here afterwards.")


def _meaning(view: View, actions: ActionsResult, numbers: dict[str, Text | str]) -> Text:
    """From which acceptance it pays, and whether past contacts kept as many as is assumed."""
    say, language, lifted = view.language.say, view.language, actions.uplift
    pays = say("It pays as long as at least {needed} of the leaving stay.", **numbers)
    if lifted is None or not known(lifted.kept_interval.high):
        return say("{pays} No past contact has measured how many do.", pays=pays)
    low, high = lifted.kept_interval
    told = {
        "pays": pays, "kept": language.percent(lifted.kept, 1), "low": language.percent(low, 1),
        "high": language.percent(high, 1), "assumed": language.percent(actions.terms.acceptance),
    }  # fmt: skip
    if excluded(view):
        return say(
            "{pays} Past randomised contacts kept {kept} (interval {low} to {high}), which excludes the assumed "
            "{assumed}: an offer like those earns less than told here.", **told,
        )  # fmt: skip
    return say("{pays} Past randomised contacts kept {kept} (interval {low} to {high}).", **told)


def _revenue(view: View, told: Text) -> Text:
    """What is told, with the warning that the cost of goods is not known, where it is not."""
    actions = found(view)
    if actions is None or actions.is_margin:
        return told
    return view.language.say(
        "{told} Counted in net revenue, without the cost of goods: less is earned than told until margin_share is "
        "stated.",
        told=told,
    )


def _head(view: View, actions: ActionsResult, numbers: dict[str, Text | str]) -> Text:
    """The share that earns most; where past contacts exclude the assumption, what an offer must keep to pay."""
    say, language, lifted = view.language.say, view.language, actions.uplift
    if lifted is None or not excluded(view):
        return say("Contacting {share} earns most, on the assumptions", **numbers)
    high = lifted.kept_interval.high
    return say(
        "An offer must keep {needed} of the leaving to pay; past ones kept at most {high}",
        high=language.percent(max(high, 0.0), 1), **numbers,
    )  # fmt: skip


def _pays_nowhere(view: View) -> Finding:
    actions, profit = _parts(view)
    tenth = profit.curve[(profit.curve["share"] - TENTH).abs() < SMALL].iloc[0]
    say, numbers = view.language.say, _numbers(view)
    numbers["tenth"] = view.language.money(float(tenth["profit"]))
    numbers["interval"] = view.money_between(float(tenth["low"]), float(tenth["high"]))
    meaning = (
        say("It would take an acceptance of {needed}, or a cheaper offer, for the first of the list to pay.", **numbers)
        if known(actions.needed_acceptance)
        else say("With this offer not even everybody accepting it would pay: customers bring too little for it.")
    )
    return Finding(
        id="profit", grade=Grade.C, head=say("No number of contacts pays"),
        statement=say(
            "On {tested}, {assumed}, no share of {people} earns money beyond chance. Contacting the first tenth would "
            "have brought **{tenth}** for every {thousand} ({interval}), contacting all {everyone}.", **numbers,
        ),
        meaning=meaning,
        action=say(
            "Pay for no offer by risk. What costs nothing, a better service or a reminder, may still be tested."
        ),
        section="profit", value=float(tenth["profit"]), low=float(tenth["low"]), high=float(tenth["high"]), n=profit.n,
        unit="money",
    )  # fmt: skip
