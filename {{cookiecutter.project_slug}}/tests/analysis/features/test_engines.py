"""The feature table, the study of silence and the population are plain Ibis: they compile for every engine."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import pytest

from customer_analytics.analysis.churn.contract_people import contract_population, snapshot
from customer_analytics.analysis.churn.population import known_people, still_here
from customer_analytics.analysis.churn.silence_study import rhythm_of, silences
from customer_analytics.analysis.churn.windows import Windows
from customer_analytics.analysis.features.facts import OWN_CATEGORY, OWN_NUMBER, Facts
from customer_analytics.analysis.features.life import ORDERS, Life, there_days, with_neighbours
from customer_analytics.analysis.features.table import FeatureSource
from customer_analytics.tables.store import Tables

MONEY = "decimal(18, 4)"
SCHEMAS = {
    "orders": {
        "order_id": "string", "customer_id": "string", "ordered_at": "timestamp", "ordered_on": "date",
        "paid_at": "timestamp", "paid_on": "date", "amount": MONEY, "discount": MONEY, "channel": "string",
        "store": "string", "payment_method": "string",
    },
    "order_lines": {"order_id": "string", "product_id": "string"},
    "products": {"product_id": "string", "category": "string"},
    "events": {
        "customer_id": "string", "visitor_id": "string", "event": "string", "session_id": "string",
        "occurred_at": "timestamp", "occurred_on": "date",
    },
    "feedback": {"customer_id": "string", "given_on": "date", "rating": "float64", "topic": "string"},
    "touches": {
        "customer_id": "string", "sent_on": "date", "opened_on": "date", "clicked_on": "date",
        "unsubscribed_on": "date",
    },
    "subscriptions": {
        "customer_id": "string", "started_on": "date", "ended_on": "date", "price": MONEY, "plan": "string",
        "Auto pay": "string", "tenure": "float64", "ended": "boolean",
    },
    "customers": {
        "customer_id": "string", "signed_up_on": "date", "gender": "string", "birth_year": "int64",
        "consent": "boolean", "Shoe size": "string",
    },
}  # fmt: skip
FACTS = Facts(
    levels=frozenset({"orders.channel", "orders.store", "order_lines.category", "subscriptions.plan"}),
    own={"customers": {"Shoe size": OWN_NUMBER}, "subscriptions": {"Auto pay": OWN_CATEGORY}},
    carts=("add to cart",),
    failures=("payment failed",),
    complaints=("complaint",),
    returns=True,
)  # fmt: skip
ENGINES = ["duckdb", "pyspark", "postgres"]
WINDOWS = Windows(0, 0, 90, 180, (20_000,), 20_090, 19_000)


@pytest.fixture(scope="module")
def tables() -> Tables:
    made = {name: ibis.table(schema, name=name) for name, schema in SCHEMAS.items()}
    return Tables(None, dt.date(2025, 1, 1), ZoneInfo("UTC"), made)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def life(tables: Tables) -> Life:
    return Life(ORDERS, with_neighbours(there_days(tables, ORDERS, "customers")), 19_000, 20_000, "customers")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_feature_table_compiles(engine: str, tables: Tables, life: Life) -> None:
    people = ibis.table({"person_id": "string", "cut": "int32"}, name="people")
    table = FeatureSource(tables, ORDERS, life, FACTS).table(people, (19_900, 20_000), 365)
    assert len(table.columns) > 60
    sql = str(ibis.to_sql(table, dialect=engine))
    assert "PARTITION BY" in sql  # windows run within a person, never over the whole table
    assert "OVER ()" not in sql


@pytest.mark.parametrize("engine", ENGINES)
def test_silences_and_people_compile(engine: str, tables: Tables, life: Life) -> None:
    limits = {"all": 180, "first": 90}
    here = still_here(known_people(life.spells, WINDOWS, 20_000), limits)
    for table in (
        silences(life.spells, 20_090, 90),
        here,
        here.mutate(again=rhythm_of(here.silent, here.silent)),
        contract_population(tables, WINDOWS, 20_000),
        snapshot(tables),
    ):
        assert "SELECT" in str(ibis.to_sql(table, dialect=engine))
