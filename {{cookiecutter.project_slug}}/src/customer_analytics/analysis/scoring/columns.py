"""Columns that no model can use, named and set aside before a fit: constant, empty, collinear, separating.

Shared by the classifiers and the hazard model, whose fits would else fail ("delta contains nan") or pretend.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.scoring.result import SET_ASIDE, Floats

MOSTLY = 0.95  # share of missing values from which a column says too little
MOST_LEVELS = 50  # of a category: with more it names single people
ROWS = 5_000  # looked at for collinearity
DEPENDENT = 1e-8  # share of a column's variance that the others leave unexplained, below which it adds nothing
ROUNDED, CLEAR = 1e-9, 1e-5  # the same share: below and above these it is plain whatever rounding adds
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
    missing = values.isna().to_numpy()
    many = len(values) - int(missing.sum())
    if many < (1 - MOSTLY) * len(values) or many == 0:
        return "mostly_missing", ""
    is_text = is_category(values)
    plain = values.to_numpy(dtype=object if is_text else np.float64)
    known = plain[~missing]
    distinct = len(pd.unique(known))
    if distinct < 2 and many == len(values):
        return "constant", ""
    if is_text:
        if distinct > MOST_LEVELS:
            return "many_levels", ""
    elif not np.isfinite(known).any():
        return "mostly_missing", ""
    if outcome is None:
        return None
    split = _separates(plain, missing, outcome, is_text=is_text)
    return None if split is None else ("separating", split)


def _separates(
    values: npt.NDArray[Any], missing: npt.NDArray[np.bool_], outcome: Floats, *, is_text: bool
) -> str | None:
    """How a column tells the classes apart without any error; None where it does not."""
    here, gone = outcome == 0, outcome == 1
    if min(here.sum(), gone.sum()) < SEPARATED:
        return None
    if missing.any() and ((missing == gone).all() or (missing == here).all()):
        return "missing"
    if is_text:
        codes = pd.factorize(values, use_na_sentinel=False)[0]
        shares = np.bincount(codes, weights=outcome) / np.bincount(codes)
        return "values" if np.isin(shares, (0.0, 1.0)).all() else None
    first, second = values[here & ~missing], values[gone & ~missing]
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
    columns = [_plain(frame[name]) for name in features]
    widths = [own.shape[1] for own in columns]
    whole = np.hstack(columns) if columns else np.zeros((len(frame), 0))
    centred = whole - whole.mean(axis=0) if len(frame) else whole
    size = np.linalg.norm(centred, axis=0)
    fresh = _fresh_by_products(centred, size, widths)
    fresh = _fresh_by_projections(centred, size, widths) if fresh is None else fresh
    found = []
    sources: list[tuple[str, Floats]] = []
    for name, own, is_new in zip(features, columns, fresh, strict=True):
        if is_new:
            sources.append((name, own))
        else:
            found.append((name, "collinear", ", ".join(_causes(own, sources))))
    return found


def _fresh_by_products(centred: Floats, size: Floats, widths: Sequence[int]) -> list[bool] | None:
    """Which features have a column that those before leave unexplained, from the products of the columns (Cholesky's
    rows, one after another); None where a column is so nearly explained that products are too coarse to tell."""
    scaled = centred / np.where(size > 0, size, 1.0)
    products = scaled.T @ scaled
    rows = np.zeros_like(products)  # of the factor: the kept columns, each less what those before explain
    fresh, many, begin = [], 0, 0
    for width in widths:
        kept, is_new = many, width == 0
        for place in range(begin, begin + width):
            if size[place] == 0:
                continue
            own = rows[:kept, place]
            rest = 1.0 - float(own @ own)
            if ROUNDED < rest < CLEAR:
                return None
            if rest > DEPENDENT:
                rows[kept] = (products[place] - own @ rows[:kept]) / np.sqrt(rest)
                kept, is_new = kept + 1, True
        fresh.append(is_new)
        many = kept if is_new else many
        begin += width
    return fresh


def _fresh_by_projections(centred: Floats, size: Floats, widths: Sequence[int]) -> list[bool]:
    """The same to the last digit, from the columns themselves (Gram and Schmidt, twice)."""
    held = np.empty((len(centred), centred.shape[1]), order="F")
    fresh, many, begin = [], 0, 0
    for width in widths:
        kept, is_new = many, width == 0
        for place in range(begin, begin + width):
            if size[place] == 0:
                continue
            rest = centred[:, place] / size[place]
            for _ in range(2):  # twice is enough to be orthogonal to machine precision
                rest = rest - held[:, :kept] @ (held[:, :kept].T @ rest)
            length = float(np.linalg.norm(rest))
            if length**2 > DEPENDENT:
                held[:, kept] = rest / length
                kept, is_new = kept + 1, True
        fresh.append(is_new)
        many = kept if is_new else many
        begin += width
    return fresh


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
