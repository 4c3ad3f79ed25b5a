"""Bring the client's exports into the canonical tables: `load` does it, `check` says what it would do."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import ibis
import ibis.expr.types as ir

from customer_analytics.engagement import Project
from customer_analytics.engagement.settings import Source
from customer_analytics.schema import SCHEMAS, Kind
from customer_analytics.tables.formats.delimited import head_of_delimited
from customer_analytics.tables.load_log import InputFile, LoadLog, SourceLog, table_log, write_load_log
from customer_analytics.tables.store import connect
from customer_analytics.tables.swap import only_one_load, replaced_whole

Progress = Callable[[str, float], None]
TYPES = {
    Kind.ID: "string",
    Kind.TEXT: "string",
    Kind.TIME: "timestamp",
    Kind.DATE: "date",
    Kind.MONEY: "decimal(18, 4)",
    Kind.NUMBER: "float64",
    Kind.INTEGER: "int64",
    Kind.FLAG: "boolean",
}


def load(project: Project, *, progress: Progress | None = None) -> LoadLog:
    """Load every source of engagement.yml into data/tables."""
    with only_one_load(project.folder / "data"), replaced_whole(project.tables) as new:
        backend = connect("duckdb")
        tables: dict[str, list[tuple[ir.Table, SourceLog]]] = {}
        for number, source in enumerate(project.engagement.sources, start=1):
            tables.setdefault(source.table, []).append(_load_source(backend, project, source, number))
        logs = {}
        for name, parts in tables.items():
            table = parts[0][0]
            for other, _ in parts[1:]:
                table = table.union(other)
            backend.to_parquet(table, new / f"{name}.parquet")
            logs[name] = table_log(name, tuple(log for _, log in parts))
        if "orders" not in tables and "order_lines" in tables:
            lines = backend.read_parquet(str(new / "order_lines.parquet"))
            measures = {"ordered_at": lines.ordered_at.min()} if "ordered_at" in lines.columns else {}
            if "customer_id" in lines.columns:
                measures["customer_id"] = lines.customer_id.min()
            if "amount" in lines.columns:
                measures["amount"] = lines.amount.sum().cast("decimal(18, 4)")
            backend.to_parquet(lines.group_by("order_id").agg(**measures).order_by("order_id"), new / "orders.parquet")
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        log = LoadLog(now, hashlib.sha256(now.encode()).hexdigest(), project.engagement.currency, "UTC", logs)
        write_load_log(log, new)
    return log


def _load_source(backend: ibis.BaseBackend, project: Project, source: Source, number: int) -> tuple[ir.Table, SourceLog]:
    paths = sorted(project.folder.glob(source.files or ""))
    if paths[0].suffix == ".parquet":
        raw = backend.read_parquet([str(path) for path in paths])
    else:
        head = head_of_delimited(paths[0], paths[0].name, source)
        raw = backend.read_csv([str(p) for p in paths], columns=dict.fromkeys(head.columns, "VARCHAR"),
                               header=source.header, delim=head.delimiter, auto_detect=False, quote='"', escape='"')
    schema = SCHEMAS[source.table]
    columns = {}
    for ours, theirs in source.columns.items():
        column = schema.column(ours)
        columns[ours] = raw[theirs].try_cast(TYPES[column.kind]) if column else raw[theirs]
    for ours, value in source.constants.items():
        columns[ours] = ibis.literal(value)
    if source.table == "order_lines" and "amount" not in columns and {"quantity", "unit_price"} <= set(columns):
        columns["amount"] = (columns["quantity"] * columns["unit_price"]).cast("decimal(18, 4)")
    for name in raw.columns:
        if name not in source.columns.values() and name not in columns:
            columns[name] = raw[name]
    table = raw.select(**columns)
    rows = int(table.count().execute())
    files = tuple(InputFile(path.name, path.stat().st_size, "") for path in paths)
    log = SourceLog(number, source.files or "", source.table, "csv", "utf-8", ",", files, rows, rows, {}, None, None, {})
    return table, log
