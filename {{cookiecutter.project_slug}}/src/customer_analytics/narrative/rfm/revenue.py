"""Section one: who brings the revenue."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.narrative.rfm.exhibits import FigureWords, PairRow, Row, SectionWords, TableWords
from customer_analytics.narrative.rfm.view import RISK, Group, View, decimals


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


def segment_pairs(view: View) -> list[PairRow]:
    """Rows of the chart of shares: name, share of customers, share of revenue, both in words, role."""
    language = view.language
    rows: list[PairRow] = []
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
    alt = view.language.joined(
        [
            say(
                "{segment}: {customers} of customers, {revenue} of revenue",
                segment=view.name(group.key), customers=view.language.percent(group.share_customers),
                revenue=view.language.percent(group.share_revenue),
            )
            for group in view.groups
        ]
    )  # fmt: skip
    return FigureWords(
        say(
            "{segment}: {customers} of customers, {revenue} of revenue",
            segment=view.name(top.key), customers=view.language.percent(top.share_customers),
            revenue=view.language.percent(top.share_revenue),
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
        say("{segments} bring {share} of revenue", segments=names, share=view.language.percent(share)),
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
                share=view.language.percent(group.share_customers),
            ),
            group.customers,
        ),
        (
            say(
                "{number} ({share})",
                number=language.money(group.revenue),
                share=view.language.percent(group.share_revenue),
            ),
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
        (language.number(purchases, decimals(purchases)), purchases),
        (language.money(money), money),
    )
