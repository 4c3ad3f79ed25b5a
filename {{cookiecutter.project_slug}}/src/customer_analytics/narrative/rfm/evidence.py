"""Sections one to three: who brings the revenue, the grid, how customers spread."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.rfm.scores import Scale
from customer_analytics.analysis.rfm.segments import GRID, segment_of
from customer_analytics.analysis.rfm.tables import small_groups
from customer_analytics.narrative.rfm.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.rfm.names import class_action, class_name, measure_name, type_name
from customer_analytics.narrative.rfm.view import Group, View, fold

RISK = ("cant_lose_them", "at_risk")


def revenue_section(view: View) -> SectionWords:
    """Opening of the section on revenue."""
    say = view.language.say
    return SectionWords(
        say("Who brings the revenue"),
        "revenue",
        say(
            "Customers fall into segments by how recently, how often and for how much they buy. Each customer is in "
            "exactly one."
        ),
    )


def segment_pairs(view: View) -> list[tuple[str, float, float, str, str, str]]:
    """Rows of the chart of shares: name, share of customers, share of revenue, both in words, role."""
    language = view.language
    rows: list[tuple[str, float, float, str, str, str]] = []
    for group in view.groups:
        role = "alert" if group.key in RISK else "s1" if view.top and group.key == view.top.key else "faint"
        rows.append(
            (
                view.name(group.key), group.share_customers, group.share_revenue,
                language.percent(group.share_customers), language.percent(group.share_revenue), role,
            )
        )  # fmt: skip
    return rows


def segment_heads(view: View) -> tuple[str, str]:
    """Names of the two dots."""
    return str(view.language.say("customers")), str(view.language.say("revenue"))


def segment_figure(view: View) -> FigureWords:
    """Words of the chart of shares."""
    say, top = view.language.say, view.top
    assert top is not None
    alt = view.language.listing(
        [
            say(
                "{segment}: {customers} of customers, {revenue} of revenue",
                segment=view.name(group.key), customers=view.percent(group.share_customers),
                revenue=view.percent(group.share_revenue),
            )
            for group in view.groups
        ]
    )  # fmt: skip
    return FigureWords(
        say(
            "{segment}: {customers} of customers, {revenue} of revenue",
            segment=view.name(top.key), customers=view.percent(top.share_customers),
            revenue=view.percent(top.share_revenue),
        ),
        say("Share of customers and share of net revenue by segment"),
        say("Pairs of dots by segment. {rows}.", rows=alt),
        view.source,
    )  # fmt: skip


def treemap_areas(view: View) -> list[tuple[str, float, str, str]]:
    """Areas of the treemap: name, revenue, words, role."""
    language = view.language
    return [
        (
            view.name(group.key), max(group.revenue, 0.0),
            f"{language.money(group.revenue)} · {language.percent(group.share_revenue)}",
            "alert" if group.key in RISK else "s1" if view.top and group.key == view.top.key else "h1",
        )
        for group in view.groups
    ]  # fmt: skip


def treemap_figure(view: View) -> FigureWords:
    """Words of the treemap."""
    say, language = view.language.say, view.language
    first = [group for group in view.groups if group.key != "small"][:2]
    share = sum(group.share_revenue for group in first)
    names = language.listing([say("“{segment}”", segment=view.name(group.key)) for group in first])
    return FigureWords(
        say("{segments} bring {share} of revenue", segments=names, share=view.percent(share)),
        say("Area: net revenue of the segment. Red: customers who bought much and have stopped"),
        say(
            "Treemap of net revenue. {rows}.",
            rows=language.listing(
                [
                    say("{segment} {money}", segment=view.name(group.key), money=language.money(group.revenue))
                    for group in view.groups
                ]
            ),
        ),
        view.source,
    )


def segment_table(view: View) -> TableWords:
    """The segment table."""
    say = view.language.say
    rows = tuple(
        _segment_row(view, group, view.segments[group.key] if group.key != "small" else None) for group in view.groups
    )
    medians = view.result.customers[["recency_days", "frequency", "monetary"]].median()
    total = Group("total", view.n, 1.0, view.result.revenue, 1.0, view.result.orders)
    keys = ("recency_median", "frequency_median", "monetary_median")
    foot = _segment_row(view, total, dict(zip(keys, medians.tolist(), strict=True)))
    return TableWords(
        (
            (say("Segment"), "name"),
            (say("Customers (share)"), "number"),
            (say("Net revenue (share)"), "number"),
            (say("Order value"), "number"),
            (say("Days since purchase, median"), "number"),
            (say("Purchases, median"), "number"),
            (say("Revenue, median"), "number"),
        ),
        rows,
        say("Segments and what they bring"),
        view.how(
            (say("Unit"), say("One customer; each is in exactly one segment")),
            (say("Segment"), say("From the class of recency and the class of frequency and money, see the grid")),
            (say("Order value"), say("Net revenue divided by paid orders")),
            (say("Base of the shares"), say("Customers with a purchase in the window and their net revenue")),
        ),
        foot,
        "segments.csv",
    )


def _segment_row(view: View, group: Group, medians: dict[str, Any] | None) -> Row:
    say, language = view.language.say, view.language
    value = group.revenue / group.orders if group.orders else math.nan
    name = say("Total") if group.key == "total" else view.name(group.key)
    shares = (
        (
            say(
                "{number} ({share})",
                number=language.number(group.customers),
                share=view.percent(group.share_customers),
            ),
            group.customers,
        ),
        (
            say("{number} ({share})", number=language.money(group.revenue), share=view.percent(group.share_revenue)),
            group.revenue,
        ),
        (language.money(value), value),
    )
    if medians is None:
        return ((name, None), *shares, *(((language.number(None)), None) for _ in range(3)))
    days, purchases, money = (medians[f"{key}_median"] for key in ("recency", "frequency", "monetary"))
    return (
        (name, None),
        *shares,
        (language.number(days), days),
        (language.number(purchases, _decimals(purchases)), purchases),
        (language.money(money), money),
    )


def _counts(view: View, group: Group) -> Row:
    language = view.language
    return (
        (language.number(group.customers), group.customers),
        (language.percent(group.share_customers), group.share_customers),
        (language.money(group.revenue), group.revenue),
        (language.percent(group.share_revenue), group.share_revenue),
    )


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
        title = say("Customers who bought much and have stopped hold {share} of revenue", share=view.percent(risk))
    else:
        title = say("Hardly a good customer has stopped buying")
    return FigureWords(
        title,
        say("Share of net revenue by cell. Outlined: “Can't lose them” and “At risk”"),
        say(
            "Grid of five recency classes by five value classes. The largest cell, recency class {recency} and value "
            "class {value}, holds {share} of revenue; the outlined cells hold {risk}.",
            recency=view.language.number(int(largest["r5"])), value=view.language.number(int(largest["fm5"])),
            share=view.percent(float(largest["share_revenue"])), risk=view.percent(risk),
        ),
        view.source,
    )  # fmt: skip


def type_table(view: View) -> TableWords:
    """The eight types."""
    say, language, cuts = view.language.say, view.language, view.result.type_cuts
    cut = say("median") if view.result.parameters.high_low_cut == "median" else say("mean")
    rows = tuple(
        ((type_name(language, group.key), None), *_counts(view, group))
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
                    cut=cut, days=language.number(cuts["recency_days"], _decimals(cuts["recency_days"])),
                    purchases=language.number(cuts["frequency"], _decimals(cuts["frequency"])),
                    money=language.money(cuts["monetary"], compact=False),
                ),
            ),
        ),
    )  # fmt: skip


def class_table(view: View) -> TableWords:
    """Classes A, B and C."""
    say, language = view.language.say, view.language
    rows = tuple(
        ((class_name(language, group.key), None), *_counts(view, group), (class_action(language, group.key), None))
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


def spread_section(view: View) -> SectionWords:
    """Opening of the section on distributions."""
    say, scheme = view.language.say, view.result.scheme
    assert scheme is not None
    if scheme.frequency.method == "fixed":
        deck = say(
            "More than half of the customers share one purchase frequency, so frequency has fixed classes; recency and "
            "money are cut into equal groups."
        )
    else:
        deck = say("Where the scores are cut, in days, purchases and money. Customers with equal values share a score.")
    return SectionWords(say("How customers spread"), "spread", deck)


def spread_panels(view: View) -> list[tuple[str, list[float], list[int], list[float], Callable[[float], str]]]:
    """Panels of the distributions: title, edges, counts, where a score begins, how values are written."""
    scheme, language = view.result.scheme, view.language
    assert scheme is not None
    scales = {"recency_days": scheme.recency, "frequency": scheme.frequency, "monetary": scheme.monetary}
    titles = {
        "recency_days": language.say("Days since the last purchase"),
        "frequency": language.say("Purchases"),
        "monetary": language.say("Net revenue"),
    }
    return [
        (
            str(titles[one.measure]),
            one.edges.tolist(),
            one.counts.tolist(),
            sorted(each.low for each in scales[one.measure].classes)[1:],
            language.money if one.measure == "monetary" else language.number,
        )
        for one in view.result.distributions
    ]


def spread_figure(view: View) -> FigureWords:
    """Words of the three distributions."""
    say, language = view.language.say, view.language
    medians = {one.measure: one.median for one in view.result.distributions}
    numbers = {
        "days": language.number(medians["recency_days"]),
        "purchases": language.number(medians["frequency"], _decimals(medians["frequency"])),
        "money": language.money(medians["monetary"]),
    }
    return FigureWords(
        say("Half of the customers bought within {days} days and spent no more than {money}", **numbers),
        say("Customers by days since the last purchase, purchases and net revenue. Dashed: where a score begins"),
        say(
            "Three distributions. Medians: {days} days since the last purchase, {purchases} purchases, {money} net "
            "revenue.", **numbers,
        ),
        say("{source} The last bar holds all beyond the top hundredth.", source=view.source),
    )  # fmt: skip


def threshold_table(view: View) -> TableWords:
    """Scores with their thresholds."""
    say, language, scheme, bins = view.language.say, view.language, view.result.scheme, view.result.parameters.bins
    assert scheme is not None
    rows: list[Row] = []
    for measure, scale in (
        ("recency_days", scheme.recency), ("frequency", scheme.frequency), ("monetary", scheme.monetary)
    ):  # fmt: skip
        small = small_groups(_sizes(scale), view.minimum_group)
        for one, is_small in zip(scale.classes, small, strict=True):
            few = str(say("few"))
            rows.append(
                (
                    (measure_name(language, measure), None),
                    (language.number(one.score), one.score),
                    (few if is_small else _range(view, measure, *scale.bounds(one)), None if is_small else one.low),
                    (few if is_small else language.number(one.customers), None if is_small else one.customers),
                    (few if is_small else language.percent(one.customers / view.n), None),
                )
            )
    rule = say(
        "Score = one more than the whole part of {bins} times the share of customers with a worse value, so that equal "
        "values always share a score; ties can leave a score empty", bins=language.number(bins),
    )  # fmt: skip
    unit = say("Recency in days, frequency in purchases, money in {currency}", currency=language.currency)
    own = [(say("Unit"), unit)]
    own.append((say("Score"), rule))
    if scheme.frequency.method == "fixed":
        fixed = say("Fixed classes, because one frequency holds more than half of the customers")
        own.append((say("Frequency"), fixed))
    own.append(
        (
            say("Scores in use"),
            say(
                "Recency {r}, frequency {f}, money {m}",
                r=language.number(scheme.recency.effective_bins), f=language.number(scheme.frequency.effective_bins),
                m=language.number(scheme.monetary.effective_bins),
            ),
        )
    )  # fmt: skip
    if scheme.binning == "nested":
        own.append(
            (
                say("Nested"),
                say("Frequency is scored within each recency score, and money within both; the table shows the cuts "
                    "over all customers"),
            )
        )  # fmt: skip
    return TableWords(
        (
            (say("Measure"), "name"),
            (say("Score"), "number"),
            (say("Range"), "number"),
            (say("Customers"), "number"),
            (say("Share of customers"), "number"),
        ),
        tuple(rows),
        say("Scores and their thresholds"),
        view.how(*own),
        file="thresholds.csv",
    )


def _sizes(scale: Scale) -> npt.NDArray[np.int64]:
    return np.array([one.customers for one in scale.classes], dtype=np.int64)


def _range(view: View, measure: str, low: float | None, high: float | None) -> str:
    """A class in words; an end that is one customer's own figure stays open."""
    say, language = view.language.say, view.language
    shown = [
        None
        if bound is None
        else language.money(bound, compact=False)
        if measure == "monetary"
        else language.number(bound)
        for bound in (low, high)
    ]
    if low == high:
        return str(shown[0])
    if low is None:
        return str(say("up to {high}", high=shown[1]))
    if high is None:
        return str(say("{low} or more", low=shown[0]))
    return str(say("{low} to {high}", low=shown[0], high=shown[1]))


def _decimals(value: float) -> int:
    return 0 if float(value).is_integer() else 1
