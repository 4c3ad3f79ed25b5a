"""Section two: the grid of recency and value, the eight types, the classes by revenue."""

from __future__ import annotations

import math

from customer_analytics.analysis.rfm.segments import GRID, segment_of
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.narrative.rfm.exhibits import FigureWords, SectionWords, TableWords
from customer_analytics.narrative.rfm.names import class_action, class_name, type_name
from customer_analytics.narrative.rfm.view import RISK, View, decimals, fold, group_cells


def grid_section(view: View) -> SectionWords:
    """Opening of the section on the grid."""
    say = view.language.say
    return SectionWords(
        say("Recency and value grid"),
        "grid",
        say("Upwards: how much and how often customers buy. To the right: how recently they bought."),
    )


def grid_cells(view: View) -> list[list[tuple[float | None, str, str, bool]]]:
    """Cells of the grid, highest value class first: shade, words, note, outlined.

    The shade is the square root of the share, so that small cells still differ.
    """
    language, grid = view.language, view.result.grid
    hidden = dict(zip(grid.index, small_groups(grid["customers"].to_numpy(), view.minimum_group), strict=True))
    rows: list[list[tuple[float | None, str, str, bool]]] = []
    for value in range(GRID, 0, -1):
        row = []
        for recency in range(1, GRID + 1):
            cell = grid[(grid["r5"] == recency) & (grid["fm5"] == value)]
            segment, place = segment_of(recency, value), cell.index[0]
            share, customers = float(cell["share_revenue"].iloc[0]), int(cell["customers"].iloc[0])
            is_shown = customers > 0 and not hidden[place]
            words = language.percent(share, 1) if is_shown else language.say("few") if customers else "–"
            shade = math.sqrt(max(share, 0.0)) if is_shown else None
            row.append((shade, str(words), str(view.name(segment)), segment in RISK))
        rows.append(row)
    return rows


def grid_words(view: View) -> tuple[list[str], list[str], str, str]:
    """Names of rows (highest first) and columns of the grid, and the two titles."""
    say, language, scheme = view.language.say, view.language, view.result.scheme
    assert scheme is not None
    numbers = [language.number(value) for value in range(GRID, 0, -1)]
    columns = [language.number(value) for value in range(1, GRID + 1)]
    if scheme.recency.bins == GRID:
        days = {one.score: _span(view, one.low, scheme.recency.bounds(one)[1]) for one in scheme.recency.classes}
        columns = [days.get(value, "–") for value in range(1, GRID + 1)]
        return numbers, columns, str(say("Value class")), str(say("Days since the last purchase"))
    return numbers, columns, str(say("Value class")), str(say("Recency class"))


def _span(view: View, low: float, high: float | None) -> str:
    number = view.language.number
    if high is None:
        return f"{number(low)}+"
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def grid_figure(view: View) -> FigureWords:
    """Words of the grid."""
    say, grid = view.language.say, view.result.grid
    risk = sum(group.share_revenue for group in view.groups if group.key in RISK)
    customers = sum(group.customers for group in view.groups if group.key in RISK)
    largest = grid.sort_values("share_revenue", ascending=False, kind="stable").iloc[0]
    if customers >= view.minimum_group:
        title = say(
            "Customers who bought much and have stopped hold {share} of revenue", share=view.language.percent(risk)
        )
    else:
        title = say("Hardly a good customer has stopped buying")
    return FigureWords(
        title,
        say("Share of net revenue by cell. Outlined: “Can't lose them” and “At risk”"),
        say(
            "Grid of five recency classes by five value classes. The largest cell, recency class {recency} and value "
            "class {value}, holds {share} of revenue; the outlined cells hold {risk}.",
            recency=view.language.number(int(largest["r5"])), value=view.language.number(int(largest["fm5"])),
            share=view.language.percent(float(largest["share_revenue"])), risk=view.language.percent(risk),
        ),
        view.source,
    )  # fmt: skip


def type_table(view: View) -> TableWords:
    """The eight types."""
    say, language, cuts = view.language.say, view.language, view.result.type_cuts
    cut = say("median") if view.result.parameters.high_low_cut == "median" else say("mean")
    rows = tuple(
        ((type_name(language, group.key), None), *group_cells(view, group))
        for group in fold(view.result.types, "eight_type", view.minimum_group)
    )
    return TableWords(
        (
            (say("Type"), "name"),
            (say("Customers"), "number"),
            (say("Share of customers"), "number"),
            (say("Net revenue"), "number"),
            (say("Share of revenue"), "number"),
        ),
        rows,
        say("The eight types"),
        view.how(
            (say("Unit"), say("One customer; each is of exactly one type")),
            (
                say("Type"),
                say(
                    "“Important”: net revenue above the cut. “Value” and “develop”: bought more recently than the cut; "
                    "“value” and “keep”: more often. A customer exactly at the cut is on the lower side"
                ),
            ),
            (
                say("Cuts"),
                say(
                    "The {cut}: {days} days, {purchases} purchases, {money}",
                    cut=cut, days=language.number(cuts["recency_days"], decimals(cuts["recency_days"])),
                    purchases=language.number(cuts["frequency"], decimals(cuts["frequency"])),
                    money=language.money(cuts["monetary"], compact=False),
                ),
            ),
        ),
    )  # fmt: skip


def class_table(view: View) -> TableWords:
    """Classes A, B and C."""
    say, language = view.language.say, view.language
    rows = tuple(
        ((class_name(language, group.key), None), *group_cells(view, group), (class_action(language, group.key), None))
        for group in fold(view.result.classes, "abc", view.minimum_group)
    )
    return TableWords(
        (
            (say("Class"), "name"),
            (say("Customers"), "number"),
            (say("Share of customers"), "number"),
            (say("Net revenue"), "number"),
            (say("Share of revenue"), "number"),
            (say("What to do"), "text"),
        ),
        rows,
        say("Classes by revenue"),
        view.how(
            (say("Unit"), say("One customer")),
            (
                say("Class"),
                say(
                    "Customers from the biggest down: A while those before them bring less than {a} of revenue, B "
                    "while less than {b}, then C. Equal revenue, equal class; negative revenue is C",
                    a=language.percent(0.8), b=language.percent(0.95),
                ),
            ),
        ),
    )  # fmt: skip
