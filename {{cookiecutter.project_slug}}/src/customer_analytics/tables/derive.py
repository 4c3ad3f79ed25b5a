"""Tables that no export gives, derived from those that are there: orders from their lines, customers from activity."""

from __future__ import annotations

from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from customer_analytics.tables.parsing.numbers import MONEY

ACTIVITY = ("orders", "order_lines", "events", "touches", "subscriptions", "feedback")


def derive_orders(backend: Backend, folder: Path) -> str | None:
    """Write orders.parquet from the order lines: first time, customer and sum of each order, in order of time.

    Returns the name of the table that they were derived from.
    """
    lines = _open(backend, folder, "order_lines")
    if lines is None or (folder / "orders.parquet").exists():
        return None
    measures: dict[str, ir.Value] = {}
    if "customer_id" in lines.columns:
        measures["customer_id"] = lines.customer_id.min()
    if "ordered_at" in lines.columns:
        measures["ordered_at"] = lines.ordered_at.min()
    if "amount" in lines.columns:
        measures["amount"] = lines.amount.sum().cast("decimal(38, 4)").try_cast(MONEY)
    orders = lines.group_by("order_id").agg(**measures)
    keys = [orders.ordered_at] if "ordered_at" in orders.columns else []
    backend.to_parquet(orders.order_by([*keys, orders.order_id]), folder / "orders.parquet")
    return "order_lines"


def derive_customers(backend: Backend, folder: Path) -> str | None:
    """Write customers.parquet with every customer id that did something, when no export gives customers.

    Returns the names of the tables that they were derived from.
    """
    if (folder / "customers.parquet").exists():
        return None
    parts, names = [], []
    for name in ACTIVITY:
        table = _open(backend, folder, name)
        if table is not None and "customer_id" in table.columns:
            if name == "order_lines" and "orders" in names:
                continue
            parts.append(table.filter(table.customer_id.notnull()).select("customer_id"))
            names.append(name)
    if not parts:
        return None
    everyone = parts[0] if len(parts) == 1 else ibis.union(*parts)
    people = everyone.distinct().order_by("customer_id")
    backend.to_parquet(people, folder / "customers.parquet")
    return ", ".join(names)


def _open(backend: Backend, folder: Path, name: str) -> ir.Table | None:
    path = folder / f"{name}.parquet"
    return backend.read_parquet(str(path)) if path.exists() else None
