"""How one column of the client becomes one of ours, as expressions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir

from customer_analytics.expressions import utc_of_local_time
from customer_analytics.schema import Kind
from customer_analytics.tables.parsing.dates import ISO, Way, has_offset, parse_time
from customer_analytics.tables.parsing.flags import parse_flag
from customer_analytics.tables.parsing.functions import full_match, wall_clock
from customer_analytics.tables.parsing.numbers import MONEY, Decimal, parse_number
from customer_analytics.tables.parsing.text import is_missing, tidy, tidy_id

TYPES = {
    Kind.ID: "string",
    Kind.TEXT: "string",
    Kind.TIME: "timestamp",
    Kind.DATE: "date",
    Kind.MONEY: MONEY,
    Kind.NUMBER: "float64",
    Kind.INTEGER: "int64",
    Kind.FLAG: "boolean",
}
_UTC = ZoneInfo("UTC")
FLOAT_ID = r"-?[0-9]+\.0+"


@dataclass(frozen=True)
class ColumnPlan:
    """One column's way from the client's text to our type.

    `source` is its internal name in the raw table, `values` the stated value mapping, `way` how its dates are written,
    `decimal` its decimal mark, `float_id` that a number was exported as 17850.0 everywhere, `zone` the zone of its
    times, `blanks` that values have blanks around them.

    Three properties of the first rows keep the expressions small: `dense`, all rows had a value; `plain`, the engine's
    own cast reads the numbers; `span`, local times lie within these moments. Rows that do not keep to them make the
    load look again.
    """

    ours: str
    kind: Kind
    source: str
    theirs: str
    values: dict[str, str] = field(default_factory=dict)
    way: Way = ISO
    decimal: Decimal = "."
    float_id: bool = False
    zone: ZoneInfo = _UTC
    blanks: bool = True
    dense: bool = False
    plain: bool = False
    span: tuple[dt.datetime, dt.datetime] | None = None

    def text(self, raw: ir.Table) -> ir.StringValue:
        """The client's value as text, after value mapping."""
        column = raw[self.source]
        text = column if column.type().is_string() else column.cast("string")
        if self.kind == Kind.ID:
            text = tidy_id(text, wide=self.blanks)
        elif self.kind == Kind.TEXT or self.blanks or self.values:
            text = tidy(text, wide=self.blanks)
        return text.substitute(self.values) if self.values else text

    def read(self, texts: ir.Table, text: str, flag: str) -> dict[str, ir.Value]:
        """The second step: the tidy text in column `text` read as our type, times still as written.

        Times of a source with offsets get a second column `flag`: whether they are in UTC already.
        """
        if self.is_typed(texts):
            return {text: self._native(texts[self.source])}
        column = texts[text]
        if self.kind == Kind.TIME and self.way.kind == "offset":
            moment = in_calendar(parse_time(column, self.way))
            moment = ibis.ifelse(has_offset(column), moment, parse_time(column, ISO))
            return {text: moment, flag: has_offset(column)}
        return {text: self.parsed(column)}

    def value(self, read: ir.Table, text: str, flag: str) -> ir.Value:
        """The third step: local times as UTC; everything else is as it should be."""
        column = read[text]
        if self.kind != Kind.TIME or (self.way.utc and self.way.kind != "offset" and not self.is_typed(read)):
            return column
        if self.is_typed(read):
            zoned = isinstance(kind := read[self.source].type(), dtypes.Timestamp) and kind.timezone is not None
            return column if zoned else self._in_utc(column)
        if self.way.kind == "offset":
            return ibis.ifelse(read[flag], column, self._in_utc(column))
        return self._in_utc(column)

    def _in_utc(self, local: ir.TimestampValue) -> ir.TimestampValue:
        if self.span is None:
            return in_calendar(utc_of_local_time(local, self.zone))
        first, last = (ibis.timestamp(end) for end in self.span)
        within = ibis.ifelse(local.between(first, last), local, ibis.null(local.type()))
        return utc_of_local_time(within, self.zone, self.span)

    def is_typed(self, raw: ir.Table) -> bool:
        """Whether the client's column carries a type that goes straight to ours (Parquet, database)."""
        column = raw[self.source]
        return not self.values and not column.type().is_string() and self._native(column) is not None

    @property
    def can_fail(self) -> bool:
        """Whether there are values that cannot be read: any text will do for texts and most ids."""
        return self.kind != Kind.TEXT and (self.kind != Kind.ID or self.float_id)

    def unreadable(self, raw: ir.Table, value: ir.Value) -> ir.BooleanValue:
        """Whether there was a value and it could not be read; never null."""
        column = raw[self.source]
        text = column if column.type().is_string() else column.cast("string")
        # Lazy on purpose: the words for a missing value are looked up only where there is no value.
        bad: ir.BooleanValue = ibis.ifelse(value.notnull(), False, ~is_missing(text))
        return bad

    def _native(self, column: ir.Value) -> ir.Value | None:
        """A typed column as our type, times still as written; None where the types do not agree."""
        kind = column.type()
        if self.kind == Kind.TIME and (kind.is_timestamp() or kind.is_date()):
            zoned = isinstance(kind, dtypes.Timestamp) and kind.timezone is not None
            moment = wall_clock("UTC", column.cast("timestamp('UTC')")) if zoned else column.cast("timestamp")
            return in_calendar(moment)
        if self.kind == Kind.DATE and (kind.is_date() or kind.is_timestamp()):
            return in_calendar(column.cast("timestamp")).cast("date")
        if self.kind in (Kind.MONEY, Kind.NUMBER, Kind.INTEGER) and kind.is_numeric():
            if self.kind == Kind.INTEGER and not kind.is_integer():
                return None
            finite = column
            if kind.is_floating():
                finite = ibis.ifelse(column.isnan() | column.isinf(), ibis.null(kind), column)
            return finite.try_cast(TYPES[self.kind])
        if self.kind == Kind.FLAG and kind.is_boolean():
            return column
        if self.kind == Kind.ID and kind.is_integer():
            return column.cast("string")
        return None

    def parsed(self, text: ir.StringValue) -> ir.Value:
        """Tidy text as a value of our type; times as written."""
        if self.kind == Kind.ID and self.float_id:
            whole = text.split(".")[0]
            return ibis.ifelse(full_match(text, FLOAT_ID), whole, ibis.null("string"))
        if self.kind in (Kind.ID, Kind.TEXT):
            return text
        if self.kind == Kind.FLAG:
            return parse_flag(text)
        if self.kind == Kind.INTEGER:
            number = parse_number(text, "decimal(28, 4)", self.decimal, plain=self.plain)
            return ibis.ifelse(number == number.round(), number, ibis.null(number.type())).try_cast("int64")
        if self.kind in (Kind.MONEY, Kind.NUMBER):
            return parse_number(text, TYPES[self.kind], self.decimal, plain=self.plain)
        written = parse_time(text, self.way)
        return written.date() if self.kind == Kind.DATE else written


def in_calendar(moment: ir.TimestampValue) -> ir.TimestampValue:
    """Moments at the ends of the calendar, which stand for "ever" and "never", kept a day inside of them.

    9999-12-31 23:00 in New York would be in the year 10000 in UTC, which nothing after the engine can read.
    """
    first, last = ibis.timestamp("0001-01-02 00:00:00"), ibis.timestamp("9999-12-30 23:59:59")
    return ibis.cases((moment < first, first), (moment > last, last), else_=moment)
