"""Cliffs: an age at which activity falls at once by more than the slow decline before and after it explains.

The usual decline is steep first and flattens; it is no cliff. At every age a straight line through the logarithm of the
active share, with a step at that age, is fitted to the same number of weeks on both sides; on a decline that flattens
such a step comes out upwards, so a downward one is against the trend. It must last: a peak leaves a fall behind it that
is no cliff. The test is of the largest step over all ages and
widths searched: its distribution under "no step" comes from a multiplier bootstrap over blocks of people (Chernozhukov,
Chetverikov, Kato 2013), which keeps what one person does in neighbouring weeks together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.survival.ages import Ages
from customer_analytics.statistics import Z95, Interval

Floats = npt.NDArray[np.float64]
WIDTHS = (4, 8, 13, 20)  # weeks on each side of a step
DAY_WIDTHS = (3, 7, 14)  # days, where ages are days: the first days of an app are over within a week
FIRST_AGE = 1  # unit 0 holds the beginning itself
LEAST_ACTIVE = 40  # active people in each age unit: the logarithm of fewer is too skewed to test
LEAST_SPREAD = 4.0  # age units: where half of the people began closer together, age and calendar are the same
LEVEL = 0.01
DRAWS = 4_000
MOST = 3  # cliffs reported
LASTING = 0.5  # of a fall must be seen in the medians before and after too


@dataclass(frozen=True)
class Cliff:
    """A fall at an age: `age` in days, `width` in days on each side, `change` of activity (negative share) with its
    interval (for this age and width alone), `p` over everything searched. `before`, `after`: active share of an age
    unit just before and after, at the calendar's mean."""

    age: int
    width: int
    change: float
    interval: Interval
    p: float
    before: float
    after: float

    @property
    def month(self) -> int:
        """Which 30-day month the fall begins: 6 at an age of 180 to 209 days."""
        return self.age // 30


@dataclass(frozen=True)
class Cliffs:
    """What the search found. `found`: beyond chance, steepest first. `steepest`: the largest fall searched, found or
    not. `searched`: ages times widths. `reason`: why nothing could be searched, "" where it was ("short", "close").
    `detectable`: the smallest fall that this search would find with certainty of about 80 %, at its best width."""

    found: tuple[Cliff, ...]
    steepest: Cliff | None
    searched: int
    reason: str
    detectable: float
    last_age: int  # days: the oldest age searched


def find_cliffs(ages: Ages, minimum: int, seed: int) -> Cliffs:
    """Search all ages that have enough active people on both sides; `minimum`: people under observation at an age."""
    if ages.spread < LEAST_SPREAD:
        return Cliffs((), None, 0, "close", math.nan, 0)
    usable = _usable(ages, minimum)
    widths = DAY_WIDTHS if ages.unit == 1 else WIDTHS
    places = [(age, width) for width in widths for age in range(FIRST_AGE + width, usable - width + 1)]
    if not places:
        return Cliffs((), None, 0, "short", math.nan, 0)
    contrasts = np.zeros((len(places), len(ages.level)))
    for row, (age, width) in enumerate(places):
        contrasts[row, age - width : age + width] = _step_weights(width)
    steps, influence = _steps(ages, contrasts)
    errors = np.sqrt((influence**2).sum(axis=1))
    scores = -np.divide(steps, errors, out=np.zeros_like(steps), where=errors > 0)
    largest = _largest_by_chance(influence, errors, seed)
    order = np.argsort(-scores, kind="stable")
    made = [_cliff(ages, places[i], steps[i], errors[i], scores[i], largest) for i in order]
    critical = float(np.quantile(largest, 1 - LEVEL))
    kept: list[Cliff] = []
    for cliff in made:
        if cliff.p >= LEVEL or len(kept) == MOST:
            break
        if _lasts(ages, cliff) and all(abs(cliff.age - other.age) >= cliff.width + other.width for other in kept):
            kept.append(cliff)
    detectable = 1 - math.exp(-(critical + 0.84) * float(np.median(errors)))
    return Cliffs(tuple(kept), made[0], len(places), "", detectable, places[-1][0] * ages.unit)


def _usable(ages: Ages, minimum: int) -> int:
    """Number of age units from 0 on with enough people and enough of them active."""
    enough = (ages.observed >= minimum) & (ages.active.sum(axis=0) >= LEAST_ACTIVE)
    enough[0] = True
    return int(np.argmin(enough)) if not enough.all() else len(enough)


def _step_weights(width: int) -> Floats:
    """Weights that give the step of a least-squares line with one slope and a step in the middle."""
    weights: Floats = np.linalg.pinv(_design(width))[2]
    return weights


def _steps(ages: Ages, contrasts: Floats) -> tuple[Floats, Floats]:
    """The steps of the log level, and what each block adds to their error (contrasts x blocks)."""
    active, people = ages.active.sum(axis=0), ages.people.sum(axis=0)
    known = (active > 0) & (people > 0)
    logs = np.where(known, np.log(np.where(known, active, 1) / np.where(known, people, 1)), 0.0)
    return contrasts @ logs, contrasts @ ages.influence


def _lasts(ages: Ages, cliff: Cliff) -> bool:
    """Whether the usual level is lower afterwards too, by medians as they are and without the usual slope (Sen 1968):
    people who come back every seventh day or every fourth week make peaks, and behind every peak lies a fall."""
    age, width = cliff.age // ages.unit, cliff.width // ages.unit
    sides = np.log(ages.level[age - width : age + width]).reshape(2, width)
    first, second = np.triu_indices(width, k=1)
    slope = float(np.median((sides[:, second] - sides[:, first]) / (second - first)))
    flat = sides - slope * np.arange(2 * width).reshape(2, width)
    falls = [float(np.diff(np.median(levels, axis=1))[0]) for levels in (sides, flat)]
    return max(falls) <= LASTING * math.log1p(cliff.change)


def _design(width: int) -> Floats:
    """A level, a slope, and a step in the middle."""
    x = np.arange(2 * width) - width + 0.5
    return np.column_stack((np.ones_like(x), x, x > 0))


def _largest_by_chance(influence: Floats, errors: Floats, seed: int) -> Floats:
    """The largest score that chance gives over everything searched, drawn many times."""
    rng = np.random.default_rng(seed)
    scaled = influence / np.where(errors > 0, errors, np.inf)[:, None]
    return np.asarray((scaled @ rng.standard_normal((influence.shape[1], DRAWS))).max(axis=0))


def _cliff(ages: Ages, place: tuple[int, int], step: float, error: float, score: float, largest: Floats) -> Cliff:
    age, width = place
    p = float((1 + (largest >= score).sum()) / (1 + len(largest)))
    interval = Interval(math.expm1(step - Z95 * error), math.expm1(step + Z95 * error))
    near = min(width, 4)
    active, people = ages.active.sum(axis=0), ages.people.sum(axis=0)
    before, after = (
        float(active[part].sum() / people[part].sum()) for part in (slice(age - near, age), slice(age, age + near))
    )
    return Cliff(age * ages.unit, width * ages.unit, math.expm1(step), interval, p, before, after)


def age_table(ages: Ages) -> pd.DataFrame:
    """One row an age unit with people: age_days, people (under observation), active, level (calendar taken out), low,
    high (95 %, blocks of people)."""
    active, people = ages.active.sum(axis=0), ages.people.sum(axis=0)
    known = people > 0
    level = np.divide(active, people, out=np.zeros_like(active), where=known)
    spread = np.sqrt(((ages.active - ages.people * level) ** 2).sum(axis=0))
    error = np.divide(spread, people, out=np.zeros_like(active), where=known)
    table = pd.DataFrame(
        {
            "age_days": np.arange(len(level)) * ages.unit, "people": ages.observed, "active": active, "level": level,
            "low": np.maximum(level - Z95 * error, 0.0), "high": level + Z95 * error,
        }
    )  # fmt: skip
    shown: pd.DataFrame = table[known].astype({"people": np.int64, "active": np.int64})
    return shown.reset_index(drop=True)
