"""The funnel's expressions are plain Ibis: they compile for every engine that the product names."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import pytest

from customer_analytics.analysis.funnel.attempts import match
from customer_analytics.analysis.funnel.counts import is_mature
from customer_analytics.analysis.funnel.definition import Definition, Step
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.query import parse_condition
from customer_analytics.tables.store import Tables

COLUMNS = {
    "customer_id": "string",
    "visitor_id": "string",
    "session_id": "string",
    "event": "string",
    "occurred_at": "timestamp",
    "occurred_on": "date",
    "page": "string",
}
CASES = {
    "first": {},
    "best and held": {"attempt": "best", "hold": ("page",), "tolerance_seconds": 0.5},
    "strict": {"order": "strict", "window_seconds": 3600.5},
    "any order": {"order": "any", "entry": "open"},
    "open": {"entry": "open"},
    "excluded, by session": {"unit": "session", "exclude": (Step(1, "x", "x", ("x",)),), "occurrence": "first_ever"},
}


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
@pytest.mark.parametrize("case", CASES)
def test_attempts_compile(engine: str, case: str) -> None:
    data = Tables(None, dt.date(2024, 6, 30), ZoneInfo("Europe/Berlin"), {"events": ibis.table(COLUMNS, name="events")})
    condition = parse_condition("page = '/b' and hour 8..11", where="test")
    steps = (Step(1, "a", "a", ("a",)), Step(2, "a", "a", ("a", "b"), condition), Step(3, "c", "c", ("c",)))
    rows = Rows(data, Definition(steps, **{"window_seconds": 7 * 86_400.0, **CASES[case]}))
    attempts = match(rows)
    attempts = attempts.mutate(mature=is_mature(rows, attempts.last_entry_at))
    sql = str(ibis.to_sql(attempts.filter(attempts.mature).aggregate(n=attempts.at_3.count()), dialect=engine))
    assert "JOIN" in sql
    assert "ORDER BY" not in sql or "PARTITION BY" in sql  # a window runs within a unit, never over the whole table
