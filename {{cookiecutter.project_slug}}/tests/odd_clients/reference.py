"""The headline numbers of a client worked out by hand from its exports: a second route to what the reports say.

Nothing here uses the package. The rules are those of the method notes: what an order brings, who counts, when a window
is over. Times in the exports are wall-clock times of the client.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pandas as pd

from .small_client import Client

Numbers = dict[str, float | int | None]


def audit_numbers(client: Client) -> Numbers:
    """Customers, orders and revenue of the data audit: everything up to the last day that counts."""
    orders = _until(client, "orders", "ordered_at")
    people: set[str] = set()
    for table, time in (("orders", "ordered_at"), ("events", "occurred_at"), ("touches", "assigned_at")):
        people = people or {each for each in _until(client, table, time).get("customer_id", []) if not _empty(each)}
    amounts = [Decimal(str(each)) for each in orders.get("amount", []) if not _empty(each)]
    return {
        "customers": len(people),
        "orders": len(set(orders["order_id"])) if len(orders) else 0,
        "revenue": float(sum(amounts)),
    }


def value_numbers(client: Client) -> Numbers:
    """RFM: orders that count, what they brought net of refunds, by customers with one at least."""
    paid, net, days = defaultdict(int), defaultdict(Decimal), defaultdict(set)
    for order in _until(client, "orders", "ordered_at").to_dict("records"):
        if _empty(order.get("customer_id")):
            continue
        brought = net_of(order)
        net[order["customer_id"]] += brought
        if brought > 0 and Decimal(str(order["amount"])) > 0:
            paid[order["customer_id"]] += 1
            days[order["customer_id"]].add(order["ordered_at"].date())
    buyers = [each for each, count in paid.items() if count]
    total = sum(net[each] for each in buyers)
    return {
        "customers": len(buyers),
        "orders": sum(paid.values()),
        "revenue": float(total),
        "purchase_days": sum(len(days[each]) for each in buyers),
        "one_time_share": sum(len(days[each]) == 1 for each in buyers) / len(buyers) if buyers else None,
        "customers_negative": sum(net[each] < 0 for each in buyers),
    }


def net_of(order: dict[str, Any]) -> Decimal:
    """What one order brought."""
    if _empty(order.get("amount")):
        return Decimal(0)
    amount = Decimal(str(order["amount"]))
    status = str(order.get("status") or "").strip().lower()
    if amount < 0:
        return Decimal(0) if status == "unpaid" else amount
    known = status in ("paid", "unpaid", "cancelled", "refunded")
    paid = status in ("paid", "refunded") if known else not ("paid_at" in order and _empty(order["paid_at"]))
    if not paid:
        return Decimal(0)
    refund = Decimal(0) if _empty(order.get("refund")) else abs(Decimal(str(order["refund"])))
    if status == "refunded" and not refund:
        return Decimal(0)
    return amount - refund


def basket_numbers(client: Client) -> Numbers:
    """Baskets and products of the order lines."""
    lines = client.tables["order_lines"]
    sold = zip(lines["quantity"], lines["amount"], strict=True)
    bought = lines[[float(quantity) > 0 and float(amount) >= 0 for quantity, amount in sold]]
    if "orders" in client.tables and len(client.tables["orders"]):
        bought = bought[bought["order_id"].isin(set(client.tables["orders"]["order_id"]))]
    sizes = bought.groupby("order_id")["product_id"].nunique()
    usual = bought[bought["order_id"].isin(sizes.index[sizes <= _largest_usual(sizes)])]
    return {"baskets": usual["order_id"].nunique(), "items": usual["product_id"].nunique()}


def _largest_usual(sizes: pd.Series) -> int:
    """The most products of a basket that counts: ten times what nine of ten baskets do not exceed, at least fifty."""
    enough = sorted(sizes)[max(0, math.ceil(0.9 * len(sizes)) - 1)] if len(sizes) else 0
    return max(50, 10 * int(enough))


def arm_numbers(client: Client, window_days: int) -> Numbers:
    """Customers of each arm who are in no other of the campaign; those of them who bought within the window."""
    touches = _until(client, "touches", "assigned_at")
    orders = _until(client, "orders", "ordered_at")
    bought = defaultdict(list)
    for order in orders.to_dict("records"):
        if net_of(order) > 0:
            bought[order["customer_id"]].append(order["ordered_at"])
    numbers: Numbers = {}
    for campaign, rows in touches.groupby("campaign_id"):
        arms = rows.groupby("customer_id")["arm"].agg(set)
        for arm in sorted(set(rows["arm"])):
            people = [each for each, own in arms.items() if own == {arm}]
            start = rows.groupby("customer_id")["assigned_at"].min()
            answered = sum(
                any(start[each] <= when < start[each] + dt.timedelta(days=window_days) for when in bought[each])
                for each in people
            )
            numbers[f"arm.{campaign}.{arm}.n"] = len(people)
            numbers[f"mean.{campaign}.{arm}.converted"] = answered / len(people) if people else None
    return numbers


def return_numbers(client: Client) -> Numbers:
    """People followed, their monthly cohorts, and who was back the month after the first, of months that are over."""
    days: dict[str, set[dt.date]] = defaultdict(set)
    for order in _until(client, "orders", "ordered_at").to_dict("records"):
        if not _empty(order["customer_id"]):
            days[order["customer_id"]].add(order["ordered_at"].date())
    end = last_day(client) + dt.timedelta(days=1)
    eligible = back = 0
    for own in days.values():
        first = _month(min(own))
        if first + 1 < _month(end):
            eligible += 1
            back += any(_month(day) == first + 1 for day in own)
    return {"people": len(days), "period_1.bounded": back / eligible if eligible else None}


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month


def agreed_buyers(client: Client) -> set[str]:
    """Customers with a purchase who agreed to be contacted."""
    agreed = client.tables["customers"]
    wanted = set(agreed.loc[agreed["consent"] == "true", "customer_id"])
    orders = _until(client, "orders", "ordered_at").to_dict("records")
    return wanted & {each["customer_id"] for each in orders if net_of(each) > 0 and Decimal(str(each["amount"])) > 0}


def last_day(client: Client) -> dt.date:
    """The last day that counts: as the settings say, else the last one in orders, lines and events."""
    if client.settings.get("as_of"):
        return client.settings["as_of"]
    today = dt.date.today()
    days = [
        each.date()
        for table, column in (("orders", "ordered_at"), ("order_lines", "ordered_at"), ("events", "occurred_at"))
        for each in client.tables.get(table, {}).get(column, [])
        if not _empty(each) and each.date() <= today
    ]
    return max(days)


def _until(client: Client, table: str, time: str) -> pd.DataFrame:
    rows = client.tables.get(table)
    if rows is None or not len(rows):
        return pd.DataFrame()
    last = last_day(client)
    return rows[[_empty(each) or each.date() <= last for each in rows[time]]]


def _empty(value: Any) -> bool:
    return value is None or value == "" or bool(pd.isna(value))
