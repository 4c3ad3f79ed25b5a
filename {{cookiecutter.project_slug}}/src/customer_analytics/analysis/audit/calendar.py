"""Days on which a business may be shut: weekends that it never opens, and the public holidays of its region.

Holidays only explain a quiet day; none is ever expected. The rules cover what moves most shops: the western year end,
Easter, and the Chinese spring festival and national day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

LEAST_WEEKS = 4  # fewer weeks cannot show that a weekday is closed
OPEN_EXCEPTIONS = 0.1  # a closed weekday may have opened on one day in ten
_CHINESE_ZONES = {
    "Asia/Shanghai",
    "Asia/Chongqing",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Macau",
    "Asia/Taipei",
    "PRC",
}
_NEW_YEAR_BY_MOON = {
    2008: (2, 7), 2009: (1, 26), 2010: (2, 14), 2011: (2, 3), 2012: (1, 23), 2013: (2, 10), 2014: (1, 31),
    2015: (2, 19), 2016: (2, 8), 2017: (1, 28), 2018: (2, 16), 2019: (2, 5), 2020: (1, 25), 2021: (2, 12),
    2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26),
    2029: (2, 13), 2030: (2, 3),
}  # fmt: skip


def closed_weekdays(volume: Mapping[dt.date, int]) -> frozenset[int]:
    """Weekdays (Monday 0) without volume on nine days in ten or more, while other weekdays have some.

    Args:
        volume: rows of every day of the period, days without rows included.
    """
    closed = set()
    for weekday in range(7):
        rows = [count for day, count in volume.items() if day.weekday() == weekday]
        if len(rows) >= LEAST_WEEKS and sum(count > 0 for count in rows) <= OPEN_EXCEPTIONS * len(rows):
            closed.add(weekday)
    return frozenset(closed) if len(closed) < 7 else frozenset()


def is_holiday(day: dt.date, zone: ZoneInfo) -> bool:
    """Whether shops in the zone's region often close on this day."""
    if str(zone) in _CHINESE_ZONES:
        return _is_chinese_holiday(day)
    easter = easter_sunday(day.year)
    around_easter = {easter + dt.timedelta(days=offset) for offset in (-2, 0, 1)}
    return day in around_easter or _is_year_end(day)


def easter_sunday(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Meeus, Astronomical Algorithms, 1991)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    leap_years, year_rest = divmod(rest, 4)
    weekday = (32 + 2 * century_rest + 2 * leap_years - epact - year_rest) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return dt.date(year, month, day + 1)


def runs(days: Sequence[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Days gathered into unbroken runs (first, last)."""
    gathered: list[tuple[dt.date, dt.date]] = []
    for day in sorted(days):
        if gathered and day - gathered[-1][1] == dt.timedelta(days=1):
            gathered[-1] = (gathered[-1][0], day)
        else:
            gathered.append((day, day))
    return gathered


def _is_year_end(day: dt.date) -> bool:
    return (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 3)


def _is_chinese_holiday(day: dt.date) -> bool:
    """From two days before the spring festival to a week after it; 1 January; 1 to 3 May; 1 to 7 October."""
    fixed = (day.month, day.day) == (1, 1) or (day.month == 5 and day.day <= 3) or (day.month == 10 and day.day <= 7)
    month_day = _NEW_YEAR_BY_MOON.get(day.year)
    if month_day is None:
        return fixed
    distance = (day - dt.date(day.year, *month_day)).days
    return fixed or -2 <= distance <= 7
