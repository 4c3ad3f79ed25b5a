"""Is the hazard model any good on people and on time that it has not seen?

Two checks. Across people: it is fitted five times, each time without a fifth of the customers, and judged on those
(concordance, Brier score against Kaplan-Meier, area under the curve at stated ages, predicted against seen). Across
time, where contracts have dates: it is fitted on what was known at past days and judged on who ended within the
horizon after them, against a rule that knows only how long contracts of that age still run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.hazard import accuracy
from customer_analytics.analysis.hazard.accuracy import Measure
from customer_analytics.analysis.hazard.conditional import Model, conditional_end, survival_at
from customer_analytics.analysis.hazard.newton import newton
from customer_analytics.analysis.hazard.risk_sets import risk_sums
from customer_analytics.analysis.hazard.spells import SpellTable
from customer_analytics.statistics import wilson

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FOLDS = 5
LEAST_ENDS = 30  # in all, for a check across people; fewer leave six a fold
LEAST_LATER = 10  # ends after a past day, for a check across time
GRID = 40  # ages at which the Brier score is taken
AGES = (30, 90, 180, 365, 730)  # days; where the unit is another: quartiles of the ends
DRAWS = 100
GROUPS = 5
MOST_CUTS = 4


@dataclass(frozen=True)
class Quality:
    """Measures on customers left out of the fit. `brier`: integrated Brier score up to `tau` with that of Kaplan-Meier
    (`brier_reference`) and the `skill` against it; `areas`: age, area, low, high, ended, left; `calibration`: group,
    people, predicted, observed, low, high at the age `calibrated_at`."""

    people: int
    ended: int
    tau: float
    harrell: Measure
    uno: Measure
    brier: float
    brier_reference: float
    skill: Measure
    areas: pd.DataFrame
    calibrated_at: float
    calibration: pd.DataFrame


@dataclass(frozen=True)
class Later:
    """Measures on what came after past days. `cuts`: day, running, expected, ended, brier, brier_age_only, concordant
    (share of pairs ordered right); `groups`: group, people, predicted, observed, low, high over all of them."""

    cuts: pd.DataFrame
    groups: pd.DataFrame

    @property
    def expected(self) -> float:
        """Ends expected."""
        return float(self.cuts["expected"].sum())

    @property
    def ended(self) -> int:
        """Ends seen."""
        return int(self.cuts["ended"].sum())

    @property
    def skill(self) -> float:
        """Brier skill against the rule that knows only the age."""
        weight = self.cuts["running"].to_numpy(float)
        own, rule = (float((self.cuts[name] * weight).sum()) for name in ("brier", "brier_age_only"))
        return 1 - own / rule if rule > 0 else math.nan


def quick_model(table: SpellTable, x: Floats, start: Floats) -> Model | None:
    """A fit for a check; None where too few ended. Terms that cannot be estimated from these rows count nothing.

    The columns `x` are those of the model on everybody, so that the check is of the same model; which levels are large
    enough for a column of their own does not depend on who ended.
    """
    if not x.shape[1] or table.ended.sum() < LEAST_LATER:
        return None
    spells = table.spells(x)
    value, error = newton(spells, start)
    value, error = np.nan_to_num(value), np.nan_to_num(error)
    return Model(risk_sums(spells, value), value, np.diag(error**2))


def across_people(table: SpellTable, x: Floats, unit: str, seed: int) -> Quality | None:
    """The check on customers left out, with the matrix of the model; None with too few ends."""
    first, last = table.firsts()
    whole = table.entry[first] < 0
    time, ended, owner = table.time[last][whole], table.ended[last][whole], table.owner[first][whole]
    tau = accuracy.Censoring(time, ended).limit(ended, time) if len(time) else math.nan
    if ended.sum() < LEAST_ENDS or math.isnan(tau) or tau <= 0:
        return None
    least = max(float(time[ended > 0].min()), 0.0)
    grid = np.linspace(least, tau, GRID) if tau > least else np.array([tau])
    risk, survival, reference = np.zeros(len(time)), np.ones((len(time), len(grid))), np.ones((len(time), len(grid)))
    at = _calibrated_at(time, ended, tau, unit)
    reached = np.zeros(len(time))
    fold_of = np.random.default_rng(seed).permutation(len(table.customers)) % FOLDS
    for fold in range(FOLDS):
        others = fold_of[table.owner] != fold
        fitted = quick_model(table.rows(others), x[others], np.zeros(x.shape[1]))
        if fitted is None:
            return None
        inside = fold_of[owner] == fold
        own = x[first[whole][inside]]
        risk[inside] = own @ fitted.coefficients
        survival[inside] = survival_at(fitted, own, grid)
        reached[inside] = 1 - survival_at(fitted, own, np.array([at]))[:, 0]
        curve = accuracy.curve_of(time[~inside], ended[~inside])
        reference[inside] = [curve.at(min(moment, float(curve.time[-1]))) for moment in grid]
    score = accuracy.integrated(accuracy.brier(time, ended, survival, grid), grid)
    plain = accuracy.integrated(accuracy.brier(time, ended, reference, grid), grid)
    draws = _drawn(time, ended, risk, survival, reference, grid, owner, seed, _ages(time, ended, tau, unit))
    return Quality(
        len(time), int(ended.sum()), tau, accuracy.harrell(time, ended, risk, owner),
        accuracy.uno(time, ended, risk, tau, owner), score, plain,
        Measure(1 - score / plain if plain > 0 else math.nan, *_bounds(draws["skill"])),
        _areas(time, ended, risk, draws, _ages(time, ended, tau, unit)), at, grouped(reached, time, ended, at),
    )  # fmt: skip


def _ages(time: Floats, ended: Floats, tau: float, unit: str) -> list[float]:
    """Ages at which the area under the curve is taken."""
    if unit == "days":
        return [float(age) for age in AGES if age <= tau]
    inside = time[(ended > 0) & (time <= tau)]
    return sorted({float(np.round(np.quantile(inside, part))) for part in (0.25, 0.5, 0.75)})


def _calibrated_at(time: Floats, ended: Floats, tau: float, unit: str) -> float:
    ages = _ages(time, ended, tau, unit)
    return ages[len(ages) // 2] if ages else tau


def _drawn(
    time: Floats, ended: Floats, risk: Floats, survival: Floats, reference: Floats, grid: Floats, owner: Ints,
    seed: int, ages: Sequence[float],
) -> dict[str, list[float]]:  # fmt: skip
    """Skill and areas of customers drawn again."""
    rng = np.random.default_rng(seed)
    owners, place = np.unique(owner, return_inverse=True)
    order = np.argsort(place.reshape(-1), kind="stable")
    starts = np.searchsorted(place.reshape(-1)[order], np.arange(len(owners) + 1))
    made: dict[str, list[float]] = {"skill": [], **{str(age): [] for age in ages}}
    coarse = np.arange(0, len(grid), 4)
    thinned = survival[:, coarse], reference[:, coarse]
    for _ in range(DRAWS):
        drawn = rng.integers(0, len(owners), len(owners))
        many = starts[drawn + 1] - starts[drawn]
        rows = order[np.arange(many.sum()) + np.repeat(starts[drawn] - np.cumsum(many) + many, many)]
        if ended[rows].sum() < 2:
            continue
        part, when, over = grid[coarse], time[rows], ended[rows]
        free = accuracy.Censoring(when, over)
        own, plain = (
            accuracy.integrated(accuracy.brier(when, over, table[rows], part, free), part) for table in thinned
        )
        made["skill"].append(1 - own / plain if plain > 0 else math.nan)
        for age in ages:
            made[str(age)].append(accuracy.area_under_curve(when, over, risk[rows], age, free))
    return made


def _bounds(values: list[float]) -> tuple[float, float]:
    known = np.array([value for value in values if not math.isnan(value)])
    if len(known) < DRAWS // 2:
        return math.nan, math.nan
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _areas(
    time: Floats, ended: Floats, risk: Floats, draws: dict[str, list[float]], ages: Sequence[float]
) -> pd.DataFrame:
    rows = []
    for age in ages:
        low, high = _bounds(draws[str(age)])
        over = int(((time <= age) & (ended > 0)).sum())
        rows.append((age, accuracy.area_under_curve(time, ended, risk, age), low, high, over, int((time > age).sum())))
    return pd.DataFrame(rows, columns=["age", "area", "low", "high", "ended", "left"])


def grouped(predicted: Floats, time: Floats, ended: Floats, at: float) -> pd.DataFrame:
    """People in fifths of the predicted probability to end by the age `at`, with what was seen (Kaplan-Meier)."""
    rows = []
    for number, part in enumerate(np.array_split(np.argsort(predicted, kind="stable"), GROUPS), start=1):
        if not len(part):
            continue
        curve = accuracy.curve_of(time[part], ended[part])
        here = min(at, float(curve.time[-1]))
        interval = curve.interval_at(here)
        rows.append(
            (number, len(part), float(predicted[part].mean()), 1 - curve.at(here), 1 - interval.high, 1 - interval.low)
        )
    return pd.DataFrame(rows, columns=["group", "people", "predicted", "observed", "low", "high"])


def across_time(table: SpellTable, x: Floats, cuts: Sequence[int], horizon: int) -> Later | None:
    """The check on what came after past days (day numbers, the first day not known), with the matrix of the model; None
    where there are too few."""
    rows, parts = [], []
    for cut in sorted(cuts)[-MOST_CUTS:]:
        known, kept = table.until(cut)
        model = quick_model(known, x[kept], np.zeros(x.shape[1])) if len(known) else None
        if model is None:
            continue
        age = cut - 1 - table.start
        here = (table.entry < age) & (table.time > age) & (table.start < cut)
        if not here.any():
            continue
        last_day = np.full(int(table.relation.max()) + 1, -np.inf)
        np.maximum.at(last_day, table.relation, np.where(table.ended > 0, table.start + table.time, -np.inf))
        over = last_day[table.relation[here]]
        seen = (over < cut + horizon) & (over >= cut)
        found = conditional_end(model, x[here], age[here], horizon)["probability"].to_numpy(float)
        bare = quick_bare(known, age[here], horizon)
        rows.append(
            (
                cut, int(here.sum()), float(found.sum()), int(seen.sum()), float(((found - seen) ** 2).mean()),
                float(((bare - seen) ** 2).mean()), _ordered(found, seen),
            )
        )  # fmt: skip
        parts.append(np.column_stack((found, seen)))
    columns = ["cut", "running", "expected", "ended", "brier", "brier_age_only", "concordant"]
    made = pd.DataFrame(rows, columns=columns)
    if not len(made) or made["ended"].sum() < LEAST_LATER:
        return None
    return Later(made, _fifths(np.vstack(parts)))


def quick_bare(table: SpellTable, age: Floats, horizon: float) -> Floats:
    """What the age alone says: the same prediction without covariates."""
    nothing = np.zeros((len(table), 0))
    model = Model(risk_sums(table.spells(nothing), np.zeros(0)), np.zeros(0), np.zeros((0, 0)))
    return conditional_end(model, np.zeros((len(age), 0)), age, horizon)["probability"].to_numpy(float)


def _ordered(found: Floats, seen: npt.NDArray[np.bool_]) -> float:
    if not seen.any() or seen.all():
        return math.nan
    calm = np.sort(found[~seen])
    below = np.searchsorted(calm, found[seen], side="left")
    same = np.searchsorted(calm, found[seen], side="right") - below
    return float(((below + 0.5 * same) / len(calm)).mean())


def _fifths(pairs: Floats) -> pd.DataFrame:
    rows = []
    for number, part in enumerate(np.array_split(np.argsort(pairs[:, 0], kind="stable"), GROUPS), start=1):
        if len(part):
            ended = float(pairs[part, 1].sum())
            bounds = wilson(ended, len(part))
            rows.append((number, len(part), float(pairs[part, 0].mean()), ended / len(part), bounds.low, bounds.high))
    return pd.DataFrame(rows, columns=["group", "people", "predicted", "observed", "low", "high"])
