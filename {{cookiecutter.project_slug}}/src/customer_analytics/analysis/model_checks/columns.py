"""The columns to test, and the values of each as yes-or-no questions: held or not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.samples import Samples
from customer_analytics.analysis.features.feature import CATEGORY
from customer_analytics.analysis.model_checks.panel import Flags, Floats, Panel

FILLED = "filled"
LEAST_HOLDERS = 10  # rows on either side: fewer decide nothing
MOST_VALUES = 40  # of a category, the most frequent ones


def rows_of(samples: Samples, panel: Panel, feature: str) -> pd.Series:
    """A column over the rows of the panel: past cut-offs, oldest first, then the people now."""
    past = [sample.frame[feature] for sample in samples.cuts]
    return pd.concat([*past, samples.now.frame[feature].iloc[panel.now_rows]], ignore_index=True)


def states(values: pd.Series, kind: str) -> Iterator[tuple[str, Flags]]:
    """Every yes-or-no question on a column: whether it is filled at all, and each of the usual values of a category."""
    known = values.notna().to_numpy(bool)
    if _varies(known):
        yield FILLED, known
    if kind == CATEGORY:
        codes, names = pd.factorize(values.where(values.notna()), sort=False)
        sizes = np.bincount(codes[codes >= 0], minlength=len(names))
        order = sorted(range(len(names)), key=lambda place: (-sizes[place], str(names[place])))
        for number, place in enumerate(order[:MOST_VALUES], 1):
            if _varies(codes == place):
                yield f"value_{number}", codes == place
    elif kind == "flag":
        held = numbers(values) > 0
        if _varies(held & known):
            yield "value_1", held & known


def numbers(values: pd.Series) -> Floats:
    """A column as numbers; NaN where unknown."""
    return pd.to_numeric(values, errors="coerce").to_numpy(np.float64)


def ranks(values: Floats) -> Floats:
    """Mean ranks scaled to 0..1; NaN where unknown."""
    known = np.isfinite(values)
    ranked = np.full(len(values), np.nan)
    ranked[known] = (pd.Series(values[known]).rank().to_numpy() - 0.5) / max(known.sum(), 1)
    return ranked


def own_values(values: pd.Series, kind: str) -> float:
    """Share of the people whose value nobody else has, for whole numbers and texts; measures may differ for everybody.

    A column with hardly any shared value names people, whatever its heading.
    """
    known = values.dropna()
    if not len(known):
        return 0.0
    if kind != CATEGORY:
        figures = pd.to_numeric(known, errors="coerce")
        if (figures != np.round(figures)).any():
            return 0.0
    alone = ~known.duplicated(keep=False)
    return float(alone.mean())


def _varies(held: Flags) -> bool:
    return LEAST_HOLDERS <= int(held.sum()) <= len(held) - LEAST_HOLDERS
