"""The only door to the engine: the tables of an engagement as Ibis tables, with the as-of date applied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.expressions import local_time, utc_of_local_midnight
from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.datasets import Dataset, datasets
from customer_analytics.tables.engines import connect
from customer_analytics.tables.load_log import read_load_log
from customer_analytics.tables.subset import limit_to_subset
from customer_analytics.tables.swap import recover

Span = tuple[dt.datetime, dt.datetime]
FACTS = ("orders", "order_lines", "events")
EPOCH = dt.datetime(1970, 1, 1)
MOST_EVENT_NAMES = 10_000


@dataclass(frozen=True)
class Tables:
    """The canonical tables that exist, limited to `as_of` (the last day that counts, in `zone`).

    Every time column `x_at` (naive UTC) has a companion `x_on`, its calendar day in the engagement's zone.
    `first_moment` is the earliest moment in the data (naive UTC); `later` counts, by table, the rows that the as-of
    date leaves out. `without_rows`: tables of which no row counts; nothing can be told from them. `scratch`: folder of
    the project for tables that are larger than they are worth keeping in memory; None: the system's.
    """

    backend: ibis.BaseBackend
    as_of: dt.date
    zone: ZoneInfo
    tables: Mapping[str, ir.Table]
    first_moment: dt.datetime = EPOCH
    later: Mapping[str, int] = field(default_factory=dict)
    without_rows: frozenset[str] = frozenset()
    scratch: Path | None = None

    def __getitem__(self, name: str) -> ir.Table:
        return self.tables[name]

    def has(self, name: str, *columns: str) -> bool:
        """Whether the table is there, with these columns and with rows.

        An export of nothing but a header says that a file was asked for, not that nobody ever bought.
        """
        if name not in self.tables or name in self.without_rows:
            return False
        return all(column in self.tables[name].columns for column in columns)

    @property
    def reference_day(self) -> dt.date:
        """The first day that does not count: recency is measured to it."""
        return self.as_of + dt.timedelta(days=1)

    @cached_property
    def event_names(self) -> frozenset[str]:
        """The names of the client's own events, at most MOST_EVENT_NAMES, asked once; none where there is no engine."""
        if not self.has("events", "event") or self.backend is None:
            return frozenset()
        names = self["events"].select("event").distinct().limit(MOST_EVENT_NAMES).to_pyarrow().column("event")
        return frozenset(name for name in names.to_pylist() if name is not None)

    def local(self, moment: ir.TimestampValue) -> ir.TimestampValue:
        """A UTC time column as wall-clock time of the engagement's zone."""
        return local_time(moment, self.zone, self.first_moment, _end_of(self.as_of, self.zone))


def open_tables(project: Project, *, as_of: dt.date | None = None, subset: str | None = None) -> Tables:
    """Open the tables that `analytics load` made.

    Args:
        project: the client project.
        as_of: last day that counts; default: the engagement's, else the last day in orders, order lines or events
            that is not after the day of loading (one order dated 2099 would move the recency of every customer).
        subset: "column=value", for example "region=North": only those customers, or those orders.

    Raises:
        UserError: nothing has been loaded yet, or the subset names no column.
    """
    recover(project.tables)
    found = datasets(project.tables)
    if not found:
        raise UserError([Problem("data/tables", "no tables have been loaded yet.", "Run `analytics load` first.")])
    scratch = project.folder / ".analytics" / "scratch"  # what names people stays in the project
    engine = project.engagement.engine
    backend = connect(engine.name, engine.settings, scratch)
    opened = {name: dataset.open(backend, f"canonical_{name}") for name, dataset in found.items()}
    measured = {name: _rows_and_spans(table) for name, table in opened.items()}
    spans = {name: times for name, (_, times) in measured.items()}
    zone = project.engagement.zone
    loaded_on = _day_of_loading(project, found)
    last_day = as_of or project.engagement.as_of or _last_day(opened, spans, zone, loaded_on)
    until = _end_of(last_day, zone)
    first = min((low for columns in spans.values() for low, _ in columns.values()), default=EPOCH)
    later = _count_later(opened, until, last_day)
    empty = frozenset(name for name, (rows, _) in measured.items() if rows == later.get(name, 0))
    tables = {
        name: _with_days(_until(table, name, until, last_day), spans[name], zone, until)
        for name, table in opened.items()
    }
    if subset is not None:
        tables = limit_to_subset(tables, subset)
    # As views each table is a plain one to all questions that follow: the days are written out once.
    views = {name: backend.create_view(f"asof_{name}", table, overwrite=True) for name, table in tables.items()}
    return Tables(backend, last_day, zone, views, first, later, empty, scratch)


def _rows_and_spans(table: ir.Table) -> tuple[int, dict[str, Span]]:
    """How many rows there are; first and last moment of each time column that holds any."""
    times = [name for name, kind in table.schema().items() if isinstance(kind, dtypes.Timestamp)]
    measures = {f"{side}_{i}": getattr(table[name], side)() for i, name in enumerate(times) for side in ("min", "max")}
    row = table.aggregate(rows=table.count(), **measures).to_pyarrow().to_pylist()[0]
    spans = {name: (row[f"min_{i}"], row[f"max_{i}"]) for i, name in enumerate(times) if row[f"min_{i}"] is not None}
    return row["rows"], spans


def _last_day(
    opened: Mapping[str, ir.Table], spans: Mapping[str, Mapping[str, Span]], zone: ZoneInfo, loaded_on: dt.date
) -> dt.date:
    """The last local day on which something happened, over the fact tables; the day of loading where nothing did.

    Raises:
        UserError: all of it lies after the day of loading, as when the clock was wrong: no day would be right.
    """
    end = _end_of(loaded_on, zone)
    moments, later = [], []
    for name in FACTS:
        time = SCHEMAS[name].time
        if time is None or name not in opened or time not in spans[name]:
            continue
        last = spans[name][time][1]
        if last >= end:  # dates in the future: the last one that is not
            later.append(name)
            column = opened[name][time]
            past = opened[name].filter(column < ibis.timestamp(end))
            last = past[time].max().to_pyarrow().as_py()
        if last is not None:
            moments.append(last)
    if later and not moments:
        what = f"all of {' and '.join(later)} lies after the day of loading, {loaded_on}."
        mend = "Is this machine's clock right, or are days read as months? Load again, or set as_of in engagement.yml."
        raise UserError([Problem("data/tables", what, mend)])
    return max(moments).replace(tzinfo=dt.UTC).astimezone(zone).date() if moments else loaded_on


def _day_of_loading(project: Project, found: Mapping[str, Dataset]) -> dt.date:
    """The local day on which the tables were loaded."""
    try:
        moment = dt.datetime.fromisoformat(read_load_log(project).loaded_at)
    except UserError:  # tables that were put there by other means
        newest = max(file.stat().st_mtime for dataset in found.values() for file in dataset.files)
        moment = dt.datetime.fromtimestamp(newest, tz=dt.UTC)
    return moment.astimezone(project.engagement.zone).date()


def _count_later(opened: Mapping[str, ir.Table], until: dt.datetime, last_day: dt.date) -> dict[str, int]:
    """Rows by table after the as-of day."""
    counts = {}
    for name, table in opened.items():
        time = SCHEMAS[name].time
        if time is not None and time in table.columns:
            counts[name] = int(table.filter(_is_later(table[time], until, last_day)).count().to_pyarrow().as_py())
    return counts


def _is_later(column: ir.Value, until: dt.datetime, last_day: dt.date) -> ir.BooleanValue:
    first_later = ibis.date(last_day + dt.timedelta(days=1)) if column.type().is_date() else ibis.timestamp(until)
    later: ir.BooleanValue = column >= first_later
    return later


def _end_of(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return utc_of_local_midnight(day + dt.timedelta(days=1), zone)


def _until(table: ir.Table, name: str, until: dt.datetime, last_day: dt.date) -> ir.Table:
    """Only what had happened by the end of the as-of day; rows without a time only where they are no events."""
    time = SCHEMAS[name].time
    if time is None or time not in table.columns:
        return table
    later = _is_later(table[time], until, last_day)
    return table.filter(~later) if name == "events" else table.filter(~later.fill_null(False))


def _with_days(table: ir.Table, spans: Mapping[str, Span], zone: ZoneInfo, until: dt.datetime) -> ir.Table:
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
