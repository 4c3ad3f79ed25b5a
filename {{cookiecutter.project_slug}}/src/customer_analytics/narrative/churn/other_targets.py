"""The same engine on second orders and first orders: how well it can be told who makes one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.narrative.exhibits import Cell, Row, SectionWords, TableWords

if TYPE_CHECKING:
    from customer_analytics.analysis.churn.other_targets import Target
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View
    from customer_analytics.narrative.finding import Finding

FEW_IN_TENTH = 10


def has(view: View) -> bool:
    """Whether the data hold one of the questions."""
    return bool(_targets(view))


def _targets(view: View) -> tuple[Target, ...]:
    """The questions about which enough people are asked to be spoken of."""
    others = view.result.others
    return () if others is None else tuple(one for one in others.targets if one.now >= view.least)


def section(view: View) -> SectionWords:
    """Opening: what is asked."""
    say = view.language.say
    told = [_told(view, target) for target in _targets(view)]
    deck = say("The engine that tells who leaves, asked who orders {ahead}.", ahead=view.ahead)
    return SectionWords(say("Who orders again, and who for the first time"), "others", _joined(view, [deck, *told]))


def _joined(view: View, sentences: list[Text]) -> Text:
    say = view.language.say
    whole = sentences[0]
    for sentence in sentences[1:]:
        whole = say("{first} {second}", first=whole, second=sentence)
    return whole


def _told(view: View, target: Target) -> Text:
    """How many are expected, or that it cannot be told."""
    say, language, scoring = view.language.say, view.language, target.scoring
    who = _who(view, target)
    if not scoring.is_estimable:
        return say("{who}: too few came to learn from.", who=who)
    numbers = {
        "who": who, "now": language.number(target.now), "soon": language.number(scoring.now["probability"].sum()),
        "share": language.percent(scoring.now["probability"].mean()),
    }  # fmt: skip
    if scoring.nothing_predicts:
        return say("{who}: about {soon} of {now} ({share}) will; nothing in the data tells which.", **numbers)
    return say("{who}: about {soon} of {now} ({share}) will.", **numbers)


def _who(view: View, target: Target) -> Text:
    say = view.language.say
    return say("One-time buyers") if target.name == "repurchase" else say("Customers without an order")


def tables(view: View) -> list[TableWords]:
    """One row a question."""
    if not has(view):
        return []
    say = view.language.say
    return [
        TableWords(
            (
                (say("Who is asked about"), "name"), (say("Asked now"), "number"), (say("Came in the tests"), "number"),
                (say("Way used"), "text"), (say("AUC"), "number"), (say("Calibration slope"), "number"),
                (say("First tenth against all"), "number"),
            ),
            tuple(_row(view, target) for target in _targets(view)),
            say("Second and first orders: how well they can be told beforehand"),
            view.how(
                (say("One-time buyers"), say("Here at a cut-off, with orders on one day only; asked: an order in the "
                                             "window")),
                (say("Customers without an order"), say("Seen in {days} before a cut-off and never with an order; "
                                                        "columns without a date are not used: they may be filled in "
                                                        "with the first order", days=view.horizon)),
                (say("Tested"), say("As leaving is: learned before each cut-off, tested after it, against the base "
                                    "rate and the days since the last visit or order")),
            ),
            file="other_targets.csv",
        )
    ]  # fmt: skip


def _row(view: View, target: Target) -> Row:
    language, scoring = view.language, target.scoring
    name: Cell = (_who(view, target), None)
    asked: Cell = (language.number(target.now), target.now)
    none: Cell = (language.number(None), None)
    if not scoring.is_estimable:
        return (name, asked, none, (language.say("not estimable"), None), none, none, none)
    rate, n = scoring.measure("rate"), scoring.measure("n")
    enough = n >= view.least
    lift, few = scoring.measure("lift"), scoring.measure("decile_left") < FEW_IN_TENTH
    if scoring.nothing_predicts:
        lift = math.nan
    return (
        name,
        asked,
        (language.percent(rate) if enough else language.number(None), rate if enough else None),
        (view.method(scoring.chosen), None),
        _between(view, target, "auc", 2),
        _between(view, target, "slope", 2),
        none if math.isnan(lift) else (_lift(view, target, few=few), None if few else lift),
    )


def _lift(view: View, target: Target, *, few: bool) -> Text:
    say, number, scoring = view.language.say, view.language.number, target.scoring
    low, high = (number(scoring.measure(name), 1) for name in ("lift_low", "lift_high"))
    if few:
        return say("{low} to {high}", low=low, high=high)
    return say("{value} ({low} to {high})", value=number(scoring.measure("lift"), 1), low=low, high=high)


def _between(view: View, target: Target, name: str, digits: int) -> Cell:
    number, scoring = view.language.number, target.scoring
    value, low, high = (scoring.measure(f"{name}{end}") for end in ("", "_low", "_high"))
    if math.isnan(value) or scoring.nothing_predicts:
        return number(None), None
    words = view.language.say(
        "{value} ({low} to {high})", value=number(value, digits), low=number(low, digits), high=number(high, digits)
    )
    return words, value


def findings(view: View) -> list[Finding]:
    """None on its own: the table says what can be told."""
    return []
