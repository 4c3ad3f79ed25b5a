"""What each cleaning choice does to the headline figures: revenue, orders, customers, order value, repeat share.

No choice is made here. Each reading leaves out one kind of row and keeps all others, so that its effect is seen by
itself; the last one leaves out everything that any reading does.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.audit.codes import OddCode, Series, SeriesKind, is_adjustment, prefix_of
from customer_analytics.analysis.audit.codes import cancellation_prefixes as cancelling
from customer_analytics.analysis.audit.measures import money, one_row, own_columns, person, total, whole
from customer_analytics.tables.store import Tables

COLUMNS = ("reading", "rows", "revenue", "orders", "customers", "order_value", "repeat_share")


def sensitivity(
    tables: Tables,
    *,
    series: list[Series],
    codes: list[OddCode],
    strange: ir.Table | None = None,
    duplicates: bool = True,
    generated: Iterable[tuple[str, str]] = (),
    derived: Iterable[str] = (),
) -> pd.DataFrame:
    """The headline figures under each reading of the data; empty without orders that carry money.

    Args:
        tables: the loaded tables.
        series: the order series found.
        codes: the odd product codes found.
        strange: ids (column id) of machines, test accounts and staff; None when there are none.
        duplicates: whether the table holds exact copies, so that leaving them out is worth asking.
        generated: (table, column) of keys that the loader numbered; copies differ in them.
        derived: tables that the loader made from others.

    Returns:
        One row a reading, columns as in COLUMNS; `order_value` and `repeat_share` are NaN where not estimable.
    """
    name = _base(tables, set(derived))
    if name is None:
        return pd.DataFrame(columns=list(COLUMNS))
    table = tables[name]
    keep = _effective(table, _keep(name, table, series, codes))
    readings = {"as_loaded": table}
    if duplicates:
        readings["without_duplicates"] = _without_copies(name, table, set(generated))
    readings |= {reading: table.filter(condition) for reading, condition in keep.items()}
    strict = readings.get("without_duplicates", table)
    strict = strict.filter(list(_keep(name, strict, series, codes).values())) if keep else strict
    if strange is not None and "customer_id" in table.columns:
        readings["without_strangers"] = _without(table, strange)
        strict = _without(strict, strange)
    if len(readings) > 2:  # beside one reading, the strictest would be the same again
        readings["strictest"] = strict
    figures = [_figures(name, rows, reading) for reading, rows in readings.items()]
    frame: pd.DataFrame = reduce(lambda left, right: left.union(right), figures).execute()
    order = {reading: place for place, reading in enumerate(readings)}
    frame = frame.sort_values("reading", key=lambda names: names.map(order)).reset_index(drop=True)
    frame["order_value"] = frame["revenue"] / frame["orders"].where(frame["orders"] > 0)
    frame["repeat_share"] = frame["repeat"] / frame["customers"].where(frame["customers"] > 0)
    return frame[list(COLUMNS)]


def _base(tables: Tables, derived: set[str]) -> str | None:
    """Lines where orders were made from them, otherwise orders."""
    candidates = ("order_lines", "orders") if "orders" in derived or "orders" not in tables.tables else ("orders",)
    return next((name for name in candidates if name in tables.tables and money(name, tables[name]) is not None), None)


def _effective(table: ir.Table, keep: dict[str, ir.BooleanValue]) -> dict[str, ir.BooleanValue]:
    """Only the readings that leave something out."""
    if not keep:
        return {}
    left_out = one_row(table.aggregate(**{reading: (~condition).sum() for reading, condition in keep.items()}))
    return {reading: condition for reading, condition in keep.items() if whole(left_out[reading])}


def _keep(name: str, table: ir.Table, series: list[Series], codes: list[OddCode]) -> dict[str, ir.BooleanValue]:
    """Reading -> the rows it keeps."""
    keep: dict[str, ir.BooleanValue] = {}
    prefixes = cancelling(series)
    if prefixes:
        keep["without_cancellations"] = ~prefix_of(table.order_id).isin(prefixes)
    entries = [one.prefix for one in series if one.kind in (SeriesKind.BAD_DEBT, SeriesKind.ENTRY)]
    if entries:
        keep["without_entries"] = ~prefix_of(table.order_id).isin(entries)
    if name == "order_lines":
        keep |= _keep_lines(table, prefixes, codes)
    else:
        keep |= _keep_orders(table)
    who = person(table)
    if who is not None:
        keep["known_customers"] = who.notnull()
    return keep


def _keep_lines(table: ir.Table, prefixes: list[str], codes: list[OddCode]) -> dict[str, ir.BooleanValue]:
    keep: dict[str, ir.BooleanValue] = {}
    services = [odd.code for odd in codes if odd.certain]
    if services:
        keep["products_only"] = ~table.product_id.isin(services).fill_null(False)
    adjustment = is_adjustment(table, prefixes)
    if adjustment is not None:
        keep["without_adjustments"] = ~adjustment.fill_null(False)
    if "unit_price" in table.columns:
        keep["priced_only"] = (table.unit_price != 0).fill_null(True)
    return keep


def _keep_orders(table: ir.Table) -> dict[str, ir.BooleanValue]:
    keep: dict[str, ir.BooleanValue] = {}
    if "status" in table.columns:
        keep["paid_only"] = ~table.status.lower().isin(("unpaid", "cancelled")).fill_null(False)
    elif "paid_at" in table.columns:
        keep["paid_only"] = table.paid_at.notnull()
    if "refund" in table.columns:
        keep["without_refunded"] = (table.refund.fill_null(0) == 0).fill_null(True)
    keep["priced_only"] = (table.amount != 0).fill_null(True)
    return keep


def _without_copies(name: str, table: ir.Table, generated: set[tuple[str, str]]) -> ir.Table:
    columns = [column for column in own_columns(table) if (name, column) not in generated]
    own = table.select(own_columns(table))
    return own.distinct() if len(columns) == len(own.columns) else own.distinct(on=columns, keep="first")


def _without(table: ir.Table, strange: ir.Table) -> ir.Table:
    ids = strange.view()  # the set may be a part of this very table
    return table.anti_join(ids, table.customer_id == ids.id)


def _figures(name: str, table: ir.Table, reading: str) -> ir.Table:
    amount, who = money(name, table), person(table)
    assert amount is not None
    rows = table.select(order_id=table.order_id, person=ibis.null("string") if who is None else who, money=amount)
    whole_table = rows.aggregate(
        rows=rows.count(),
        revenue=total(rows.money),
        orders=rows.order_id.nunique(),
        customers=rows.person.nunique(),
    )
    known = rows.filter(rows.person.notnull())
    buyers = known.group_by("person").aggregate(orders=known.order_id.nunique())
    repeat = buyers.aggregate(repeat=(buyers.orders >= 2).sum().fill_null(0))
    return whole_table.cross_join(repeat).mutate(reading=ibis.literal(reading))
