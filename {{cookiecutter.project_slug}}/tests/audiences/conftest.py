from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from customer_analytics.engagement import Project

AS_OF = dt.date(2024, 6, 30)
KINDS = {
    "amount": pa.decimal128(18, 4),
    "consent": pa.bool_(),
    "birth_year": pa.int64(),
    "age": pa.float64(),
    **{
        name: pa.timestamp("us")
        for name in (
            "ordered_at", "signed_up_at", "assigned_at", "sent_at", "unsubscribed_at", "started_at", "ended_at",
            "occurred_at",
        )
    },
}  # fmt: skip
MakeProject = Callable[..., Project]


def noon(days_before: int) -> dt.datetime:
    """Noon so many days before the as-of day."""
    return dt.datetime.combine(AS_OF - dt.timedelta(days=days_before), dt.time(12))


def order(customer: str | None, days_before: int, amount: str = "10") -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": noon(days_before), "amount": Decimal(amount)}


@pytest.fixture
def make(tmp_path: Path) -> MakeProject:
    """A project whose tables lie there as a load would have left them: table name -> rows."""

    def project(tables: Mapping[str, Sequence[Mapping[str, Any]]], **settings: Any) -> Project:
        engagement = {"client": "Test", "consultancy": "Test", "time_zone": "UTC", "as_of": AS_OF, "currency": "EUR"}
        text = yaml.safe_dump(engagement | settings, allow_unicode=True)
        (tmp_path / "engagement.yml").write_text(text, encoding="utf-8")
        folder = tmp_path / "data" / "tables"
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in tables.items():
            numbered = [{"order_id": f"O{n}", **row} for n, row in enumerate(rows)] if name == "orders" else rows
            columns = list(dict.fromkeys(column for row in numbered for column in row))
            schema = pa.schema([(column, KINDS.get(column, pa.string())) for column in columns])
            pq.write_table(
                pa.Table.from_pylist([dict(row) for row in numbered], schema=schema), folder / f"{name}.parquet"
            )
        return Project.find(tmp_path)

    return project
