"""The heavy expressions are plain Ibis: they compile for every engine that the product names."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import pytest
from any_engine import connect

from customer_analytics.analysis.hazard.columns import AGE, COMPLAINT, DISCOUNTED, Source
from customer_analytics.analysis.hazard.contracts import contract_spells, relation_rows
from customer_analytics.analysis.hazard.lives import _with_sources
from customer_analytics.tables.store import Tables

SOURCES = [
    Source("plan", "subscriptions"), Source("consent", "customers"), Source(AGE, ""), Source(COMPLAINT, ""),
]  # fmt: skip


def tables(*, dated: bool) -> Tables:
    contract = (
        {"customer_id": "string", "plan": "string", "started_on": "date", "ended_on": "date"}
        if dated
        else {"customer_id": "string", "plan": "string", "tenure": "float64", "ended": "boolean"}
    )
    made = {
        "subscriptions": contract,
        "customers": {
            "customer_id": "string", "consent": "boolean", "birth_year": "int64", "signed_up_on": "date",
            "signed_up_at": "timestamp",
        },
        "feedback": {"customer_id": "string", "given_on": "date", "topic": "string"},
        "orders": {"customer_id": "string", "ordered_at": "timestamp", "discount": "decimal(18, 4)"},
    }  # fmt: skip
    unbound = {name: ibis.table(schema, name=name) for name, schema in made.items()}
    return Tables(connect(), dt.date(2026, 6, 30), ZoneInfo("UTC"), unbound)


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
@pytest.mark.parametrize("dated", [True, False])
def test_spells_of_contracts_compile(engine: str, dated: bool) -> None:
    spells = contract_spells(tables(dated=dated), 20_000, SOURCES, "plan")
    assert "PARTITION BY" in str(ibis.to_sql(relation_rows(spells), dialect=engine)).upper()


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_columns_of_lives_compile(engine: str) -> None:
    people = ibis.table({"person_id": "string", "origin": "int32", "first_day": "int32"}, name="people")
    sources = [*SOURCES[1:], Source(DISCOUNTED, "")]
    made = _with_sources(tables(dated=True), people, sources)
    assert set(made.columns) >= {"c0", "c1", "c2", "c3"} and str(ibis.to_sql(made, dialect=engine))
