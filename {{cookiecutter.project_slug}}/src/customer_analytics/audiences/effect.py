"""What a holdout of this size could show: the smallest effect on the share of customers who buy (D7.7).

The base rate is not taken from the customers on the list in the days just past: whoever chooses customers who were
active, or silent, has chosen that rate. It comes from those who met the same condition 30 days earlier: how many of
them bought in the 30 days that followed, with whatever contact there was then.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.rfm.reachable import smallest_difference

DAYS = 30
MINIMUM_BASE = 30
Why = Literal["", "no holdout", "too few", "no orders", "short history", "small base", "nothing to compare"]


@dataclass(frozen=True)
class Effect:
    """The smallest difference of the share of buyers in `days` days that would show, with 80 % power at 5 %.

    `base`: customers who met the condition `days` days earlier; `bought`: how many of them bought in these days.
    `why` says why there is none, and is empty where there is.
    """

    why: Why
    days: int = DAYS
    base: int = 0
    bought: int = 0
    difference: float = math.nan

    @property
    def rate(self) -> float:
        """Share that bought; NaN without a base."""
        return self.bought / self.base if self.base else math.nan


@dataclass(frozen=True)
class Before:
    """Who met the condition before, and who bought since: two tables with customer_id, each customer once."""

    matched: ir.Table
    buyers: ir.Table


def smallest_effect(to_contact: int, held_out: int, minimum_group: int, before: Callable[[], Before | Why]) -> Effect:
    """The smallest effect that these arms could show.

    Args:
        to_contact: customers in the treatment arm.
        held_out: customers in the control arm.
        minimum_group: the engagement's smallest group.
        before: looks up who met the condition earlier; asked only where the arms are large enough.
    """
    if held_out == 0:
        return Effect("no holdout")
    if min(to_contact, held_out) < minimum_group:
        return Effect("too few")
    found = before()
    if not isinstance(found, Before):
        return Effect(found)
    base, bought = _counted(found)
    if base < MINIMUM_BASE:
        return Effect("small base", base=base, bought=bought)
    if bought in (0, base):
        return Effect("nothing to compare", base=base, bought=bought)
    difference = smallest_difference(bought / base, to_contact, held_out)
    return Effect("", base=base, bought=bought, difference=difference)


def _counted(found: Before) -> tuple[int, int]:
    """Size of the earlier group and how many bought; the two tables may belong to two connections."""
    people = pd.Index(found.matched.select("customer_id").to_pyarrow()["customer_id"].to_pandas())
    buyers = pd.Index(found.buyers.to_pyarrow()["customer_id"].to_pandas())
    return len(people), int(people.isin(buyers).sum())
