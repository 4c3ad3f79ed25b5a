"""What is at stake: value at risk, and what each week of waiting lets go out of reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.narrative.churn.acting import found, known, money_word, tenure, undated, why_no_money
from customer_analytics.narrative.exhibits import Cell, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.analysis.actions import ActionsResult
    from customer_analytics.analysis.actions.delay import Delay
    from customer_analytics.analysis.actions.value_at_risk import Held
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

SHOWN_WEEKS = (1, 2, 4)  # and the last


def _actions(view: View) -> ActionsResult:
    actions = found(view)
    assert actions is not None
    return actions


def has(view: View) -> bool:
    """Whether money at risk can be told."""
    actions = found(view)
    return actions is not None and actions.at_risk is not None


def has_delay(view: View) -> bool:
    """Whether it can be told what a week of waiting costs."""
    actions = found(view)
    return actions is not None and actions.delay is not None and view.predicts


def section(view: View) -> SectionWords:
    """Opening: how the value was found."""
    say, language = view.language.say, view.language
    title = say("What is at stake")
    if not has(view):
        return SectionWords(title, "value", why_no_money(view))
    worth = _actions(view).worth
    assert worth is not None
    if worth.source == "price":
        return SectionWords(
            title, "value",
            say("Probability of leaving, times the price of a year of the contract. A price is taken to be that of a "
                "month unless the plan's name says year, quarter or week: an assumption."),
        )  # fmt: skip
    numbers = {"money": money_word(view), "after": view.days(worth.after), "n": language.number(_followed(view))}
    return SectionWords(
        title, "value",
        say("Probability of leaving, times what a customer who stays brings more in {money} over twelve months than "
            "one who leaves, as {n} cases of past cut-offs did in the {after} that followed. Leaving is counted once: "
            "it is in the probability, not in the value.", **numbers),
    )  # fmt: skip


def _followed(view: View) -> int:
    worth = _actions(view).worth
    assert worth is not None
    return sum(line.n for line in (worth.stayed, worth.left) if line is not None)


def tables(view: View) -> list[TableWords]:
    """What is out of reach after some weeks of waiting."""
    if not has_delay(view):
        return []
    say, language, delay = view.language.say, view.language, _delay(view)
    last = int(delay.weeks["week"].max())
    shown = delay.weeks[delay.weeks["week"].isin([*SHOWN_WEEKS, last])]
    rows: list[Row] = []
    for row in shown.to_dict("records"):
        gone, low, high = (float(row[name]) for name in ("gone", "low", "high"))
        cells: list[Cell] = [
            (language.say_count("{count} week", "{count} weeks", int(row["week"])), int(row["week"])),
            (
                say(
                    "{rate} ({interval})", rate=language.percent(gone, 1), interval=view.between(Interval(low, high), 1)
                ),
                gone,
            ),
        ]
        if has(view):
            cells.append((language.money(gone * _scale(view)), gone * _scale(view)))
        rows.append(tuple(cells))
    gone_means = (
        say("The contract has ended")
        if view.is_contractual
        else say("Silent for so long that hardly anybody comes back, without having come in the meantime")
    )
    columns = [(say("Waiting for"), "name"), (say("Of what is at risk, out of reach"), "number")]
    if has(view):
        columns.append((say("Expected loss"), "number"))
    return [
        TableWords(
            tuple(columns), tuple(rows), say("What waiting costs, at the pace after past cut-offs"),
            view.how((say("Out of reach"), gone_means)), file="cost_of_delay.csv",
        )
    ]  # fmt: skip


def _delay(view: View) -> Delay:
    delay = _actions(view).delay
    assert delay is not None
    return delay


def _scale(view: View) -> float:
    at_risk = _actions(view).at_risk
    return at_risk.expected if at_risk is not None else 1.0


def findings(view: View) -> list[Finding]:
    """Money at risk, and the cost of a week."""
    told = [_at_risk(view) if has(view) else None, _week(view) if has_delay(view) else None]
    return [one for one in told if one is not None]


def _at_risk(view: View) -> Finding:
    say, language, actions = view.language.say, view.language, _actions(view)
    at_risk, held = actions.at_risk, actions.held
    assert at_risk is not None
    if undated(view):
        return _of_contracts(view)
    low, high = at_risk.interval
    top = actions.tiers.iloc[0]
    numbers = {
        "value": language.money(at_risk.expected), "interval": view.money_between(low, high), "money": money_word(view),
        "now": view.counted(len(actions.scores)), "ahead": view.ahead,
        "share": language.percent(float(top["value_at_risk"]) / at_risk.expected) if at_risk.expected else "",
        "n": language.number(int(top["customers"])),
    }  # fmt: skip
    statement = (
        say("If nothing is done, those of {now} who leave {ahead} take about **{value}** of the next twelve months' "
            "{money} with them ({interval}).", **numbers)
        if known(low)
        else say("If nothing is done, those of {now} who leave {ahead} take about **{value}** of the next twelve "
                 "months' {money} with them.", **numbers)
    )  # fmt: skip
    if str(top["tier"]) == "high" and int(top["customers"]) >= view.minimum_group:
        statement = say("{statement} {share} of it lies with the {n} at high risk.", statement=statement, **numbers)
    return Finding(
        id="value_at_risk", grade=Grade.B if known(low) and view.is_tested_later else Grade.C,
        head=say("{value} is at risk", **numbers), statement=statement, meaning=_held_words(view, held),
        action=say("Set the budget for keeping customers below what can be kept of this, not below all of it."),
        section="value", value=at_risk.expected, low=low, high=high, n=len(actions.scores), unit="money",
    )  # fmt: skip


def _of_contracts(view: View) -> Finding:
    """Money that hangs on contracts without dates that are expected to end."""
    say, language, actions = view.language.say, view.language, _actions(view)
    at_risk = actions.at_risk
    assert at_risk is not None
    low, high = at_risk.interval
    return Finding(
        id="value_at_risk", grade=Grade.C, head=say("{value} is at risk", value=language.money(at_risk.expected)),
        statement=say(
            "A year's price of the contracts expected to end within {horizon} comes to about **{value}** ({interval}).",
            horizon=tenure(view), value=language.money(at_risk.expected), interval=view.money_between(low, high),
        ),
        meaning=say("Of {now} with a running contract; the interval is as wide as if all probabilities erred together.",
                    now=view.counted(len(actions.scores))),
        action=say("Set the budget for keeping customers below what can be kept of this, not below all of it."),
        section="value", value=at_risk.expected, low=low, high=high, n=len(actions.scores), unit="money",
    )  # fmt: skip


def _whole(view: View, ratio: float) -> str:
    """In whole percent: nearly all of something that may be more than all is 100 %, and not "more than 99 %"."""
    return view.language.percent(round(ratio, 2))


def _held_words(view: View, held: Held | None) -> Text:
    say = view.language.say
    if held is None or not known(held.ratio):
        return say("There was no past cut-off on which to check it.")
    numbers = {
        "ratio": _whole(view, held.ratio), "tested": view.tested,
        "least": _whole(view, min(held.by_cut)), "most": _whole(view, max(held.by_cut)),
    }  # fmt: skip
    if len(held.by_cut) < 2:
        return say("At the tested cut-off {ratio} of the money expected to be lost was lost.", **numbers)
    return say(
        "At the tested cut-offs {ratio} of the money expected to be lost was lost, between {least} and {most} at "
        "single ones.",
        **numbers,
    )


def _week(view: View) -> Finding:
    say, language, actions, delay = view.language.say, view.language, _actions(view), _delay(view)
    share, (low, high) = delay.first
    last = delay.weeks.iloc[-1]
    numbers = {
        "share": language.percent(share, 1), "low": language.percent(low, 1), "high": language.percent(high, 1),
        "weeks": language.say_count("{count} week", "{count} weeks", int(last["week"])),
        "later": language.percent(float(last["gone"])), "money": language.money(share * _scale(view)),
        "kept": language.money(share * _scale(view) * actions.terms.acceptance),
        "acceptance": language.percent(actions.terms.acceptance),
    }  # fmt: skip
    if has(view):
        statement = say(
            "In one week **{share}** (interval {low} to {high}) of what is at risk goes out of reach, {money}; in "
            "{weeks}, {later}. That is the pace after past cut-offs.", **numbers,
        )  # fmt: skip
        meaning = say(
            "Where {acceptance} of the leaving stay for an offer (assumed), a week costs {kept} that could have been "
            "kept.",
            **numbers,
        )
    else:
        statement = say(
            "In one week **{share}** (interval {low} to {high}) of the expected leavers go out of reach; in {weeks}, "
            "{later}. That is the pace after past cut-offs.", **numbers,
        )  # fmt: skip
        meaning = say("Whoever waits for the next report has fewer left to keep.")
    return Finding(
        id="cost_of_delay", grade=Grade.C, head=say("Each week of waiting costs"), statement=statement, meaning=meaning,
        action=say("Begin with those at the highest risk.")
        if view.is_contractual
        else say("Begin with those whose silence is longest against their own rhythm; they go out of reach first."),
        section="value", value=share, low=low, high=high, n=delay.base, unit="share", notable=False,
    )  # fmt: skip
