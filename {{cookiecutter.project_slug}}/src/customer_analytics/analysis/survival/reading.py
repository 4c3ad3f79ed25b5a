"""Is it the product, the season or the intake? Activity read by age, by calendar and by when people came.

Calendar: what is active in a calendar unit against what the ages of the people there make one expect. Intake: what the
people of an arrival period do against what their ages and the calendar make one expect. Both are tested for what a
straight line can not explain, with errors over blocks of people: a straight trend can be put on age, calendar or intake
alike, and no data can divide it (Holford 1983). The intake's make-up is told apart from its behaviour by an exact split
of the change in early return (D0.7).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import fdtrc, ndtr

from customer_analytics.analysis.survival.ages import by_age, exposure, placed_cells
from customer_analytics.analysis.survival.blocks import BLOCKS
from customer_analytics.analysis.survival.cliffs import LEAST_SPREAD
from customer_analytics.statistics import Z95, Interval, holm

Floats = npt.NDArray[np.float64]
MONTH, WEEK, DAY = 30, 7, 1
LEAST_UNITS = 6  # calendar units, and arrival periods, below which nothing is read
LEAST_EXPECTED = 20.0
EARLY = (1, 4)  # age units from and to (excluded) in which an early return counts
MOST_GROUPS = 12


@dataclass(frozen=True)
class Effect:
    """One way to read activity. `table`: one row a unit with start (day number), people-units active, expected, effect
    (observed over expected, mean 1), low, high; `p`: departure from a straight line; NaN where not estimable."""

    table: pd.DataFrame
    p: float


@dataclass(frozen=True)
class Mix:
    """Change of the early return between people who came earlier and lately, split by a column's groups.

    `early_from`, `early_to`: days of age in which a return counts, both included. `table`: group, people_earlier,
    people_lately, rate_earlier, rate_lately. change = mix + rate, exactly; bootstrap over blocks of people;
    p of both parts corrected together (Holm).
    """

    column: str
    early_from: int
    early_to: int
    middle: int  # day number from which people count as lately come
    table: pd.DataFrame
    earlier: float
    lately: float
    mix: float
    rate: float
    change_interval: Interval
    mix_interval: Interval
    rate_interval: Interval
    mix_p: float
    rate_p: float

    @property
    def change(self) -> float:
        """Difference of the two rates."""
        return self.lately - self.earlier


@dataclass(frozen=True)
class Reading:
    """`unit`: days of a unit of age, calendar and arrival; calendar and intake None where too little is known."""

    unit: int
    calendar: Effect | None
    intake: Effect | None
    mix: Mix | None


def unit_for(span: int) -> int:
    """Days of a unit for data of so many days: months of 30 days, weeks or days."""
    return MONTH if span >= 12 * MONTH else WEEK if span >= 8 * WEEK else DAY


def effects(
    cells: pd.DataFrame, began: pd.DataFrame, first: int, end: int, unit: int
) -> tuple[Effect | None, Effect | None]:
    """The calendar's and the intake's effect, from counts as ages.active_cells and ages.beginnings make them.

    Age 0 is left out: everybody is active on the first day. Only who began within the data counts. None where half
    of them began so close together that age, calendar and intake are nearly the same.
    """
    width = (end - first + 1) // unit
    if width < LEAST_UNITS:
        return None, None
    cells = cells[cells["age"] >= 1]
    fitted = by_age(cells, began, first, end, unit)
    if fitted.spread < LEAST_SPREAD:
        return None, None
    level, seen = np.nan_to_num(fitted.level), exposure(began, first, end, unit)
    placed = placed_cells(cells, width)
    active, expected = np.zeros((2, BLOCKS, width)), np.zeros((2, width, BLOCKS))
    for way, column in enumerate(("at", "came")):
        kept = placed[placed[column] < width]
        np.add.at(active[way], (kept["block"], kept[column]), kept["n"].to_numpy(float))
    for age in range(1, width):
        inside, at = seen.at(age, width)
        people, came = seen.people[:, inside] * level[age], seen.came[inside]
        np.add.at(expected[0], at, people.T)
        np.add.at(expected[1], np.minimum(came, width - 1), (people * fitted.calendar[at]).T)
    return _effect(active[0], expected[0].T, first, unit), _effect(active[1], expected[1].T, first, unit)


def _effect(active: Floats, expected: Floats, first: int, unit: int) -> Effect | None:
    all_active, all_expected = active.sum(axis=0), expected.sum(axis=0)
    known = np.flatnonzero((all_expected >= LEAST_EXPECTED) & (all_active > 0))
    if len(known) < LEAST_UNITS:
        return None
    effect = all_active[known] / all_expected[known]
    influence = (active[:, known] - expected[:, known] * effect) / all_active[known]  # of the logarithm
    error = np.sqrt((influence**2).sum(axis=0))
    centre = math.exp(float(np.average(np.log(effect), weights=all_expected[known])))
    table = pd.DataFrame(
        {
            "start": first + known * unit, "active": all_active[known].astype(np.int64),
            "expected": all_expected[known] * centre, "effect": effect / centre,
            "low": effect / centre * np.exp(-Z95 * error), "high": effect / centre * np.exp(Z95 * error),
        }
    )  # fmt: skip
    return Effect(table, _departure(np.log(effect), influence, all_expected[known]))


def _departure(logs: Floats, influence: Floats, weight: Floats) -> float:
    """p of the test that the logarithms lie on a straight line (Hotelling's F over blocks of people)."""
    x = np.arange(len(logs), dtype=float)
    design = np.column_stack((np.ones_like(x), x))
    hat = design @ np.linalg.pinv(design * weight[:, None] ** 0.5) * weight[None, :] ** 0.5
    left = np.eye(len(x)) - hat
    directions = np.linalg.svd(left)[0][:, : len(x) - 2].T @ left
    blocks = int((np.abs(influence).sum(axis=1) > 0).sum())
    degrees = len(x) - 2
    if blocks <= degrees + 5:
        return math.nan
    covariance = directions @ (influence.T @ influence) @ directions.T
    rest = directions @ logs
    square = float(rest @ np.linalg.pinv(covariance) @ rest)
    return float(fdtrc(degrees, blocks - degrees, square * (blocks - degrees) / (degrees * blocks)))


def early_returns(days: ir.Table, lives: ir.Table, by: str, unit: int, first: int, end: int) -> pd.DataFrame:
    """People by block, half of arrival and group, and those who were active again early: block, lately, group, n, back.

    Only people who came within the data and whose early days are complete; the halves divide the time in which they
    came.
    """
    last = end - EARLY[1] * unit + 1
    middle = first + (last - first + 1) // 2
    came = lives.filter((lives.origin >= first) & (lives.origin <= last) & lives[by].notnull())
    came = came.select(
        "person_id", "origin", group=came[by].cast("string"), lately=(came.origin >= middle).ifelse(1, 0),
        block=came.block,
    )  # fmt: skip
    joined = days.select("person_id", "day").inner_join(came.select("person_id", "origin"), "person_id")
    age = joined.day - joined.origin
    early = joined.filter((age >= EARLY[0] * unit) & (age < EARLY[1] * unit)).select("person_id").distinct()
    early = early.mutate(back=ibis.literal(1))
    flagged = came.left_join(early, "person_id").select("block", "lately", "group", "back")
    counted = flagged.group_by("block", "lately", "group").aggregate(n=flagged.count(), back=flagged.back.sum())
    table: pd.DataFrame = counted.to_pandas()
    table["back"] = table["back"].fillna(0).astype(np.int64)
    return table.sort_values(["block", "lately", "group"], ignore_index=True)


def split_change(
    column: str, counts: pd.DataFrame, unit: int, first: int, end: int, minimum: int, seed: int
) -> Mix | None:
    """Split the change of the early return into make-up and behaviour; None with too few people on either side."""
    sizes = counts.groupby("group")["n"].sum().sort_index().sort_values(ascending=False, kind="stable")
    kept = [name for name in sizes.index[:MOST_GROUPS] if sizes[name] >= minimum]
    names = [*kept, *(["\x00others"] if len(kept) < len(sizes) else [])]
    place = counts["group"].map({name: i for i, name in enumerate(kept)}).fillna(len(kept)).astype(int)
    cube = np.zeros((BLOCKS, 2, len(names), 2))
    for measure, name in enumerate(("n", "back")):
        np.add.at(cube[..., measure], (counts["block"], counts["lately"], place), counts[name].to_numpy(float))
    total = cube.sum(axis=0)
    if len(names) < 2 or total[:, :, 0].sum(axis=1).min() < minimum:
        return None
    mix, rate = _split(total)
    rng = np.random.default_rng(seed)
    used = np.flatnonzero(cube.sum(axis=(1, 2, 3)) > 0)
    drawn = [_split(cube[rng.choice(used, len(used))].sum(axis=0)) for _ in range(400)]
    parts = np.array(drawn)
    p = holm(2 * ndtr(-np.abs([mix, rate]) / np.maximum(parts.std(axis=0), 1e-12)))
    overall = total[:, :, 1].sum(axis=1) / total[:, :, 0].sum(axis=1)
    rates = np.divide(total[..., 1], total[..., 0], out=np.full(total.shape[:2], np.nan), where=total[..., 0] > 0)
    last = end - EARLY[1] * unit + 1
    return Mix(
        column=column, early_from=EARLY[0] * unit, early_to=EARLY[1] * unit - 1, middle=first + (last - first + 1) // 2,
        table=pd.DataFrame(
            {
                "group": names, "people_earlier": total[0, :, 0].astype(int),
                "people_lately": total[1, :, 0].astype(int), "rate_earlier": rates[0], "rate_lately": rates[1],
            }
        ),
        earlier=float(overall[0]), lately=float(overall[1]), mix=mix, rate=rate,
        change_interval=_quantiles(parts.sum(axis=1)), mix_interval=_quantiles(parts[:, 0]),
        rate_interval=_quantiles(parts[:, 1]), mix_p=float(p[0]), rate_p=float(p[1]),
    )  # fmt: skip


def _split(total: Floats) -> tuple[float, float]:
    """(make-up, behaviour) of the change between two sides, groups x (people, back): D0.7, exact."""
    people, back = total[..., 0], total[..., 1]
    everybody = np.maximum(people.sum(axis=1), 1)  # a resample may leave a side without people
    weight = people / everybody[:, None]
    overall = back.sum(axis=1) / everybody
    rate = np.where(people > 0, back / np.maximum(people, 1), overall[:, None])  # an absent side has the overall rate
    mix = ((weight[1] - weight[0]) * (rate[0] + rate[1]) / 2).sum()
    return float(mix), float(((rate[1] - rate[0]) * (weight[0] + weight[1]) / 2).sum())


def _quantiles(values: Floats) -> Interval:
    low, high = np.quantile(values, (0.025, 0.975))
    return Interval(float(low), float(high))
