"""Small random tables around the borders that matter: midnight, the change of the clocks, the ends of windows."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from any_engine import connect

from customer_analytics.tables.store import Tables

ZONE = ZoneInfo("Europe/Berlin")
AS_OF = dt.date(2024, 4, 2)  # the clocks went forward on 31 March 2024
REGIONS = ("North", "South", "Süd's", "上海", None)
CATEGORIES = ("Tea", "Coffee", "50% off", None)
CHANNELS = ("web", "shop", None)
EVENTS = ("view", "add to cart", "search")
MONEY = pa.decimal128(18, 4)
TIME = pa.timestamp("us")

SCHEMAS: dict[str, dict[str, pa.DataType]] = {
    "customers": {
        "customer_id": pa.string(), "signed_up_at": TIME, "gender": pa.string(), "region": pa.string(),
        "birth_year": pa.int64(), "consent": pa.bool_(), "points": pa.float64(),
    },
    "orders": {
        "order_id": pa.string(), "customer_id": pa.string(), "ordered_at": TIME, "status": pa.string(),
        "amount": MONEY, "refund": MONEY, "channel": pa.string(),
    },
    "order_lines": {
        "order_id": pa.string(), "product_id": pa.string(), "category": pa.string(), "quantity": pa.float64(),
        "amount": MONEY,
    },
    "events": {
        "customer_id": pa.string(), "event": pa.string(), "occurred_at": TIME, "device": pa.string(),
    },
    "touches": {
        "campaign_id": pa.string(), "customer_id": pa.string(), "arm": pa.string(), "assigned_at": TIME,
        "sent_at": TIME, "opened_at": TIME,
    },
    "campaigns": {"campaign_id": pa.string(), "name": pa.string()},
    "feedback": {"customer_id": pa.string(), "given_at": TIME, "rating": pa.float64()},
    "ledger": {
        "audience": pa.string(), "campaign_id": pa.string(), "customer_id": pa.string(), "arm": pa.string(),
        "assigned_at": TIME, "assigned_on": pa.date32(), "expires_on": pa.date32(), "current": pa.bool_(),
    },
}  # fmt: skip
Rows = dict[str, list[dict[str, Any]]]


def local(moment: dt.datetime | None) -> dt.datetime | None:
    """The wall clock of the engagement's zone, by Python's own zones."""
    return None if moment is None else moment.replace(tzinfo=dt.UTC).astimezone(ZONE).replace(tzinfo=None)


def make_rows(seed: int) -> Rows:
    """Rows of every table; some customers have none at all, some rows have no customer."""
    draw = random.Random(seed)
    ids = [f"c{number}" for number in range(draw.choice((1, 3, 7, 12)))]
    somebody = [*ids, *ids, "orphan", None]

    def moment(missing: float = 0.0) -> dt.datetime | None:
        """Never after the end of the as-of day; often at midnight, at the change of the clocks, or days back."""
        if draw.random() < missing:
            return None
        day = AS_OF - dt.timedelta(days=draw.choice((0, 1, 2, 3, 6, 7, 29, 30, 31, 61, 62, 89, 90, 364, 365, 366)))
        hour = draw.choice((0, 1, 2, 3, 12, 21, 22, 23))
        wall = dt.datetime.combine(day, dt.time(hour, draw.choice((0, 30, 59)), draw.choice((0, 59))), tzinfo=ZONE)
        return wall.astimezone(dt.UTC).replace(tzinfo=None)

    def money(low: int, high: int) -> Decimal:
        return Decimal(draw.randint(low * 100, high * 100)) / 100

    def some(many: int) -> range:
        return range(draw.randint(0, many))

    rows: Rows = {name: [] for name in SCHEMAS}
    for name in ids[: draw.randint(0, len(ids))] if draw.random() < 0.2 else ids:
        rows["customers"].append(
            {
                "customer_id": name, "signed_up_at": moment(0.3), "gender": draw.choice(("F", "M", None)),
                "region": draw.choice(REGIONS), "birth_year": draw.choice((1950, 1995, 1999, 2000, None)),
                "consent": draw.choice((True, False, None)), "points": draw.choice((0.0, 1.5, 1.5, 20.0, -3.0, None)),
            }
        )  # fmt: skip
    for number in some(40):
        rows["orders"].append(
            {
                "order_id": f"o{number}", "customer_id": draw.choice(somebody), "ordered_at": moment(),
                "status": draw.choice(("paid", "paid", "paid", "unpaid", "cancelled", "refunded", "odd")),
                "amount": draw.choice((money(1, 50), money(-20, 0), Decimal(10), None)),
                "refund": draw.choice((None, None, Decimal(0), Decimal(10), Decimal(-4))),
                "channel": draw.choice(CHANNELS),
            }
        )  # fmt: skip
    for _ in some(80):
        rows["order_lines"].append(
            {
                "order_id": f"o{draw.randint(0, 42)}", "product_id": draw.choice(("p1", "p2", None)),
                "category": draw.choice(CATEGORIES), "quantity": draw.choice((1.0, 2.0, -1.0, None)),
                "amount": draw.choice((money(0, 20), None)),
            }
        )  # fmt: skip
    for _ in some(80):
        rows["events"].append(
            {
                "customer_id": draw.choice(somebody), "event": draw.choice(EVENTS), "occurred_at": moment(),
                "device": draw.choice(("phone", "desktop", None)),
            }
        )  # fmt: skip
    for _ in some(25):
        sent = moment(0.3)
        rows["touches"].append(
            {
                "campaign_id": draw.choice(("k1", "k2")), "customer_id": draw.choice((*ids, "orphan")),
                "arm": draw.choice(("treatment", "control")), "assigned_at": moment(0.2), "sent_at": sent,
                "opened_at": sent if draw.random() < 0.5 else None,
            }
        )  # fmt: skip
    rows["campaigns"] = [{"campaign_id": "k1", "name": "Spring"}, {"campaign_id": "k2", "name": None}]
    for _ in some(15):
        rows["feedback"].append(
            {"customer_id": draw.choice(somebody), "given_at": moment(), "rating": draw.choice((1.0, 3.0, 5.0, None))}
        )
    for name in ids:
        if draw.random() < 0.5:
            day = AS_OF - dt.timedelta(days=draw.choice((0, 10, 100)))
            rows["ledger"].append(
                {
                    "audience": draw.choice(("spring", "autumn")), "campaign_id": draw.choice(("k1", "k9")),
                    "customer_id": name, "arm": draw.choice(("treatment", "control")),
                    "assigned_at": dt.datetime.combine(day, dt.time(12)), "assigned_on": day,
                    "expires_on": draw.choice((None, AS_OF, AS_OF - dt.timedelta(days=1))),
                    "current": draw.random() < 0.7,
                }
            )  # fmt: skip
    return rows


def make_tables(rows: Rows, as_of: dt.date = AS_OF) -> tuple[Tables, Any]:
    """(tables of an engagement, ledger) in a DuckDB of their own; the local days come from Python's own zones."""
    backend = connect()
    made = {}
    moments = [as_of_moment(as_of)]
    for name, types in SCHEMAS.items():
        days = {column: column.removesuffix("_at") + "_on" for column, kind in types.items() if kind == TIME}
        columns: dict[str, Any] = {}
        for column, kind in types.items():
            columns[column] = pa.array([row[column] for row in rows[name]], kind)
            if column in days:
                moments += [row[column] for row in rows[name] if row[column] is not None]
                local_days = [None if row[column] is None else local(row[column]).date() for row in rows[name]]
                columns[days[column]] = pa.array(local_days, pa.date32())
        made[name] = backend.create_table(name, pa.table(columns))
    ledger = made.pop("ledger")
    return Tables(backend, as_of, ZONE, made, min(moments)), ledger


def as_of_moment(as_of: dt.date) -> dt.datetime:
    return dt.datetime.combine(as_of, dt.time(12))
