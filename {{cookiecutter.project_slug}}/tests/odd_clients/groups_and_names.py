"""Clients who are all alike or all different, and names that are no words."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from .registry import ALL, case
from .small_client import FIRST, Client, column


@case(("data_audit", "rfm", "retention", "personas", "churn"), ("customers", "orders"))
def everybody_alike(client: Client) -> None:
    """Every customer buys the same on the same days and has the same attributes: one segment."""
    people = client.tables["customers"]["customer_id"]
    model = client.tables["orders"].iloc[0]
    days = [FIRST + dt.timedelta(days=30 * k) for k in range(14)]
    client.tables["orders"] = pd.DataFrame(
        [
            {
                **model,
                "order_id": f"{p}{k}",
                "customer_id": p,
                "ordered_at": dt.datetime.combine(d, dt.time(10)),
                "paid_at": dt.datetime.combine(d, dt.time(10)),
                "refund": "0",
            }
            for p in people
            for k, d in enumerate(days)
        ]
    )
    for name in client.tables["customers"].columns.drop("customer_id"):
        column(client, "customers", name, [client.tables["customers"][name].iloc[0]] * len(people))


@case(("personas", "churn", "retention"), ("customers", "orders"))
def everybody_different(client: Client) -> None:
    """Every attribute has another value for each customer."""
    people = list(client.tables["customers"]["customer_id"])
    for name in (
        "acquisition_channel",
        "acquisition_campaign",
        "gender",
        "region",
        "city",
        "occupation",
        "income_band",
    ):
        column(client, "customers", name, [f"{name} of {each}" for each in people])


HOSTILE = [
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{}",
    "{name}",
    "%s %d",
    "../../etc/passwd",
    "C:\\CON",
    "\u202eevil\u202c",
    "👩‍👩‍👧",
    "𠮷野家",
    "a\nb",
    'O\'Neil "Q"',
    "-1+1",
    "@SUM(A1)",
    "NULL",
    "nan",
    "None",
    "x" * 10_000,
    "&amp;",
    " lead ",
    "1e5",
    "$x^2$",
    "**bold**",
]


NAMED = {
    "customers": ("acquisition_channel", "acquisition_campaign", "gender", "region", "city", "occupation"),
    "orders": ("channel", "payment_method", "store"),
    "order_lines": ("product_name", "category"),
    "events": ("channel", "device", "page", "element"),
    "campaigns": ("name", "channel", "offer"),
    "spend": ("channel",),
    "feedback": ("text", "topic"),
    "products": ("name", "category"),
    "subscriptions": ("plan",),
}


def _hostile_names(client: Client) -> None:
    for table, names in NAMED.items():
        for name in names:
            values = [str(each) for each in client.tables[table][name]]
            if table in ("customers", "events", "feedback"):  # of few values many, so that each of ours occurs
                values = [f"{each} {n % 23}" for n, each in enumerate(values)]
            ours = {each: HOSTILE[k % len(HOSTILE)] for k, each in enumerate(dict.fromkeys(values))}
            column(client, table, name, [ours[each] for each in values])


@case(ALL, own_words=True)
def hostile_names(client: Client) -> None:
    """Names are formulas, markup, paths, placeholders, emoji, right-to-left marks, ten thousand letters."""
    _hostile_names(client)


@case(ALL, own_words=True)
def hostile_names_in_chinese(client: Client) -> None:
    """The same names in a Chinese report."""
    _hostile_names(client)
    client.settings |= {"language": "zh_CN", "currency": "CNY", "time_zone": "Asia/Shanghai"}


@case(ALL, own_words=True)
def hostile_ids(client: Client) -> None:
    """Ids of customers, orders, products and campaigns are formulas, markup, paths and placeholders."""
    for table, rows in client.tables.items():
        for name in ("customer_id", "order_id", "product_id", "campaign_id"):
            if name in rows:
                changed = [
                    None if pd.isna(each) else HOSTILE[int(str(each)[1:]) % len(HOSTILE)][:200] + str(each)
                    for each in rows[name]
                ]
                column(client, table, name, changed)
