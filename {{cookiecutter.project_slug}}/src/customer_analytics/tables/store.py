"""The only door to the engine: the tables of an engagement as Ibis tables, with the as-of date applied."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.expressions import local_time, utc_of_local_midnight
from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.subset import limit_to_subset
from customer_analytics.tables.swap import recover

FACTS = ("orders", "order_lines", "events")
EPOCH = dt.datetime(1970, 1, 1)


@dataclass(frozen=True)
class Tables:
    """The canonical tables that exist, limited to `as_of` (the last day that counts, in `zone`).

    Every time column `x_at` (naive UTC) has a companion `x_on`, its calendar day in the engagement's zone.
    `first_moment` is the earliest moment in the data (naive UTC).
    """

    backend: ibis.BaseBackend
    as_of: dt.date
    zone: ZoneInfo
    tables: Mapping[str, ir.Table]
    first_moment: dt.datetime = EPOCH

    def __getitem__(self, name: str) -> ir.Table:
        return self.tables[name]

    def has(self, name: str, *columns: str) -> bool:
        """Whether the table is there, with these columns."""
        return name in self.tables and all(column in self.tables[name].columns for column in columns)

    @property
    def reference_day(self) -> dt.date:
        """The first day that does not count: recency is measured to it."""
        return self.as_of + dt.timedelta(days=1)

    def local(self, moment: ir.TimestampValue) -> ir.TimestampValue:
        """A UTC time column as wall-clock time of the engagement's zone."""
        return local_time(moment, self.zone, self.first_moment, _end_of(self.as_of, self.zone))


def open_tables(project: Project, *, as_of: dt.date | None = None, subset: str | None = None) -> Tables:
    """Open the tables that `analytics load` made.

    Args:
        project: the client project.
        as_of: last day that counts; default: the engagement's, else the last day in orders, order lines or events.
        subset: "column=value", for example "region=North": only those customers, or those orders.

    Raises:
        UserError: nothing has been loaded yet, or the subset names no column.
    """
    recover(project.tables)
    files = {name: project.tables / f"{name}.parquet" for name in SCHEMAS}
    files = {name: path for name, path in files.items() if path.is_file()}
    if not files:
        raise UserError([Problem("data/tables", "no tables have been loaded yet.", "Run `analytics load` first.")])
    backend = connect(project.engagement.engine)
    opened = {name: _read(backend, path, name) for name, path in files.items()}
    spans = {name: _spans(table) for name, table in opened.items()}
    zone = project.engagement.zone
    last_day = as_of or project.engagement.as_of or _last_day(spans, zone) or _day_of_loading(files)
    until = _end_of(last_day, zone)
    first = min((low for columns in spans.values() for low, _ in columns.values()), default=EPOCH)
    tables = {
        name: _with_days(_until(table, name, until, last_day), spans[name], zone, until)
        for name, table in opened.items()
    }
    if subset is not None:
        tables = limit_to_subset(tables, subset)
    return Tables(backend, last_day, zone, tables, first)


def connect(engine: str) -> ibis.BaseBackend:
    """A connection to the engine of the engagement: DuckDB in this process, or another Ibis backend.

    Raises:
        UserError: Ibis has no such backend, or its driver is not installed.
    """
    if engine == "duckdb":
        duck = ibis.duckdb.connect()
        duck.settings["TimeZone"] = "UTC"
        return duck
    try:
        importlib.import_module(f"ibis.backends.{engine}")
        backend: ibis.BaseBackend = getattr(ibis, engine).connect()
    except (ImportError, AttributeError) as error:
        what = f"the engine {engine!r} cannot be used here: {error}."
        mend = "Use `engine: duckdb`, or install the backend's driver."
        raise UserError([Problem("engagement.yml, engine", what, mend)]) from error
    return backend


def _read(backend: ibis.BaseBackend, path: Path, name: str) -> ir.Table:
    table: ir.Table = backend.read_parquet(str(path), table_name=f"canonical_{name}")
    return table


def _spans(table: ir.Table) -> dict[str, tuple[dt.datetime, dt.datetime]]:
    """First and last moment of each time column that holds any."""
    times = [name for name, kind in table.schema().items() if isinstance(kind, dtypes.Timestamp)]
    if not times:
        return {}
    measures = {f"{side}_{i}": getattr(table[name], side)() for i, name in enumerate(times) for side in ("min", "max")}
    row = table.aggregate(**measures).to_pyarrow().to_pylist()[0]
    return {
        name: (row[f"min_{i}"], row[f"max_{i}"]) for i, name in enumerate(times) if row[f"min_{i}"] is not None
    }


def _last_day(spans: Mapping[str, Mapping[str, tuple[dt.datetime, dt.datetime]]], zone: ZoneInfo) -> dt.date | None:
    """The last local day on which something happened, over the fact tables."""
    moments = [spans[name][time][1] for name in FACTS if name in spans and (time := SCHEMAS[name].time) in spans[name]]
    return max(moments).replace(tzinfo=dt.UTC).astimezone(zone).date() if moments else None


def _day_of_loading(files: Mapping[str, Path]) -> dt.date:
    """For data without any time: the day on which the newest table was written."""
    return dt.datetime.fromtimestamp(max(path.stat().st_mtime for path in files.values()), tz=dt.UTC).date()


def _end_of(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return utc_of_local_midnight(day + dt.timedelta(days=1), zone)


def _until(table: ir.Table, name: str, until: dt.datetime, last_day: dt.date) -> ir.Table:
    """Only what had happened by the end of the as-of day; rows without a time only where they are no events."""
    time = SCHEMAS[name].time
    if time is None or time not in table.columns:
        return table
    column = table[time]
    known = column <= ibis.date(last_day) if column.type().is_date() else column < ibis.timestamp(until)
    return table.filter(known) if name == "events" else table.filter(known | column.isnull())


def _with_days(
    table: ir.Table, spans: Mapping[str, tuple[dt.datetime, dt.datetime]], zone: ZoneInfo, until: dt.datetime
) -> ir.Table:
    """Add to each time column `x_at` its local calendar day `x_on`.

    Only the zone's changes within the column's own span are written out, so that the expression stays small.
    """
    days = {}
    for name, kind in table.schema().items():
        companion = name.removesuffix("_at") + "_on"
        if not isinstance(kind, dtypes.Timestamp) or not name.endswith("_at") or companion in table.columns:
            continue
        first, last = spans.get(name, (until, until))
        days[companion] = local_time(table[name], zone, first, max(first, last)).date()
    return table.mutate(**days) if days else table
