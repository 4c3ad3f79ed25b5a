"""How far one column alone tells who leaves: an area under the curve that is too good to be true."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.samples import Sample
from customer_analytics.analysis.features.feature import CATEGORY
from customer_analytics.analysis.model_checks.panel import Flags, Floats, Ints
from customer_analytics.statistics import Z95

BINS = 20
SHRINKAGE = 5.0  # people of the mean rate added to each class


class Area(NamedTuple):
    """Area under the ROC curve with its 95 % interval; NaN with one class only."""

    value: float
    low: float
    high: float


MISSING = Area(math.nan, math.nan, math.nan)


def area(score: Floats, left: Flags) -> Area:
    """Area and interval of a score where higher means leaving; ties count half (variance: DeLong 1988, logit scale)."""
    value, variance = area_and_variance(score, left)
    return MISSING if math.isnan(value) else _interval(value, variance)


def area_and_variance(score: Floats, left: Flags) -> tuple[float, float]:
    """Area and its variance by placements; NaN with fewer than two people in either class."""
    leavers, stayers = score[left], score[~left]
    n1, n0 = len(leavers), len(stayers)
    if min(n1, n0) < 2:
        return math.nan, math.nan
    above = _share_below(stayers, leavers)  # of the stayers below each leaver
    below = 1 - _share_below(leavers, stayers)  # of the leavers above each stayer
    return float(above.mean()), float(above.var(ddof=1) / n1 + below.var(ddof=1) / n0)


def _share_below(others: Floats, values: Floats) -> Floats:
    """Share of the others below each value, ties counting half."""
    ordered = np.sort(others)
    places = np.searchsorted(ordered, values, side="left") + np.searchsorted(ordered, values, side="right")
    return np.asarray(places / (2 * len(others)))


def _interval(value: float, variance: float) -> Area:
    if not 0 < value < 1 or variance <= 0:
        return Area(value, value, value)
    half = Z95 * math.sqrt(variance) / (value * (1 - value))
    centre = math.log(value / (1 - value))
    low, high = (1 / (1 + math.exp(-(centre + sign * half))) for sign in (-1, 1))
    return Area(value, low, high)


def stratified_area(score: Floats, case: Flags, stratum: Ints) -> Area:
    """Areas within strata, weighted by their pairs."""
    parts = []
    for number in np.unique(stratum):
        rows = stratum == number
        value, variance = area_and_variance(score[rows], case[rows])
        if not math.isnan(value):
            parts.append((value, variance, float(case[rows].sum()) * float((~case[rows]).sum())))
    if not parts:
        return MISSING
    values, variances, pairs = np.array(parts).T
    weight = pairs / pairs.sum()
    return _interval(float(weight @ values), float(np.square(weight) @ variances))


@dataclass(frozen=True)
class Cases:
    """The people of the past cut-offs: their rows, whether they left, the cut-off, and which half of the people."""

    frames: tuple[pd.DataFrame, ...]
    left: Flags
    cut: Ints
    half: Ints

    def column(self, feature: str) -> pd.Series:
        """A feature over all cases."""
        return pd.concat([frame[feature] for frame in self.frames], ignore_index=True)


def cases(cuts: tuple[Sample, ...]) -> Cases:
    """The cases of the past cut-offs."""
    frames = tuple(sample.frame for sample in cuts)
    person = pd.concat([frame["person_id"] for frame in frames], ignore_index=True)
    return Cases(
        frames,
        np.concatenate([frame["left"].to_numpy() > 0 for frame in frames]),
        np.repeat(np.arange(len(frames)), [len(frame) for frame in frames]),
        (pd.util.hash_array(person.to_numpy(object)) % 2).astype(np.int64),
    )


def single_feature_area(tested: Cases, feature: str, kind: str) -> Area:
    """The better of two readings of one feature, within cut-offs: the number itself, either way round, and the share
    that left of each of its classes (categories, or classes of equal size and "unknown") among the other half of the
    people."""
    values = tested.column(feature)
    classes = _classes(values, kind)
    rates = _rates(classes, tested.left, tested.half)
    found = [stratified_area(rates, tested.left, tested.cut * 2 + tested.half)]
    if kind != CATEGORY:
        figures = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
        known = np.isfinite(figures)
        if known.mean() > 0.5:
            upwards = stratified_area(figures[known], tested.left[known], tested.cut[known])
            found += [upwards, Area(1 - upwards.value, 1 - upwards.high, 1 - upwards.low)]
    known_areas = [one for one in found if not math.isnan(one.value)]
    return max(known_areas, key=lambda one: one.value) if known_areas else MISSING


def _classes(values: pd.Series, kind: str) -> Ints:
    """Numbers of the classes of a column; unknown is a class."""
    if kind == CATEGORY:
        return np.asarray(pd.factorize(values.where(values.notna()), use_na_sentinel=False)[0], dtype=np.int64)
    figures = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
    known = np.isfinite(figures)
    if not known.any():
        return np.zeros(len(figures), dtype=np.int64)
    bounds = np.unique(np.quantile(figures[known], np.arange(1, BINS) / BINS))
    codes = np.searchsorted(bounds, np.where(known, figures, 0.0), side="left") + 1
    return np.where(known, codes, 0).astype(np.int64)


def _rates(classes: Ints, left: Flags, half: Ints) -> Floats:
    """Share that left of each person's class, counted in the half that the person is not in."""
    size = int(classes.max()) + 1
    scores = np.zeros(len(classes))
    for own in (0, 1):
        other = half != own
        mean = float(left[other].mean()) if other.any() else 0.0
        people = np.bincount(classes[other], minlength=size)
        leavers = np.bincount(classes[other], weights=left[other].astype(float), minlength=size)
        rates = (leavers + SHRINKAGE * mean) / (people + SHRINKAGE)
        scores[half == own] = rates[classes[half == own]]
    return scores
