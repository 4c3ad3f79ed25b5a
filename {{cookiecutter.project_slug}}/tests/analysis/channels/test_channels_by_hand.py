"""Channels of a client small enough to be counted on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest
from won_customers import customer, found_of, order, spent, tables_of, visit

from customer_analytics.analysis.channels import Channels, outputs
from customer_analytics.tables.store import Tables

# Ada stays and buys twice, Bob is seen on day 29 only, Cas on day 60, Dee on day 30; Eve is too young to be judged.
PEOPLE = [
    customer("Ada", "search", 0), customer("Bob", "search", 10), customer("Cas", "deal", 20),
    customer("Dee", "deal", 40), customer("Eve", "deal", 340), customer("Fay", None, 5),
]  # fmt: skip
ORDERS = [
    order("Ada", 0, 100), order("Ada", 45, 50), order("Bob", 12, 30), order("Cas", 25, 40), order("Cas", 200, 999),
    order("Eve", 341, 10),
]  # fmt: skip
VISITS = [visit("Bob", 39), visit("Cas", 80), visit("Dee", 70), visit("Ada", 364)]
SPEND = [spent(0, "Search ", 60), spent(30, "search", 20), spent(0, "deal", 12, clicks=30), spent(364, "deal", 6)]


def tables(**without: object) -> Tables:
    frames = {"customers": PEOPLE, "orders": ORDERS, "events": VISITS, "spend": SPEND} | without
    return tables_of(**{name: rows for name, rows in frames.items() if rows})


@pytest.fixture(scope="module")
def found() -> Channels:
    return found_of(tables(), retention_days=30, channel_days=90)


def test_customers_count_by_channel_and_those_without_one_apart(found: Channels) -> None:
    assert found.table.set_index("channel")["customers"].to_dict() == {"deal": 3, "search": 2}
    assert found.unknown == 1


def test_still_there_is_activity_from_day_30_to_day_59_and_neither_before_nor_after(found: Channels) -> None:
    rows = found.table.set_index("channel")
    assert rows["stayed"].to_dict() == {"search": 1, "deal": 1}  # Ada by an order, Dee on day 30; Cas comes on day 60
    assert rows["mature"].to_dict() == {"search": 2, "deal": 2}  # Eve's days are not over
    assert (found.stay_from, found.stay_until, found.overall) == (30, 60, 0.5)


def test_money_counts_within_its_days_and_of_those_who_bought_nothing_too(found: Channels) -> None:
    rows = found.table.set_index("channel")
    assert found.money == "revenue"
    assert rows["worth"].to_dict() == {"search": (150 + 30) / 2, "deal": (40 + 0) / 2}
    assert rows["observed"].to_dict() == {"search": 2, "deal": 2}
    spread = np.std([150, 30], ddof=1) / math.sqrt(2)
    assert rows.at["search", "worth_high"] == pytest.approx(90 + 1.959964 * spread)


def test_a_customer_costs_the_spend_over_all_who_were_won_in_its_days(found: Channels) -> None:
    rows = found.table.set_index("channel")
    assert rows["cost"].to_dict() == {"search": 80 / 2, "deal": 18 / 3}
    assert rows["kept_cost"].to_dict() == {"search": 80, "deal": 12}
    assert rows["net"].to_dict() == {"search": 50, "deal": 14}
    assert rows["clicks_per_customer"].to_dict() == {"search": 50, "deal": 80 / 3}
    assert rows.at["search", "payback_days"] == 30  # 130 of two heads in the first thirty days


def test_the_money_goes_where_it_brings_most(found: Channels) -> None:
    assert found.budget is not None
    # deal: 3 customers x 20 for 18; search: 2 x 90 for 80.
    assert found.budget.returns.set_index("channel")["back"].to_dict() == pytest.approx(
        {"deal": 60 / 18, "search": 2.25}
    )
    full, half = found.budget.shifts
    assert (found.budget.from_channel, found.budget.to_channel, found.budget.amount) == ("search", "deal", 8)
    assert (full.gained, full.lost, full.change) == pytest.approx((80 / 3, 18, 26 + 2 / 3 - 18))
    assert half.change == pytest.approx(40 / 3 - 18)
    assert found.budget.even == pytest.approx(2.25 / (60 / 18))
    assert full.customers == pytest.approx(8 / 6 - 8 / 40)


def test_cohorts_add_up_to_the_channel(found: Channels) -> None:
    sums = found.cohorts.groupby("channel")[["customers", "mature", "stayed", "spend"]].sum()
    rows = found.table.set_index("channel")
    assert sums["customers"].to_dict() == rows["customers"].to_dict()
    assert sums["stayed"].to_dict() == rows["stayed"].to_dict()
    deal = found.cohorts[found.cohorts["channel"] == "deal"]
    assert deal["month"].tolist() == ["2024-01", "2024-02", "2024-12"]


def test_without_their_own_column_the_first_visit_says_the_channel() -> None:
    people = [{key: one[key] for key in ("customer_id", "signed_up_at")} for one in PEOPLE]
    seen = [visit("Ada", 3, "social"), visit("Ada", 1, "email"), visit("Bob", 11, "social"), visit("Cas", 21)]
    found = found_of(tables(customers=people, events=seen, spend=None))
    assert found.source == "events"
    assert found.table.set_index("channel")["customers"].to_dict() == {"email": 1, "social": 1}


def test_customers_from_before_the_data_are_nobody_s_gain() -> None:
    found = found_of(tables(orders=[order("Cas", 25, 40)], events=[visit("Dee", 70)]))
    assert found.table["customers"].sum() == 2  # Ada and Bob were won before anything was recorded


@pytest.mark.parametrize("missing", ["customers", "everything seen"])
def test_without_channels_or_activity_there_is_a_reason_and_no_error(missing: str) -> None:
    frames = {"orders": ORDERS} if missing == "customers" else {"customers": PEOPLE}
    assert found_of(tables_of(**frames)).reason == "no_channel"


def test_few_customers_are_not_judged() -> None:
    found = found_of(tables(), minimum_base=30)
    assert found.reason == "few_customers"
    assert outputs.tables(found, 10) == {}


def test_small_channels_do_not_leave_and_cannot_be_found_by_subtraction(found: Channels) -> None:
    table = outputs.tables(found, 3)["channels"].set_index("channel")
    assert table["customers"].isna().all()  # search has two, and deal would tell them
    assert outputs.metrics(found, 3).keys() <= {
        "budget.amount",
        "budget.change",
        "budget.change_at_half",
        "budget.even",
    }
