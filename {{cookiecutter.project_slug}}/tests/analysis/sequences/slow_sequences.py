"""The same as analysis.sequences by plain loops over (person, day, item): slow, and nothing shared with it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

from scipy.stats import binom, norm

Line = tuple[int, int, int]  # person, day, item
Moment = tuple[int, int]  # person, day
EDGES = (2, 3, 4, 6, 9, 13, 19, 28, 41, 61, 91, 136, 201, 301)


class Slow:
    """Everything that a search counts. `last`: last day known; `block`: days of a calendar block."""

    def __init__(self, lines: Iterable[Line], last: int, window: int, block: int) -> None:
        self.last, self.window, self.block = last, window, block
        self.baskets: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for person, day, item in lines:
            self.baskets[person][day].add(item)
        self.first = min(day for days in self.baskets.values() for day in days)
        self.items = sorted({item for days in self.baskets.values() for basket in days.values() for item in basket})

    def moments(self) -> list[Moment]:
        """Customers' days whose window is over."""
        return [(p, d) for p, days in self.baskets.items() for d in days if d + self.window <= self.last]

    def later(self, moment: Moment) -> dict[int, int]:
        """Item -> days until it is first bought in the window."""
        person, day = moment
        found: dict[int, int] = {}
        for then in sorted(self.baskets[person]):
            if day < then <= day + self.window:
                for item in self.baskets[person][then]:
                    found.setdefault(item, then - day)
        return found

    def stratum(self, moment: Moment) -> tuple[int, int] | None:
        """Calendar block and class of activity; None where nothing is bought in the window."""
        count = len(self.later(moment))
        if not count:
            return None
        return (moment[1] - self.first) // self.block, sum(count >= edge for edge in EDGES)

    def triggers(self, item: int) -> list[Moment]:
        """Moments with the item after a window without it."""
        found = []
        for person, day in self.moments():
            days = self.baskets[person]
            before = any(item in days[d] for d in days if day - self.window <= d < day)
            if item in days[day] and not before:
                found.append((person, day))
        return found

    def cases(self, a: int, b: int) -> list[tuple[Moment, int | None]]:
        """Triggers of a without b, with the days until b follows."""
        return [(m, self.later(m).get(b)) for m in self.triggers(a) if b not in self.baskets[m[0]][m[1]]]

    def pair(self, a: int, b: int) -> dict[str, float]:
        """The measures of an ordered pair."""
        cases = self.cases(a, b)
        sizes: dict[tuple[int, int], int] = defaultdict(int)
        follow: dict[tuple[int, int], int] = defaultdict(int)
        for moment in self.moments():
            stratum = self.stratum(moment)
            if stratum is not None and b not in self.baskets[moment[0]][moment[1]]:
                sizes[stratum] += 1
                follow[stratum] += b in self.later(moment)
        own: dict[tuple[int, int], list[int]] = defaultdict(list)
        for moment, lag in cases:
            stratum = self.stratum(moment)
            if stratum is not None:
                own[stratum].append(lag is not None)
        up = sum(sum(hits) * (sizes[s] - len(hits)) / sizes[s] for s, hits in own.items())
        down = sum(len(hits) * (follow[s] - sum(hits)) / sizes[s] for s, hits in own.items())
        none: dict[int, float] = defaultdict(lambda: 1.0)
        hit: dict[int, bool] = defaultdict(bool)
        for moment, lag in cases:
            stratum = self.stratum(moment)
            chance = follow[stratum] / sizes[stratum] if stratum is not None else 0.0
            none[moment[0]] *= 1 - chance
            hit[moment[0]] |= lag is not None
        expected = sum(1 - value for value in none.values())
        customers, people = sum(hit.values()), len(none)
        p = binom.sf(customers - 1, people, expected / people) if customers >= expected + 1 else 1.0
        return {
            "triggers": len(cases), "count": sum(lag is not None for _, lag in cases), "people": people,
            "customers": customers, "lift": up / down if down else (math.inf if up else math.nan), "base_p": float(p),
        }  # fmt: skip

    def rate(self, item: int, block: int, left_out: int) -> float:
        """How often an item is bought in a block over what its share gives, one moment left out, drawn to 1."""
        inside = whole = moments = all_moments = 0
        for days in self.baskets.values():
            for day, basket in days.items():
                here = (day - self.first) // self.block == block
                moments += here
                all_moments += 1
                inside += here and item in basket
                whole += item in basket
        return (inside - left_out + 1) / (whole * moments / all_moments + 1)

    def direction(self, a: int, b: int) -> dict[str, float]:
        """After, before, odds of the order and p-value."""
        up: Mapping[int, list[float]] = defaultdict(list)
        down: Mapping[int, list[float]] = defaultdict(list)
        for person, days in self.baskets.items():
            for i, first in days.items():
                for j, second in days.items():
                    if not (a in first and b not in first and b in second and a not in second):
                        continue
                    if not 0 < abs(i - j) <= self.window:
                        continue
                    k, m = (i - self.first) // self.block, (j - self.first) // self.block
                    seen = self.rate(a, k, 1) * self.rate(b, m, 1)
                    swapped = self.rate(a, m, 0) * self.rate(b, k, 0)
                    surprise = 0.5 if k == m else swapped / (seen + swapped)
                    (up if i < j else down)[person].append(surprise)
        total_up, total_down = (sum(sum(own) for own in side.values()) for side in (up, down))
        net = {p: sum(up.get(p, [])) - sum(down.get(p, [])) for p in {*up, *down}}
        squares = sum(value**2 for value in net.values())
        return {
            "after": sum(len(own) for own in up.values()), "before": sum(len(own) for own in down.values()),
            "direction": total_up / total_down if total_down else (math.inf if total_up else math.nan),
            "direction_p": float(norm.sf(sum(net.values()) / math.sqrt(squares))) if squares else 1.0,
        }  # fmt: skip
