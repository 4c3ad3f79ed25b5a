"""Cohorts carried forward: which curve forecasts best on periods that were held out, and what it says from here on.

The last periods are held out twice, one stretch after the other. The curve is chosen on the earlier stretch; the error
that is reported is that of the later one, which had no part in the choice. Then the chosen curve is fitted to all.
A good season lifts people of all ages, and would choose a curve that does not fall. So the choice looks at how the
active people of a period are spread over the ages; the error that is reported has the season in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from customer_analytics.analysis.outlook.curves import CURVES, MODELS, Curve, Model, fit
from customer_analytics.analysis.outlook.spread import spread_of
from customer_analytics.analysis.outlook.triangle import Floats, Triangle
from customer_analytics.statistics import Z95

LEAST_AGE = 4  # periods that the oldest cohort must have lived through
LONGEST_HOLDOUT = 6  # periods held out at most, unless the caller says otherwise
LEAST_COHORTS = 8  # cohorts from which their spread says how far the curve may be off
CLEARLY = 0.1  # by how much less an error is to count as better


@dataclass(frozen=True)
class Backtest:
    """One stretch of held-out periods.

    `periods`: its length; `cut`: the last period that the fit knew; `table`: model, error (sum of absolute errors of
    the cells over the people active in them), shape (the same with the forecast of each period scaled to the people
    that were active in it), bias (forecast over actual people, less 1), ratio (root mean square of the logarithm of
    forecast over actual by period); `cells`: how many, `active`: people active in them.
    """

    cut: int
    periods: int
    cells: int
    active: float
    table: pd.DataFrame

    def of(self, model: Model) -> dict[str, float]:
        """The row of a model."""
        (row,) = self.table[self.table["model"] == model].to_dict("records")
        return {str(name): float(value) for name, value in row.items() if name != "model"}


@dataclass(frozen=True)
class Projection:
    """The chosen curve and where it leads.

    `fits`: by model, on all that is known; `chosen`: the model used; `choice` and `test`: the two stretches (`choice`
    None where there was room for one: then the curve was chosen on the same periods that its error is given for);
    `curve`: age, eligible, observed (share; NaN beyond the data), expected, low, high (NaN with few cohorts);
    `cohorts`: cohort, period (age), expected people active, for the cells ahead; `ahead`: step (periods from the end of
    the data), expected people of the cohorts so far, low, high.
    """

    fits: dict[Model, Curve]
    chosen: Model
    choice: Backtest | None
    test: Backtest
    curve: pd.DataFrame
    cohorts: pd.DataFrame
    ahead: pd.DataFrame
    chained: bool

    @property
    def fitted(self) -> Curve:
        """The chosen curve."""
        return self.fits[self.chosen]


def project(
    known: Triangle, horizon: int, *, chained: bool = False, longest: int = LONGEST_HOLDOUT, seed: int = 20_11
) -> Projection | None:
    """Choose a curve, test it, and carry the cohorts `horizon` periods on; None where the history is too short.

    `chained`: who is gone does not come back (see curves); `longest`: periods held out at most.
    """
    length = min(longest, known.oldest // 4)
    if known.oldest < LEAST_AGE:
        return None
    test = backtest(known, length, known.oldest - length, chained=chained)
    choice = backtest(known, length, known.oldest - 2 * length, chained=chained)
    if test is None:
        return None
    chosen = best(choice if choice is not None else test, chained=chained)
    counts = known.chained() if chained else known.pooled()
    fits: dict[Model, Curve] = {model: fit(model, *counts, chained=chained) for model in MODELS}
    ages = np.arange(known.oldest + horizon + 1, dtype=np.float64)
    expected = fits[chosen].share(ages)
    error = test.of(chosen)["ratio"]
    spread = np.where(ages > 0, math.nan, 0.0)
    if len(known.size) >= LEAST_COHORTS:
        spread = spread_of(known, fits[chosen], ages, seed)
    half = Z95 * np.sqrt(spread**2 + np.where(ages > 0, error, 0.0) ** 2)
    active, eligible = known.pooled()
    padded = np.pad(eligible, (0, horizon))
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = np.pad(active, (0, horizon)) / padded
    curve = pd.DataFrame(
        {
            "age": ages.astype(np.int64),
            "eligible": padded.astype(np.int64),
            "observed": observed,
            "expected": expected,
            "low": expected * np.exp(-half),
            "high": np.minimum(expected * np.exp(half), 1.0),
        }
    )
    cells = _ahead_of(known, fits[chosen], horizon)
    return Projection(fits, chosen, choice, test, curve, cells, _totals(cells, curve), chained)


def backtest(known: Triangle, length: int, cut: int, *, chained: bool) -> Backtest | None:
    """Fit to what was known at the end of period `cut`, forecast the `length` periods after it.

    None where the cut leaves no two ages to fit, or nobody was active in the periods after it.
    """
    past = known.until(cut) if cut >= 2 else None
    if past is None or past.oldest < 2 or length < 1:
        return None
    began = known.position <= cut
    here = known.known[began] & (known.periods[began] > cut) & (known.periods[began] <= cut + length)
    actual = np.where(here, known.active[began], 0.0)
    if not actual.sum() > 0:
        return None
    counts = past.chained() if chained else past.pooled()
    rows = []
    for model in MODELS:
        made = _cells(past, fit(model, *counts, chained=chained), known.oldest)
        forecast = np.where(here, made * known.eligible[began] / known.size[began][:, None], 0.0)
        periods = np.where(here, known.periods[began] - cut - 1, length)
        sums = [np.bincount(periods.ravel(), one.ravel(), minlength=length + 1)[:length] for one in (forecast, actual)]
        both = (sums[0] > 0) & (sums[1] > 0)
        logs = np.log(sums[0][both] / sums[1][both])
        scale = np.append(np.divide(sums[1], sums[0], out=np.zeros(length), where=sums[0] > 0), 0.0)
        rows.append(
            (
                model,
                float(np.abs(forecast - actual).sum() / actual.sum()),
                float(np.abs(forecast * scale[periods] - actual).sum() / actual.sum()),
                float(forecast.sum() / actual.sum() - 1),
                math.sqrt(float((logs**2).mean())) if len(logs) else math.nan,
            )
        )
    table = pd.DataFrame(rows, columns=["model", "error", "shape", "bias", "ratio"])
    return Backtest(cut, length, int(here.sum()), float(actual.sum()), table)


def best(stretch: Backtest, *, chained: bool = False) -> Model:
    """The curve that spreads people over the ages best; with few cohorts, or contracts, the one with the least error.

    The rule that the last level goes on is no curve: it is used where it does better by more than CLEARLY.
    """
    measure = measure_of(stretch, chained=chained)
    found: Model = min(CURVES, key=lambda model: stretch.of(model)[measure])
    return "level" if stretch.of("level")[measure] < (1 - CLEARLY) * stretch.of(found)[measure] else found


def measure_of(stretch: Backtest, *, chained: bool) -> Literal["shape", "error"]:
    """What a curve is chosen by."""
    return "error" if chained or stretch.cells < LEAST_COHORTS * stretch.periods else "shape"


def cohort_levels(known: Triangle, curve: Curve) -> Floats:
    """How far each cohort lies above or below the curve at the ages it has lived through; 1 is on it.

    Actual over expected people, drawn towards 1 by as much as chance alone would scatter them: with expected counts E
    and variance E + tau^2 E^2 between cohorts, the level is (actual + 1 / tau^2) / (E + 1 / tau^2).
    """
    ages = np.arange(known.oldest + 1, dtype=np.float64)
    share = curve.share(ages)
    inside = known.known & (ages > 0)[None, :]
    expected = np.where(inside, known.eligible * share, 0.0).sum(axis=1)
    actual = np.where(inside, known.active, 0.0).sum(axis=1)
    scatter = float(((actual - expected) ** 2 - expected).sum())
    square = float((expected**2).sum())
    if scatter <= 0 or square <= 0:
        return np.ones(len(known.size))
    weight = square / scatter
    level: Floats = (actual + weight) / (expected + weight)
    return level


def _cells(known: Triangle, curve: Curve, oldest: int) -> Floats:
    """Expected people active at each age of each cohort; chained, from those still there at the last known age."""
    ages = np.arange(oldest + 1, dtype=np.float64)
    share = curve.share(ages)
    if not curve.chained:
        return np.minimum(cohort_levels(known, curve)[:, None] * share, 1.0) * known.size[:, None]
    last = known.oldest - np.argmax(known.known[:, ::-1], axis=1)
    here = known.active[np.arange(len(known.size)), last]
    there: Floats = here[:, None] * share[None, :] / share[last][:, None]
    return there


def _ahead_of(known: Triangle, curve: Curve, horizon: int) -> pd.DataFrame:
    """Expected people of each cohort in each period after the data: cohort, period, step, expected."""
    made = _cells(known, curve, known.oldest + horizon)
    parts = []
    for row, name in enumerate(known.names):
        ages = np.arange(known.oldest - known.position[row] + 1, known.oldest - known.position[row] + horizon + 1)
        parts.append(
            pd.DataFrame(
                {"cohort": [name] * horizon, "period": ages, "step": range(1, horizon + 1), "expected": made[row, ages]}
            )
        )
    return pd.concat(parts, ignore_index=True)


def _totals(cells: pd.DataFrame, curve: pd.DataFrame) -> pd.DataFrame:
    """People of all cohorts by step ahead, with the relative interval of the curve at the ages that they have then."""
    wide = curve.set_index("age")
    own = cells.join((wide["low"] / wide["expected"]).rename("down"), on="period")
    own = own.join((wide["high"] / wide["expected"]).rename("up"), on="period")
    own = own.assign(low=own["expected"] * own["down"], high=own["expected"] * own["up"])
    unknown = own["low"].isna().groupby(own["step"]).any()
    sums = own.groupby("step")[["expected", "low", "high"]].sum()
    sums.loc[unknown, ["low", "high"]] = math.nan
    return sums.reset_index()
