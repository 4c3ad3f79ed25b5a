"""What baskets are like, against plain Python: means over customers, penetration, what is bought again."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from written import baskets_of, lines_of, tables_of

from customer_analytics.analysis.baskets import Description, describe
from customer_analytics.analysis.baskets.basket_outputs import metrics, tables

ORDERS = {"1": "ab", "2": "a", "3": "abc", "4": "a", "5": "c", "6": "bc"}
WHO = {"1": "x", "2": "x", "3": "y", "4": "x", "5": None, "6": "z"}
FIRST = pd.Timestamp("2024-01-01")
DAY = {"1": 1, "2": 5, "3": 5, "4": 40, "5": 41, "6": 42}


def described(**parameters: object) -> Description:
    orders = [
        {
            "order_id": one,
            "customer_id": WHO[one],
            "ordered_at": pd.Timestamp("2024-01-01") + pd.Timedelta(days=DAY[one]),
        }
        for one in ORDERS
    ]
    lines = lines_of(ORDERS, amount=2, quantity=1)
    found = describe(baskets_of(tables_of(order_lines=lines, orders=orders), **parameters))
    assert found is not None
    return found


def test_sizes_and_values() -> None:
    told = described()
    assert told.size.mean == pytest.approx(10 / 6)
    assert told.size.median == 1.5
    assert told.value is not None
    assert told.value.mean == pytest.approx(20 / 6)
    assert told.one_item == 3
    assert told.revenue == 20.0
    assert told.sizes.to_dict("list") == {"size": [1, 2, 3], "baskets": [3, 2, 1], "value": [2.0, 4.0, 6.0]}
    assert told.classes["revenue_share"].sum() == pytest.approx(1)
    assert told.months.to_dict("records")[0] == {"month": "2024-01", "baskets": 3, "size": 2.0, "value": 4.0}


def test_the_interval_of_a_mean_is_over_customers_and_nameless_baskets_stand_alone() -> None:
    clusters = {"x": [2, 1, 1], "y": [3], "5": [1], "z": [2]}
    mean, n, k = 10 / 6, 6, len(clusters)
    squares = sum(sum(size - mean for size in sizes) ** 2 for sizes in clusters.values())
    half = 1.959964 * math.sqrt(squares / n**2 * k / (k - 1))
    told = described().size
    assert told.low == pytest.approx(mean - half, abs=1e-6)
    assert told.high == pytest.approx(mean + half, abs=1e-6)


def test_the_interval_holds_the_mean_of_many_resampled_customers(sample_client: object) -> None:
    """The linearised interval agrees with a bootstrap of whole customers, the slow reference."""
    heads = sample_client.baskets.heads.select("basket", "person", "size").to_pandas()  # type: ignore[attr-defined]
    told = describe(sample_client.baskets)  # type: ignore[attr-defined]
    assert told is not None
    cluster = heads["person"].fillna(-1 - heads["basket"])
    sums = heads.groupby(cluster)["size"].agg(["sum", "size"]).to_numpy(float)
    draw = np.random.default_rng(5)
    drawn = [sums[draw.integers(0, len(sums), len(sums))].sum(axis=0) for _ in range(800)]
    means = [one[0] / one[1] for one in drawn]
    assert (told.size.high - told.size.low) / 2 / 1.96 == pytest.approx(np.std(means), rel=0.1)


def test_an_item_counts_once_a_basket_and_its_buyers_once_a_person() -> None:
    items = described().items.set_index("key")
    assert items["baskets"].to_dict() == {"a": 4, "b": 3, "c": 3}
    assert items["buyers"].to_dict() == {"a": 2, "b": 3, "c": 2}  # x, y; x, y, z; y, z: nobody knows who ordered 5
    assert items["repeat_buyers"].to_dict() == {"a": 1, "b": 0, "c": 0}
    assert items["units"].to_dict() == {"a": 4.0, "b": 3.0, "c": 3.0}
    assert items["revenue"].to_dict() == {"a": 8.0, "b": 6.0, "c": 6.0}
    assert items.loc["a", "share"] == pytest.approx(4 / 6)


def test_buyers_too_few_to_be_shown_are_not_exported() -> None:
    found = baskets_of(
        tables_of(order_lines=lines_of(ORDERS), orders=[{"order_id": one, "customer_id": WHO[one]} for one in WHO])
    )
    table = tables(found, describe(found), 3)["items"]
    assert table["buyers"].isna().tolist() == [True, False, True]  # a and c have two buyers each
    assert table["repeat"].isna().tolist() == [True, False, True]


def test_metrics_have_the_same_names_with_and_without_baskets() -> None:
    some, none = (
        baskets_of(tables_of(order_lines=lines_of(ORDERS))),
        baskets_of(tables_of(order_lines=lines_of({"1": [""]}))),
    )
    assert none.reason == "no_sales"
    told, empty = metrics(some, describe(some)), metrics(none, describe(none))
    assert list(told) == list(empty)
    assert empty["baskets"] == 0
    assert empty["basket_size"] is None


def test_every_basket_of_the_sample_is_an_order_that_was_paid(sample_client: object) -> None:
    """Counted again with pandas from the canonical tables, independently of the preparation."""
    data = sample_client.tables  # type: ignore[attr-defined]
    orders = data["orders"].to_pandas()
    lines = data["order_lines"].to_pandas()
    paid = set(orders.loc[orders["status"].isin(["paid", "refunded"]), "order_id"])
    kept = lines[
        lines["order_id"].isin(paid) & (lines["quantity"] > 0) & (lines["amount"] >= 0) & lines["product_id"].notna()
    ]
    distinct = kept.drop_duplicates(["order_id", "product_id"])
    found = sample_client.baskets  # type: ignore[attr-defined]
    assert found.n == distinct["order_id"].nunique()
    counts = distinct["product_id"].value_counts()
    items = found.of_level("item").set_index("key")["baskets"]
    assert items.to_dict() == counts.to_dict()
    value = found.heads.value.sum().execute()
    assert value == pytest.approx(float(kept["amount"].astype(float).sum()))
