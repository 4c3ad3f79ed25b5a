"""Stage a source as text with row numbers, to find its exact duplicates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from customer_analytics.tables.formats.raw import Raw

ROW = "__row"


def with_duplicates(backend: Backend, raw: Raw, folder: Path, name: str) -> Raw:
    """The source with `duplicates`: the number of each row that repeats an earlier one in every value.

    Rows with equal hashes are found first, and only those are compared by value.
    """
    rejects = f"rejects_{name}"
    table = raw.scan(rejects)
    staged = folder / f"{name}.parquet"
    backend.to_parquet(table.mutate(**{ROW: ibis.row_number()}), staged)
    rows = backend.read_parquet(str(staged))
    compared = [column for column in raw.internal_names if column != raw.line]
    values = ibis.array([rows[column].cast("string") for column in compared])
    hashed = rows.select(ROW, __hash=values.hash())
    repeated = hashed.group_by("__hash").having(hashed.count() > 1).agg().select("__hash")
    candidates = rows.filter(values.hash().isin(repeated["__hash"]))
    candidates = candidates.select(ROW, __values=ibis.array([candidates[column].cast("string") for column in compared]))
    ranked = candidates.mutate(__copy=ibis.row_number().over(group_by=candidates["__values"], order_by=candidates[ROW]))
    backend.create_table(f"duplicates_{name}", ranked.filter(ranked["__copy"] > 0).select(ROW), overwrite=True)

    def scan(again: str | None) -> ir.Table:
        del again
        return backend.read_parquet(str(staged))

    return replace(raw, scan=scan, rejects=rejects, duplicates=backend.table(f"duplicates_{name}"))
