"""Section four: how much hangs on the biggest customers."""

from __future__ import annotations

from customer_analytics.analysis.rfm.concentration import TOPS
from customer_analytics.language import Text
from customer_analytics.narrative.rfm.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.rfm.view import View


def concentration_section(view: View) -> SectionWords:
    """Opening of the section on concentration."""
    say = view.language.say
    return SectionWords(
        say("Concentration"),
        "concentration",
        say("How much of the revenue hangs on the biggest customers."),
    )


def curve_marks(view: View) -> list[tuple[float, float, str]]:
    """Points to name on the curve."""
    spread, percent = view.result.concentration, view.language.percent
    return [
        (
            top, spread.tops[top],
            str(view.language.say("Top {share}: {money}", share=percent(top), money=percent(spread.tops[top]))),
        )
        for top in TOPS[1:]
    ]  # fmt: skip


def curve_words(view: View) -> tuple[str, str]:
    """Label of the axis, and the words on the line of equality."""
    say = view.language.say
    return str(say("Share of customers, biggest first")), str(say("If all spent the same"))


def curve_figure(view: View) -> FigureWords:
    """Words of the concentration curve."""
    say, spread = view.language.say, view.result.concentration
    numbers = {
        "share": view.language.percent(TOPS[2]),
        "money": view.language.percent(spread.tops[TOPS[2]]),
        "five": view.language.percent(TOPS[1]),
        "five_money": view.language.percent(spread.tops[TOPS[1]]),
    }
    return FigureWords(
        say("The top {share} of customers bring {money} of revenue", **numbers),
        say("Cumulative share of net revenue, customers from the biggest down"),
        say(
            "Curve of cumulative revenue. The top {five} of customers bring {five_money}, the top {share} {money}.",
            **numbers,
        ),
        view.source,
    )


def concentration_table(view: View) -> TableWords:
    """Top shares with intervals, Gini, and the customers below zero."""
    say, language, spread = view.language.say, view.language, view.result.concentration
    rows: list[Row] = []
    for top in TOPS:
        count = max(1, round(top * spread.n))
        interval = spread.intervals[top]
        is_shown = count >= view.minimum_group
        rows.append(
            (
                (say("Top {share} of customers", share=language.percent(top)), None),
                (language.number(count), count),
                (
                    language.percent(spread.tops[top], 1) if is_shown else str(say("few")),
                    spread.tops[top] if is_shown else None,
                ),
                (view.between(interval, 1) if is_shown else str(say("few")), interval.low if is_shown else None),
            )
        )
    return TableWords(
        (
            (say("Group"), "name"),
            (say("Number"), "number"),
            (say("Share of revenue"), "number"),
            (say("Interval"), "number"),
        ),
        tuple(rows),
        say("Shares of the biggest customers"),
        view.how(
            (say("Unit"), say("One customer with net revenue of zero or more")),
            (
                say("Interval"),
                say("By linearisation, customers taken as a sample; confidence {level}", level=language.percent(0.95)),
            ),
            (
                say("Gini coefficient"),
                say(
                    "{gini}, corrected for the number of customers; nothing means that all spend the same, one that a "
                    "single customer spends everything", gini=language.number(spread.gini, 2),
                ),
            ),
            *_apart(view),
        ),
    )  # fmt: skip


def _apart(view: View) -> list[tuple[Text, Text]]:
    """The line on customers below zero, where there are any."""
    say, language, spread = view.language.say, view.language, view.result.concentration
    if not spread.negatives:
        return []
    if spread.negatives < view.minimum_group:
        return [
            (
                say("Apart"),
                say(
                    "Fewer than {minimum} customers returned more than they bought; they are not in the curve",
                    minimum=language.number(view.minimum_group),
                ),
            )
        ]
    return [
        (
            say("Apart"),
            say(
                "{count} customers returned more than they bought ({money} together); they are not in the curve",
                count=language.number(spread.negatives),
                money=language.money(spread.negative_money),
            ),
        )
    ]
