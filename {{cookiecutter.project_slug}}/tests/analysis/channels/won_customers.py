"""Customers, orders, visits and spend written down by hand."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
from any_engine import connect

from customer_analytics.analysis.channels import Channels, channels
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

FIRST, AS_OF = dt.date(2024, 1, 1), dt.date(2024, 12, 31)
TYPES = {
    "signed_up_at": "timestamp", "signed_up_on": "date", "ordered_at": "timestamp", "ordered_on": "date",
    "occurred_at": "timestamp", "occurred_on": "date", "amount": "decimal(18, 4)", "cost": "decimal(18, 4)",
    "day": "date", "impressions": "int64", "clicks": "int64",
}  # fmt: skip


def at(day: int) -> dt.datetime:
    """Noon of a day since FIRST."""
    return dt.datetime.combine(FIRST, dt.time(12)) + dt.timedelta(days=day)


def tables_of(**frames: list[dict[str, object]]) -> Tables:
    engine, made = connect(), {}
    for name, rows in frames.items():
        frame = pd.DataFrame(rows)
        for column in [one for one in frame if one.endswith("_at")]:
            frame[column.replace("_at", "_on")] = pd.to_datetime(frame[column]).dt.date
        schema = {column: TYPES.get(column, "string") for column in frame}
        for column, kind in schema.items():
            if kind == "string":
                frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
        plain = {column: "float64" if "decimal" in kind else kind for column, kind in schema.items()}
        numbers = {column: float for column, kind in plain.items() if kind == "float64"}
        made[name] = engine.create_table(name, ibis.memtable(frame.astype(numbers), schema=plain).cast(schema))
    return Tables(engine, AS_OF, ZoneInfo("UTC"), made)


def customer(number: str, channel: str | None, day: int) -> dict[str, object]:
    return {"customer_id": number, "acquisition_channel": channel, "signed_up_at": at(day)}


def order(number: str, day: int, amount: float) -> dict[str, object]:
    return {"order_id": f"{number} {day}", "customer_id": number, "ordered_at": at(day), "amount": amount}


def visit(number: str, day: int, channel: str | None = None) -> dict[str, object]:
    return {"customer_id": number, "event": "visit", "occurred_at": at(day), "channel": channel}


def spent(day: int, channel: str, cost: float, impressions: int = 1_000, clicks: int = 50) -> dict[str, object]:
    day_of = FIRST + dt.timedelta(days=day)
    return {"day": day_of, "channel": channel, "cost": cost, "impressions": impressions, "clicks": clicks}


def found_of(tables: Tables, **parameters: object) -> Channels:
    return channels(tables, CampaignEvaluationParameters(**{"minimum_base": 1, **parameters}))
