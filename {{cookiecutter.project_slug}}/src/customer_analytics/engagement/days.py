"""Calendar days as options and settings give them: one reading, one range."""

from __future__ import annotations

import datetime as dt

FIRST_YEAR, LAST_YEAR = 1900, 2199  # time zones and windows cannot be counted beyond


def read_day(value: dt.date | str) -> dt.date | None:
    """The day that `value` says, written as 2011-12-09; None when it is no date, or before 1900 or after 2199."""
    try:
        day = value if isinstance(value, dt.date) else dt.date.fromisoformat(value.strip())
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
