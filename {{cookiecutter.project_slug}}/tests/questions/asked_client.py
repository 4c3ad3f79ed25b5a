"""A small client that is asked questions: 400 customers in three regions, one of them tiny, and their orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from customer_analytics.engagement import Project

AS_OF = dt.date(2024, 6, 30)
CUSTOMERS = 400
REGIONS = ("North", "South", "Tiny")


def people() -> list[dict[str, Any]]:
    """Regions of 260, 136 and 4; women are every third, born 1960 to 2005."""
    return [
        {
            "customer_id": f"c{n}",
            "region": REGIONS[0] if n < 260 else REGIONS[1] if n < 396 else REGIONS[2],
            "gender": "F" if n % 3 == 0 else "M",
            "birth_year": 1960 + n % 46,
        }
        for n in range(CUSTOMERS)
    ]


def orders() -> list[dict[str, Any]]:
    return [
        {
            "order_id": f"o{n}-{k}",
            "customer_id": f"c{n}",
            "ordered_at": dt.datetime.combine(AS_OF - dt.timedelta(days=(n * 7 + k * 31) % 300), dt.time(12)),
            "amount": Decimal(5 + n % 50),
        }
        for n in range(CUSTOMERS)
        for k in range(n % 5)
    ]


def make(folder: Path, **more: Any) -> Project:
    """The client in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"client": "T", "consultancy": "T", "time_zone": "UTC", "as_of": AS_OF, "currency": "EUR"} | more
    (folder / "engagement.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    tables: Mapping[str, tuple[Sequence[Mapping[str, Any]], pa.Schema]] = {
        "customers": (
            people(),
            pa.schema([*((n, pa.string()) for n in ("customer_id", "region", "gender")), ("birth_year", pa.int64())]),
        ),
        "orders": (
            orders(),
            pa.schema(
                [
                    ("order_id", pa.string()),
                    ("customer_id", pa.string()),
                    ("ordered_at", pa.timestamp("us")),
                    ("amount", pa.decimal128(18, 4)),
                ]
            ),
        ),
    }
    (folder / "data" / "tables").mkdir(parents=True)
    for name, (rows, schema) in tables.items():
        pq.write_table(
            pa.Table.from_pylist([dict(row) for row in rows], schema=schema), folder / f"data/tables/{name}.parquet"
        )
    return Project.find(folder)
