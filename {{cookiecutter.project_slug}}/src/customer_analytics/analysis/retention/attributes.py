"""What is known of each person from the start: channel, campaign, region, device, store, first product.

A value that can change (the channel of a visit, the store of an order) is taken where the person first shows it, so
that a group never depends on how long its people stayed. Of several values at the same moment the first in the
alphabet counts: the choice must not depend on the order of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm.payments import MONEY
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.analysis.stream.person_days import has_events, has_orders, order_rows
from customer_analytics.tables.store import Tables

OF_CUSTOMERS = {"channel": "acquisition_channel", "campaign": "acquisition_campaign", "region": "region"}
NAMES = ("channel", "campaign", "region", "device", "store", "first_category", "first_product")
_PLACES = 1_000_000  # more values than a column of groups can have
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
    for source, columns in _seen_in(tables, [name for name in names if name not in own]).items():
        parts.append(_first_seen(tables, source, columns))
    parts += [_first_bought(tables, name) for name in names if name not in own and name.startswith("first_")]
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


def _seen_in(tables: Tables, names: Sequence[str]) -> dict[str, list[str]]:
    """events or orders -> the columns that are taken from them."""
    found: dict[str, list[str]] = {}
    for name in names:
        if not name.startswith("first_"):
            of_events = name != "store" and has_events(tables) and tables.has("events", name)
            found.setdefault("events" if of_events else "orders", []).append(name)
    return found


def _first_seen(tables: Tables, source: str, columns: Sequence[str]) -> ir.Table:
    """person_id and the first known value of each column, in one pass over the rows.

    A value becomes its place in the alphabet, and second and place one number: the smallest of a person's numbers
    is the first value, and where several came in the same second the first of them in the alphabet.
    """
    rows = tables[source]
    second = rows["occurred_at" if source == "events" else "ordered_at"].epoch_seconds().cast("int64")
    marked = rows.select(person_id=person_id(rows), second=second, **{name: rows[name] for name in columns})
    marked = marked.filter(marked.person_id.notnull())
    values = {name: _values(rows[name]) for name in columns}
    for name in columns:
        known = values[name].rename(**{f"{name}_value": "value", f"{name}_place": "place"})
        marked = marked.left_join(known, [(name, f"{name}_value")])
    numbers = {name: (marked.second * _PLACES + marked[f"{name}_place"]).min() for name in columns}
    first = marked.group_by("person_id").aggregate(**numbers)
    for name in columns:
        place = (first[name] % _PLACES + _PLACES) % _PLACES  # also for times before 1970
        found = first.mutate(place=place).left_join(
            values[name].select(place_of="place", value="value"), [("place", "place_of")]
        )
        first = found.drop("place", "place_of", name).rename(**{name: "value"})
    return first


def _values(column: ir.Column) -> ir.Table:
    """value, place: the distinct values in the order of the alphabet; a column of millions of them is cut short."""
    distinct = column.cast("string").name("value").as_table().distinct()
    known = distinct.filter(distinct.value.notnull()).order_by("value").limit(_PLACES - 1).to_pandas()["value"]
    places = pd.DataFrame({"value": pd.Series(known, dtype="string"), "place": np.arange(len(known), dtype=np.int64)})
    return ibis.memtable(places, schema={"value": "string", "place": "int64"})


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


def _first_bought(tables: Tables, name: str) -> ir.Table:
    """The category or product with the most money in the lines of a person's first purchase day."""
    found = _product_column(tables, name)
    assert found is not None  # the names are those that the data hold
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
