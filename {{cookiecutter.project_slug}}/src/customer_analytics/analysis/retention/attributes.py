"""What is known of each person from the start: channel, campaign, region, device, store, first product.

A value that can change (the channel of a visit, the store of an order) is taken where the person first shows it, so
that a group never depends on how long its people stayed. Of several values at the same moment the first in the
alphabet counts: the choice must not depend on the order of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.rfm.payments import MONEY
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.analysis.stream.person_days import has_events, has_orders, order_rows
from customer_analytics.tables.store import Tables

OF_CUSTOMERS = {"channel": "acquisition_channel", "campaign": "acquisition_campaign", "region": "region"}
NAMES = ("channel", "campaign", "region", "device", "store", "first_category", "first_product")
_NEVER = ("customer_id", "account_id", "signed_up_at", "signed_up_on")


def group_columns(tables: Tables) -> list[str]:
    """The names that people can be compared by: the usual ones that the data hold, and all columns of customers."""
    usual = [name for name in NAMES if _has(tables, name)]
    if not tables.has("customers", "customer_id"):
        return usual
    taken = {*_NEVER, *OF_CUSTOMERS.values()}
    return usual + [name for name in tables["customers"].columns if name not in taken and name not in usual]


def attribute_tables(tables: Tables, groups: Sequence[str]) -> tuple[tuple[str, ...], list[ir.Table]]:
    """Names of the attributes, and tables of person_id with them; `groups`: the asked names, empty: the usual ones."""
    usual = [name for name in NAMES if _has(tables, name)]
    names = tuple(dict.fromkeys(groups)) or tuple(usual)
    parts = []
    own = {name: OF_CUSTOMERS.get(name, name) for name in names if _of_customers(tables, name)}
    if own:
        listed = of_customers(tables, own)
        parts.append(listed.mutate(**{name: listed[name].cast("string") for name in own}))
    for name in names:
        if name not in own:
            part = _first_seen(tables, name)
            if part is not None:
                parts.append(part)
    return names, parts


def of_customers(tables: Tables, columns: Mapping[str, str]) -> ir.Table:
    """person_id and these columns of customers (our name: the column's), one row a customer.

    A customer who is listed twice has the first value in the alphabet: no person may count twice.
    """
    customers = tables["customers"]
    rows = customers.select(
        person_id=customers.customer_id.cast("string"), **{name: customers[column] for name, column in columns.items()}
    )
    return rows.group_by("person_id").aggregate(**{name: rows[name].min() for name in columns})


def _of_customers(tables: Tables, name: str) -> bool:
    return tables.has("customers", "customer_id", OF_CUSTOMERS.get(name, name))


def _has(tables: Tables, name: str) -> bool:
    if name in OF_CUSTOMERS and _of_customers(tables, name):
        return True
    if name in ("channel", "device"):
        return (has_events(tables) and tables.has("events", name)) or (
            name == "channel" and has_orders(tables) and tables.has("orders", name)
        )
    if name == "store":
        return has_orders(tables) and tables.has("orders", "store")
    if name in ("first_category", "first_product"):
        return has_orders(tables) and _product_column(tables, name) is not None
    return False


def _first_seen(tables: Tables, name: str) -> ir.Table | None:
    if name in ("first_category", "first_product"):
        return _first_bought(tables, name)
    source = "events" if name == "device" or (name == "channel" and tables.has("events", name)) else "orders"
    rows, at = tables[source], "occurred_at" if source == "events" else "ordered_at"
    known = rows.select(person_id=person_id(rows), at=rows[at], value=rows[name].cast("string"))
    known = known.filter(known.person_id.notnull(), known.value.notnull())
    first = known.group_by("person_id").aggregate(first=known.at.min())
    at_first = known.inner_join(first, "person_id").filter(lambda t: t["at"] == t["first"])
    return at_first.group_by("person_id").aggregate(**{name: at_first.value.min()})


def _product_column(tables: Tables, name: str) -> tuple[str, str] | None:
    """(table, column) that names the category or the product of an order line."""
    if not tables.has("order_lines", "order_id"):
        return None
    own = "category" if name == "first_category" else "product_name"
    if tables.has("order_lines", own):
        return "order_lines", own
    listed = "category" if name == "first_category" else "name"
    if tables.has("order_lines", "product_id") and tables.has("products", "product_id", listed):
        return "products", listed
    return (
        ("order_lines", "product_id") if name == "first_product" and tables.has("order_lines", "product_id") else None
    )


def _first_bought(tables: Tables, name: str) -> ir.Table | None:
    """The category or product with the most money in the lines of a person's first purchase day."""
    found = _product_column(tables, name)
    if found is None:
        return None
    lines, (source, column) = tables["order_lines"], found
    amount = lines.amount.cast(MONEY) if "amount" in lines.columns else ibis.literal(1).cast(MONEY)
    if source == "products":
        products = tables["products"].select(listed="product_id", value=column)
        sold = lines.select("order_id", "product_id", amount=amount).inner_join(products, [("product_id", "listed")])
    else:
        sold = lines.select("order_id", amount=amount, value=lines[column].cast("string"))
    bought = order_rows(tables, "order_id").filter(ibis._.purchases == 1)
    first = bought.group_by("person_id").aggregate(first=bought.day.min())
    begun = bought.inner_join(first, "person_id").filter(lambda t: t.day == t["first"]).select("person_id", "order_id")
    sold = sold.filter(sold.value.notnull()).select(sold_in="order_id", amount="amount", value="value")
    money = begun.inner_join(sold, [("order_id", "sold_in")])
    summed = money.group_by("person_id", "value").aggregate(money=money.amount.sum())
    best = ibis.window(group_by=summed.person_id, order_by=[summed.money.desc(), summed.value])
    ranked = summed.mutate(place=ibis.row_number().over(best))
    return ranked.filter(ranked.place == 0).select("person_id", **{name: "value"})
