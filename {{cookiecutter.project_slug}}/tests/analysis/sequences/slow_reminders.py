"""Reminders by plain loops over (person, day, item)."""

from __future__ import annotations

from collections import defaultdict

from slow_sequences import EDGES, Line


def slow_again(lines: list[Line], last: int, days: int, block: int) -> dict[int, tuple[int, int, float]]:
    """item -> customers whose first moment with it is `days` ago or more, those who bought it again, expected ones."""
    bought: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for person, day, item in lines:
        bought[person][day].add(item)
    first = min(day for own in bought.values() for day in own)
    moments = [(person, day) for person, own in bought.items() for day in own if day + days <= last]

    def after(moment: tuple[int, int]) -> list[int]:
        person, day = moment
        return [item for then, basket in bought[person].items() if day < then <= day + days for item in basket]

    def stratum(moment: tuple[int, int]) -> tuple[int, int]:
        return (moment[1] - first) // block, sum(len(after(moment)) >= edge for edge in EDGES)

    found = {}
    for item in {item for _, _, item in lines}:
        without: dict[tuple[int, int], list[bool]] = defaultdict(list)
        for moment in moments:
            if after(moment) and item not in bought[moment[0]][moment[1]]:
                without[stratum(moment)].append(item in after(moment))
        people, again, expected = 0, 0, 0.0
        for person, own in bought.items():
            days_of = [day for day in own if item in own[day]]
            if not days_of or min(days_of) + days > last:
                continue
            moment = (person, min(days_of))
            people += 1
            again += item in after(moment)
            reference = without.get(stratum(moment), []) if after(moment) else []
            expected += sum(reference) / len(reference) if reference else 0.0
        found[item] = (people, again, expected)
    return found
