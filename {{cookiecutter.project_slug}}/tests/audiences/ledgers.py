"""Assignments written as the command writes them, without the command."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.parquet as pq

from customer_analytics.engagement import Project
from customer_analytics.tables.ledger import SCHEMA

from .conftest import AS_OF


def assign(
    project: Project,
    audience: str,
    arms: Mapping[str, str],
    *,
    days: int,
    expires: dt.date | None = None,
    version: int = 1,
    earlier: bool = False,
    campaign: str | None = None,
) -> None:
    """Write one audience's assignment, made so many days before the as-of day."""
    day = AS_OF - dt.timedelta(days=days)
    rows = [
        {
            "campaign_id": campaign or audience,
            "customer_id": customer,
            "arm": arm,
            "assigned_at": dt.datetime.combine(day, dt.time(23, 59, 59)),
            "assigned_on": day,
            "audience": audience,
            "version": version,
            "stratum": "everyone",
            "seed": 7,
            "expires_on": expires,
        }
        for customer, arm in arms.items()
    ]
    folder = project.audiences / audience
    path = folder / "earlier" / f"assignment_{version}.parquet" if earlier else folder / "assignment.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path)
