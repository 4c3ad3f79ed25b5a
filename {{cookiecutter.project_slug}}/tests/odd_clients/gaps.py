"""Each optional column empty in turn, all of a table at once, and each table missing."""

from __future__ import annotations

from customer_analytics.schema import SCHEMAS

from .registry import ALL, CASES, SENT, SHOP, Case, Change
from .small_client import Client, column, small_client

# Which reports read a table, so which meet its gaps.
READERS = {
    "customers": ("data_audit", "personas", "retention", "churn"),
    "orders": ("data_audit", "rfm", "retention", "churn", "campaign_evaluation"),
    "order_lines": ("data_audit", "basket_rules"),
    "events": ("data_audit", "funnel", "retention", "churn"),
    "campaigns": ("campaign_evaluation",),
    "touches": ("campaign_evaluation",),
    "spend": ("campaign_evaluation",),
    "feedback": ("data_audit", "personas"),
    "identities": ("data_audit",),
    "products": ("basket_rules",),
    "subscriptions": ("data_audit", "retention", "churn"),
    "channel_paths": ("campaign_evaluation",),
}
BESIDE = {
    "campaigns": SENT,
    "touches": SENT,
    "spend": (*SENT, "spend", "events"),
    "feedback": ("customers", "orders", "feedback"),
    "products": SHOP,
    "order_lines": SHOP,
    "identities": ("customers", "orders", "identities"),
    "events": ("customers", "events"),
    "orders": SENT,
    "customers": ("customers", "orders"),
    "subscriptions": ("subscriptions",),
    "channel_paths": ("channel_paths",),
}


def _empty(table: str, names: tuple[str, ...]) -> Change:
    def change(client: Client) -> None:
        for name in names:
            column(client, table, name, None)

    return change


def _lacking(table: str) -> Change:
    def change(client: Client) -> None:
        del client.tables[table]

    return change


def _add_gaps() -> None:
    for table, rows in small_client().tables.items():
        needed = {each.name for each in SCHEMAS[table].columns if each.required}
        optional = tuple(name for name in rows.columns if name not in needed)
        gaps = {f"empty_{table}_{name}": (name,) for name in optional} | {f"empty_{table}": optional}
        for name, columns in gaps.items():
            what = (
                f"`{columns[0]}` of `{table}` is empty."
                if len(columns) == 1
                else f"Every optional column of `{table}` is empty."
            )
            CASES[name] = Case(name, _empty(table, columns), READERS[table], BESIDE[table], what)
        name = f"without_{table}"
        CASES[name] = Case(name, _lacking(table), ALL, (), f"There is no table `{table}`.")


_add_gaps()
