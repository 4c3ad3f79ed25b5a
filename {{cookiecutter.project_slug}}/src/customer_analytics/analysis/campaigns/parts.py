"""Many touches in turns: the people divided by chance, so that what the engine holds at once does not grow with them.

A part is a division of the people, not of the rows: everything of a person is in one part, and each part is worked out
as if it were all there is. What is made of the parts lies in files that are deleted with their shelf.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import ibis
import ibis.expr.types as ir

from customer_analytics.tables.store import Tables

MOST = 1_000_000  # touches that are worked on at once
_POSITIVE = 0x7FFFFFFF


def parts_for(tables: Tables, ledger: ir.Table | None) -> int:
    """In how many parts the people are divided."""
    counted = [ledger] if ledger is not None else []
    counted += [tables["touches"]] if "touches" in tables.tables else []
    rows = sum(int(table.count().to_pyarrow().as_py()) for table in counted)
    return max(1, -(-rows // MOST))


def part_of(tables: Tables, part: int, parts: int) -> Tables:
    """The tables of the people of one part; what names nobody stays whole."""
    if parts == 1:
        return tables
    own = {
        name: within(table, part, parts) if "customer_id" in table.columns else table
        for name, table in tables.tables.items()
    }
    lines = own.get("order_lines")
    if lines is not None and "customer_id" not in lines.columns and tables.has("orders", "order_id", "customer_id"):
        own["order_lines"] = lines.semi_join(own["orders"], "order_id").view()
    return replace(tables, tables=own)


def within(table: ir.Table, part: int, parts: int) -> ir.Table:
    """The rows of a table with customer_id that belong to one part; rows of nobody are in none."""
    if parts == 1:
        return table
    chance = (table.customer_id.cast("string").hash() & _POSITIVE) % parts
    return table.filter(table.customer_id.notnull(), chance == part)


class Shelf:
    """Where tables are kept that the engine works out once: in the engine, or in files where there are many parts."""

    def __init__(self, parts: int, scratch: Path | None = None) -> None:
        self.parts = parts
        self._written = 0
        self._folder: Path | None = None
        if parts > 1:
            if scratch is not None:
                scratch.mkdir(parents=True, exist_ok=True)
            self._folder = Path(tempfile.mkdtemp(prefix=f"campaigns-{os.getpid()}-", dir=scratch))
            self._clean = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def keep(self, table: ir.Table) -> ir.Table:
        """The table, worked out; its rows in no order."""
        if self._folder is None:
            return table.cache()
        backend = table.get_backend()
        path = self._folder / f"{self._written}.parquet"
        self._written += 1
        table.to_parquet(str(path))
        read: ir.Table = backend.read_parquet(str(path))
        return read

    def close(self) -> None:
        """Delete the files; tables read from them must not be asked any more."""
        if self._folder is not None:
            self._clean()


def together(tables: Sequence[ir.Table]) -> ir.Table:
    """All parts as one table."""
    return tables[0] if len(tables) == 1 else ibis.union(*tables)
