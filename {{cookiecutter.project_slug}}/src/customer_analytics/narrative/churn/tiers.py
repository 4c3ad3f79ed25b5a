"""High, medium and low: how many, how many of them are expected to leave, whether that held, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from customer_analytics.narrative.churn.acting import (
    action_name,
    found,
    known,
    money_word,
    tenure,
    tier_name,
    undated,
    why_none,
)
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.analysis.actions import ActionsResult
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

NEAR = 0.02  # difference of two shares below which a tier has kept its word, however surely it differs


def _actions(view: View) -> ActionsResult:
    actions = found(view)
    assert actions is not None
    return actions


def has(view: View) -> bool:
    """Whether customers were scored."""
    return found(view) is not None


def ranked(view: View) -> bool:
    """Whether there are tiers: something predicts leaving."""
    return has(view) and known(_actions(view).bounds.medium)


def section(view: View) -> SectionWords:
    """Opening: how the tiers are cut."""
    say, language = view.language.say, view.language
    title = say("Who is at risk, and what to do")
    if not has(view):
        return SectionWords(title, "tiers", why_none(view))
    if not ranked(view):
        return SectionWords(
            title, "tiers", say("Nothing predicts leaving, so nobody is ranked: everybody has the base rate.")
        )
    bounds = _actions(view).bounds
    if undated(view):
        deck = say(
            "Probability to end within {horizon}, given how long each contract has lasted. Medium risk begins at the "
            "mean, {medium}; high risk at {high}, where the odds are twice as high. Without dates this could not be "
            "tested.",
            horizon=tenure(view), medium=language.percent(bounds.medium), high=language.percent(bounds.high),
        )  # fmt: skip
        return SectionWords(title, "tiers", deck)
    numbers = {"medium": language.percent(bounds.medium), "high": language.percent(bounds.high)}
    if bounds.from_profit:
        return SectionWords(
            title, "tiers",
            say("Medium risk begins at the base rate, {medium}; high risk at {high}, where a contact of a customer of "
                "mean value begins to pay.", **numbers),
        )  # fmt: skip
    return SectionWords(
        title, "tiers",
        say("Medium risk begins at the base rate, {medium}; high risk at {high}, where the odds are twice those of "
            "all.",
            **numbers),
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """Tiers where something predicts, and what to do with how many."""
    if not has(view):
        return []
    return [tier_table(view), action_table(view)] if ranked(view) else [action_table(view)]


def tier_table(view: View) -> TableWords:
    """One row a tier: customers, expected to leave, expected and seen at the last test, money at risk."""
    say, actions = view.language.say, _actions(view)
    rows = tuple(_tier_row(view, row) for row in actions.tiers.to_dict("records") if _shown(view, row))
    columns = [(say("Tier of risk"), "name"), (_people_head(view), "number"), (say("Expected to leave"), "number")]
    if not undated(view):
        columns += [(say("Expected at the last test"), "number"), (say("Seen at the last test"), "number")]
    if actions.is_money:
        columns.append((say("Expected loss"), "number"))
    return TableWords(
        tuple(columns), rows,
        say("Tiers of risk of running contracts")
        if undated(view)
        else say("Tiers of risk: expected, and seen at the last tested cut-off"),
        view.how(
            (say("Expected to leave"), say("Sum of the probabilities")),
            *(
                ()
                if undated(view)
                else (
                    (
                        say("Seen at the last test"),
                        say("Share that left, Wilson interval; forecast without knowing it"),
                    ),
                )
            ),
            *(
                (
                    (
                        say("Expected loss"),
                        say("Probability times the value of staying, in {money}", money=money_word(view)),
                    ),
                )
                if actions.is_money
                else ()
            ),
        ),
        file="tiers.csv",
    )  # fmt: skip


def _people_head(view: View) -> Text:
    say = view.language.say
    return say("Customers") if view.are_customers else say("People scored")


def _shown(view: View, row: dict[Any, Any]) -> bool:
    return int(row["customers"]) == 0 or int(row["customers"]) >= view.minimum_group


def _tier_row(view: View, row: dict[Any, Any]) -> Row:
    language, say = view.language, view.language.say
    n, tested = int(row["customers"]), float(row["n"])
    if known(float(row["rate"])):
        seen: Text | str = say(
            "{rate} ({interval})", rate=language.percent(float(row["rate"])),
            interval=view.between(Interval(float(row["low"]), float(row["high"]))),
        )  # fmt: skip
        expected: Text | str = language.percent(float(row["tested_expected"]))
    else:
        seen = expected = view.not_estimable(0 if tested != tested else int(tested))
    cells: list[tuple[Any, Any]] = [
        (tier_name(view, str(row["tier"])), None),
        (language.number(n), n),
        (language.number(float(row["expected"])), float(row["expected"])),
    ]
    if not undated(view):
        cells += [(expected, float(row["tested_expected"])), (seen, float(row["rate"]))]
    if _actions(view).is_money:
        amount, low, high = (float(row[name]) for name in ("value_at_risk", "at_risk_low", "at_risk_high"))
        shown: Text | str = language.money(amount)
        if known(low):
            shown = say(
                "{value} ({low} to {high})",
                value=language.money(amount),
                low=language.money(low),
                high=language.money(high),
            )
        cells.append((shown, amount))
    return tuple(cells)


def action_table(view: View) -> TableWords:
    """What to do with how many."""
    say, language, actions = view.language.say, view.language, _actions(view)
    rows = tuple(
        (
            (action_name(view, str(row["action"])), None),
            view.people_cell(int(row["customers"])),
            *(
                ((language.money(float(row["value_at_risk"])), float(row["value_at_risk"])),)
                if actions.is_money and int(row["customers"]) >= view.minimum_group
                else ((language.number(None), None),)
                if actions.is_money
                else ()
            ),
        )
        for row in actions.actions.to_dict("records")
    )
    columns = [(say("What the list says to do"), "name"), (_people_head(view), "number")]
    if actions.is_money:
        columns.append((say("Expected loss"), "number"))
    return TableWords(
        tuple(columns), rows, say("What to do, and with how many"),
        view.how(
            (
                say("Rule"),
                say(
                    "The first that applies: may not or should not be contacted; a payment or a complaint to mend; in "
                    "the pilot; an offer, where the money-optimal cut-off selects the customer; a reminder"
                ),
            ),
            *_until(view),
        ),
        file="actions.csv",
    )  # fmt: skip


def _until(view: View) -> list[tuple[Text, Text]]:
    """How long the scores may be used, as a line of the box."""
    say, until = view.language.say, _actions(view).valid_until
    if until is None:
        return []
    return [(say("Valid until"), say("{day}; then the report is run again", day=view.language.date(until)))]


def findings(view: View) -> list[Finding]:
    """How many are at high risk, and whether the tiers held at the last test."""
    if not ranked(view):
        return []
    if undated(view):
        return _of_contracts(view)
    say, language, actions = view.language.say, view.language, _actions(view)
    top = actions.tiers.iloc[0]
    n = int(top["customers"])
    if n < view.least or not known(float(top["rate"])):
        return []
    interval = Interval(float(top["low"]), float(top["high"]))
    expected, seen = float(top["tested_expected"]), float(top["rate"])
    numbers = {
        "n": language.number(n), "now": view.counted(len(actions.scores)),
        "soon": language.number(float(top["expected"])), "share": language.percent(float(top["expected"]) / n),
        "expected": language.percent(expected), "seen": language.percent(seen), "interval": view.in_bracket(interval),
        "ahead": view.ahead,
    }  # fmt: skip
    held = interval.low <= expected <= interval.high or abs(seen - expected) <= NEAR
    return [
        Finding(
            id="tiers", grade=Grade.B if view.is_tested_later else Grade.C,
            head=say("{n} are at high risk", **numbers),
            statement=say(
                "Of {now} scored, **{n}** are at high risk: about {soon} of them ({share}) are expected to leave "
                "{ahead}. At the last tested cut-off {expected} of that tier were expected to leave, and {seen} did "
                "({interval}).",
                **numbers,
            ),
            meaning=say("The tier did what it said.")
            if held
            else say("The tier was off at the last test: its order counts, its level does not."),
            action=say(
                "Go by the action column of scores.csv: value counts beside risk, so some at low risk are on the list."
            ),
            section="tiers", value=float(n), n=len(actions.scores), unit="people",
        )
    ]  # fmt: skip


def _of_contracts(view: View) -> list[Finding]:
    """How many running contracts without dates are at high risk."""
    say, language, actions = view.language.say, view.language, _actions(view)
    top = actions.tiers.iloc[0]
    n = int(top["customers"])
    if n < view.least:
        return []
    expected = float(top["expected"])
    return [
        Finding(
            id="tiers", grade=Grade.C, head=say("{n} are at high risk", n=language.number(n)),
            statement=say(
                "Of {now} with a running contract **{n}** are at high risk: about {soon} of these contracts are "
                "expected to end within {horizon}.",
                now=view.counted(len(actions.scores)), n=language.number(n), soon=language.number(expected),
                horizon=tenure(view),
            ),
            meaning=say(
                "How long contracts have lasted says so; without dates it could not be tested on a later time."
            ),
            action=say("Remind those at high risk; get the dates of beginning and end before paying for offers."),
            section="tiers", value=float(n), n=len(actions.scores), unit="people", notable=False,
        )
    ]  # fmt: skip
