"""Clients with one table only, with keys that meet nothing, with odd products."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from .registry import ALL, BUYING, SHOP, case
from .small_client import Client, column


@case(ALL, ("subscriptions",))
def only_contracts(client: Client) -> None:
    """Contracts are all that there is."""


@case(("data_audit", "retention", "churn"), ("subscriptions",))
def contracts_that_all_ended(client: Client) -> None:
    """Every contract has ended, some on the day they began."""
    column(
        client,
        "subscriptions",
        "ended_at",
        [start + dt.timedelta(days=n % 40) for n, start in enumerate(client.tables["subscriptions"]["started_at"])],
    )


@case(("data_audit", "funnel", "retention", "churn", "personas"), ("events",))
def only_events(client: Client) -> None:
    """Visits are all that there is."""


@case(("data_audit", "funnel", "retention"), ("events",))
def only_visitors(client: Client) -> None:
    """Visits of nobody known."""
    client.tables["events"] = client.tables["events"].drop(columns="customer_id")


@case(("data_audit", "campaign_evaluation"), ("channel_paths",))
def only_channel_paths(client: Client) -> None:
    """Ready-made channel paths are all that there is."""


@case(("data_audit", "personas"), ("customers",))
def only_customers_table(client: Client) -> None:
    """A list of customers is all that there is."""


@case(("data_audit", "basket_rules"), ("products",))
def only_products(client: Client) -> None:
    """A list of products is all that there is."""


@case(("data_audit", "campaign_evaluation", "personas"), ("touches",))
def only_touches(client: Client) -> None:
    """Messages are all that there is."""


@case(("data_audit", "personas"), ("feedback",))
def only_feedback(client: Client) -> None:
    """Reviews are all that there is."""


@case(("data_audit", "campaign_evaluation"), ("spend",))
def only_spend(client: Client) -> None:
    """Spend is all that there is."""


@case(BUYING, ("order_lines",))
def lines_without_customers(client: Client) -> None:
    """Order lines without any customer."""
    client.tables["order_lines"] = client.tables["order_lines"].drop(columns="customer_id")


@case(ALL)
def orphans_everywhere(client: Client) -> None:
    """No key is found in its parent."""
    for table in ("events", "touches", "feedback", "identities", "subscriptions"):
        column(client, table, "customer_id", "X" + client.tables[table]["customer_id"])
    column(client, "customers", "customer_id", "Y" + client.tables["customers"]["customer_id"])
    column(client, "order_lines", "product_id", "Q" + client.tables["order_lines"]["product_id"])
    column(client, "order_lines", "order_id", "Z" + client.tables["order_lines"]["order_id"])
    column(client, "touches", "campaign_id", "N" + client.tables["touches"]["campaign_id"])


@case(("basket_rules",), SHOP)
def one_product(client: Client) -> None:
    """One product only."""
    for name, value in (("product_id", "P01"), ("product_name", "Thing"), ("category", "Kind")):
        column(client, "order_lines", name, value)


@case(("basket_rules", "data_audit"), SHOP)
def every_product_once(client: Client) -> None:
    """More than three thousand products, each sold once."""
    n = len(client.tables["order_lines"])
    column(client, "order_lines", "product_id", [f"U{k}" for k in range(n)])
    column(client, "order_lines", "product_name", [f"Unique {k}" for k in range(n)])


@case(("basket_rules", "rfm"), SHOP)
def one_huge_basket(client: Client) -> None:
    """One order holds three thousand products."""
    lines = client.tables["order_lines"]
    more = pd.concat([lines.iloc[[0]]] * 3000, ignore_index=True)
    more["product_id"] = [f"B{k}" for k in range(3000)]
    more["product_name"] = [f"Bulk {k}" for k in range(3000)]
    client.tables["order_lines"] = pd.concat([lines, more], ignore_index=True)


@case(("basket_rules", "rfm"), SHOP)
def quantities_zero_and_negative(client: Client) -> None:
    """Quantities of zero, of minus one and of a million."""
    n = len(client.tables["order_lines"])
    column(client, "order_lines", "quantity", [[0, -1, 1_000_000, 1][k % 4] for k in range(n)])
