"""A small client with every table in order, which each odd client then spoils in one way."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from customer_analytics.engagement import Project

FIRST = dt.date(2023, 5, 1)
LAST = dt.date(2024, 6, 30)
DAYS = (LAST - FIRST).days
CUSTOMERS = 150
PRODUCTS = 12
CAMPAIGNS = {"M1": dt.date(2024, 2, 1), "M2": dt.date(2024, 4, 1), "M3": dt.date(2024, 5, 20)}
SETTINGS = {
    "client": "Odd Client",
    "consultancy": "Example Analytics",
    "language": "en",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "industry": "retail",
    "minimum_group": 5,
}


@dataclass
class Client:
    """The exports of a client, table -> rows of text, and what differs in its engagement.yml."""

    tables: dict[str, pd.DataFrame]
    settings: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)  # table -> further keys of its source

    def write(self, folder: Path) -> Project:
        """The project's folder, ready to be loaded."""
        raw = folder / "data" / "raw"
        raw.mkdir(parents=True)
        sources = []
        for name, rows in self.tables.items():
            rows.to_csv(raw / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
            columns = {column: column for column in rows.columns if not column.startswith("own ")}
            sources.append(
                {"table": name, "files": f"data/raw/{name}.csv", "columns": columns, **self.sources.get(name, {})}
            )
        text = yaml.safe_dump({**SETTINGS, **self.settings, "sources": sources}, allow_unicode=True, sort_keys=False)
        (folder / "engagement.yml").write_text(text, encoding="utf-8")
        return Project.find(folder)


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as text, missing values as empty cells."""
    return pd.DataFrame(rows, dtype=object)


def small_client(seed: int = 11) -> Client:
    """Every table, no fault: people who buy about monthly, see pages before, get three campaigns, hold contracts."""
    chance = random.Random(seed)
    people = [f"K{number:04d}" for number in range(CUSTOMERS)]
    orders, lines = _orders(chance, people)
    tables = {
        "customers": _customers(chance, people),
        "orders": orders,
        "order_lines": lines,
        "events": _events(chance, orders, people),
        "campaigns": _campaigns(),
        "touches": _touches(chance, people),
        "spend": _spend(chance),
        "feedback": _feedback(chance, orders),
        "identities": frame(
            [{"customer_id": each, "kind": "email", "value": f"{each.lower()}@example.com"} for each in people]
        ),
        "products": frame(
            [
                {"product_id": f"P{n:02d}", "name": f"Thing {n}", "category": f"Kind {n % 3}", "margin": 0.3}
                for n in range(PRODUCTS)
            ]
        ),
        "subscriptions": _subscriptions(chance, people[: CUSTOMERS // 2]),
        "channel_paths": frame(
            [
                {"path": "search > email", "conversions": 30, "value": 900, "nulls": 200},
                {"path": "search", "conversions": 22, "value": 610, "nulls": 340},
                {"path": "social > search > email", "conversions": 9, "value": 330, "nulls": 80},
            ]
        ),
    }
    return Client(tables)


def moment(day: dt.date, chance: random.Random) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(chance.randint(8, 21), chance.randint(0, 59), chance.randint(0, 59)))


def _customers(chance: random.Random, people: list[str]) -> pd.DataFrame:
    return frame(
        [
            {
                "customer_id": each,
                "signed_up_at": moment(FIRST + dt.timedelta(days=chance.randint(0, 200)), chance),
                "acquisition_channel": chance.choice(["search", "social", "email"]),
                "acquisition_campaign": chance.choice(["spring", "autumn"]),
                "gender": chance.choice(["f", "m"]),
                "birth_year": chance.randint(1950, 2004),
                "region": chance.choice(["North", "South", "West"]),
                "city": chance.choice(["Aba", "Beba"]),
                "occupation": chance.choice(["clerk", "nurse", "smith"]),
                "income_band": chance.choice(["low", "high"]),
                "consent": chance.choice(["true", "true", "true", "false"]),
            }
            for each in people
        ]
    )


def _orders(chance: random.Random, people: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    orders, lines = [], []
    for person in people:
        day, gap, left = chance.randint(0, 200), chance.choice([15, 30, 60]), chance.choice([90, 250, 900])
        end = day + left
        while day < min(DAYS, end):
            number = f"A{len(orders):05d}"
            when = moment(FIRST + dt.timedelta(days=day), chance)
            total = 0.0
            for product in chance.sample(range(PRODUCTS), chance.randint(1, 4)):
                price, quantity = 5 + product, chance.randint(1, 3)
                total += price * quantity
                lines.append(
                    {
                        "order_id": number,
                        "customer_id": person,
                        "ordered_at": when,
                        "product_id": f"P{product:02d}",
                        "product_name": f"Thing {product}",
                        "category": f"Kind {product % 3}",
                        "quantity": quantity,
                        "unit_price": f"{price:.2f}",
                        "amount": f"{price * quantity:.2f}",
                        "cost": f"{price * quantity * 0.7:.2f}",
                    }
                )
            discount = chance.choice([0, 0, 0, 2])
            orders.append(
                {
                    "order_id": number,
                    "customer_id": person,
                    "ordered_at": when,
                    "paid_at": when + dt.timedelta(minutes=3),
                    "status": "paid",
                    "amount": f"{total - discount:.2f}",
                    "discount": f"{discount:.2f}",
                    "refund": f"{total - discount:.2f}" if chance.random() < 0.03 else "0.00",
                    "channel": chance.choice(["web", "app"]),
                    "payment_method": chance.choice(["card", "cash"]),
                    "store": chance.choice(["East", "Main"]),
                }
            )
            day += max(1, round(chance.expovariate(1 / gap)))
    return frame(orders), frame(lines)


def _events(chance: random.Random, orders: pd.DataFrame, people: list[str]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []

    def visit(person: str, start: dt.datetime, steps: list[str]) -> None:
        session = f"S{len(rows)}"
        channel, device = chance.choice(["search", "social", "email", "direct"]), chance.choice(["phone", "desktop"])
        for minute, step in enumerate(steps):
            rows.append(
                {
                    "customer_id": person,
                    "visitor_id": f"V{person}",
                    "event": step,
                    "occurred_at": start + dt.timedelta(minutes=minute),
                    "session_id": session,
                    "page": f"/{step}",
                    "element": "button",
                    "product_id": "P01",
                    "channel": channel,
                    "device": device,
                    "properties": "{}",
                }
            )

    steps = ["view_item", "add_to_cart", "purchase"]
    for order in orders.itertuples():
        visit(order.customer_id, order.ordered_at - dt.timedelta(minutes=3), steps)
    for _ in range(700):
        day = FIRST + dt.timedelta(days=chance.randint(0, DAYS - 1))
        visit(chance.choice(people), moment(day, chance), steps[: chance.choice([1, 1, 2])])
    return frame(rows)


def _campaigns() -> pd.DataFrame:
    return frame(
        [
            {
                "campaign_id": number,
                "name": f"Mailing {number}",
                "channel": "email",
                "offer": "10% off" if number == "M1" else "none",
                "started_at": day,
                "ended_at": day + dt.timedelta(days=14),
                "cost": "50.00",
            }
            for number, day in CAMPAIGNS.items()
        ]
    )


def _touches(chance: random.Random, people: list[str]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for number, day in CAMPAIGNS.items():
        for person in people:
            arm = "treatment" if chance.random() < 0.5 else "control"
            sent = moment(day, chance) if arm == "treatment" else None
            seen = sent if sent and chance.random() < 0.5 else None
            rows.append(
                {
                    "campaign_id": number,
                    "customer_id": person,
                    "arm": arm,
                    "assigned_at": dt.datetime.combine(day, dt.time(7)),
                    "sent_at": sent,
                    "delivered_at": sent and sent + dt.timedelta(seconds=20),
                    "opened_at": seen and seen + dt.timedelta(hours=1),
                    "clicked_at": seen + dt.timedelta(hours=2) if seen and chance.random() < 0.4 else None,
                    "unsubscribed_at": seen + dt.timedelta(hours=3) if seen and chance.random() < 0.05 else None,
                }
            )
    return frame(rows)


def _spend(chance: random.Random) -> pd.DataFrame:
    return frame(
        [
            {
                "day": FIRST + dt.timedelta(days=day),
                "channel": channel,
                "campaign_id": None,
                "impressions": 1000,
                "clicks": chance.randint(5, 40),
                "cost": f"{chance.uniform(1, 9):.2f}",
            }
            for day in range(0, DAYS, 3)
            for channel in ("search", "social")
        ]
    )


def _feedback(chance: random.Random, orders: pd.DataFrame) -> pd.DataFrame:
    words = ["very good, fast", "too slow and broken", "fine", "late parcel, rude answer", "great price"]
    return frame(
        [
            {
                "customer_id": order.customer_id,
                "product_id": "P02",
                "given_at": order.ordered_at + dt.timedelta(days=2),
                "rating": chance.randint(1, 5),
                "text": chance.choice(words),
                "topic": chance.choice(["parcel", "price"]),
            }
            for order in orders.itertuples()
            if chance.random() < 0.15 and order.ordered_at.date() < LAST - dt.timedelta(days=4)
        ]
    )


def _subscriptions(chance: random.Random, people: list[str]) -> pd.DataFrame:
    rows = []
    for person in people:
        start = FIRST + dt.timedelta(days=chance.randint(0, 300))
        end = start + dt.timedelta(days=round(chance.expovariate(1 / 200)) + 1)
        plan = chance.choice(["basic", "plus"])
        rows.append(
            {
                "customer_id": person,
                "plan": plan,
                "started_at": start,
                "ended_at": end if end <= LAST else None,
                "price": "9.90" if plan == "basic" else "19.90",
            }
        )
    return frame(rows)


def column(client: Client, table: str, name: str, values: Any) -> None:
    """Set a column of a table to one value, or to a list of values."""
    client.tables[table] = client.tables[table].assign(**{name: values})


Tables = Mapping[str, pd.DataFrame]
