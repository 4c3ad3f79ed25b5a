"""Calendar days as options and settings give them: one reading, one range. And moments as our files note them."""

from __future__ import annotations

import datetime as dt
import math

FIRST_YEAR, LAST_YEAR = 1900, 2199  # time zones and windows cannot be counted beyond


def read_day(value: dt.date | str) -> dt.date | None:
    """The day that `value` says, written as 2011-12-09; None when it is no date, or before 1900 or after 2199."""
    try:
        day = value if isinstance(value, dt.date) else dt.date.fromisoformat(value.strip())
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def moment(text: str) -> float:
    """A noted moment (2026-10-25T02:30:00+02:00) as seconds, to be put in order; minus infinity when it is none.

    As texts they would stand in the wrong order in the hour that comes twice when summer time ends, and where a
    project was carried from one time zone to another.
    """
    try:
        noted = dt.datetime.fromisoformat(text)
    except ValueError:
        return -math.inf
    return (noted if noted.tzinfo else noted.replace(tzinfo=dt.UTC)).timestamp()
