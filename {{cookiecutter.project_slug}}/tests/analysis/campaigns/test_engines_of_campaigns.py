"""The heavy expressions are plain Ibis: they compile for every engine that the product names."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import pytest

from customer_analytics.analysis.campaigns.assigned import assigned
from customer_analytics.analysis.campaigns.campaign import COMPUTED, Outcome
from customer_analytics.analysis.campaigns.facts import facts
from customer_analytics.analysis.campaigns.histories import described
from customer_analytics.analysis.campaigns.parts import within
from customer_analytics.analysis.campaigns.settle import Ready
from customer_analytics.analysis.value.margin import Margin
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.ledger import COLUMNS
from customer_analytics.tables.store import Tables

TABLES = {
    "touches": {
        "campaign_id": "string", "customer_id": "string", "arm": "string", "assigned_at": "timestamp",
        "sent_at": "timestamp", "unsubscribed_at": "timestamp", "came": "string", "region": "string",
    },
    "orders": {
        "order_id": "string", "customer_id": "string", "ordered_at": "timestamp", "ordered_on": "date",
        "status": "string", "amount": "decimal(18, 4)", "refund": "decimal(18, 4)", "discount": "decimal(18, 4)",
    },
    "order_lines": {"order_id": "string", "amount": "decimal(18, 4)", "cost": "decimal(18, 4)"},
    "events": {
        "customer_id": "string", "session_id": "string", "occurred_at": "timestamp", "occurred_on": "date",
    },
    "customers": {"customer_id": "string", "signed_up_at": "timestamp", "region": "string"},
}  # fmt: skip
LEDGER = dict.fromkeys(COLUMNS, "string") | {"assigned_at": "timestamp", "version": "int32", "current": "boolean"}


def written(table: ibis.Table, engine: str) -> str:
    return str(ibis.to_sql(table, dialect=engine))


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_assignments_and_histories_compile(engine: str) -> None:
    tables = {name: ibis.table(columns, name=name) for name, columns in TABLES.items()}
    data = Tables(None, dt.date(2024, 6, 30), ZoneInfo("UTC"), tables)
    parameters = CampaignEvaluationParameters(groups=("region",), unit="region")
    ready = [Ready("came", "binary", 1.0, False, ("K",))]
    rows = assigned(data, None, ready, parameters, "touches").rows
    assert "GROUP BY" in written(rows, engine).upper()
    assert "%" in written(within(tables["touches"], 1, 4), engine)
    moments = rows.select("campaign", "person_id", start=rows.assigned_at, window_days=ibis.literal(14, "int32"))
    outcomes = [
        Outcome(name, kind, False, False, "higher", f"y_{i}")
        for i, (name, kind) in enumerate(COMPUTED.items())
        if name != "unsubscribed"
    ]
    known = facts(data, parameters, Margin(0.4, 1.0, "order_lines.cost"))
    sql = written(described(data, moments, parameters, outcomes, known), engine)
    assert all(f"y_{i}" in sql for i in (0, 1, 2, 3, 4, 6, 7)) and "recency_days" in sql
