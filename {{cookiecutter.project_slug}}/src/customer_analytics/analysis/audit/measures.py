"""What the audit's questions share: whose row it is, the money it carries, the kind of a column, one-row results."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.schema import SCHEMAS, Kind

MONEY = "decimal(18, 4)"
MONEY_COLUMN = {
    "orders": "amount",
    "order_lines": "amount",
    "subscriptions": "price",
    "spend": "cost",
    "campaigns": "cost",
}


def person(table: ir.Table) -> ir.StringValue | None:
    """Who a row is about: the customer, else the visitor; None when the table knows neither."""
    columns = [table[name].nullif("") for name in ("customer_id", "visitor_id") if name in table.columns]
    return None if not columns else ibis.coalesce(*columns)


def money(name: str, table: ir.Table) -> ir.NumericValue | None:
    """The money that a row carries, in the engagement's currency; None for a table without money.

    Decimal, so that sums are exact and the same in any order of rows. Lines without an amount carry quantity x unit
    price.
    """
    column = MONEY_COLUMN.get(name)
    if column is not None and column in table.columns:
        return table[column].cast(MONEY)
    if name == "order_lines" and {"quantity", "unit_price"} <= set(table.columns):
        return table.quantity.cast(MONEY) * table.unit_price.cast(MONEY)
    return None


def kind_of(table_name: str, column: str, table: ir.Table) -> Kind:
    """The kind of a column: as the schema says, or by its type for a client's attribute."""
    schema = SCHEMAS.get(table_name)
    declared = schema.column(column) if schema else None
    if declared is not None:
        return declared.kind
    data_type = table.schema()[column]
    by_type = (
        (data_type.is_boolean(), Kind.FLAG),
        (data_type.is_timestamp(), Kind.TIME),
        (data_type.is_date(), Kind.DATE),
        (data_type.is_integer(), Kind.INTEGER),
        (data_type.is_decimal(), Kind.MONEY),
        (data_type.is_numeric(), Kind.NUMBER),
    )
    return next((kind for matches, kind in by_type if matches), Kind.TEXT)


def total(amount: ir.NumericValue, where: ir.BooleanValue | None = None) -> ir.FloatingValue:
    """The exact sum of money as a float, 0 for no rows: rounded once, after adding up."""
    return amount.sum(where=where).cast("float64").fill_null(0.0)


def own_columns(table: ir.Table) -> list[str]:
    """The columns that were loaded: without the calendar days that `tables.store` adds to each moment."""
    moments = {name[:-3] + "_on" for name in table.columns if name.endswith("_at")}
    return [name for name in table.columns if name not in moments]


def one_row(table: ir.Table) -> dict[str, Any]:
    """A table of one row as plain values."""
    return {str(name): column.iloc[0] for name, column in table.execute().items()}


def whole(value: Any) -> int:
    """A count that left the engine: 0 where there was nothing to count."""
    return 0 if pd.isna(value) else int(value)


def number(value: Any) -> float | None:
    """A number that left the engine as a float; None where there was none."""
    return None if pd.isna(value) else float(value)
