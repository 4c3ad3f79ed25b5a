"""Clients whose times are odd: one day, fifteen years, the future, the date line."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from .registry import ALL, case
from .small_client import FIRST, LAST, Client, column


@case(ALL)
def all_on_one_day(client: Client) -> None:
    """Everything happens within one day."""
    for table, rows in client.tables.items():
        for name in rows.columns:
            if name.endswith("_at") and name not in ("ended_at",):
                moved = [
                    each
                    if pd.isna(each)
                    else dt.datetime.combine(LAST, each.time())
                    if isinstance(each, dt.datetime)
                    else LAST
                    for each in rows[name]
                ]
                column(client, table, name, moved)
    column(client, "spend", "day", LAST)
    column(client, "subscriptions", "ended_at", None)


@case(("data_audit", "rfm", "retention", "churn", "funnel"), ("customers", "orders", "events"))
def one_week(client: Client) -> None:
    """A history of one week."""
    for table, name in (("orders", "ordered_at"), ("events", "occurred_at"), ("customers", "signed_up_at")):
        times = client.tables[table][name]
        column(
            client,
            table,
            name,
            [dt.datetime.combine(LAST - dt.timedelta(days=each.toordinal() % 7), each.time()) for each in times],
        )
    column(client, "orders", "paid_at", client.tables["orders"]["ordered_at"])


@case(("data_audit", "rfm", "retention", "churn", "personas"), ("customers", "orders"))
def fifteen_years_with_a_gap(client: Client) -> None:
    """Fifteen years of orders with three years of nothing in the middle."""

    def stretched(each: dt.datetime) -> dt.datetime:
        days = (each.date() - FIRST).days * 13
        day = LAST - dt.timedelta(days=425 * 13 - days)
        return dt.datetime.combine(day - dt.timedelta(days=3 * 365) if day.year < 2016 else day, each.time())

    for table in ("orders", "customers"):
        name = "ordered_at" if table == "orders" else "signed_up_at"
        column(client, table, name, [stretched(each) for each in client.tables[table][name]])
    column(client, "orders", "paid_at", client.tables["orders"]["ordered_at"])


@case(("data_audit", "rfm", "retention", "churn", "funnel"), ("customers", "orders", "events"))
def future(client: Client) -> None:
    """A tenth of the orders and visits lie after the as-of date."""
    client.settings["as_of"] = dt.date(2024, 5, 31)


@case(("data_audit", "rfm", "retention", "churn"), ("customers", "orders"))
def one_order_in_2099(client: Client) -> None:
    """One order is dated 2099, a slip of the keyboard; the as-of date is not set."""
    times = list(client.tables["orders"]["ordered_at"])
    times[7] = dt.datetime(2099, 1, 1, 12)
    column(client, "orders", "ordered_at", times)


@case(("data_audit", "rfm", "retention", "churn"), ("customers", "orders"))
def as_of_before_everything(client: Client) -> None:
    """The as-of date lies before the first order."""
    client.settings["as_of"] = dt.date(2020, 1, 1)


@case(("rfm", "retention", "funnel"), ("customers", "orders", "events"))
def date_line_east(client: Client) -> None:
    """The client is at UTC+14, and everything happens near midnight."""
    _near_midnight(client)
    client.settings["time_zone"] = "Pacific/Kiritimati"


@case(("rfm", "retention", "funnel"), ("customers", "orders", "events"))
def date_line_west(client: Client) -> None:
    """The client is at UTC-11, and everything happens near midnight."""
    _near_midnight(client)
    client.settings["time_zone"] = "Pacific/Pago_Pago"


def _near_midnight(client: Client) -> None:
    for table, name in (("orders", "ordered_at"), ("events", "occurred_at")):
        times = client.tables[table][name]
        column(
            client,
            table,
            name,
            [each.replace(hour=23 if each.day % 2 else 0, minute=59 if each.day % 2 else 0) for each in times],
        )
    column(client, "orders", "paid_at", client.tables["orders"]["ordered_at"])


@case(("rfm", "retention"), ("customers", "orders"))
def leap_day(client: Client) -> None:
    """Every customer also buys on 29 February, which is the last day."""
    extra = client.tables["orders"].drop_duplicates("customer_id").copy()
    extra["order_id"] = "L" + extra["order_id"]
    extra["ordered_at"] = extra["paid_at"] = dt.datetime(2024, 2, 29, 23, 59, 59)
    orders = pd.concat([client.tables["orders"], extra], ignore_index=True)
    client.tables["orders"] = orders[[each < dt.datetime(2024, 3, 1) for each in orders["ordered_at"]]].reset_index(
        drop=True
    )
    client.tables["customers"]["birth_year"] = 2004


@case(("data_audit", "churn", "retention", "personas"), ("customers", "orders"))
def signed_up_after_orders(client: Client) -> None:
    """Everybody registered long after the first order."""
    column(client, "customers", "signed_up_at", dt.datetime.combine(LAST, dt.time(9)))
