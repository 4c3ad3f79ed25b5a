"""Activity by age, with the calendar taken out: who is active how long after their beginning, season and growth apart.

People are counted by age in whole units (weeks, or days in short data) and by the calendar unit that an age falls on.
The share who are active is taken as age effect times calendar effect and fitted by iterative proportional fitting, the
maximum likelihood of a Poisson model with both factors (Bishop, Fienberg, Holland 1975). A straight trend can be moved
between age, calendar and intake, and no data can say which it is; steps and seasons can not.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.survival.blocks import BLOCKS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WEEK, LONG_ENOUGH = 7, 182  # shorter data are counted by days
ROUNDS = 60


@dataclass(frozen=True)
class Ages:
    """Activity by age and calendar unit.

    `unit`: days of an age unit; `active`, `people`: blocks x ages: active people, and those under observation weighted
    by the calendar effect of where their age falls; `level`: active share by age at the calendar's mean, NaN without
    people; `calendar`: effect of each calendar unit, mean 1 over the people; `first`: day number of the first one;
    `observed`: people under observation by age, unweighted. `spread`: calendar units in which the middle half of the
    people began. `influence`: ages x blocks, what each block adds to the error of the logarithm of the level, the
    calendar's own error included: where nearly everybody began together it is large, as it should be.
    """

    unit: int
    active: Floats
    people: Floats
    level: Floats
    calendar: Floats
    first: int
    observed: Floats
    spread: float
    influence: Floats


def active_cells(days: ir.Table, lives: ir.Table, unit: int, first: int, end: int) -> pd.DataFrame:
    """Active people by block, unit of their beginning and age in units: columns block, came, age, n.

    `days`: person_id and day, one row a person and active day; `lives`: person_id, origin and block. Only who began
    from `first` on, and only ages that are over by `end`. The result grows with the days of data, not with the people.
    """
    began = lives.filter(lives.origin >= first)
    began = began.select("person_id", "origin", "block", came=((began.origin - first + unit // 2) // unit))
    joined = days.select("person_id", "day").inner_join(began, "person_id")
    joined = joined.filter(joined.day >= joined.origin)
    aged = joined.select(
        "person_id", "block", "origin", came=joined.came.cast("int32"),
        age=((joined.day - joined.origin) // unit).cast("int32"),
    )  # fmt: skip
    over = aged.filter(aged.origin + (aged.age + 1) * unit - 1 <= end)
    seen = over.select("person_id", "block", "came", "age").distinct()
    return _sorted(seen.group_by("block", "came", "age").aggregate(n=seen.count()).to_pandas())


def beginnings(lives: ir.Table) -> pd.DataFrame:
    """People by block and day of beginning: columns block, origin, n."""
    began = lives.select("origin", "block")
    return _sorted(began.group_by("block", "origin").aggregate(n=began.count()).to_pandas())


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in table.columns if name != "n"]
    return table.astype(np.int64).sort_values(keys, ignore_index=True)


def unit_of(span: int) -> int:
    """Days of an age unit for data of so many days."""
    return WEEK if span >= LONG_ENOUGH else 1


@dataclass(frozen=True)
class Exposure:
    """Who is under observation: people, blocks x groups of the same unit of beginning `came` and last whole age."""

    people: Floats
    came: Ints
    last_age: Ints

    def at(self, age: int, width: int) -> tuple[npt.NDArray[np.bool_], Ints]:
        """Which groups have had this whole age, and the calendar unit that its middle falls on for each of them."""
        inside = self.last_age >= age
        return inside, np.minimum(self.came[inside] + age, width - 1)


def exposure(began: pd.DataFrame, first: int, end: int, unit: int) -> Exposure:
    """People under observation, from those who began within the data."""
    inside = began[(began["origin"] >= first) & (began["origin"] <= end)]
    origin = inside["origin"].to_numpy(np.int64)
    keys = np.column_stack(((origin - first + unit // 2) // unit, (end - unit + 1 - origin) // unit))
    groups, place = np.unique(keys, axis=0, return_inverse=True)
    people = np.zeros((BLOCKS, len(groups)))
    np.add.at(people, (inside["block"].to_numpy(np.int64), place.reshape(-1)), inside["n"].to_numpy(float))
    return Exposure(people, groups[:, 0], groups[:, 1])


def by_age(cells: pd.DataFrame, began: pd.DataFrame, first: int, end: int, unit: int) -> Ages:
    """Put the counts together (as active_cells and beginnings make them) and take the calendar out.

    Only whole units inside the data count: an age that ends after `end` was not observed.
    """
    width = (end - first + 1) // unit
    placed = placed_cells(cells, width)
    seen = exposure(began, first, end, unit)
    raw_active, raw_people = _counted(placed, "age", "at", (width, width)), np.zeros((width, width))
    for age in range(width):
        inside, at = seen.at(age, width)
        np.add.at(raw_people[age], at, seen.people[:, inside].sum(axis=0))
    level, calendar = _two_factors(raw_active, raw_people)
    known = np.nan_to_num(level)
    people, expected = np.zeros((BLOCKS, width)), np.zeros((width, BLOCKS))
    for age in range(width):
        inside, at = seen.at(age, width)
        weighted = seen.people[:, inside] * calendar[at]
        people[:, age] = weighted.sum(axis=1)
        np.add.at(expected, at, known[age] * weighted.T)
    active = _counted(placed, "block", "age", (BLOCKS, width))
    by_age_left = (active - people * known).T
    by_calendar_left = _counted(placed, "block", "at", (BLOCKS, width)).T - expected
    means = known[:, None] * raw_people * calendar[None, :]
    return Ages(
        unit, active, people, level, calendar, first, raw_people.sum(axis=1), _spread(began, first, end) / unit,
        _influence(means, by_age_left, by_calendar_left),
    )  # fmt: skip


def placed_cells(cells: pd.DataFrame, width: int) -> pd.DataFrame:
    """The cells with the calendar unit `at` of their age; ages beyond the data are left out."""
    kept = cells[cells["age"] < width]
    return kept.assign(at=np.minimum(kept["came"] + kept["age"], width - 1))


def _counted(table: pd.DataFrame, row: str, column: str, shape: tuple[int, int]) -> Floats:
    """Sums of n by two columns of whole numbers."""
    counts = np.zeros(shape)
    np.add.at(counts, (table[row].to_numpy(np.int64), table[column].to_numpy(np.int64)), table["n"].to_numpy(float))
    return counts


def _spread(began: pd.DataFrame, first: int, end: int) -> float:
    """Days in which the middle half of those who began within the data did so."""
    inside = began[(began["origin"] >= first) & (began["origin"] <= end)]
    if not len(inside):
        return 0.0
    by_day = inside.groupby("origin")["n"].sum()
    share = by_day.cumsum() / by_day.sum()
    days = by_day.index.to_numpy(np.int64)
    low, high = (int(days[np.searchsorted(share.to_numpy(), part)]) for part in (0.25, 0.75))
    return float(high - low)


def _influence(means: Floats, by_age_left: Floats, by_calendar_left: Floats) -> Floats:
    """What each block adds to the error of the log level of each age: the scores of both factors through the inverse
    of their joint information, the calendar eliminated (Schur complement)."""
    of_age, of_calendar = means.sum(axis=1), means.sum(axis=0)
    there = of_calendar > 0
    share = means[:, there] / of_calendar[there]
    information = np.diag(of_age) - share @ means[:, there].T
    scores = by_age_left - share @ by_calendar_left[there]
    return np.asarray(np.linalg.pinv(information, rcond=1e-9, hermitian=True) @ scores)


def _two_factors(active: Floats, people: Floats) -> tuple[Floats, Floats]:
    """Age level and calendar effect (weighted mean 1) by iterative proportional fitting."""
    level = np.divide(active.sum(axis=1), people.sum(axis=1), out=np.zeros(len(active)), where=people.sum(axis=1) > 0)
    calendar = np.ones(active.shape[1])
    by_calendar = active.sum(axis=0)
    for _ in range(ROUNDS):
        expected = level @ people
        calendar = np.divide(by_calendar, expected, out=np.ones_like(calendar), where=expected > 0)
        weight = people.sum(axis=0)
        calendar = calendar / max(float(np.average(calendar, weights=weight)) if weight.sum() else 1.0, 1e-12)
        calendar = np.maximum(calendar, 1e-9)
        expected = people @ calendar
        level = np.divide(active.sum(axis=1), expected, out=np.zeros(len(level)), where=expected > 0)
    return np.where(people.sum(axis=1) > 0, level, np.nan), calendar
