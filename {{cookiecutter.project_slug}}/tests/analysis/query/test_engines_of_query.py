"""Every part of the language is plain Ibis: it compiles for each engine that the product names."""

from __future__ import annotations

import datetime as dt
from types import ModuleType
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest

from customer_analytics.analysis.query import Query, parse_value
from customer_analytics.tables.store import Tables

RULES = (
    "region = 'Süd''s' and born 1995..1999 and not ordered within 7 days",
    "active at least 3 days within 2 months",
    "bought category 'Tea' where (quantity > 1 or weekend) and top 20% by revenue",
    "in campaign 'Spring' arm 'control' and not held out",
    "most(order_lines.category within 90 days)",
    "first(purchases.channel)",
    "last(feedback.rating)",
    "median_gap(purchases)",
    "share(events where hour >= 22 or hour < 5 prior 10)",
    "rank(revenue / tenure_days)",
    "band(age, 18, 25, 35)",
    "distinct(events.day within 30 days)",
    "if signed_up_at is known then days_since(signed_up_at) else log(orders)",
    "region contains '%' or gender starts with '_'",
    "mean(purchases.net 30..90 days ago)",
)


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_every_part_of_the_language_compiles(engine: str, world: ModuleType) -> None:
    unbound = {}
    for name, types in world.SCHEMAS.items():
        unbound[name] = ibis.table(ibis.schema(pa.schema(types)), name=name)
    ledger = unbound.pop("ledger")
    dated = {}
    for name, table in unbound.items():
        times = [column for column in table.columns if column.endswith("_at")]
        dated[name] = table.mutate(**{f"{time.removesuffix('_at')}_on": table[time].date() for time in times})
    data = Tables(None, dt.date(2024, 6, 30), ZoneInfo("Europe/Berlin"), dated, dt.datetime(2023, 1, 1))
    definitions = {f"rule_{number}": parse_value(text, where=text) for number, text in enumerate(RULES)}
    sql = str(ibis.to_sql(Query(data, definitions, ledger=ledger).values(), dialect=engine))
    assert sql.count("PARTITION BY") >= 3  # most, first, last and gaps run within a customer
    assert "'Süd''s'" in sql or "'Süd\\'s'" in sql
