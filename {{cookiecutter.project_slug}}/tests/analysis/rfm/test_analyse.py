"""The whole analysis against a slow pandas reading of the definitions, and its corner cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.rfm import SEGMENTS, analyse, customer_tables, metrics, scored_customers, tables
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import RfmParameters

Make = Callable[..., Any]
DEFAULT = RfmParameters(minimum_base=1)
some_orders = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", "e", None]),
        st.integers(1, 400),
        st.integers(-30, 80),
        st.sampled_from(["paid", "paid", "unpaid", "cancelled", "refunded", None]),
        st.sampled_from([None, 0, 5, 40]),
    ),
    min_size=1,
    max_size=40,
)


def net(row: dict[str, Any]) -> float:
    amount, refund, status = float(row["amount"]), float(row["refund"] or 0), row["status"]
    if amount < 0:
        return 0.0 if status == "unpaid" else amount
    if status in ("unpaid", "cancelled") or (status == "refunded" and refund == 0):
        return 0.0
    return amount - refund


def slow(rows: list[dict[str, Any]], reference: dt.date, window: int, unit: str) -> dict[str, tuple[int, int, float]]:
    """customer -> recency, frequency, monetary, one order at a time."""
    days: dict[str, list[dt.date]] = {}
    money: dict[str, float] = {}
    for row in rows:
        customer, day = row["customer_id"], row["ordered_on"]
        if customer is None or (window and (reference - day).days > window):
            continue
        money[customer] = money.get(customer, 0.0) + net(row)
        if row["amount"] > 0 and net(row) > 0:
            days.setdefault(customer, []).append(day)
    return {
        customer: (
            (reference - max(bought)).days,
            len(set(bought)) if unit == "days" else len(bought),
            round(money[customer], 4),
        )
        for customer, bought in days.items()
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some_orders, st.sampled_from([0, 100]), st.sampled_from(["days", "orders"]))
def test_recency_frequency_and_money_are_those_of_reading_order_by_order(
    make_tables: Make, order: Make, given_orders: list[Any], window: int, unit: str
) -> None:
    rows = [
        order(who, days, amount, status=status, refund=refund) for who, days, amount, status, refund in given_orders
    ]
    result = analyse(make_tables(rows), RfmParameters(minimum_base=1, window_days=window, frequency_unit=unit))
    found = {row.customer_id: (row.recency_days, row.frequency, row.monetary) for row in result.customers.itertuples()}
    assert found == slow(rows, dt.date(2024, 7, 1), window, unit)
    alone = scored_customers(make_tables(rows), result.parameters)
    pd.testing.assert_frame_equal(alone.customers, result.customers[list(alone.customers)])
    assert alone.totals == result.totals


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some_orders, st.randoms())
def test_the_order_of_rows_changes_nothing(
    make_tables: Make, order: Make, given_orders: list[Any], random: Any
) -> None:
    rows = [
        order(who, days, amount, status=status, refund=refund) for who, days, amount, status, refund in given_orders
    ]
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = (analyse(make_tables(each), DEFAULT) for each in (rows, shuffled))
    pd.testing.assert_frame_equal(one.customers, other.customers)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some_orders)
def test_an_order_split_over_two_of_the_same_day_changes_no_recency_frequency_or_money(
    make_tables: Make, order: Make, given_orders: list[Any]
) -> None:
    paid = [(who, days, 2 * abs(amount) + 2) for who, days, amount, _, _ in given_orders]
    whole = analyse(make_tables([order(*row) for row in paid]), DEFAULT).customers
    halves = [order(who, days, amount / 2) for who, days, amount in paid for _ in range(2)]
    split = analyse(make_tables(halves), DEFAULT).customers
    columns = ["customer_id", "recency_days", "frequency", "monetary", "r", "f", "m", "segment"]
    pd.testing.assert_frame_equal(whole[columns], split[columns])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some_orders, st.sampled_from([0, 100]))
def test_all_money_is_accounted_for(make_tables: Make, order: Make, given_orders: list[Any], window: int) -> None:
    rows = [
        order(who, days, amount, status=status, refund=refund) for who, days, amount, status, refund in given_orders
    ]
    result = analyse(make_tables(rows), RfmParameters(minimum_base=1, window_days=window))
    parts = result.revenue + result.totals.revenue_without_customer + result.unscored.returns_money
    assert parts == pytest.approx(result.totals.revenue)
    assert result.segments["customers"].sum() == len(result.customers)
    assert result.segments["revenue"].sum() == pytest.approx(result.revenue)
    assert result.grid["customers"].sum() == len(result.customers)
    assert result.types["customers"].sum() == result.classes["customers"].sum() == len(result.customers)
    known = {row["customer_id"] for row in rows} - {None}
    assert len(result.customers) + result.unscored.customers == len(known)


def test_the_reference_day_is_the_day_after_the_last_so_that_yesterday_is_two_days(
    make_tables: Make, order: Make
) -> None:
    result = analyse(make_tables([order("a", 1, 10), order("b", 2, 10)]), DEFAULT)
    assert result.customers["recency_days"].tolist() == [1, 2]


def test_a_fully_refunded_order_is_no_purchase_so_recency_is_that_of_the_one_before(
    make_tables: Make, order: Make
) -> None:
    rows = [order("a", 90, 50, refund=None), order("a", 5, 70, refund=70)]
    result = analyse(make_tables(rows), DEFAULT)
    assert result.customers[["recency_days", "frequency", "monetary"]].values.tolist() == [[90, 1, 50.0]]


def test_negative_money_is_kept_scored_lowest_and_listed(make_tables: Make, order: Make) -> None:
    rows = [order("a", 9, 10), order("a", 5, -60), order("b", 9, 20), order("c", 9, 30)]
    result = analyse(make_tables(rows), DEFAULT)
    lowest = result.customers.set_index("customer_id").loc["a"]
    assert (lowest["monetary"], lowest["m"]) == (-50.0, 1)
    assert customer_tables(result)["segment_lists/negative_money"]["customer_id"].tolist() == ["a"]
    assert result.concentration.negatives == 1


def test_customers_without_a_purchase_are_a_group_of_their_own(make_tables: Make, order: Make) -> None:
    rows = [
        order("buyer", 5, 10, status="paid"),
        order("returner", 5, -10, status="paid"),
        order("unpaid", 5, 10, status="unpaid"),
        order("earlier", 300, 10, status="paid"),
    ]
    data = make_tables(rows, customers=["buyer", "returner", "unpaid", "earlier", "silent"])
    result = analyse(data, RfmParameters(minimum_base=1, window_days=100))
    rest = result.unscored
    assert result.customers["customer_id"].tolist() == ["buyer"]
    assert (rest.returns_only, rest.nothing_paid, rest.earlier_only, rest.never_ordered) == (1, 1, 1, 1)
    assert rest.returns_money == -10.0


@pytest.mark.parametrize("many", [1, 2])
def test_one_and_two_customers(make_tables: Make, order: Make, many: int) -> None:
    result = analyse(make_tables([order(f"c{number}", 3, 10) for number in range(many)]), DEFAULT)
    assert len(result.customers) == many
    assert result.customers[["r", "f", "m"]].nunique().tolist() == [1, 1, 1]


def test_everybody_equal_is_one_segment(make_tables: Make, order: Make) -> None:
    result = analyse(make_tables([order(f"c{number:02}", 3, 10) for number in range(40)]), DEFAULT)
    assert result.segments["customers"].tolist().count(40) == 1
    assert result.concentration.gini == pytest.approx(0.0)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([], id="no orders"),
        pytest.param([("a", 5, 10, "refunded"), ("b", 4, 10, "refunded")], id="all refunded"),
        pytest.param([("a", 5, -10, "paid")], id="returns only"),
        pytest.param([("a", 300, 10, "paid")], id="no orders in the window"),
    ],
)
def test_nobody_bought(make_tables: Make, order: Make, rows: list[Any]) -> None:
    made = [order(who, days, amount, status=status) for who, days, amount, status in rows]
    result = analyse(make_tables(made), RfmParameters(window_days=100))
    assert len(result.customers) == 0 and result.scheme is None and result.revenue == 0
    numbers = metrics(result, 10)
    assert numbers["customers"] == 0 and numbers["one_time_share"] is None and numbers["gini"] is None
    assert list(tables(result, {}, 10)["segments"]["customers"]) == [0] * 11


def test_an_orders_table_without_amounts_is_refused_in_words(make_tables: Make, order: Make) -> None:
    data = make_tables([order("a", 5, 10)])
    without = {"orders": data["orders"].drop("amount")}
    with pytest.raises(UserError, match="amount"):
        analyse(type(data)(data.backend, data.as_of, data.zone, without), DEFAULT)


@pytest.fixture
def shop(make_tables: Make, order: Make) -> Any:
    """Eighty customers: regulars, one-time buyers, sleepers; three years of history."""
    rows = []
    for number in range(80):
        name, every = f"c{number:02}", 20 + number
        purchases = 1 if number % 2 else 3 + number // 8
        start = 1000 - 9 * number
        for place in range(purchases):
            days = start - place * every
            if days > 0:
                rows.append(order(name, days, 10 + number + place))
    return make_tables(rows)


@pytest.mark.parametrize("binning", ["independent", "nested"])
@pytest.mark.parametrize("bins", [2, 4, 5, 10])
def test_any_number_of_bins_gives_complete_tables(shop: Any, bins: int, binning: Any) -> None:
    result = analyse(shop, RfmParameters(bins=bins, binning=binning, minimum_base=10))
    assert result.customers["r"].between(1, bins).all() and result.customers["m"].between(1, bins).all()
    assert result.customers["r5"].between(1, 5).all() and result.customers["fm5"].between(1, 5).all()
    assert set(result.customers["segment"]) <= set(SEGMENTS)
    assert result.stages is not None and result.stages["customers"].sum() == len(result.customers)
    assert result.phases is not None and result.phases["customers"].sum() == len(result.customers)


def test_the_contract_of_metrics_and_tables(shop: Any) -> None:
    result = analyse(shop, DEFAULT)
    numbers = metrics(result, 1)
    wanted = {"customers", "revenue", "orders", "one_time_share", "top_1_share", "top_5_share", "top_20_share", "gini"}
    wanted |= {f"segment.{segment}.{what}" for segment in SEGMENTS for what in ("customers", "revenue")}
    assert wanted <= numbers.keys()
    assert list(customer_tables(result)["rfm_scores"].columns) == [
        "customer_id", "recency_days", "frequency", "monetary", "r", "f", "m", "segment",
    ]  # fmt: skip
    assert list(tables(result, {}, 1)["segments"].columns) == [
        "segment", "customers", "share_customers", "revenue", "share_revenue", "recency_median", "frequency_median",
        "monetary_median", "action",
    ]  # fmt: skip
    assert tables(result, {"loyal": "Do this"}, 1)["segments"].set_index("segment").at["loyal", "action"] == "Do this"


def test_money_of_groups_too_small_to_show_is_left_out(shop: Any) -> None:
    result = analyse(shop, DEFAULT)
    numbers, table = metrics(result, 25), tables(result, {}, 25)["segments"].set_index("segment")
    for segment, customers in zip(result.segments["segment"], result.segments["customers"], strict=True):
        assert numbers[f"segment.{segment}.customers"] == customers
        if 0 < customers < 25:
            assert numbers[f"segment.{segment}.revenue"] is None
            assert pd.isna(table.at[segment, "revenue"]) and pd.isna(table.at[segment, "monetary_median"])


def test_both_pictures_of_a_comparison_look_back_equally_far(shop: Any) -> None:
    change = analyse(shop, RfmParameters(minimum_base=5)).change
    assert change is not None
    assert change.earlier.days == change.now.days and change.now.end - change.earlier.end == 90


def test_no_comparison_where_history_is_shorter_than_twice_the_distance(make_tables: Make, order: Make) -> None:
    rows = [order(f"c{number}", 1 + number, 10) for number in range(150)]
    assert analyse(make_tables(rows), DEFAULT).change is None
    assert analyse(make_tables(rows), RfmParameters(minimum_base=1, compare_days=0)).change is None
    assert analyse(make_tables(rows), RfmParameters(minimum_base=1, compare_days=60)).change is not None
