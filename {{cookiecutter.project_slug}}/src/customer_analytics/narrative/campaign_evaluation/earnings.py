"""What each campaign earned in words: its money beyond the control group, its cost, and what to do with it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.money.decision import VERDICTS
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.scorecard import reason_told
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Cell, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding

if TYPE_CHECKING:
    from customer_analytics.analysis.money import Money
    from customer_analytics.narrative.campaign_evaluation.view import View

MOST, MOST_BREAK_EVEN = 8, 5  # arms in a table
SURE = 0.95
FILE = "returns"
UNKNOWN: Cell = ("–", -math.inf)


def found(view: View) -> Money | None:
    """The money; None where nothing was compared."""
    money = view.result.money
    return money if money is not None and not money.reason and len(money.arms) else None


def has(view: View) -> bool:
    """Whether any campaign was compared."""
    return found(view) is not None


def made(view: View) -> Money:
    """The money, where there is some."""
    money = found(view)
    assert money is not None
    return money


def section(view: View) -> SectionWords:
    """Opening: what is counted as earned."""
    say = view.language.say
    title = say("What each campaign earned") if made(view).basis else say("What follows from each campaign")
    return SectionWords(
        title, "earnings",
        {
            "margin": say("Not what the contacted bought, but what they bought beyond their control group: margin, "
                          "less what the contact cost. Many orders can still lose money."),
            "revenue": say("Not what the contacted bought, but what they bought beyond their control group. The data "
                           "hold no costs of goods: what follows is revenue, of which only a part is earned."),
        }.get(made(view).basis)
        or say("The data hold no money: what follows counts {outcome} beyond the control group, and decides by the "
               "size of the effect.", outcome=view.outcome(view.main)),
    )  # fmt: skip


def called(view: View, row: Any) -> str:
    """A campaign and its arm, for a cell; the arm only where there are several."""
    own = made(view).arms
    label = view.label(row.campaign)
    if int((own["campaign"] == row.campaign).sum()) == 1:
        return label
    return str(view.language.say("{campaign}: {arm}", campaign=label, arm=view.shortened(row.arm)))


def shown(view: View) -> list[Any]:
    """The arms in the order of their campaigns' ranks, the surest decisions first where there is none."""
    money = made(view)
    ranks = {str(row.campaign): float(row.rank) for row in rows(money.campaigns)}

    def order(row: Any) -> tuple[float, int, str, str]:
        rank = ranks[str(row.campaign)]
        return math.inf if math.isnan(rank) else rank, VERDICTS.index(row.decision), str(row.campaign), str(row.arm)

    kept = [row for row in rows(money.arms) if min(row.n, row.n_control) >= view.minimum_group]
    return sorted(kept, key=order)


def tables(view: View) -> list[TableWords]:
    """What the arms earned, and what a contact may cost."""
    if not shown(view):
        return []
    return [_earned(view), *([_break_even(view)] if made(view).basis else [])]


def _earned(view: View) -> TableWords:
    say, basis, all_of = view.language.say, made(view).basis, shown(view)
    with_orders = bool(made(view).arms["incremental_orders"].notna().any())
    columns = [(say("Contact"), "text")]
    columns.append((say("Extra orders (interval)") if with_orders else say("Extra (interval)"), "number"))
    if basis:
        columns += [(money_head(view), "text"), (say("Cost of contact"), "number"), (_return_head(view), "text")]
    columns.append((say("What to do"), "text"))
    return TableWords(
        tuple(columns), tuple(_row(view, row, with_orders=with_orders) for row in all_of[:MOST]),
        say("The arms against their control group, and what to do")
        if not basis
        else say("What the contacts earned, and what to do with them")
        if len(all_of) <= MOST
        else say("What the contacts earned: the first {count} of {total}", count=view.language.number(MOST),
                 total=view.language.number(len(all_of))),
        view.how(*_how(view)), file=FILE,
    )  # fmt: skip


def money_head(view: View) -> Text:
    """Head of the column of money beyond the control group."""
    say = view.language.say
    return say("Margin beyond control (interval)") if made(view).basis == "margin" else say(
        "Revenue beyond control (interval)")  # fmt: skip


def _return_head(view: View) -> Text:
    say = view.language.say
    return say("Return on cost") if made(view).basis == "margin" else say("Revenue for the cost")


def _row(view: View, row: Any, *, with_orders: bool) -> Row:
    say, basis = view.language.say, made(view).basis
    withheld = row.grade == "D"  # no effect may be claimed, so none is shown
    name = "incremental_orders" if with_orders else "extra"
    cells: list[Cell] = [(called(view, row), called(view, row)), UNKNOWN if withheld else _count(view, row, name)]
    if basis:
        cells += [
            UNKNOWN if withheld else amount(view, row, f"incremental_{basis}"),
            UNKNOWN if math.isnan(row.cost) else (view.language.money(row.cost), row.cost),
            UNKNOWN if withheld else _return(view, row),
        ]
    told = say("{decision}: {why}", decision=decision_told(view, row.decision), why=_why(view, row))
    return (*cells, (told, VERDICTS.index(row.decision)))


def _count(view: View, row: Any, name: str) -> Cell:
    value, low, high = (float(getattr(row, f"{name}{end}")) for end in ("", "_low", "_high"))
    if math.isnan(value):
        return UNKNOWN
    signed = view.language.signed
    if math.isnan(low):
        return signed(value), value
    between = view.language.say("{low} to {high}", low=signed(low), high=signed(high))
    return view.language.say("{value} ({interval})", value=signed(value), interval=between), value


def amount(view: View, row: Any, name: str) -> Cell:
    """An amount with its interval, for a cell."""
    value, low, high = (float(getattr(row, f"{name}{end}")) for end in ("", "_low", "_high"))
    if math.isnan(value):
        return UNKNOWN
    shown_value = view.signed_money(value)
    if math.isnan(low):
        return shown_value, value
    between = view.money_range(low, high)
    return view.language.say("{value} ({interval})", value=shown_value, interval=between), value


def _return(view: View, row: Any) -> Cell:
    """ROI with its interval; of revenue, how much for each unit of cost."""
    language = view.language
    if made(view).basis == "margin":
        if math.isnan(row.roi):
            return UNKNOWN
        between = language.say("{low} to {high}", low=language.signed_percent(row.roi_low),
                               high=language.signed_percent(row.roi_high))  # fmt: skip
        shown_value = language.signed_percent(row.roi)
        value = language.say("{value} ({interval})", value=shown_value, interval=between)
        return (shown_value if math.isnan(row.roi_low) else value), row.roi
    if math.isnan(row.iroas):
        return UNKNOWN
    return language.money(row.iroas), row.iroas


def decision_told(view: View, decision: str) -> Text:
    """A decision for a cell."""
    say = view.language.say
    return {
        "roll_out": say("roll out"), "iterate": say("change, and test again"), "stop": say("stop"),
    }.get(decision) or say("not decided")  # fmt: skip


def _why(view: View, row: Any) -> Text:
    """Why a decision was made; where the draw is in doubt, what is wrong with it."""
    experiments = view.result.experiments
    if row.reason != "not_sound" or experiments is None:
        return why_told(view, row.reason)
    own = experiments.verdicts[experiments.verdicts["campaign"] == row.campaign]
    return reason_told(view, str(own["reason"].iloc[0])) if len(own) else why_told(view, row.reason)


def why_told(view: View, reason: str) -> Text:
    """Why a decision was made, as a clause."""
    say, least = view.language.say, view.language.percent(view.parameters.smallest_lift)
    return {
        "pays": say("it brought more than it cost, beyond chance"),
        "works": say("the lift is worth while; whether it pays is not known"),
        "pays_not_shown": say("it works, but it may have cost more than it brought"),
        "small": say("it works, but by less than the {least} that are worth while", least=least),
        "guardrail": say("something that must not get worse did"),
        "moved": say("the gain was only brought forward"),
        "harms": say("it made things worse"),
        "costs": say("it lost money, beyond chance"),
        "too_small": say("a lift of {least} or more is excluded", least=least),
        "not_sound": say("the arms do not allow it"),
    }.get(reason) or say("too few customers to tell")


def _how(view: View) -> list[tuple[Text, Text]]:
    say, basis = view.language.say, made(view).basis
    lines = [
        (say("Beyond control"),
         say("Customers of the arm × (their mean less the mean of the control group), everybody counted in the arm "
             "drawn. Interval of {level}: blocks of customers resampled, each with all their campaigns.",
             level=view.language.percent(SURE))),
    ]  # fmt: skip
    if basis:
        cost = say("Fixed costs in campaigns and spend, and {cost} for each message; where the control group gets a "
                   "message too, only what the arm costs beyond it.",
                   cost=view.language.money(view.parameters.contact_cost))  # fmt: skip
        returned = (
            say("Return: (margin − cost) / cost. Order: by margin for each unit of cost.")
            if basis == "margin"
            else say("Revenue for each unit of cost (iROAS). Order: by it.")
        )
        lines += [(say("Cost"), cost), (say("Return and order"), returned)]
    if not basis:
        rule = say("Roll out: the main outcome got better beyond chance (Holm), by {least} or more. Stop: it got worse "
                   "beyond chance, or a lift of {least} is excluded. Change: better by less, or a guardrail suffered.",
                   least=view.language.percent(view.parameters.smallest_lift))  # fmt: skip
        return [*lines, (say("Decision"), rule)]
    lines.append(
        (say("Decision"),
         say("Roll out: the main outcome got better beyond chance (Holm) and money after cost is above zero beyond "
             "chance. Stop: either is worse beyond chance, or a lift of {least} is excluded. Change: it works, but the "
             "money is not sure, the gain was only brought forward, or a guardrail suffered.",
             least=view.language.percent(view.parameters.smallest_lift)))
    )  # fmt: skip
    return lines


def _break_even(view: View) -> TableWords:
    """What one contact brought, and so may cost at most; what remains of it without luck."""
    say, language = view.language.say, view.language
    kept = [row for row in shown(view) if row.grade != "D" and row.campaign not in made(view).contacts_alone]
    pulled = made(view).shrunken is not None
    lines: list[Row] = []
    for row in kept[:MOST_BREAK_EVEN]:
        each = row.cost / row.messages if row.messages and not math.isnan(row.cost) else math.nan
        lift = row.break_even_lift if row.cost > 0 else math.nan
        line: list[Cell] = [(called(view, row), called(view, row)), amount(view, row, "value_per_contact")]
        if pulled:
            line.append(UNKNOWN if math.isnan(row.shrunken) else amount(view, row, "shrunken"))
        line += [
            UNKNOWN if math.isnan(each) else (language.money(each), each),
            UNKNOWN if math.isnan(lift) else (language.signed_percent(lift, 1), lift),
            UNKNOWN if math.isnan(row.cost_per_order) else (language.money(row.cost_per_order), row.cost_per_order),
        ]
        lines.append(tuple(line))
    columns = [(say("Contact"), "text"), (say("One brought, and may cost"), "text")]
    columns += [(say("Luck taken out"), "text")] if pulled else []
    columns += [(say("It cost"), "number"), (say("Lift that pays"), "number"), (say("An extra order cost"), "number")]
    how = [
        (say("Luck taken out"),
         say("The best of several is best by merit and by luck; repeated, it keeps the merit only. Each result is "
             "pulled towards the usual one by as much as it is uncertain (hierarchical model).")),
    ] if pulled else []  # fmt: skip
    return TableWords(
        tuple(columns), tuple(lines), say("What a contact brought, and may cost"),
        view.how(
            *how,
            (say("Lift that pays"), say("Cost ÷ what the contacted would have brought without a contact.")),
            (say("An extra order cost"), say("Cost ÷ extra orders; a dash where there may be none.")),
        ),
    )  # fmt: skip


def remarks(view: View) -> list[Text]:
    """How sure the order is, and what is not known."""
    say, money, told = view.language.say, made(view), []
    ranked = [row for row in rows(money.campaigns) if row.rank == 1]
    if ranked and not math.isnan(ranked[0].chance_best):
        best = ranked[0]
        values = {
            "campaign": view.name(best.campaign), "chance": view.language.percent(best.chance_best),
            "low": view.language.number(best.rank_low), "high": view.language.number(best.rank_high),
            "value": view.language.money(best.score), "one": view.language.money(1.0),
        }  # fmt: skip
        told.append(
            {
                ("cost", "margin"): say("For each {one} of cost {campaign} brought {value} of margin, the most of all; "
                                        "it comes first in {chance} of the resamples (places {low} to {high}).",
                                        **values),
                ("cost", "revenue"): say("For each {one} of cost {campaign} brought {value} of revenue, the most of "
                                         "all; it comes first in {chance} of the resamples (places {low} to {high}).",
                                         **values),
            }.get((money.ranked_by, money.basis))
            or say("For each customer contacted {campaign} brought {value}, the most of all; it comes first in "
                   "{chance} of the resamples (places {low} to {high}).", **values)
        )  # fmt: skip
    if money.contacts_alone:
        told.append(
            say("{names}: both arms got a message. That compares two contacts, and enters no order and no sum.",
                names=view.names(money.contacts_alone))
        )  # fmt: skip
    if money.basis and money.arms["cost"].isna().any():
        told.append(say("Of some campaigns no cost is known: their money stands before cost. State it in campaigns, "
                        "in spend or as contact_cost."))  # fmt: skip
    return told


def findings(view: View) -> list[Finding]:
    """What was earned is told with what was caused."""
    return []
