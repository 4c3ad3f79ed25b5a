"""The count that a set needs: the stated support, exactly, or the smallest that counts as evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from customer_analytics.engagement.parameters import BasketRulesParameters


@dataclass(frozen=True)
class Floor:
    """Baskets that a set needs: `count`, as a share of all baskets (`support`), and whether it was `chosen` by us.

    A chosen floor is the least that counts as evidence; `mine` may raise it to where the sets fit the memory.
    """

    count: int
    support: float
    chosen: bool


def floor_for(n: int, parameters: BasketRulesParameters) -> Floor:
    """The floor of `n` baskets. A stated support is met exactly: .006 of 9,835 needs 60 of them, .1 of 30 needs 3."""
    chosen = not parameters.minimum_support
    count = parameters.minimum_count if chosen else exact_count(parameters.minimum_support, n)
    return Floor(count, count / max(1, n), chosen)


def exact_count(share: float, n: int) -> int:
    """The fewest of n, at least 1, that are no less than a share of it, the share taken as it is written."""
    return max(1, math.ceil(Fraction(str(share)) * n))
