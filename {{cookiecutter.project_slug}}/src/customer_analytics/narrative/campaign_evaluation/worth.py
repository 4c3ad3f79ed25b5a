"""What a campaign brought beyond its control group, in words: margin, or revenue where no margin is known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.money.result import SCORECARD
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Cell

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.verdicts import Verdict
    from customer_analytics.narrative.campaign_evaluation.view import View

LISTED = {
    "campaign", "name", "channel", "offer", "source", "kind", "first_on", "last_on", "units", "grade", "reason", "arm",
}  # fmt: skip
COLUMNS = tuple(name for name in SCORECARD if name not in LISTED)  # the others stand in the scorecard's own columns
REASON = "decision_reason"


def row_of(view: View, campaign: str) -> Any | None:
    """The money of a campaign, all its contact arms together; None where it has none."""
    money = view.result.money
    if money is None:
        return None
    found = money.campaigns[money.campaigns["campaign"] == campaign]
    return rows(found)[0] if len(found) else None


def basis(view: View) -> str:
    """margin, revenue, or nothing where no money is known."""
    return "" if view.result.money is None else str(view.result.money.basis)


def added(view: View, campaign: str) -> tuple[float, float, float]:
    """What a campaign brought and its interval, in the money that is known; NaN where nothing is."""
    row, of = row_of(view, campaign), basis(view)
    if row is None or not of:
        return math.nan, math.nan, math.nan
    name = f"incremental_{of}"
    return float(getattr(row, name)), float(getattr(row, f"{name}_low")), float(getattr(row, f"{name}_high"))


def known(view: View, campaign: str) -> bool:
    """Whether it is known what a campaign brought."""
    return not math.isnan(added(view, campaign)[0])


def head(view: View) -> Text:
    """Head of the column of money."""
    say = view.language.say
    return say("Margin brought") if basis(view) == "margin" else say("Revenue brought")


def cells(view: View, campaign: str) -> list[Cell]:
    """What a campaign brought and its interval, for two cells; dashes where they are not known."""
    value, low, high = added(view, campaign)
    nothing: Cell = ("–", -math.inf)
    shown: Cell = nothing if math.isnan(value) else (view.language.money(value), value)
    return [shown, nothing if math.isnan(low) else (view.money_range(low, high), low)]


def rank(view: View, campaign: str) -> float:
    """What the campaigns are ordered by, more is better; NaN where a campaign has no rank."""
    row = row_of(view, campaign)
    return math.nan if row is None else -float(row.rank)


def decision(view: View, campaign: str) -> str:
    """roll_out, iterate, stop or inconclusive; empty where nothing was decided."""
    row = row_of(view, campaign)
    return "" if row is None else str(row.decision)


def meaning(view: View, found: list[Verdict]) -> Text:
    """What the campaigns that caused something brought; `found` in the order of what they brought for their cost."""
    say, language = view.language.say, view.language
    best = found[0].campaign
    value, low, high = added(view, best)
    if math.isnan(value) or math.isnan(low):
        return say("Without the contact it would have been as in the control group: this part is the campaign's own.")
    row = row_of(view, best)
    assert row is not None
    cost = float(row.cost)
    numbers = {
        "campaign": view.name(best), "value": language.money(value), "interval": view.money_between(low, high),
        "cost": language.money(cost),
    }  # fmt: skip
    margin = basis(view) == "margin"
    if math.isnan(cost):
        first = (
            say("{campaign} brought {value} of margin that would not have come otherwise ({interval}); its cost is not "
                "known.", **numbers)
            if margin
            else say("{campaign} brought {value} of revenue that would not have come otherwise ({interval}); its cost "
                     "is not known.", **numbers)
        )  # fmt: skip
    else:
        first = (
            say("{campaign} brought {value} of margin that would not have come otherwise ({interval}), for {cost} of "
                "cost.", **numbers)
            if margin
            else say("{campaign} brought {value} of revenue that would not have come otherwise ({interval}), for "
                     "{cost} of cost.", **numbers)
        )  # fmt: skip
    return view.together([first, _others(view, found[1:], margin=margin)])


def _others(view: View, found: list[Verdict], *, margin: bool) -> Text:
    """What the next campaigns brought, as a sentence; empty where there are none."""
    say, language = view.language.say, view.language
    told = []
    for one in found[:2]:
        value, low, high = added(view, one.campaign)
        if not math.isnan(low):
            told.append(
                say("{campaign} {value} ({interval})", campaign=view.name(one.campaign), value=language.money(value),
                    interval=view.money_between(low, high))
            )  # fmt: skip
    if not told:
        return Text("")
    listed = view.clauses(told)
    return say("Margin of the next: {listed}.", listed=listed) if margin else say("Revenue of the next: {listed}.",
                                                                                  listed=listed)  # fmt: skip


def action(view: View, found: list[Verdict]) -> Text:
    """What to do with the campaigns that caused something, by the decision of each."""
    say = view.language.say
    by: dict[str, list[str]] = {}
    for one in found:
        row = row_of(view, one.campaign)
        why = "" if row is None else str(row.decision) if row.decision != "iterate" else str(row.reason)
        by.setdefault(why, []).append(one.campaign)
    names = {why: view.names(campaigns) for why, campaigns in by.items()}
    told = []
    if "roll_out" in by:
        told.append(say("Roll out {names}, and keep a small group held out each time.", names=names["roll_out"]))
    if "pays_not_shown" in by:
        told.append(say("{names}: it works, but after cost the money may still be lost; try it cheaper, or with more "
                        "customers, before it is rolled out.", names=names["pays_not_shown"]))  # fmt: skip
    if "guardrail" in by:
        told.append(say("Change {names} before it is sent again: something else got worse.", names=names["guardrail"]))
    if "small" in by:
        told.append(say("{names}: it works, but brings less than is worth while; send it only where it costs nothing.",
                        names=names["small"]))  # fmt: skip
    if not told:
        return say("Repeat {names} with a group held out, and watch the money.",
                   names=view.names([one.campaign for one in found]))  # fmt: skip
    return view.together(told)


def plain(view: View, campaign: str) -> dict[str, Any]:
    """The money of a campaign for its row of the scorecard file."""
    row = row_of(view, campaign)
    if row is None:
        return {}
    return {name: getattr(row, name) for name in COLUMNS} | {REASON: row.reason}
