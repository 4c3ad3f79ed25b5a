"""Tables of a small client written down by hand, as the store opens them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
from any_engine import connect

from customer_analytics.analysis.campaigns import Campaigns, prepare
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

LAST = dt.date(2025, 6, 30)
TIMES = (
    "assigned_at", "sent_at", "delivered_at", "opened_at", "clicked_at", "unsubscribed_at", "ordered_at", "paid_at",
    "signed_up_at", "started_at", "ended_at", "occurred_at",
)  # fmt: skip
MONEYS = ("amount", "discount", "refund", "received", "cost", "unit_price")


def at(text: str) -> dt.datetime:
    """A moment: "05-03 10:00" is the third of May 2025 at ten."""
    return dt.datetime.fromisoformat(f"2025-{text}:00" if " " in text else f"2025-{text} 00:00:00")


def tables(zone: str = "UTC", last: dt.date = LAST, **rows: list[dict[str, Any]]) -> Tables:
    """The canonical tables: name -> its rows; a column that no row has does not exist."""
    found = {}
    for name, own in rows.items():
        frame = pd.DataFrame(own)
        kinds = {}
        for column in frame.columns:
            if column in TIMES:
                kinds[column] = "timestamp"
            elif column in MONEYS:
                kinds[column] = "decimal(18, 4)"
            elif column == "margin":
                kinds[column] = "float64"
            elif column == "consent":
                kinds[column] = "boolean"
            elif all(value is None or isinstance(value, str) for value in frame[column]):
                kinds[column] = "string"
            elif all(value is None or isinstance(value, bool) for value in frame[column]):
                kinds[column] = "boolean"
            else:
                kinds[column] = "float64"
        values = [
            tuple(_plain(value, kinds[column]) for column, value in zip(frame.columns, row, strict=True))
            for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False)
        ]
        table = ibis.memtable(values, schema=kinds)
        local = ZoneInfo(zone)
        made = Tables(connect(), last, local, {})
        days = {column[:-3] + "_on": made.local(table[column]).date() for column in kinds if column in TIMES}
        found[name] = table.mutate(**days) if days else table
    return Tables(connect(), last, ZoneInfo(zone), found)


def _plain(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "timestamp":
        return pd.Timestamp(value).to_pydatetime()
    return float(value) if kind in ("decimal(18, 4)", "float64") else value


def touch(campaign: str, customer: str, arm: str | None = None, when: str | None = "05-01 09:00", **more: Any) -> dict:
    """One row of touches, with the moment of assignment where one is given."""
    row = {"campaign_id": campaign, "customer_id": customer, "arm": arm}
    return row | ({"assigned_at": at(when)} if when else {}) | more


def order(customer: str, when: str, amount: float = 10.0, **more: Any) -> dict:
    """One paid order."""
    return {"order_id": f"{customer} {when}", "customer_id": customer, "ordered_at": at(when), "amount": amount} | more


def made(data: Tables, ledger: Any = None, **parameters: Any) -> Campaigns:
    """The campaigns with these parameters."""
    return prepare(data, ledger, CampaignEvaluationParameters(**parameters))


def units(campaigns: Campaigns, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of units by campaign and person: code, arm, person_id, and the named outcomes or columns."""
    names = [one.column if (one := campaigns.outcome(name)) else name for name in columns]
    frame = campaigns.units.select("code", "arm", "person_id", *names).to_pandas()
    frame = frame.sort_values(["code", "person_id", "arm"], ignore_index=True)
    return [tuple(None if pd.isna(value) else value for value in row) for row in frame.itertuples(index=False)]
