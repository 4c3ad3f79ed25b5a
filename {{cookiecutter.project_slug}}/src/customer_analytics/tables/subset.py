"""Limit all tables to the customers or orders with one value in one column."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import ibis.expr.types as ir

from customer_analytics.engagement.errors import Problem, UserError

SEARCHED = ("customers", "orders", "order_lines", "events")


def limit_to_subset(tables: Mapping[str, ir.Table], subset: str) -> dict[str, ir.Table]:
    """Limit the tables to `subset`, "column=value".

    The column is looked for in customers, orders, order lines and events, in this order. In customers it limits
    everything of these customers; in orders or their lines it limits those, and customers to who placed them.

    Raises:
        UserError: not of the form "column=value", or no table has the column.
    """
    column, separator, value = subset.partition("=")
    column, value = column.strip(), value.strip()
    if not separator or not column:
        raise UserError([Problem("subset", f"{subset!r} is not of the form column=value.", "Example: region=North.")])
    home = next((name for name in SEARCHED if name in tables and column in tables[name].columns), None)
    if home is None:
        raise UserError([_no_such_column(tables, column)])
    limited = dict(tables)
    limited[home] = tables[home].filter(tables[home][column].cast("string").strip() == value)
    if home in ("orders", "order_lines"):
        other = "order_lines" if home == "orders" else "orders"
        if other in limited:
            limited[other] = _among(limited[other], limited[home], "order_id")
    if home != "customers" and "customers" in limited:
        tables_with_people = [limited[name] for name in (home, "orders") if name in limited]
        people = next((table for table in tables_with_people if "customer_id" in table.columns), None)
        if people is not None:
            limited["customers"] = _among(limited["customers"], people, "customer_id")
    return _limit_the_rest(limited, home)


def _limit_the_rest(limited: dict[str, ir.Table], home: str) -> dict[str, ir.Table]:
    """Limit the tables that hang on customers; lines without a customer follow their orders."""
    if "customers" not in limited:
        return limited
    done = {"customers"} if home in ("customers", "events") else {"customers", "orders", "order_lines"}
    done.add(home)
    for name, table in limited.items():
        if name not in done and "customer_id" in table.columns:
            limited[name] = _among(table, limited["customers"], "customer_id")
    lines = limited.get("order_lines")
    if "order_lines" not in done and lines is not None and "customer_id" not in lines.columns and "orders" in limited:
        limited["order_lines"] = _among(lines, limited["orders"], "order_id")
    return limited


def _among(table: ir.Table, parents: ir.Table, key: str) -> ir.Table:
    # The view closes ibis's chain of joins: a later join of this table would otherwise refer to the chain's parts.
    return table.semi_join(parents, key).view()


def _no_such_column(tables: Mapping[str, ir.Table], column: str) -> Problem:
    known = sorted({name for table in SEARCHED if table in tables for name in tables[table].columns})
    nearest = difflib.get_close_matches(column, known, n=1)
    mend = f"Did you mean {nearest[0]!r}?" if nearest else f"Columns: {', '.join(known)}."
    return Problem("subset", f"no column {column!r} in customers, orders, order lines or events.", mend)
