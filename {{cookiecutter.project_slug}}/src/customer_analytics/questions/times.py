"""Spans of time in a question as the query language writes them."""

# ruff: noqa: E501  -- lists of words and patterns, one meaning a line
from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable

from customer_analytics.questions.numbers import NUMBER, YEAR, number, written
from customer_analytics.questions.pieces import Piece

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Piece | None]]
_UNIT = {
    "天": "days",
    "日": "days",
    "周": "weeks",
    "星期": "weeks",
    "个星期": "weeks",
    "个月": "months",
    "月": "months",
    "年": "years",
}
_MONTHS = {name.lower(): place for place, name in enumerate(calendar.month_name) if name}
_DAY = r"(\d{4}-\d{1,2}-\d{1,2}|\d{4}年\d{1,2}月\d{1,2}[日号])"
_EN_UNIT = r"(day|week|month|year)s?"
_ZH_UNIT = r"(天|日|周|个?星期|个月|月|年)"


def time_rules(as_of: dt.date) -> list[Rule]:
    """Patterns of time and what each means on an as-of day."""
    first = as_of.replace(day=1)
    last_month = first - dt.timedelta(days=1)
    monday = as_of - dt.timedelta(days=as_of.weekday())
    quarter = as_of.replace(month=3 * ((as_of.month - 1) // 3) + 1, day=1)
    before = quarter - dt.timedelta(days=1)
    fixed = {
        r"today|今天|今日": f"on {as_of}",
        r"yesterday|昨天|昨日": f"on {as_of - dt.timedelta(days=1)}",
        r"this week|本周|这周|这个?星期": f"since {monday}",
        r"last week|上周|上个?星期": _between(monday - dt.timedelta(days=7), monday - dt.timedelta(days=1)),
        r"this month|本月|这个?月|当月": f"since {first}",
        r"last month|previous month|上个?月": _between(last_month.replace(day=1), last_month),
        r"this quarter|本季度?|这个?季度": f"since {quarter}",
        r"last quarter|previous quarter|上个?季度?": _between(_quarter_start(before), before),
        r"this year|今年|本年": f"since {as_of.year}-01-01",
        r"last year|previous year|去年": _between(dt.date(as_of.year - 1, 1, 1), dt.date(as_of.year - 1, 12, 31)),
        r"(?:within|in|during|over|for) the (?:last|past) week|(?:the )?past week|(?:最近|近|过去)一?周": "within 1 week",
        r"(?:within|in|during|over|for) the (?:last|past) month|(?:the )?past month|(?:最近|近|过去)一个?月": "within 1 month",
        r"(?:within|in|during|over|for) the (?:last|past) year|(?:the )?past year|(?:最近|近|过去)一年": "within 1 year",
        r"(?:(?:within|in|during|over|for) )?the (?:last|past) (?:half year|half a year|six months)|(?:最近|近|过去)?半年[内来]?": "within 6 months",
        r"ever|before(?! ?\d)|previously|以前|此前|at any time|at all|any time|从来|历史上|任何时候": "ever",
    }
    rules: list[Rule] = [(re.compile(f"(?:{pattern})"), _always(when)) for pattern, when in fixed.items()]
    rules += [
        (
            re.compile(
                rf"(?:(?:with)?in|during|over|for)? ?(?:the )?(?:last|past|previous|recent) ({NUMBER}) {_EN_UNIT}"
            ),
            _within,
        ),
        (re.compile(rf"(?:within|for|in) ({NUMBER}) {_EN_UNIT}"), _within),
        (
            re.compile(rf"(?:最近|近|过去|前|超过|已|已经)(?:的)?({NUMBER}) ?{_ZH_UNIT}(?:以内|之内|内|以来|来|里)?"),
            _within,
        ),
        (re.compile(rf"({NUMBER}) ?{_ZH_UNIT}(?:以内|之内|内|以来|里)"), _within),
        (re.compile(rf"({NUMBER})天(?=都?[没未不])"), _days),
        (re.compile(rf"({NUMBER}) (?:to|-) ({NUMBER}) days ago"), _ago),
        (re.compile(rf"({NUMBER}) ?[-到至] ?({NUMBER})天(?:之)?前"), _ago),
        (re.compile(rf"(?:since|from) {_DAY}(?! to)"), _one_day("since")),
        (re.compile(rf"after {_DAY}"), _one_day("after")),
        (re.compile(rf"before {_DAY}"), _one_day("before")),
        (re.compile(rf"on {_DAY}|{_DAY}当[天日]"), _one_day("on")),
        (re.compile(rf"自?从?{_DAY}(?:以来|起|之?后)"), _one_day("since")),
        (re.compile(rf"{_DAY}(?:之|以)?前"), _one_day("before")),
        (re.compile(rf"(?:between|from) {_DAY} (?:and|to) {_DAY}"), _two_days),
        (re.compile(rf"从?{_DAY}[到至-]{_DAY}(?:之间|期间)?"), _two_days),
        (re.compile(rf"in ({YEAR})(?!\d|s|-)|({YEAR})年(?!\d|[出生]|至|到|-|后|前|及|或)"), _year),
        (re.compile(rf"in ({'|'.join(_MONTHS)}) ({YEAR})"), lambda m: _month(int(m[2]), _MONTHS[m[1]])),
        (re.compile(rf"({YEAR})年(\d{{1,2}})月(?!\d)"), lambda m: _month(int(m[1]), int(m[2]))),
    ]
    return rules


def _always(when: str) -> Callable[[re.Match[str]], Piece | None]:
    return lambda match: Piece("time", when)


def _within(match: re.Match[str]) -> Piece | None:
    count = number(match[1])
    unit = match[2]
    name = unit + "s" if unit in ("day", "week", "month", "year") else _UNIT[unit]
    return Piece("time", f"within {int(count)} {name}") if _whole(count) else None


def _days(match: re.Match[str]) -> Piece | None:
    count = number(match[1])
    return Piece("time", f"within {int(count)} days") if _whole(count) else None


def _ago(match: re.Match[str]) -> Piece | None:
    low, high = sorted((number(match[1]), number(match[2])))
    return Piece("time", f"{written(low)}..{written(high)} days ago") if _whole(low) and _whole(high) else None


def _one_day(word: str) -> Callable[[re.Match[str]], Piece | None]:
    def piece(match: re.Match[str]) -> Piece | None:
        day = _day(next(group for group in match.groups() if group))
        return None if day is None else Piece("time", f"{word} {day}")

    return piece


def _two_days(match: re.Match[str]) -> Piece | None:
    days = [_day(match[1]), _day(match[2])]
    known = sorted(day for day in days if day is not None)
    return Piece("time", _between(known[0], known[1])) if len(known) == len(days) else None


def _year(match: re.Match[str]) -> Piece:
    year = int(match[1] or match[2])
    return Piece("time", _between(dt.date(year, 1, 1), dt.date(year, 12, 31)))


def _month(year: int, month: int) -> Piece | None:
    if not 1 <= month <= len(_MONTHS):
        return None
    last = calendar.monthrange(year, month)[1]
    return Piece("time", _between(dt.date(year, month, 1), dt.date(year, month, last)))


def _day(text: str) -> dt.date | None:
    parts = [int(part) for part in re.findall(r"\d+", text)]
    try:
        return dt.date(*parts)
    except ValueError:
        return None


def _quarter_start(day: dt.date) -> dt.date:
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


def _between(first: dt.date, last: dt.date) -> str:
    return f"between {first} and {last}"


def _whole(count: float) -> bool:
    return count.is_integer() and 1 <= count <= 9999
