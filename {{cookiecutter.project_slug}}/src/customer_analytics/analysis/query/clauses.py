"""The parts that follow a verb or a table: how often, and when."""

from __future__ import annotations

import datetime as dt

from customer_analytics.analysis.query.cursor import LONGEST_COUNT, LONGEST_DAYS, Cursor
from customer_analytics.analysis.query.nodes import Ago, Days, Often, When, Within
from customer_analytics.analysis.query.tokens import Token, TokenKind
from customer_analytics.analysis.query.vocabulary import UNITS

_WHEN = "a time such as `within 7 days`, `since 2025-01-01`, `between 2025-01-01 and 2025-03-31` or `30..90 days ago`"
_FREQUENCY_UNITS = {"time": "time", "times": "time", "day": "day", "days": "day"}
_LONGEST = {"day": LONGEST_DAYS, "week": LONGEST_DAYS // 7, "month": 1_200, "year": 100}


def parse_when(cursor: Cursor) -> When | None:
    """A time window if one comes next."""
    start = cursor.token
    if cursor.accept("ever"):
        return Days(None, None, place=cursor.place(start))
    if cursor.accept("within") or _accept_in_the_last(cursor):
        cursor.accept("the")
        cursor.accept("last")
        return _within(cursor, start)
    if cursor.accept("since"):
        return Days(_date(cursor), None, place=cursor.place(start))
    if cursor.accept("after"):
        return Days(_date(cursor) + dt.timedelta(days=1), None, place=cursor.place(start))
    if cursor.accept("before"):
        return Days(None, _date(cursor) - dt.timedelta(days=1), place=cursor.place(start))
    if cursor.is_word("on") and cursor.ahead(1).kind is TokenKind.DATE:
        cursor.next()
        day = _date(cursor)
        return Days(day, day, place=cursor.place(start))
    if cursor.accept("between"):
        first = _date(cursor)
        cursor.expect_word("and")
        return _in_order(cursor, start, first, _date(cursor))
    return _ago(cursor, start)


def is_count_of_units(cursor: Cursor, steps: int = 0) -> bool:
    """Whether `3..5 times` or `30..90 days ago` comes next, not the range of a value."""
    if cursor.ahead(steps).kind is not TokenKind.NUMBER:
        return False
    after = steps + 1
    if cursor.is_sign("..", steps=after):
        if cursor.ahead(after + 1).kind is not TokenKind.NUMBER:
            return False
        after += 2
    return cursor.ahead(after).keyword in {**_FREQUENCY_UNITS, **UNITS}


def parse_often(cursor: Cursor) -> Often | None:
    """`at least 3 times`, `at most 2 days`, `exactly once`, `3..5 times` if it comes next."""
    start = cursor.token
    if cursor.is_word("on") and cursor.ahead(1).keyword in ("at", "exactly", "more", "fewer"):
        cursor.next()
    if cursor.accept("once"):
        return Often(1, 1, place=cursor.place(start))
    if cursor.accept("exactly"):
        if cursor.accept("once"):
            return Often(1, 1, place=cursor.place(start))
        count = _count(cursor, 0)
        return _often(cursor, start, count, count)
    if cursor.accept("at", "least"):
        return _often(cursor, start, 1 if cursor.is_word("once") else _count(cursor, 1), None)
    if cursor.accept("at", "most"):
        return _often(cursor, start, 0, 1 if cursor.is_word("once") else _count(cursor, 0))
    if cursor.is_word("at"):
        cursor.next()
        raise cursor.expected("`least` or `most`")
    if cursor.accept("more"):
        cursor.expect_word("than")
        return _often(cursor, start, _count(cursor, 0) + 1, None)
    if cursor.accept("fewer"):
        cursor.expect_word("than")
        return _often(cursor, start, 0, _count(cursor, 1) - 1)
    return _counted(cursor, start)


def _counted(cursor: Cursor, start: Token) -> Often | None:
    if not is_count_of_units(cursor):
        return None
    is_range = cursor.is_sign("..", steps=1)
    unit = cursor.ahead(3 if is_range else 1).keyword
    if unit not in _FREQUENCY_UNITS or cursor.is_word("ago", steps=4 if is_range else 2):
        return None
    low = _count(cursor, 0)
    high = low
    if cursor.accept_sign(".."):
        high = _count(cursor, 0)
    if high < low:
        raise cursor.mistake(cursor.place(start), f"{low}..{high} runs backwards.", "The smaller number comes first.")
    return _often(cursor, start, low, high)


def _often(cursor: Cursor, start: Token, low: int, high: int | None) -> Often:
    unit = "time"
    if not cursor.accept("once"):
        word = cursor.token.keyword
        if word not in _FREQUENCY_UNITS:
            raise cursor.expected("`times` or `days`", "For example `at least 3 times within 30 days`.")
        unit = _FREQUENCY_UNITS[word]
        cursor.next()
    return Often(low, high, unit, place=cursor.place(start))


def _count(cursor: Cursor, lowest: int) -> int:
    return cursor.whole_number("a number of times", lowest, LONGEST_COUNT)


def _accept_in_the_last(cursor: Cursor) -> bool:
    return cursor.accept("in", "the", "last") or cursor.accept("in", "last") or cursor.accept("last")


def _within(cursor: Cursor, start: Token) -> Within:
    token = cursor.token
    is_one = token.keyword in UNITS.values()  # in the last month
    count = 1 if is_one else cursor.whole_number("a number of days", 1, LONGEST_DAYS)
    word = cursor.token.keyword
    if word not in UNITS:
        raise cursor.expected("`days`, `weeks`, `months` or `years`")
    cursor.next()
    unit = UNITS[word]
    if count > _LONGEST[unit]:
        raise cursor.mistake(token.place, f"a window here is at most {_LONGEST[unit]:,} {unit}s long.")
    return Within(count, unit, place=cursor.place(start))


def _ago(cursor: Cursor, start: Token) -> Ago | None:
    if not is_count_of_units(cursor):
        return None
    is_range = cursor.is_sign("..", steps=1)
    if not cursor.is_word("ago", steps=4 if is_range else 2):
        return None
    first = cursor.whole_number("a number of days", 1, LONGEST_DAYS)
    last = first
    if cursor.accept_sign(".."):
        last = cursor.whole_number("a number of days", 1, LONGEST_DAYS)
    if UNITS.get(cursor.token.keyword) != "day":
        raise cursor.expected("`days ago`", "Count in days: the as-of day is 1 day ago.")
    if last < first:
        raise cursor.mistake(cursor.place(start), f"{first}..{last} runs backwards.", "The smaller number comes first.")
    cursor.next()
    cursor.next()
    return Ago(first, last, place=cursor.place(start))


def _date(cursor: Cursor) -> dt.date:
    if cursor.token.kind is not TokenKind.DATE:
        raise cursor.expected("a day", "Days are written 2025-03-01.")
    return cursor.next().date


def _in_order(cursor: Cursor, start: Token, first: dt.date, last: dt.date) -> Days:
    if last < first:
        what = f"{last} is before {first}."
        raise cursor.mistake(cursor.place(start), what, "The earlier day comes first.")
    return Days(first, last, place=cursor.place(start))
