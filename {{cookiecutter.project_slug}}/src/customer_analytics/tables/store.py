"""The only door to the engine: the tables of an engagement as Ibis tables, with the as-of date applied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from customer_analytics.engagement import Project
from customer_analytics.expressions import local_time, utc_of_local_midnight
from customer_analytics.schema import SCHEMAS, Kind

FACTS = ("orders", "order_lines", "events")


@dataclass(frozen=True)
class Tables:
    """The canonical tables that exist, limited to `as_of` (the last day that counts, in `zone`).

    Every time column `x_at` (naive UTC) has a companion `x_on`, its calendar day in the engagement's zone.
    """

    backend: ibis.BaseBackend
    as_of: dt.date
    zone: ZoneInfo
    tables: Mapping[str, ir.Table]

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
        return local_time(moment, self.zone, dt.datetime(1970, 1, 1), _next_year(self.as_of))


def open_tables(project: Project, *, as_of: dt.date | None = None, subset: str | None = None) -> Tables:
    """Open the tables that `analytics load` made.

    Args:
        project: the client project.
        as_of: last day that counts; default: the engagement's, else the last day in orders or events.
        subset: "column=value", for example "region=North": only those customers, or those orders.

    Raises:
        UserError: nothing has been loaded yet, or the subset names no column.
    """
    raise NotImplementedError
