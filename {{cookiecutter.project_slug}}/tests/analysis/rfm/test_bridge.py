"""The value bridge: exact to the cent, each customer in one part, hidden parts folded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.rfm import analyse, tables
from customer_analytics.analysis.rfm.bridge import Bridge
from customer_analytics.engagement.parameters import RfmParameters

Make = Callable[..., Any]
some_orders = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", "e", "f", None]),
        st.integers(1, 100),
        st.decimals(-40, 90, places=2, allow_nan=False),
    ),
    min_size=1,
    max_size=40,
)
PARAMETERS = RfmParameters(minimum_base=1, compare_days=30)


def by_hand(rows: list[tuple[str | None, int, Decimal]]) -> dict[str, Decimal]:
    """Part -> change, one customer at a time; the last 30 days against the 30 before."""
    parts: dict[str, Decimal] = {}
    for who in {row[0] for row in rows}:
        own = [row for row in rows if row[0] == who]
        now = sum((money for _, days, money in own if days <= 30), Decimal(0))
        before = sum((money for _, days, money in own if 30 < days <= 60), Decimal(0))
        bought = [days for _, days, money in own if money > 0]
        in_now, in_before = any(days <= 30 for days in bought), any(30 < days <= 60 for days in bought)
        if who is None:
            part = "without_customer"
        elif in_now and in_before:
            part = "upgraded" if now > before else "downgraded"
        elif in_now:
            part = "returned" if any(days > 60 for days in bought) else "new"
        elif in_before:
            part = "lost"
        else:
            part = "returns_only"
        parts[part] = parts.get(part, Decimal(0)) + now - before
    return parts


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some_orders)
def test_the_parts_are_those_of_a_hand_count_and_add_up_to_the_cent(
    make_tables: Make, order: Make, given_orders: list[Any]
) -> None:
    anchor = ("old", 100, Decimal("1.00"))  # history that reaches back far enough
    rows = [*given_orders, anchor]
    bridge = analyse(
        make_tables([order(who, days, str(money)) for who, days, money in rows]), PARAMETERS
    ).movement.bridge
    assert bridge is not None
    expected = by_hand(rows)
    found = dict(zip(bridge.table["part"], bridge.table["change"], strict=True))
    for part, change in found.items():
        assert Decimal(str(change)) == expected.get(part, Decimal(0)), part
    assert sum(Decimal(str(change)) for change in found.values()) == Decimal(str(bridge.change))
    assert Decimal(str(bridge.change)) == sum(expected.values())


@pytest.fixture
def bridge(make_tables: Make, order: Make) -> Bridge:
    """Planted: 40 new (10 each), 30 lost (20 each), 5 returned (7 each), 20 bought more (30, then 50)."""
    rows = [order(f"n{number}", 5, 10) for number in range(40)]
    rows += [order(f"l{number}", 50, 20) for number in range(30)]
    rows += [order(f"r{number}", days, 7) for number in range(5) for days in (5, 90)]
    rows += [order(f"u{number}", days, money) for number in range(20) for days, money in ((5, 50), (50, 30))]
    found = analyse(make_tables(rows), PARAMETERS).movement.bridge
    assert found is not None
    return found


def test_planted_parts_are_found(bridge: Bridge) -> None:
    changes = {part: bridge.part(part)["change"] for part in ("new", "lost", "returned", "upgraded", "downgraded")}
    assert changes == {"new": 400.0, "lost": -600.0, "returned": 35.0, "upgraded": 400.0, "downgraded": 0.0}
    assert bridge.revenue_previous == 1200.0 and bridge.revenue_now == 1435.0
    assert bridge.interval.low < bridge.change < bridge.interval.high


def test_small_parts_are_folded_so_that_none_can_be_found_and_the_sum_stays_exact(bridge: Bridge) -> None:
    shown = bridge.shown(10)
    assert "returned" not in set(shown["part"]) and "small" in set(shown["part"])
    small = shown[shown["part"] == "small"].iloc[0]
    assert small["customers"] >= 10
    assert shown["change"].sum() == pytest.approx(bridge.change, abs=1e-9)


def test_two_periods_that_do_not_fit_give_no_bridge(make_tables: Make, order: Make) -> None:
    rows = [order(f"c{number}", 1 + number, 10) for number in range(50)]
    assert analyse(make_tables(rows), PARAMETERS).movement.bridge is None
    assert analyse(make_tables(rows), RfmParameters(minimum_base=1, compare_days=0)).movement.bridge is None
    assert "value_bridge" not in tables(analyse(make_tables(rows), PARAMETERS), {}, 1)


def test_periods_follow_each_other_and_end_on_the_last_day(bridge: Bridge) -> None:
    assert bridge.previous.end == bridge.now.start and bridge.previous.days == bridge.now.days == 30
    assert bridge.now.last_day == dt.date(2024, 6, 30)
