"""Time windows are calendar days in the engagement's zone, counted from the as-of day, which is day 1."""

from __future__ import annotations

import datetime as dt
from types import ModuleType

import pytest

from customer_analytics.analysis.query import Query, parse_condition
from customer_analytics.analysis.query.nodes import Ago, Days, Within
from customer_analytics.analysis.query.windows import window_days

JUNE_30 = dt.date(2025, 6, 30)


@pytest.mark.parametrize(
    ("when", "as_of", "first", "last"),
    [
        (Within(1, "day"), JUNE_30, "2025-06-30", "2025-06-30"),
        (Within(7, "day"), JUNE_30, "2025-06-24", "2025-06-30"),
        (Within(2, "week"), JUNE_30, "2025-06-17", "2025-06-30"),
        (Within(1, "month"), JUNE_30, "2025-05-31", "2025-06-30"),
        (Within(1, "month"), dt.date(2025, 3, 31), "2025-03-01", "2025-03-31"),
        (Within(1, "month"), dt.date(2024, 3, 30), "2024-03-01", "2024-03-30"),  # 29 February, the day after
        (Within(12, "month"), dt.date(2024, 2, 29), "2023-03-01", "2024-02-29"),
        (Within(1, "year"), dt.date(2024, 2, 29), "2023-03-01", "2024-02-29"),
        (Within(1, "year"), JUNE_30, "2024-07-01", "2025-06-30"),
        (Ago(1, 7), JUNE_30, "2025-06-24", "2025-06-30"),
        (Ago(8, 30), JUNE_30, "2025-06-01", "2025-06-23"),
        (Days(None, JUNE_30), JUNE_30, None, "2025-06-30"),
    ],
)
def test_windows_by_hand(when: object, as_of: dt.date, first: str | None, last: str) -> None:
    expected = (first and dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert window_days(when, as_of) == expected  # type: ignore[arg-type]


def visitors(world: ModuleType, moments: dict[str, str], condition: str) -> set[str]:
    """Who meets a condition, of customers with one event each at a UTC moment."""
    rows = {name: [] for name in world.SCHEMAS}
    for customer, moment in moments.items():
        event = {"event": "view", "occurred_at": dt.datetime.fromisoformat(moment), "device": None}
        rows["customers"].append(dict.fromkeys(world.SCHEMAS["customers"]) | {"customer_id": customer})
        rows["events"].append({"customer_id": customer, **event})
    tables, _ = world.make_tables(rows)
    found = Query(tables).customers(parse_condition(condition, where="audience")).to_pyarrow()
    return set(found["customer_id"].to_pylist())


def test_a_day_begins_at_midnight_of_the_engagements_zone_also_across_the_change_of_the_clocks(
    world: ModuleType,
) -> None:
    # Berlin: winter time (UTC+1) until 31 March 2024 01:00 UTC, then summer time (UTC+2); the as-of day is 2 April
    moments = {
        "last second of 26 March": "2024-03-26T22:59:59",
        "first second of 27 March": "2024-03-26T23:00:00",
        "last second of 31 March": "2024-03-31T21:59:59",
        "first second of 1 April": "2024-03-31T22:00:00",
        "last second of 2 April": "2024-04-02T21:59:59",
    }
    assert visitors(world, moments, "visited within 7 days") == set(moments) - {"last second of 26 March"}
    assert visitors(world, moments, "visited within 2 days") == {"first second of 1 April", "last second of 2 April"}
    assert visitors(world, moments, "visited on 2024-03-31") == {"last second of 31 March"}
    assert visitors(world, moments, "not visited within 7 days") == {"last second of 26 March"}


def test_the_hour_is_that_of_the_clock_on_the_wall(world: ModuleType) -> None:
    moments = {
        "half past one, winter": "2024-03-31T00:30:00",
        "half past three, summer": "2024-03-31T01:30:00",
        "half past two, autumn, first time": "2023-10-29T00:30:00",
        "half past two, autumn, second time": "2023-10-29T01:30:00",
    }
    found = {hour: visitors(world, moments, f"visited where hour = {hour}") for hour in (1, 2, 3)}
    assert found[1] == {"half past one, winter"} and found[3] == {"half past three, summer"}
    assert found[2] == {"half past two, autumn, first time", "half past two, autumn, second time"}


def test_recency_and_windows_count_days_alike(world: ModuleType) -> None:
    rows = world.make_rows(11)
    tables, _ = world.make_tables(rows)
    query = Query(tables)
    for days in (1, 2, 7, 30, 90, 365):
        written = (f"recency_days <= {days}", f"ordered within {days} days", f"ordered 1..{days} days ago")
        found = [
            set(query.customers(parse_condition(text, where="x")).to_pyarrow()["customer_id"].to_pylist())
            for text in written
        ]
        assert found[0] == found[1] == found[2]
