"""Dates and times as clients write them. A column has one way of writing; which one is decided over all its values."""

from __future__ import annotations

import re
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from customer_analytics.tables.parsing.functions import (
    from_microseconds,
    full_match,
    try_strptime,
    try_strptime_with_offset,
    wall_clock,
)

_CLOCKS = (
    "", " %H:%M:%S", " %H:%M", " %H:%M:%S.%f", "T%H:%M:%S", "T%H:%M", " %I:%M:%S %p", " %I:%M %p", ", %H:%M",
    ", %H:%M:%S",
)  # fmt: skip
_SPELLED_OFFSETS = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S.%f%z")
_YEAR = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"  # for the engine 0000 is a year before Christ
_ISO = _YEAR + r"[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?"
_TWO = "[0-9]{1,2}"
_DIRECTIVES = {
    "%Y": _YEAR, "%m": _TWO, "%d": _TWO, "%y": "[0-9]{2}", "%H": _TWO, "%I": _TWO, "%M": _TWO, "%S": _TWO,
    "%f": "[0-9]{1,9}", "%p": "[AaPp][Mm]", "%b": "[A-Za-z]{3}", "%B": "[A-Za-z]{3,9}",
}  # fmt: skip
_OFFSET = _YEAR + r"[-/].*:[0-9]{2}[0-9.:]* ?(Z|z|UTC|GMT|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
_EXCEL_EPOCH = 2_209_161_600  # seconds from 1899-12-30 to 1970


@dataclass(frozen=True)
class Way:
    """A way of writing dates. `formats` are strptime formats; `kind` names the ways that take more than formats.

    `rival` is the way that reads the same digits as another day: a column that both can read is ambiguous.
    `utc`: the value names a moment of its own, so no time zone is applied.
    """

    name: str
    kind: str = "formats"
    formats: tuple[str, ...] = ()
    rival: str = ""
    utc: bool = False


def _ways(name: str, day: str, rival: str = "") -> Way:
    return Way(name, "formats", tuple(day + clock for clock in _CLOCKS), rival)


ISO = Way("iso", "iso")
WAYS: tuple[Way, ...] = (
    ISO,
    Way("iso with offset", "offset", utc=True),
    Way("%Y%m%d", "formats", ("%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m%d %H:%M:%S", "%Y%m%d %H:%M")),
    Way(
        "%Y年%m月%d日",
        "formats",
        tuple(
            "%Y年%m月%d日" + clock
            for clock in (*_CLOCKS, "%H:%M:%S", "%H:%M", "%H时%M分%S秒", " %H时%M分%S秒", "%H时%M分", " %H时%M分")
        ),
    ),
    _ways("%d/%m/%Y", "%d/%m/%Y", rival="%m/%d/%Y"),
    _ways("%m/%d/%Y", "%m/%d/%Y", rival="%d/%m/%Y"),
    _ways("%d-%m-%Y", "%d-%m-%Y", rival="%m-%d-%Y"),
    _ways("%m-%d-%Y", "%m-%d-%Y", rival="%d-%m-%Y"),
    _ways("%d.%m.%Y", "%d.%m.%Y"),
    _ways("%Y.%m.%d", "%Y.%m.%d"),
    _ways("%d/%m/%y", "%d/%m/%y", rival="%m/%d/%y"),
    _ways("%m/%d/%y", "%m/%d/%y", rival="%d/%m/%y"),
    _ways("%d-%m-%y", "%d-%m-%y", rival="%m-%d-%y"),
    _ways("%m-%d-%y", "%m-%d-%y", rival="%d-%m-%y"),
    _ways("%d.%m.%y", "%d.%m.%y"),
    _ways("%d %b %Y", "%d %b %Y"),
    _ways("%d-%b-%Y", "%d-%b-%Y"),
    _ways("%d-%b-%y", "%d-%b-%y"),
    _ways("%d %B %Y", "%d %B %Y"),
    _ways("%b %d, %Y", "%b %d, %Y"),
    _ways("%B %d, %Y", "%B %d, %Y"),
    Way("%Y-%m", "formats", ("%Y-%m", "%Y/%m", "%Y年%m月")),
    Way("spreadsheet serial number", "serial"),
    Way("seconds since 1970", "seconds", utc=True),
    Way("milliseconds since 1970", "milliseconds", utc=True),
    Way("microseconds since 1970", "microseconds", utc=True),
)
BY_NAME = {way.name: way for way in WAYS}
_UNITS = {
    "seconds": (r"[0-9]{9,10}(\.[0-9]+)?", 1_000_000),
    "milliseconds": (r"[0-9]{12,13}", 1_000),
    "microseconds": (r"[0-9]{15,16}", 1),
}


def stated_way(stated: str) -> Way:
    """The way that `formats:` in engagement.yml states: one of ours by name, or a strptime format.

    A format without a clock also reads values with one.
    """
    if stated in BY_NAME:
        return BY_NAME[stated]
    if any(mark in stated for mark in ("%H", "%I", "%c", "%X")):
        return Way(stated, "formats", (stated,), utc="%z" in stated)
    return Way(stated, "formats", tuple(stated + clock for clock in _CLOCKS))


def parse_time(text: ir.StringValue, way: Way) -> ir.TimestampValue:
    """Text as a naive timestamp, as written (in UTC where the way says so); null where it cannot be read."""
    if way.kind == "iso":
        # What the engine can read and has this shape needs no regular expression, which costs twice the reading.
        usual = (text >= "0001") & text.like("____-__-__ __:__:__")
        return _when(ibis.ifelse(usual, True, full_match(text, _ISO)), text.try_cast("timestamp"))
    if way.kind == "serial":
        return _from_serial(text)
    if way.kind in _UNITS:
        shape, factor = _UNITS[way.kind]
        number = _when(full_match(text, shape), text.try_cast("decimal(22, 6)"))
        return from_microseconds((number * factor).cast("int64"))
    if way.kind == "offset":
        moment = wall_clock("UTC", text.replace("GMT", "UTC").try_cast("timestamp('UTC')"))
        spelled = wall_clock("UTC", try_strptime_with_offset(text, ibis.array(list(_SPELLED_OFFSETS))))
        return _when(has_offset(text), ibis.coalesce(moment, spelled))
    # Only text of the right shape is parsed: a failed strptime costs twenty times a good one.
    formats = ibis.array([ibis.literal(one) for one in way.formats])
    shaped = _when(full_match(text, _shape(way.formats)), text)
    if way.utc:
        return wall_clock("UTC", try_strptime_with_offset(shaped, formats))
    return try_strptime(shaped, formats)


def _shape(formats: tuple[str, ...]) -> str:
    """A regular expression of what the formats can read; %Y is four digits, so that "24" is another way of writing."""
    shapes = []
    for one in formats:
        parts = re.split(r"(%-?[a-zA-Z%])", one)
        shapes.append("".join(_DIRECTIVES.get(part, ".+") if part[:1] == "%" else re.escape(part) for part in parts))
    return "|".join(dict.fromkeys(shapes))


def has_offset(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a written time ends with Z, UTC or an offset."""
    return full_match(text, _OFFSET)


def _from_serial(text: ir.StringValue) -> ir.TimestampValue:
    """Days since 1899-12-30, as spreadsheets count them; 1927 to 2119, so that other numbers are not taken for days."""
    days = text.try_cast("decimal(28, 10)")
    seconds = (_when(days.between(10_000, 80_000), days) * 86_400).cast("int64")
    return from_microseconds((seconds - _EXCEL_EPOCH) * 1_000_000)


def _when(condition: ir.BooleanValue, value: ir.Value) -> ir.Value:
    return ibis.ifelse(condition, value, ibis.null(value.type()))
