"""What people spend after they begin, against plain loops."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from retention_logs import MakeTables

from customer_analytics.analysis.retention import RetentionResult, analyse
from customer_analytics.engagement.parameters import RetentionParameters

FIRST, AS_OF = dt.date(2024, 1, 1), dt.date(2024, 8, 20)
END = AS_OF + dt.timedelta(days=1)


def draw_orders(people: int, seed: int) -> list[dict[str, Any]]:
    """Orders with returns booked as orders of their own, refunds, cancelled and free ones; two on some days."""
    generator = random.Random(seed)
    orders: list[dict[str, Any]] = []
    for person in range(people):
        begin = generator.randrange(200)
        for _ in range(generator.choice((1, 1, 2, 4, 9))):
            day = begin + min(generator.randrange(0, 160), 231 - begin)
            kind = generator.random()
            amount = -20.0 if kind < 0.1 else float(generator.randrange(0, 90))
            orders.append(
                {
                    "order_id": str(len(orders)),
                    "customer_id": f"c{person}",
                    "ordered_at": dt.datetime(2024, 1, 1, generator.randrange(24)) + dt.timedelta(days=day),
                    "status": "cancelled" if 0.1 < kind < 0.2 else "paid",
                    "amount": amount,
                    "refund": 5.0 if kind > 0.9 and amount > 5 else None,
                }
            )
    return orders


def net(order: dict[str, Any]) -> float:
    if order["status"] == "cancelled" and order["amount"] >= 0:
        return 0.0
    return float(order["amount"]) - (order["refund"] or 0.0 if order["amount"] >= 0 else 0.0)


@pytest.fixture(scope="module")
def orders() -> list[dict[str, Any]]:
    return draw_orders(300, seed=4)


@pytest.fixture(scope="module")
def result(make_tables: MakeTables, orders: list[dict[str, Any]]) -> RetentionResult:
    return analyse(make_tables(AS_OF, orders=orders), RetentionParameters(period="month"))


def by_person(orders: list[dict[str, Any]]) -> dict[str, list[tuple[dt.date, float]]]:
    found: dict[str, list[tuple[dt.date, float]]] = {}
    for order in orders:
        found.setdefault(order["customer_id"], []).append((order["ordered_at"].date(), net(order)))
    return found


def test_revenue_retention_is_that_of_a_plain_loop(result: RetentionResult, orders: list[dict[str, Any]]) -> None:
    found = result.revenue
    assert found is not None
    assert found.days == 91
    begin, middle = END - dt.timedelta(days=182), END - dt.timedelta(days=91)
    pairs = []
    for own in by_person(orders).values():
        base = sum(money for day, money in own if begin <= day < middle)
        later = sum(money for day, money in own if middle <= day < END)
        if base > 0:
            pairs.append((base, later))
    total = sum(base for base, _ in pairs)
    assert found.people == len(pairs)
    assert found.base == pytest.approx(total)
    assert found.nrr == pytest.approx(sum(later for _, later in pairs) / total)
    assert found.grr == pytest.approx(sum(min(pair) for pair in pairs) / total)
    assert found.grr <= min(found.nrr, 1)
    generator = random.Random(1)
    resampled = []
    for _ in range(800):
        drawn = generator.choices(pairs, k=len(pairs))
        resampled.append(sum(later for _, later in drawn) / sum(base for base, _ in drawn))
    resampled.sort()
    assert found.nrr_interval.low == pytest.approx(resampled[20], abs=0.04)
    assert found.nrr_interval.high == pytest.approx(resampled[780], abs=0.04)


def test_money_by_cohort_adds_up_and_is_unknown_for_periods_that_run(
    result: RetentionResult, orders: list[dict[str, Any]]
) -> None:
    assert result.money is not None
    cells: dict[tuple[dt.date, int], float] = {}
    for own in by_person(orders).values():
        start = min(day for day, _ in own)
        for day, money in own:
            key = (start.replace(day=1), (day.year - start.year) * 12 + day.month - start.month)
            cells[key] = cells.get(key, 0.0) + money
    running = {}
    for row in result.money.to_dict("records"):
        key = (row["cohort"].date(), row["period"])
        month = key[0].month + key[1]
        if month == 8:
            running[key] = row["net"]
            continue
        assert row["net"] == pytest.approx(cells.get(key, 0.0))
        before = sum(cells.get((key[0], age), 0.0) for age in range(key[1] + 1))
        assert row["cumulative_per_person"] == pytest.approx(before / row["size"])
    assert running
    assert all(value != value for value in running.values())  # August runs until the 20th


def test_value_to_day_takes_only_people_who_have_had_the_days(
    result: RetentionResult, orders: list[dict[str, Any]]
) -> None:
    assert result.value_to_day is not None
    for row in result.value_to_day.to_dict("records"):
        sums = []
        for own in by_person(orders).values():
            start = min(day for day, _ in own)
            if start + dt.timedelta(days=row["day"]) <= END:
                sums.append(sum(money for day, money in own if (day - start).days < row["day"]))
        assert row["eligible"] == len(sums)
        assert row["per_person"] == pytest.approx(sum(sums) / len(sums))
        assert row["low"] < row["per_person"] < row["high"]


def test_a_second_purchase_counts_on_a_later_day_and_in_time(
    result: RetentionResult, orders: list[dict[str, Any]]
) -> None:
    assert result.repurchase is not None
    for row in result.repurchase.to_dict("records"):
        eligible = repeated = 0
        for own in by_person(orders_bought(orders)).values():
            days = sorted({day for day, _ in own})
            if days[0] + dt.timedelta(days=row["within_days"]) <= AS_OF:
                eligible += 1
                repeated += any(0 < (day - days[0]).days <= row["within_days"] for day in days)
        assert (row["eligible"], row["repeated"]) == (eligible, repeated)


def orders_bought(orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [order for order in orders if order["amount"] > 0 and net(order) > 0]


def test_without_orders_there_is_no_money(make_tables: MakeTables) -> None:
    events = [{"customer_id": "a", "event": "view", "occurred_at": dt.datetime(2024, 3, day)} for day in (1, 9)]
    found = analyse(make_tables(AS_OF, events=events), RetentionParameters())
    assert (found.revenue, found.money, found.value_to_day, found.repurchase) == (None, None, None, None)
