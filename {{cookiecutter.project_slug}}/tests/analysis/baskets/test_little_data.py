"""Little and odd data give a reason, never a traceback."""

from __future__ import annotations

import warnings

import pytest
from written import baskets_of, lines_of, tables_of

from customer_analytics.analysis.baskets.basket_outputs import metrics, operations_tables, tables
from customer_analytics.analysis.baskets.describe import describe
from customer_analytics.analysis.baskets.result import analyse
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.tables.store import Tables

CASES: dict[str, tuple[dict[str, list[dict[str, object]]], str | None]] = {
    "no table of lines": ({"customers": [{"customer_id": "x"}]}, "no_lines"),
    "lines without products": ({"order_lines": [{"order_id": "1"}]}, "no_lines"),
    "events without products and pages": (
        {"events": [{"visitor_id": "v", "session_id": "s", "event": "e", "occurred_at": "2024-01-01"}]}, "no_lines",
    ),
    "only returns": ({"order_lines": lines_of({"1": "ab"}, quantity=-1)}, "no_sales"),
    "only postage": ({"order_lines": lines_of({"1": ["Postage"]})}, "no_sales"),
    "no product named": ({"order_lines": [{"order_id": "1", "product_id": None}]}, "no_sales"),
    "one order": ({"order_lines": lines_of({"1": "ab"})}, "few_baskets"),
    "thirty baskets of one item": ({"order_lines": lines_of({str(n): "a" for n in range(30)})}, "one_item"),
    "baskets of one of two items": (
        {"order_lines": lines_of({str(n): "ab"[n % 2] for n in range(30)})}, "single_items",
    ),
    "thirty small baskets": ({"order_lines": lines_of({str(n): "abc"[: 1 + n % 3] for n in range(30)})}, None),
    "one customer with all baskets": (
        {"order_lines": lines_of({str(n): "ab" for n in range(40)}),
         "orders": [{"order_id": str(n), "customer_id": "x", "ordered_at": "2024-01-01"} for n in range(40)]}, None,
    ),
    "prices of nothing": ({"order_lines": lines_of({str(n): "ab" for n in range(40)}, amount=0)}, None),
    "money missing": ({"order_lines": lines_of({str(n): "ab" for n in range(40)}, amount=None)}, None),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_little_data_give_a_reason(name: str) -> None:
    frames, reason = CASES[name]
    data = tables_of(**frames)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)
        found = baskets_of(data, minimum_base=30)
        told = describe(found)
        made = metrics(found, told) | tables(found, told, 10) | operations_tables(found)
    assert found.reason == reason
    assert made["baskets"] == found.n
    assert (told is None) == (found.n == 0)


def test_the_whole_analysis_stops_where_no_rules_can_be_looked_for() -> None:
    data: Tables = tables_of(order_lines=lines_of({"1": "ab"}))
    result = analyse(data, BasketRulesParameters())
    assert result.baskets.reason == "few_baskets"
    assert result.description is not None
    assert result.rules is None
