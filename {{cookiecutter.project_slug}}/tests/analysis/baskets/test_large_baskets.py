"""One basket of thousands of items is named, and changes nothing else."""

from __future__ import annotations

import pandas as pd
from written import aside, baskets_of, lines_of, sets, tables_of

from customer_analytics.analysis.baskets import outputs
from customer_analytics.analysis.baskets.basket_outputs import operations_tables, tables
from customer_analytics.analysis.baskets.describe import describe
from customer_analytics.analysis.baskets.prepare import usual_cap

ORDINARY = {f"o{n}": "abc"[: 1 + n % 3] for n in range(60)}


def test_a_stock_list_of_five_thousand_items_is_left_out_as_a_whole_and_named() -> None:
    everything = [f"p{n}" for n in range(5_000)]
    with_it = baskets_of(tables_of(order_lines=lines_of(ORDINARY | {"HUGE-1": everything})))
    without = baskets_of(tables_of(order_lines=lines_of(ORDINARY)))
    assert sets(with_it) == sets(without)
    assert with_it.n == without.n == 60
    assert list(with_it.items["key"]) == ["a", "b", "c"]  # what only the large basket holds is no item
    assert with_it.large.to_dict("records") == [{"size": 5_000, "baskets": 1}]
    assert aside(with_it)[("large", "")] == (5_000, 1)
    assert with_it.large_orders.to_dict("records") == [{"order_id": "HUGE-1", "size": 5_000}]
    described = describe(with_it)
    assert described is not None
    assert described.size.mean == 2.0


def test_its_order_number_is_for_operations_only() -> None:
    found = baskets_of(tables_of(order_lines=lines_of(ORDINARY | {"HUGE-1": [f"p{n}" for n in range(600)]})))
    assert "HUGE-1" not in str({name: table.to_dict() for name, table in tables(found, describe(found), 10).items()})
    assert list(operations_tables(found)["large_basket_orders"]["order_id"]) == ["HUGE-1"]
    assert outputs.__doc__


def test_the_limit_asked_for_counts() -> None:
    found = baskets_of(tables_of(order_lines=lines_of(ORDINARY)), maximum_basket=2)
    assert found.cap == 2
    assert found.n == 40
    assert set(found.items["key"]) == {"a", "b"}


def test_the_usual_size_is_that_of_nine_baskets_in_ten() -> None:
    assert usual_cap(pd.DataFrame({"size": [1, 7, 5_000], "baskets": [80, 10, 10]})) == 70
    assert usual_cap(pd.DataFrame({"size": [1, 7, 5_000], "baskets": [80, 9, 11]})) == 50_000
    assert usual_cap(pd.DataFrame({"size": [1, 2], "baskets": [95, 5]})) == 50


def test_nothing_but_large_baskets_is_no_basket() -> None:
    found = baskets_of(tables_of(order_lines=lines_of({"1": "abcd"})), maximum_basket=2)
    assert found.reason == "no_sales"
    assert found.is_empty
    assert describe(found) is None
