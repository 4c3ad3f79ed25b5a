"""Clients of one customer or none, and of odd amounts."""

from __future__ import annotations

import pandas as pd

from .registry import BUYING, MONEY, SHOP, case, cut, only_customers
from .small_client import Client, column


@case()
def one_customer(client: Client) -> None:
    """One customer."""
    only_customers(client, {"K0003"})


@case()
def one_order(client: Client) -> None:
    """One order of one customer, and nobody else."""
    only_customers(client, {"K0003"})
    cut(client, "orders", slice(0, 1))
    cut(client, "order_lines", client.tables["order_lines"]["order_id"] == client.tables["orders"]["order_id"][0])


@case()
def no_order(client: Client) -> None:
    """Customers, visits and messages, but no order and no line: the files hold a header only."""
    cut(client, "orders", slice(0, 0))
    cut(client, "order_lines", slice(0, 0))


@case()
def header_only_everywhere(client: Client) -> None:
    """Every file has a header and no row."""
    for name in client.tables:
        cut(client, name, slice(0, 0))


@case(("data_audit", "rfm", "retention", "churn", "personas"), ("customers", "orders"))
def nine_customers(client: Client) -> None:
    """Nine customers, fewer than the minimum group."""
    only_customers(client, {f"K{n:04d}" for n in range(9)})


@case((*MONEY, "basket_rules", "personas"), (*SHOP, "campaigns", "touches"))
def all_refunded(client: Client) -> None:
    """Every order is refunded in full."""
    column(client, "orders", "refund", client.tables["orders"]["amount"])


@case((*MONEY, "basket_rules"), (*SHOP, "campaigns", "touches"))
def all_status_refunded(client: Client) -> None:
    """Every order has the status refunded."""
    column(client, "orders", "status", "refunded")


@case((*MONEY, "personas", "basket_rules"), (*SHOP, "campaigns", "touches"))
def all_the_same_value(client: Client) -> None:
    """Every order is of the same amount, every line too."""
    column(client, "orders", "amount", "20.00")
    column(client, "order_lines", "amount", "20.00")


@case((*MONEY, "personas", "basket_rules"), (*SHOP, "campaigns", "touches"))
def all_zero(client: Client) -> None:
    """Every amount is zero."""
    for table in ("orders", "order_lines"):
        column(client, table, "amount", "0.00")
    column(client, "order_lines", "unit_price", "0.00")
    column(client, "orders", "refund", "0.00")


@case((*MONEY, "personas", "basket_rules"), (*SHOP, "campaigns", "touches"))
def all_negative(client: Client) -> None:
    """Every amount is negative."""
    for table in ("orders", "order_lines"):
        column(client, table, "amount", "-" + client.tables[table]["amount"].astype(str))


@case(MONEY, ("customers", "orders", "campaigns", "touches"))
def huge_money(client: Client) -> None:
    """Amounts about ten to the twelfth power, as in a weak currency, one of them near the largest that fits."""
    amounts = (client.tables["orders"]["amount"].astype(float) * 1e10).map("{:.2f}".format)
    amounts[5] = "10000000000000.00"
    column(client, "orders", "amount", amounts)
    column(client, "orders", "refund", "0")
    client.settings["currency"] = "IDR"


@case(MONEY, ("customers", "orders", "campaigns", "touches"))
def tiny_money(client: Client) -> None:
    """Amounts of a tenth of a cent."""
    column(client, "orders", "amount", "0.001")
    column(client, "orders", "refund", "0")


@case(MONEY, ("customers", "orders", "campaigns", "touches"))
def one_customer_with_most_money(client: Client) -> None:
    """One customer has more than 90 % of the revenue."""
    orders = client.tables["orders"]
    amounts = orders["amount"].astype(float).where(orders["customer_id"] != "K0001", 50_000)
    column(client, "orders", "amount", amounts)


@case(MONEY, ("customers", "orders", "campaigns", "touches"))
def two_currencies(client: Client) -> None:
    """Half of the orders are in another currency, in an attribute of the client's own."""
    column(
        client,
        "orders",
        "own currency",
        ["EUR", "USD"] * (len(client.tables["orders"]) // 2) + ["EUR"] * (len(client.tables["orders"]) % 2),
    )


@case((*MONEY, "basket_rules"), (*SHOP, "campaigns", "touches"))
def every_order_twice(client: Client) -> None:
    """Every row of orders and lines is there twice."""
    for table in ("orders", "order_lines"):
        client.tables[table] = pd.concat([client.tables[table]] * 2, ignore_index=True)


@case(BUYING, SHOP)
def refunds_beyond_payments(client: Client) -> None:
    """Refunds exceed what was paid for every third customer."""
    orders = client.tables["orders"]
    third = orders["customer_id"].str[-1].isin(["0", "3", "6"])
    column(client, "orders", "refund", (orders["amount"].astype(float) * 2).where(third, 0).map("{:.2f}".format))
