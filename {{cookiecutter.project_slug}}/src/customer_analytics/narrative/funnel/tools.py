"""What other tools would count from the same events, and why: the gap explained rule by rule."""

from __future__ import annotations

import pandas as pd

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.funnel.view import View

NOTHING = 0.0005  # change of the conversion that rounds to nothing in points with one decimal
APART = 0.01  # gap from which it is worth a sentence


def tools_table(view: View) -> TableWords | None:
    """One row a tool: its number, the gap to ours, and what each of its rules adds to it."""
    table = view.result.tools
    if not len(table):
        return None
    say = view.language.say
    return TableWords(
        (
            (say("Tool"), "name"),
            (say("Its number"), "number"),
            (say("Gap to ours"), "number"),
            (say("Because of"), "text"),
        ),
        tuple(_row(view, str(tool), lines) for tool, lines in table.groupby("tool", sort=False)),
        say("Why another tool shows another number"),
        view.how(
            (
                say("How"),
                say(
                    "Each tool's documented rules, applied to the same events by the same engine; one rule is changed "
                    "at a time, and the changes add up to the whole gap"
                ),
            ),
            (
                say("Rules"),
                say("Those that hold where nothing is set in the tool; a team that set others has another number"),
            ),
        ),
        file="reconciliation",
    )


def _row(view: View, tool: str, lines: pd.DataFrame) -> Row:
    language = view.language
    ours, theirs = lines.iloc[0], lines.iloc[-1]
    gap = float(theirs["rate"]) - float(ours["rate"])
    reasons = [
        language.say(
            "{rule} {change}",
            rule=rule_of_tool(view, str(row["rule"]), str(row["value"])),
            change=language.signed(100 * float(row["change"]), 1),
        )
        for row in lines.iloc[1:].to_dict("records")
        if abs(float(row["change"])) >= NOTHING
    ]
    enough = int(theirs["entered"]) >= view.minimum_base
    return (
        (tool_name(view, tool), None),
        (view.rate(float(theirs["rate"]), int(theirs["entered"]), 1), float(theirs["rate"])),
        (language.points(gap) if enough else language.number(None), gap),
        (language.joined(reasons) if reasons else language.say("no rule that matters here"), None),
    )


def tool_name(view: View, tool: str) -> Text:
    """Name of a tool as its makers write it."""
    known = {
        "ga4": view.language.say("{tool}, closed", tool="GA4"),
        "ga4_open": view.language.say("{tool}, open", tool="GA4"),
        "mixpanel": Text("Mixpanel"),
        "amplitude": Text("Amplitude"),
        "posthog": Text("PostHog"),
    }
    return known.get(tool, Text(tool))


def rule_of_tool(view: View, rule: str, value: str) -> Text:
    """A rule of a tool in words."""
    say, duration = view.language.say, view.language.duration
    if rule == "window":
        return say("window of {time}", time=duration(86_400 * float(value))) if value else say("no window")
    if rule == "tolerance":
        return say("simultaneous up to {time}", time=duration(float(value)))
    if rule == "attempt":
        return say("the furthest of all attempts") if value == "best" else say("the first attempt only")
    return {
        "young": say("young entries counted as lost"),
        "open": say("anybody may enter at any step"),
        "entry": say("entry by the first step only"),
        "unit": say("people as the unit"),
        "hold": say("nothing held constant"),
        "exclude": say("no exclusions"),
        "occurrence": say("any matching event"),
        "order": say("steps in order"),
    }.get(rule, Text(rule))


def tools_finding(view: View) -> Finding | None:
    """The tool whose number is farthest from ours; None where none differs enough to ask."""
    last = view.result.tools.groupby("tool", sort=False).tail(1)
    last = last[last["entered"] >= view.minimum_base]
    if not len(last):
        return None
    ours = view.result.conversion
    gaps = (last["rate"] - ours.value).abs()
    if float(gaps.max()) < APART:
        return None
    row = last.iloc[int(gaps.to_numpy().argmax())]
    say, language = view.language.say, view.language
    lines = view.result.tools[view.result.tools["tool"] == row["tool"]].iloc[1:]
    reason = lines.iloc[int(lines["change"].abs().to_numpy().argmax())]
    gap = float(row["rate"]) - ours.value
    return Finding(
        id="tools", grade=Grade.C, head=say("Another tool will show another number"),
        statement=say(
            "{tool} would show **{theirs}** where this report shows {ours}: {gap}, most of it from one rule, “{rule}” "
            "({change}).",
            tool=tool_name(view, str(row["tool"])), theirs=language.percent(float(row["rate"]), 1),
            ours=language.percent(ours.value, 1), gap=language.points(gap),
            rule=rule_of_tool(view, str(reason["rule"]), str(reason["value"])),
            change=language.points(float(reason["change"])),
        ),
        meaning=say("Neither number is wrong: they answer different questions from the same events."),
        action=say("Before two numbers are compared, compare their window, their entries and their attempts."),
        section="holds", value=gap, n=int(row["entered"]), unit="share", notable=False,
    )  # fmt: skip
