"""Does it hold: other windows and rules, and what other tools would count from the same events."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.funnel.tools import tools_table
from customer_analytics.narrative.funnel.view import View
from customer_analytics.statistics import Interval

FIRM, FIRM_SHARE = 0.02, 0.1  # change of the conversion, and share of it, up to which the window hardly matters


def holds_section(view: View) -> SectionWords:
    """Opening of the section."""
    say, language = view.language.say, view.language
    table = view.result.sensitivity
    known = [float(rate) for rate in table["rate"] if not math.isnan(float(rate))]
    title = say("Does it hold?")
    if len(known) < 2:
        return SectionWords(title, "holds", say("The same events, counted by other rules."))
    return SectionWords(
        title, "holds",
        say(
            "The same events, counted by other rules: the conversion lies between {low} and {high}.",
            low=language.percent(min(known), 1), high=language.percent(max(known), 1),
        ),
    )  # fmt: skip


def sensitivity_table(view: View) -> TableWords | None:
    """Conversion under other windows, orders and attempts."""
    table = view.result.sensitivity
    if not len(table):
        return None
    say = view.language.say
    return TableWords(
        (
            (say("Rule"), "text"),
            (say("Value"), "name"),
            (say("Entered"), "number"),
            (say("Reached the end"), "number"),
            (say("Conversion (interval)"), "number"),
        ),
        tuple(_sensitivity_row(view, row) for row in table.to_dict("records")),
        say("Conversion under other rules"),
        view.how(
            (say("How"), say("One rule is changed at a time; everything else stays as in the report")),
            (say("Base"), say("Each window has its own mature entries: a longer one leaves fewer")),
        ),
        file="sensitivity",
    )


def _sensitivity_row(view: View, row: dict[Any, Any]) -> Row:
    say, language = view.language.say, view.language
    entered, rate = int(row["entered"]), float(row["rate"])
    shown: str = view.not_estimable(entered)
    if entered >= view.minimum_base and not math.isnan(rate):
        interval = Interval(float(row["low"]), float(row["high"]))
        shown = say("{share} ({bounds})", share=language.percent(rate, 1), bounds=view.between(interval, 1))
    value = rule_value(view, str(row["rule"]), str(row["value"]), float(row["seconds"]))
    named = say("{value} (this report)", value=value) if row["chosen"] else value
    return (
        (rule_name(view, str(row["rule"])), None),
        (named, None),
        (language.number(entered), entered),
        (language.number(int(row["converted"])), int(row["converted"])),
        (shown, rate),
    )


def rule_name(view: View, rule: str) -> Text:
    """What is changed."""
    say = view.language.say
    return {"window": say("Conversion window"), "order": say("Order of the steps"), "attempt": say("Attempt")}.get(
        rule, Text(rule)
    )


def rule_value(view: View, rule: str, value: str, seconds: float) -> Text:
    """What it is changed to."""
    say = view.language.say
    if rule == "window":
        return say("as long as the data reach") if math.isnan(seconds) else Text(view.language.duration(seconds))
    return {
        "ordered": say("ordered"),
        "strict": say("strict"),
        "any": say("any order"),
        "first": say("first attempt"),
        "best": say("furthest attempt"),
    }.get(value, Text(value))


def firm_finding(view: View) -> Finding | None:
    """How much the conversion hangs on the window; None where there is one window only."""
    table = view.result.sensitivity
    windows = table[(table["rule"] == "window") & (table["entered"] >= view.minimum_base) & table["seconds"].notna()]
    if len(windows) < 2:
        return None
    say, language = view.language.say, view.language
    ordered = windows.sort_values("seconds")
    first, last = ordered.iloc[0], ordered.iloc[-1]
    gap = float(last["rate"]) - float(first["rate"])
    is_firm = abs(gap) <= min(FIRM, FIRM_SHARE * max(float(first["rate"]), float(last["rate"])))
    return Finding(
        id="window", grade=Grade.C,
        head=say("The window hardly matters") if is_firm else say("The number hangs on the window"),
        statement=say(
            "With {short} from entry {low} of {n_short} reach the end, with {long} {high} of {n_long}.",
            short=language.duration(float(first["seconds"])), low=language.percent(float(first["rate"]), 1),
            n_short=language.number(int(first["entered"])), long=language.duration(float(last["seconds"])),
            high=language.percent(float(last["rate"]), 1), n_long=language.number(int(last["entered"])),
        ),
        meaning=say("Whoever quotes the conversion may leave the window out.")
        if is_firm
        else say("A conversion without its window says nothing; two tools with different windows cannot agree."),
        action=say("Keep the window as it is.")
        if is_firm
        else say("Agree on one window and name it beside every number."),
        section="holds", value=gap, n=int(last["entered"]), unit="share", notable=False,
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """The tables of the section, those that there are."""
    if not view.enough:
        return []
    return [table for table in (sensitivity_table(view), tools_table(view)) if table is not None]
