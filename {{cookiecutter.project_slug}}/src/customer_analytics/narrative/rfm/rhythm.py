"""In the section on the lifecycle: each customer's own rhythm, and what customers bring in their first days."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd

from customer_analytics.analysis.rfm.cohort_value import Cohorts
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.analysis.rfm.due import STATES, Check, OwnRhythm
from customer_analytics.language import Language, Text
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.rfm.exhibits import Row, TableWords
from customer_analytics.narrative.rfm.view import View
from customer_analytics.statistics import Interval

CLEARLY_BETTER = 0.02  # difference of two hit shares from which one rule is called better


def state_name(language: Language, state: str) -> Text:
    """Name of a state of the own rhythm."""
    say = language.say
    return {"not_due": say("Not yet due"), "due": say("Due"), "late": say("Late")}[state]


def lost_paragraph(view: View) -> Text:
    """How many of the lost return by themselves."""
    say, language, pace, lost = view.language.say, view.language, view.result.rhythm, view.result.movement.lost
    assert pace is not None
    days = language.number(pace.lost_days)
    if lost is None:
        return say(
            "How many of the lost (silent for more than {days} days) return cannot be said: too few, or too short a "
            "history.", days=days,
        )  # fmt: skip
    return say(
        "Lost is not gone: of {n} customers who had been silent for more than {days} days, {rate} ({interval}) bought "
        "again in the {ahead} days that followed, with whatever contact there was.",
        n=language.number(lost.n), days=days, rate=view.language.percent(lost.rate),
        interval=view.interval(lost.interval), ahead=language.number(lost.days),
    )  # fmt: skip


def own_rhythm(view: View) -> OwnRhythm | None:
    """The own rhythm, where there are enough repeat purchases."""
    return view.result.movement.rhythm


def rhythm_table(view: View) -> TableWords:
    """Not yet due, due, late: how many now, and what customers in the same state did before."""
    say, language, own = view.language.say, view.language, view.result.movement.rhythm
    assert own is not None
    number, percent = language.number, language.percent
    check, n = own.check, sum(own.counts.values())
    meaning = {
        "not_due": say("Silent for less than it takes until half of such customers buy again"),
        "due": say("Beyond that, but not late"),
        "late": say("Silent for longer than {share} of such customers took", share=percent(0.9)),
    }
    rows: list[Row] = []
    for state in STATES:
        count = own.counts[state]
        small = 0 < count < view.minimum_group
        rows.append(
            (
                (state_name(language, state), None),
                (meaning[state], None),
                (say("few") if small else number(count), None if small else count),
                (number(None) if small else percent(count / max(n, 1)), None if small else count / max(n, 1)),
                _again(view, check, state),
            )
        )
    ahead = "" if check is None else number(check.future.days)
    return TableWords(
        (
            (say("Own rhythm"), "name"),
            (say("Meaning"), "text"),
            (say("Customers"), "number"),
            (say("Share of customers"), "number"),
            (say("Bought again before"), "number"),
        ),
        tuple(rows),
        say("Who is due, by each customer's own rhythm"),
        view.how(
            (say("Unit"), say("One customer; each is in exactly one state")),
            (
                say("Own rhythm"),
                say(
                    "Mean of the own gaps between purchase days, drawn towards that after a first purchase, {days} "
                    "days, by as much as {kappa} gaps weigh: what predicted past gaps best",
                    kappa=number(own.pace.kappa, 1), days=number(own.pace.typical_days),
                ),
            ),
            (
                say("Marks"),
                say(
                    "From {gaps} past gaps, each compared with what was expected from the gaps before it; apart for "
                    "customers with no, few and many gaps", gaps=number(sum(own.pace.gaps)),
                ),
            ),
            (
                say("Bought again before"),
                say("Not estimable: the history is too short, or too few customers were late.")
                if check is None
                else say(
                    "Customers in that state on {date}, by rhythm and marks of that date; who bought in the {days} "
                    "days after; Wilson interval", date=language.date(check.future.first_day), days=ahead,
                ),
            ),
        ),
        file="due.csv",
    )  # fmt: skip


def _again(view: View, check: Check | None, state: str) -> tuple[str, float | None]:
    if check is None:
        return view.language.number(None), None
    (row,) = check.table[check.table["state"] == state].to_dict("records")
    if math.isnan(row["rate"]):
        return view.language.say("few"), None
    low, high = view.bounds(Interval(row["low"], row["high"]))
    shown = view.language.say("{value} ({low} to {high})", value=view.language.percent(row["rate"]), low=low, high=high)
    return shown, float(row["rate"])


def late_finding(view: View) -> Finding | None:
    """Whether lateness by the own rhythm says anything, against plain silence; None without a hold-out."""
    own = view.result.movement.rhythm
    if own is None or own.check is None:
        return None
    say, language, check = view.language.say, view.language, own.check
    late = check.table[check.table["state"] == "late"].iloc[0]
    others = check.table[check.table["state"] != "late"]
    n_late, n_others = int(late["customers"]), int(others["customers"].sum())
    gone = {"late": check.own_mark, "others": check.own_mark - check.difference}
    tells = check.interval.low > 0
    return Finding(
        id="late", grade=Grade.B,
        head=say("Who is late by the own rhythm comes back less often")
        if tells
        else say("Being late by the own rhythm says little here"),
        statement=say(
            "Of {n_late} customers who were late on {date}, {late} bought nothing in the {days} days that followed; of "
            "{n_others} others, {others}: a difference of **{points} points** (interval {low} to {high}).",
            n_late=language.number(n_late), n_others=language.number(n_others),
            date=language.date(as_date(check.future.start - 1)), days=language.number(check.future.days),
            late=view.language.percent(gone["late"]), others=view.language.percent(gone["others"]),
            points=view.points(check.difference), low=view.points(check.interval.low),
            high=view.points(check.interval.high),
        ),
        meaning=_against_silence(view, check),
        action=say(
            "Use the list due_list to time the next contact: {due} customers are due and not yet late.",
            due=language.number(own.counts["due"]),
        )
        if own.counts["due"] >= view.minimum_group
        else say("Use the list due_list to time the next contact."),
        section="lifecycle", value=100 * check.difference, low=100 * check.interval.low,
        high=100 * check.interval.high, n=check.customers, unit="points", notable=False,
    )  # fmt: skip


def _against_silence(view: View, check: Check) -> Text:
    say = view.language.say
    shares = {
        "own": view.language.percent(check.own_mark),
        "silence": view.language.percent(check.same_mark),
    }
    if check.own_mark - check.same_mark > CLEARLY_BETTER:
        return say(
            "The own rhythm finds more of them than plain silence: of as many customers with the longest silence, "
            "{silence} bought nothing, of the late {own}.", **shares,
        )  # fmt: skip
    if check.same_mark - check.own_mark > CLEARLY_BETTER:
        return say(
            "To tell who is gone, plain silence is better: of as many customers with the longest silence, {silence} "
            "bought nothing, of the late {own}. The own rhythm says when a purchase is due, not who is lost.", **shares,
        )  # fmt: skip
    return say(
        "To tell who is gone, plain silence does as well: of as many customers with the longest silence, {silence} "
        "bought nothing, of the late {own}.", **shares,
    )  # fmt: skip


def has_cohorts(view: View) -> bool:
    """Whether any cohort has completed a horizon."""
    return view.result.movement.cohorts is not None


def cohort_table(view: View) -> TableWords:
    """Money a head within so many days of the first purchase, by cohort; only completed horizons."""
    say, language, found = view.language.say, view.language, view.result.movement.cohorts
    assert found is not None
    table = _told(found)
    horizons = sorted(table["days"].unique())
    rows: list[Row] = []
    for cohort, own in table.groupby("cohort"):
        begin = pd.Timestamp(str(cohort)).date()
        name = language.month(begin)
        by_days = {int(row["days"]): {str(k): v for k, v in row.items()} for row in own.to_dict("records")}
        count = int(own["customers"].iloc[0])
        cells = [_head_cell(view, by_days.get(int(days))) for days in horizons]
        rows.append(((name, begin.isoformat()), (language.number(count), count), *cells))
    return TableWords(
        (
            (say("First purchase from"), "name"),
            (say("Customers"), "number"),
            *((say("Within {days} days", days=language.number(int(days))), "number") for days in horizons),
        ),
        tuple(rows),
        say("What customers bring in their first days, by when they were won"),
        view.how(
            (say("Unit"), say("One customer, in the cohort of the first purchase in the data")),
            (say("Cohort"), say("{months} months, named by the first", months=language.number(found.months))
            if found.months > 1 else say("A month")),
            (say("Base"), say("All customers of the cohort; a cell is empty until all of them have had the days")),
            (say("Interval"), say("Normal, over customers, {level}; in the file", level=language.percent(0.95))),
            window=say("All history to {last}", last=language.date(view.result.window.last_day)),
        ),
        file="cohort_value.csv",
    )  # fmt: skip


def _told(found: Cohorts) -> pd.DataFrame:
    """The cohorts of the page: those whose first purchases are first ones; all, where there are none."""
    comparable = found.table[~found.table["cohort"].isin(found.seen_before)]
    return comparable if len(comparable) else found.table


def _head_cell(view: View, row: dict[str, Any] | None) -> tuple[str, float | None]:
    language = view.language
    if row is None:
        return language.number(None), None
    return language.money(row["mean"]), float(row["mean"])


def cohort_note(view: View) -> list[Text]:
    """Later against earlier cohorts, and why some are not compared; nothing where there is nothing to compare."""
    found, say = view.result.movement.cohorts, view.language.say
    if found is None:
        return []
    told = [_compared(view, found)] if found.comparison is not None else []
    days = view.language.number(view.result.rhythm.lost_days if view.result.rhythm else 0)
    if found.seen_before and len(_told(found)) < len(found.table):
        told.append(
            say(
                "Cohorts that began in the first {days} days of the data are in the file only: they hold customers who "
                "had bought before.", days=days,
            )
        )  # fmt: skip
    elif found.seen_before:
        told.append(
            say(
                "All these cohorts began in the first {days} days of the data: they hold customers who had bought "
                "before, and are not compared.", days=days,
            )
        )  # fmt: skip
    return told


def _compared(view: View, found: Cohorts) -> Text:
    say, language, both = view.language.say, view.language, found.comparison
    assert both is not None
    numbers = {
        "days": language.number(both.days),
        "last": _span(language, both.last),
        "first": _span(language, both.first),
        "mean_last": language.money(both.mean[1]),
        "mean_first": language.money(both.mean[0]),
        "n_last": language.number(both.customers[1]),
        "n_first": language.number(both.customers[0]),
        "low": _signed(language, both.interval.low),
        "high": _signed(language, both.interval.high),
    }
    if both.interval.low > 0:
        return say(
            "Later cohorts bring more: {mean_last} a head within {days} days ({n_last} customers, {last}) against "
            "{mean_first} ({n_first}, {first}); interval of the difference {low} to {high}.", **numbers,
        )  # fmt: skip
    if both.interval.high < 0:
        return say(
            "Later cohorts bring less: {mean_last} a head within {days} days ({n_last} customers, {last}) against "
            "{mean_first} ({n_first}, {first}); interval of the difference {low} to {high}.", **numbers,
        )  # fmt: skip
    return say(
        "Later cohorts do not differ from earlier ones by more than chance: {mean_last} a head within {days} days "
        "({n_last} customers, {last}) against {mean_first} ({n_first}, {first}); interval of the difference {low} to "
        "{high}.", **numbers,
    )  # fmt: skip


def _span(language: Language, cohorts: tuple[dt.date, dt.date]) -> str:
    """The cohorts from the first to the last of a group, named by their first months."""
    first, last = (language.month(day) for day in cohorts)
    return first if first == last else str(language.say("{first} to {last}", first=first, last=last))


def _signed(language: Language, money: float) -> str:
    return f"+{language.money(money)}" if money > 0 else language.money(money)
