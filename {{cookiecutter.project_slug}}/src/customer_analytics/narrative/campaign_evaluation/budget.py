"""Where money should go: what each paid channel brings for its money, and what a shift would change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.channels.outputs import hidden
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import channels
from customer_analytics.narrative.campaign_evaluation.channels import Record, label, money_word, name, span
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.analysis.channels import Budget
    from customer_analytics.narrative.campaign_evaluation.view import View


def has(view: View) -> bool:
    """Whether what a customer costs is known of any channel."""
    return channels.has(view) and bool(_paid(view))


def _paid(view: View) -> list[Record]:
    """Paid channels large enough to be shown, the one that brings most for its money first."""
    budget = channels.found(view).budget
    back = {} if budget is None else {str(row["channel"]): row for row in budget.returns.to_dict("records")}
    nothing = dict.fromkeys(("back", "low", "high"), math.nan)
    paid = [
        row | {f"back_{name}": back.get(row["channel"], nothing)[name] for name in nothing}
        for row in channels.records(view)
        if not math.isnan(row["cost"])
    ]
    return sorted(paid, key=lambda row: -row["back_back"] if row["back_back"] == row["back_back"] else 0.0)


def _found(view: View) -> Budget:
    found = channels.found(view).budget
    assert found is not None
    return found


def _can_shift(view: View) -> bool:
    """Whether there is a channel to give and one to take, both large enough to be shown."""
    if channels.found(view).budget is None:
        return False
    one, small = _found(view), hidden(channels.found(view), view.minimum_group)
    return bool(one.shifts) and one.from_channel not in small and one.to_channel not in small


def section(view: View) -> SectionWords:
    """Opening: what a return is, and the two assumptions in it."""
    say = view.language.say
    return SectionWords(
        say("What the money brings, and where more of it should go"), "budget",
        say("What a channel's customers bring within {days}, for each unit of money spent on it. It assumes that all "
            "of them came because of the spend; what the next unit brings is an assumption too, and stated.",
            days=span(view)),
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """Returns by channel, and the shift under two assumptions."""
    if not has(view):
        return []
    made = [_returns(view)]
    if _can_shift(view):
        made.append(_shifts(view))
    return made


def _returns(view: View) -> TableWords:
    say = view.language.say
    columns = (
        (say("Paid channel"), "name"), (say("Money spent"), "number"), (say("Customers it won"), "number"),
        (say("Cost of one won"), "number"), (say("Cost of one still there"), "number"),
        (say("Brought for each unit spent"), "number"),
    )  # fmt: skip
    return TableWords(
        columns, tuple(_return_row(view, row) for row in _paid(view)),
        say("What each channel's money bought and brought"),
        channels.how(
            view,
            (
                say("Cost of one won"),
                say("Spend on the channel over all customers it won in the days of the spend, as if none had come "
                    "without it; over the share still there it is the cost of one who stays"),
            ),
            (
                say("Brought for each unit spent"),
                say("Customers won in the days of the spend × {money} of one within {days} ÷ spend; the interval holds "
                    "what customers bring and how many happened to come", money=money_word(view), days=span(view)),
            ),
        ),
        file="channels.csv",
    )  # fmt: skip


def _return_row(view: View, row: Record) -> Row:
    language, number = view.language, view.language.number
    back, low, high = (row[f"back_{name}"] for name in ("back", "low", "high"))
    told = language.say(
        "{value} ({low} to {high})", value=number(back, 2), low=number(low, 2), high=number(high, 2)
    )  # fmt: skip
    return (
        (label(view, row["channel"]), None), (language.money(row["spend"]), row["spend"]),
        (number(row["costed"]), row["costed"]), (language.money(row["cost"]), row["cost"]),
        (language.money(row["kept_cost"]), row["kept_cost"]),
        (number(None), None) if math.isnan(back) else (told, back),
    )  # fmt: skip


def _shifts(view: View) -> TableWords:
    say, language, one = view.language.say, view.language, _found(view)
    return TableWords(
        (
            (say("If further money there brings"), "name"), (say("Won by the move"), "number"),
            (say("Given up by it"), "number"), (say("Change"), "number"), (say("Customers more or fewer"), "number"),
        ),
        tuple(
            (
                (say("{share} of what it brought so far", share=language.percent(shift.returns)), shift.returns),
                (language.money(shift.gained), shift.gained), (language.money(shift.lost), shift.lost),
                (say("{value} ({between})", value=view.signed_money(shift.change),
                     between=view.money_range(shift.low, shift.high)), shift.change),
                (language.signed(shift.customers), shift.customers),
            )
            for shift in one.shifts
        ),
        say("Moving {amount} from {giver} to {taker}", amount=language.money(one.amount),
            giver=label(view, one.from_channel), taker=label(view, one.to_channel)),
        channels.how(
            view,
            (
                say("The move"),
                say("{share} of the spend on the channel that brings least for its money, to the one that brings most "
                    "among those whose customers stay", share=language.percent(one.share)),
            ),
            (
                say("Change"),
                say("{money} within {days}; the interval allows for every pair of channels that might have been "
                    "picked. A forecast from what was, not an experiment", money=_capital(money_word(view)),
                    days=span(view)),
            ),
        ),
        file="budget_shift.csv",
    )  # fmt: skip


def _capital(text: Text) -> Text:
    return Text(text[:1].upper() + text[1:])


def findings(view: View) -> list[Finding]:
    """What a shift would change, with its assumption in the same sentence."""
    if not has(view) or not _can_shift(view):
        return []
    say, language, one = view.language.say, view.language, _found(view)
    full, half = one.shifts
    back = dict(zip(one.returns["channel"], one.returns["back"], strict=True))
    numbers = {
        "giver": name(view, one.from_channel), "taker": name(view, one.to_channel), "money": money_word(view),
        "amount": language.money(one.amount), "share": language.percent(one.share), "days": span(view),
        "taker_back": language.number(back[one.to_channel], 1),
        "giver_back": language.number(back[one.from_channel], 1),
        "change": view.signed_money(full.change), "interval": view.money_between(full.low, full.high),
        "half": language.percent(half.returns), "half_change": view.signed_money(half.change),
        "half_interval": view.money_between(half.low, half.high), "even": language.percent(one.even),
    }  # fmt: skip
    pays = full.low > 0
    head = (
        say("Moving money from {giver} to {taker} pays, if the next unit brings what the last one did", **numbers)
        if pays
        else say("No move of money between channels surely pays")
    )
    return [
        Finding(
            id="budget", grade=Grade.C, head=head,
            statement=say(
                "Each unit spent on {taker} came with {taker_back} of {money} within {days}, on {giver} with "
                "{giver_back}. If further money brings as much as so far, moving {amount} ({share} of the spend on "
                "{giver}) changes {money} by **{change}** ({interval}); if it brings {half} of that, by {half_change} "
                "({half_interval}).", **numbers,
            ),
            meaning=_until_when(view, one.even, numbers),
            action=say("Move it in steps and in some regions drawn by lot, and compare new customers and {money} with "
                       "the others.", **numbers)
            if pays
            else say("Leave the budget as it is until a test in regions drawn by lot says otherwise."),
            section="budget", value=full.change, low=full.low, high=full.high, n=int(one.returns["customers"].sum()),
            unit="money",
        )
    ]  # fmt: skip


def _until_when(view: View, even: float, numbers: dict[str, Any]) -> Text:
    """Down to which return the move pays, where both channels bring more than they cost to serve."""
    say = view.language.say
    if not 0 < even < 1:
        return say("What further money will bring is not known: the next customer costs more than the last.")
    return say("The move pays while further money in {taker} brings more than {even} of what its money brought so far. "
               "What it will bring is not known: the next customer costs more than the last.", **numbers)  # fmt: skip


def remarks(view: View) -> list[Text]:
    """That the channel that keeps nobody receives nothing, although it brings most for its money at first."""
    if not has(view) or channels.found(view).budget is None:
        return []
    leaving, returns = channels.found(view).leaving, _found(view).returns
    if leaving is None or returns.iloc[0]["channel"] != leaving:
        return []
    return [
        view.language.say(
            "{channel} brings {back} for each unit within {days}, more than the others: it is cheap. As its customers "
            "do not stay, and what they bring ends with these days, no money is moved there.",
            channel=name(view, leaving), back=view.language.number(float(returns.iloc[0]["back"]), 1), days=span(view),
        )
    ]  # fmt: skip
