"""The study of silence by brute force: every day of every silence of every person, one at a time."""

from __future__ import annotations

import math
from collections import defaultdict

Days = dict[str, list[int]]


def rhythm(earlier: list[int]) -> str:
    """Class of a person by the mean gap of the days until now, the present one included."""
    if len(earlier) == 1:
        return "first"
    mean = (earlier[-1] - earlier[0]) / (len(earlier) - 1)
    return "week" if mean <= 7 else "month" if mean <= 30 else "quarter" if mean <= 90 else "slower"


def silent_moments(days: Days, now: int, horizon: int, silent: int) -> list[tuple[str, str, bool]]:
    """(person, rhythm, returned) of every silence of at least `silent` days whose next horizon is known."""
    found = []
    for person, own in days.items():
        for place, day in enumerate(own):
            moment = day + silent  # the first day that is not known
            happened = [other for other in own if day < other < moment]
            if not happened and moment + horizon <= now:
                returned = any(moment <= other < moment + horizon for other in own)
                found.append((person, rhythm(own[: place + 1]), returned))
    return found


def rate_and_spread(moments: list[tuple[str, bool]]) -> tuple[int, int, int, float, float]:
    """People, silences, returns, rate, and its standard error over people."""
    people: dict[str, list[bool]] = defaultdict(list)
    for person, returned in moments:
        people[person].append(returned)
    n, y = len(moments), sum(returned for _, returned in moments)
    rate = y / n
    squares = sum((sum(own) - rate * len(own)) ** 2 for own in people.values())
    return len(people), n, y, rate, math.sqrt(squares) / n


def population(days: Days, cut: int, gap: int, horizon: int, limits: dict[str, int]) -> dict[str, int]:
    """person -> left, for everybody who is here at the cut-off."""
    here = {}
    for person, own in days.items():
        earlier = [day for day in own if day < cut]
        if earlier and cut - earlier[-1] <= limits[rhythm(earlier)]:
            here[person] = int(not any(cut + gap <= day < cut + gap + horizon for day in own))
    return here
