"""Days and spans of periods as parameters give them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from customer_analytics.engagement.days import FIRST_YEAR, LAST_YEAR, read_day
from customer_analytics.engagement.lists import Words

_BRACKET = re.compile(r"(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?")
LONGEST = 366  # periods that a bracket may reach to


def check_brackets(brackets: tuple[str, ...]) -> tuple[str, ...]:
    """The brackets as written, each `n` or `n-m` with n up to m; they may overlap.

    Raises:
        ValueError: a bracket that is none.
    """
    for bracket in brackets:
        span = bracket_span(bracket)
        if span is None or not 1 <= span[0] <= span[1] <= LONGEST:
            raise ValueError(
                f"{bracket!r} is no bracket: write a period or two with a hyphen, from 1 to {LONGEST}, for example 4-7"
            )
    return brackets


def bracket_span(bracket: str) -> tuple[int, int] | None:
    """First and last period of a bracket, both included; None when it is none."""
    match = _BRACKET.fullmatch(bracket.strip())
    if match is None:
        return None
    return int(match[1]), int(match[2] or match[1])


def _one_text_each(value: Any) -> Any:
    """YAML reads `1` as a number."""
    items = value if isinstance(value, (list, tuple)) else [value]
    texts = [str(item) if type(item) is int else item for item in items]
    return texts if isinstance(value, (list, tuple)) else texts[0]


def _day(value: Any) -> Any:
    if value is None or value == "":
        return None
    day = read_day(value) if isinstance(value, (str, dt.date)) else None
    if day is None:
        raise ValueError(f"must be a day from {FIRST_YEAR} to {LAST_YEAR}, for example 2011-12-09")
    return day


Brackets = Annotated[Words, BeforeValidator(_one_text_each), AfterValidator(check_brackets)]
OptionalDay = Annotated[dt.date | None, BeforeValidator(_day)]
