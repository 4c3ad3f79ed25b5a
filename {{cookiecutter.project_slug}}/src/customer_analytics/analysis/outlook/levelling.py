"""Half-life, and whether the curve has levelled off: from the same cohorts at one age and the next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from customer_analytics.analysis.outlook.projection import LEAST_COHORTS
from customer_analytics.analysis.outlook.triangle import Floats, Triangle
from customer_analytics.statistics import Interval

DRAWS = 2000
FLAT = 0.02  # fall from one period to the next, of those active, that still counts as level
Verdict = Literal["level", "falling", "rising", "open"]


@dataclass(frozen=True)
class HalfLife:
    """First age at which no more than half are active. `of`: everybody, or those active at age 1.

    `age`: None where the horizon ends before; `is_projected`: the age lies beyond what was observed.
    """

    of: Literal["everybody", "returned"]
    age: int | None
    is_projected: bool


@dataclass(frozen=True)
class Plateau:
    """The second half of the observed ages, taken together.

    `first` and `last`: these ages; `share`: of the people at these ages active, with `share_interval`; `step`: people
    active at an age over the same cohorts' people active at the age before, less 1, with `step_interval`; intervals by
    drawing cohorts again, NaN with few of them. `verdict`: level (the fall is smaller than FLAT beyond doubt), falling,
    rising, or open (the data do not say).
    """

    first: int
    last: int
    cohorts: int
    share: float
    share_interval: Interval
    step: float
    step_interval: Interval
    verdict: Verdict


def half_lives(curve: pd.DataFrame, minimum: int) -> tuple[HalfLife, ...]:
    """Half-lives from a projected curve (age, eligible, observed, expected).

    An age counts as observed with at least `minimum` people eligible; elsewhere the expected share is read.
    """
    seen = (curve["eligible"] >= minimum).to_numpy()
    share = np.where(seen, curve["observed"], curve["expected"])
    if len(share) < 2:
        return ()
    pairs: tuple[tuple[Literal["everybody", "returned"], float], ...] = (
        ("everybody", 0.5),
        ("returned", float(share[1]) / 2),
    )
    found = []
    for of, half in pairs:
        below = np.flatnonzero(share <= half)
        age = int(below[0]) if len(below) else None
        found.append(HalfLife(of, age, age is not None and not bool(seen[age])))
    return tuple(found)


def plateau(known: Triangle, minimum: int, seed: int = 20_11) -> Plateau | None:
    """Whether the curve has levelled off; None where fewer than four ages rest on two cohorts and `minimum` people."""
    _, eligible = known.pooled()
    enough = (eligible >= minimum) & (known.known.sum(axis=0) >= 2)
    last = int(np.flatnonzero(enough).max(initial=0))
    first = max(math.ceil(last / 2), 1)
    if last < 4:
        return None
    ages = slice(first, last + 1)
    # A cohort counts at an age where it was seen at the age before too, so that both are the same people.
    both = known.known[:, first + 1 : last + 1] & known.known[:, first:last]
    after = np.where(both, known.active[:, first + 1 : last + 1], 0.0).sum(axis=1)
    before = np.where(both, known.active[:, first:last], 0.0).sum(axis=1)
    active, base = known.active[:, ages].sum(axis=1), known.eligible[:, ages].sum(axis=1)
    contributing = int((base > 0).sum())
    if not before.sum() > 0:
        return None
    share, step = float(active.sum() / base.sum()), float(after.sum() / before.sum() - 1)
    share_interval, step_interval = _drawn_again(active, base, after, before, seed)
    verdict: Verdict = "open"
    if step_interval.low > 0:
        verdict = "rising"
    elif step_interval.low > -FLAT:
        verdict = "level"
    elif step_interval.high < 0:
        verdict = "falling"
    return Plateau(first, last, contributing, share, share_interval, step, step_interval, verdict)


def _drawn_again(active: Floats, base: Floats, after: Floats, before: Floats, seed: int) -> tuple[Interval, Interval]:
    many = len(base)
    if (base > 0).sum() < LEAST_COHORTS:
        return Interval(math.nan, math.nan), Interval(math.nan, math.nan)
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(many, np.full(many, 1 / many), size=DRAWS).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares, steps = (drawn @ active) / (drawn @ base), (drawn @ after) / (drawn @ before) - 1
    share, step = (np.nanquantile(values, (0.025, 0.975)) for values in (shares, steps))
    return Interval(float(share[0]), float(share[1])), Interval(float(step[0]), float(step[1]))
