"""Days and times: at the ends of the calendar, in hours that are not, in two orders, in other countings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bad_inputs.case import HEADER, Case, Loaded, Refused, orders

PLACE = "engagement.yml, source data/raw/*.csv of orders"
STATE = 'Map another column, or state how it is written: formats: {ordered_at: "%d.%m.%Y"}.'


def text_of(days: Sequence[str]) -> dict[str, str | bytes]:
    """One order for each day."""
    return {"a.csv": HEADER + "".join(f'{i},a,"{day}",5\n' for i, day in enumerate(days))}


def read(name: str, wrong: str, days: dict[str, str], note: str = "", **more: Any) -> Case:
    """Days as written, and as they must be read, in UTC."""
    rows = tuple((str(i), value) for i, value in enumerate(days.values()))
    outcome = Loaded(rows, shown=("order_id", "ordered_at"), notes=(f"ordered_at: {note}.",) if note else ())
    return Case(name, wrong, text_of(list(days)), outcome, **more)


def aside(name: str, wrong: str, *days: str, good: str = "2024-01-05", note: str = "") -> Case:
    """Days of which only the last can be read."""
    last = len(days)
    rows, lines = ((str(last), "2024-01-05 00:00:00"),), tuple(range(2, last + 2))
    notes = (f"ordered_at: {note}.",) if note else ()
    outcome = Loaded(rows, {"unreadable ordered_at": last}, lines, shown=("order_id", "ordered_at"), notes=notes)
    return Case(name, wrong, text_of([*days, good]), outcome, [orders(tolerance=1)])


def unreadable(name: str, wrong: str, days: Sequence[str], line: int, share: str, values: str, **more: Any) -> Case:
    """Days at which the load stops."""
    what = f"column 'when' cannot be read as ordered_at (time) in {share} rows, for example {values}."
    sentence = f"data/raw/a.csv, line {line}: {what} {STATE}"
    return Case(name, wrong, text_of(days), Refused((sentence,), late=True), **more)


BERLIN = {"settings": {"time_zone": "Europe/Berlin"}}
CASES = (
    read("the years 1 and 9999", "They stand for always and never, and are kept a day inside the calendar.",
         {"0001-01-01": "0001-01-02 00:00:00", "9999-12-31": "9999-12-30 23:59:59",
          "2024-01-05": "2024-01-05 00:00:00"}),
    aside("the year 0 and before", "No calendar of ours has them.", "0000-01-01", "0000-12-31 10:00:00", "-0044-03-15"),
    aside("beyond the year 9999", "Five digits are no year.", "10000-01-01", "294247-01-10"),
    aside("days that are not", "31 February, 29 February of a common year, month 13, day 0.",
          "2024-02-31", "2023-02-29", "2024-13-01", "2024-01-00"),
    aside("times that are not", "Hour 25, minute 60, second 60.", "2024-01-05 25:00:00", "2024-01-05 10:60:00",
          "2024-01-05 23:59:60"),
    read("leap day and midnight as 24:00", "Both are right.",
         {"2024-02-29": "2024-02-29 00:00:00", "2024-01-05 24:00:00": "2024-01-06 00:00:00"}),
    Case("day or month first", "All days are below 13.", text_of(["01/02/2024", "03/04/2024"]),
         Refused((f"{PLACE}: column 'when' for ordered_at: day and month cannot be told apart, all values fit %d/%m/%Y "
                  'and %m/%d/%Y. Add to the source: formats: {ordered_at: "%d/%m/%Y"} (or "%m/%d/%Y").',), late=True)),
    read("day first, told by one value", "13 can be no month.",
         {"01/02/2024": "2024-02-01 00:00:00", "13/04/2024": "2024-04-13 00:00:00"}, "read as %d/%m/%Y"),
    unreadable("day first and month first in one column", "One value has day 13, another month 13.",
               ["13/02/2024", "14/02/2024", "04/13/2024"], 4, "1 of 3", "'04/13/2024'"),
    unreadable("two ways of writing in one column", "ISO days, and days with points.",
               ["2024-01-05", "2024-01-06", "05.01.2024"], 4, "1 of 3", "'05.01.2024'"),
    unreadable("wrong format stated", "engagement.yml says %d.%m.%Y.", ["2024-01-05"], 2, "1 of 1", "'2024-01-05'",
               sources=[orders(formats={"ordered_at": "%d.%m.%Y"})]),
    read("two digits for the year", "13/2/24 is of our century.", {"13/2/24": "2024-02-13 00:00:00"},
         "read as %d/%m/%y"),
    read("serial numbers of a spreadsheet", "45292.5 is noon of the first day of 2024.",
         {"45292": "2024-01-01 00:00:00", "45293.5": "2024-01-02 12:00:00"}, "read as spreadsheet serial number"),
    aside("serial numbers among days", "A spreadsheet turned some cells into days and others not.", "45292"),
    unreadable("numbers that are no serial numbers", "1, 2, 3 would be days of 1899.", ["1", "2"], 2, "2 of 2",
               "'1', '2'"),
    read("seconds since 1970", "As programs count.", {"1704067200": "2024-01-01 00:00:00"},
         "read as seconds since 1970"),
    read("milliseconds since 1970", "As browsers count.", {"1704067200000": "2024-01-01 00:00:00"},
         "read as milliseconds since 1970"),
    read("mixed time zones", "Offsets, Z and local times stand in one column.",
         {"2024-01-05T10:00:00Z": "2024-01-05 10:00:00", "2024-01-05T10:00:00+08:00": "2024-01-05 02:00:00",
          "2024-01-05 10:00:00": "2024-01-05 09:00:00"}, "read as iso with offset", **BERLIN),
    aside("offsets that no place has", "99 hours east of Greenwich.", "2024-01-05T10:00:00+99:00",
          good="2024-01-05T00:00:00Z", note="read as iso with offset"),
    aside("names of time zones", "CET is more than one zone.", "2024-01-05 10:00 CET",
          "Fri Jan 05 2024 10:00:00 GMT+0800 (China Standard Time)"),
    read("hours that the clocks skip and repeat", "02:30 on the days of the changes in Berlin.",
         {"2024-03-31 02:30:00": "2024-03-31 01:30:00", "2024-10-27 02:30:00": "2024-10-27 00:30:00"},
         "1 times in an hour that the clocks repeat are taken for its first, 1 in one that they skip are moved forward",
         **BERLIN),
    read("a day that was skipped", "Samoa had no 30 December 2011.",
         {"2011-12-29 12:00:00": "2011-12-29 22:00:00", "2011-12-30 12:00:00": "2011-12-30 22:00:00"},
         "0 times in an hour that the clocks repeat are taken for its first, 1 in one that they skip are moved forward",
         settings={"time_zone": "Pacific/Apia"}),
    read("before there were time zones", "Shanghai's clocks went by the sun in 1890.",
         {"1890-01-01 00:00:00": "1889-12-31 15:54:17", "2024-01-05 08:00:00": "2024-01-05 00:00:00"},
         settings={"time_zone": "Asia/Shanghai"}),
    aside("months in other languages", "Januar and января are not guessed.", "5 Januar 2024", "5 января 2024"),
    aside("other calendars and digits", "Reiwa 6, year 113 of Taiwan, full-width digits.", "令和6年1月5日", "113/01/05",
          "２０２４-０１-０５"),
    aside("words for days", "Also those that the engine would know.", "yesterday", "now", "infinity", "epoch"),
    Case("no days at all", "The column is empty.", text_of(["", "NULL", "NaT"]),
         Refused(("data/raw/a.csv, line 2: column 'when' for ordered_at is empty in 3 of 3 rows. Map another column, "
                  "or set these rows aside on purpose: set_aside: [{reason: no ordered_at, when: [{column: when, "
                  "missing: true}]}].",), late=True)),
    Case("constant at the end of the calendar", "Every order is of 9999-12-31 23:00 in New York.",
         {"a.csv": HEADER + "1,a,2024-01-05,5\n"},
         Loaded((("1", "9999-12-30 23:59:59"),), shown=("order_id", "ordered_at")),
         [{"table": "orders", "files": "data/raw/*.csv", "columns": {"order_id": "no"},
           "constants": {"ordered_at": "9999-12-31 23:00"}}], {"time_zone": "America/New_York"}),
)  # fmt: skip
