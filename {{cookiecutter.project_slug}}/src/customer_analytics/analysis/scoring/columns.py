"""Columns that no model can use, named and set aside before a fit: constant, empty, collinear, separating.

Shared by the classifiers and the hazard model, whose fits would else fail ("delta contains nan") or pretend.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.analysis.scoring.result import SET_ASIDE, Floats

MOSTLY = 0.95  # share of missing values from which a column says too little
MOST_LEVELS = 50  # of a category: with more it names single people
ROWS = 5_000  # looked at for collinearity
DEPENDENT = 1e-8  # share of a column's variance that the others leave unexplained, below which it adds nothing
PART = 0.05  # of the explained column, from which another column is named as its cause
SEPARATED = 8  # fewest people of each class for which a perfect split is no accident


def is_category(values: pd.Series[Any]) -> bool:
    """Whether a column holds texts, not numbers or flags."""
    return not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values))


def set_aside(frame: pd.DataFrame, features: Sequence[str], outcome: Floats | None = None) -> pd.DataFrame:
    """Features that can not be used, with the reason and what it has to do with: feature, reason, with_what.

    `outcome`: 0 or 1 for each row (for a hazard model: whether the event was seen); None: separation is not looked at.
    Reasons: "constant", "mostly_missing", "many_levels", "separating" (with_what: the limit or the values),
    "collinear" (with_what: the features that it follows from; the earlier of two stays).
    """
    found: list[tuple[str, str, str]] = []
    left: list[str] = []
    for name in features:
        reason = _alone(frame[name], outcome)
        if reason is None:
            left.append(name)
        else:
            found.append((name, *reason))
    found += _dependent(frame[left], left)
    order: dict[str, int] = {name: place for place, name in enumerate(features)}
    table = pd.DataFrame(sorted(found, key=lambda row: order[str(row[0])]), columns=SET_ASIDE)
    return table.astype(object)


def _alone(values: pd.Series[Any], outcome: Floats | None) -> tuple[str, str] | None:
    known = values[values.notna()]
    if len(values) == 0 or len(known) < (1 - MOSTLY) * len(values) or len(known) == 0:
        return "mostly_missing", ""
    distinct = known.nunique()
    if distinct < 2 and len(known) == len(values):
        return "constant", ""
    if is_category(values):
        if distinct > MOST_LEVELS:
            return "many_levels", ""
    elif not np.isfinite(known.to_numpy(dtype=np.float64)).any():
        return "mostly_missing", ""
    if outcome is None:
        return None
    split = _separates(values, outcome)
    return None if split is None else ("separating", split)


def _separates(values: pd.Series[Any], outcome: Floats) -> str | None:
    """How a column tells the classes apart without any error; None where it does not."""
    here, gone = outcome == 0, outcome == 1
    if min(here.sum(), gone.sum()) < SEPARATED:
        return None
    missing = values.isna().to_numpy()
    if missing.any() and ((missing == gone).all() or (missing == here).all()):
        return "missing"
    if is_category(values):
        codes = pd.factorize(values, use_na_sentinel=False)[0]
        shares = np.bincount(codes, weights=outcome) / np.bincount(codes)
        return "values" if np.isin(shares, (0.0, 1.0)).all() else None
    numbers = values.to_numpy(dtype=np.float64)
    first, second = numbers[here & ~missing], numbers[gone & ~missing]
    if min(len(first), len(second)) < SEPARATED:
        return None
    if first.max() < second.min():
        return f"{_limit(first.max(), second.min()):g}"
    return f"{_limit(second.max(), first.min()):g}" if second.max() < first.min() else None


def _limit(low: float, high: float) -> float:
    return (float(low) + float(high)) / 2


def _dependent(frame: pd.DataFrame, features: Sequence[str]) -> list[tuple[str, str, str]]:
    """Features all of whose columns follow from those of the features before."""
    if len(frame) > ROWS:
        frame = frame.iloc[np.linspace(0, len(frame) - 1, ROWS).astype(np.int64)]
    kept = np.ones((len(frame), 1)) / np.sqrt(max(len(frame), 1))  # orthonormal: the intercept, then what is kept
    sources: list[tuple[str, Floats]] = []
    found: list[tuple[str, str, str]] = []
    for name in features:
        columns = _plain(frame[name])
        fresh, is_new = kept, False
        for column in columns.T:
            centred = column - column.mean()
            size = float(np.linalg.norm(centred))
            if size == 0:
                continue
            rest = centred / size
            for _ in range(2):  # twice is enough to be orthogonal to machine precision
                rest = rest - fresh @ (fresh.T @ rest)
            length = float(np.linalg.norm(rest))
            if length**2 > DEPENDENT:
                fresh, is_new = np.column_stack([fresh, rest / length]), True
        if is_new or not len(columns.T):
            kept = fresh
            sources.append((name, columns))
        else:
            found.append((name, "collinear", ", ".join(_causes(columns, sources))))
    return found


def _causes(columns: Floats, sources: list[tuple[str, Floats]]) -> list[str]:
    """The features that explain the columns: one that does so alone, else those with a weight in the exact sum."""
    target = columns - columns.mean(axis=0)
    for name, own in sources:
        centred = own - own.mean(axis=0)
        fitted = centred @ np.linalg.lstsq(centred, target, rcond=None)[0]
        if float(np.square(target - fitted).sum()) <= 10 * DEPENDENT * float(np.square(target).sum()):
            return [name]
    whole = np.column_stack([own - own.mean(axis=0) for _, own in sources])
    weights = np.linalg.lstsq(whole, target, rcond=None)[0]
    parts = np.abs(weights) * whole.std(axis=0)[:, None] / np.maximum(target.std(axis=0), 1e-300)
    place, causes = 0, []
    for name, own in sources:
        many = own.shape[1]
        if float(parts[place : place + many].max()) > PART:
            causes.append(name)
        place += many
    return causes


def _plain(values: pd.Series[Any]) -> Floats:
    """A feature as the columns of a linear model: the number and whether it is missing, or an indicator a level."""
    missing = values.isna().to_numpy()
    if is_category(values):
        codes, levels = pd.factorize(values, use_na_sentinel=False, sort=False)
        return np.eye(len(levels))[codes]
    numbers = values.to_numpy(dtype=np.float64)
    middle = float(np.nanmean(numbers)) if not missing.all() else 0.0
    columns = [np.where(missing, middle, numbers)]
    if missing.any():
        columns.append(missing.astype(np.float64))
    return np.column_stack(columns)
