"""Which way a feature goes with leaving: who left among those with low and with high values, at tested cut-offs.

A description of what happened beside what was foretold, not of what one feature does while all others stay the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from customer_analytics.analysis.scoring.measures import equal_count_bins
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.statistics import wilson

CLASSES = 5
MOST_LEVELS = 6
COLUMNS = (
    "feature", "family", "order", "level", "lowest", "highest", "cases", "left", "rate", "low", "high", "forecast",
)  # fmt: skip


def directions(
    features: Mapping[str, str], frames: Mapping[int, pd.DataFrame], predictions: pd.DataFrame, method: str, least: int
) -> pd.DataFrame:
    """Share that left by class of each feature.

    Args:
        features: name -> family.
        frames: cut-off -> person_id and features.
        predictions: cut, person_id, left and a column `method` (probabilities made in advance).
        method: the method in use.
        least: no class with fewer cases; classes left out have so many together, so that none is found by subtraction.

    Returns:
        COLUMNS, in the order of `features`: classes of equal size from the lowest values up (`lowest` to `highest`), or
        the levels of a category from the most people down (`level`); rate with its Wilson interval; forecast: mean
        probability. Cases are people at a cut-off.
    """
    joined = [
        predictions[predictions["cut"] == cut][["person_id", "left", method]].merge(
            frame, on="person_id", suffixes=("", "_")
        )
        for cut, frame in sorted(frames.items())
    ]
    rows: list[tuple[object, ...]] = []
    if joined:
        cases = pd.concat(joined, ignore_index=True)
        for feature, family in features.items():
            values = cases[feature]
            known = values.notna()
            own = cases[known]
            numeric = pd.api.types.is_numeric_dtype(values)
            codes = _numeric(own[feature]) if numeric else _levels(own[feature])
            rows += _rows(feature, family, own, codes, method, least, numeric=numeric)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _numeric(values: pd.Series) -> Sequence[int]:
    return list(equal_count_bins(values.to_numpy(np.float64), CLASSES))


def _levels(values: pd.Series) -> Sequence[int]:
    counts = values.value_counts()
    order = sorted(counts.index, key=lambda level: (-int(counts[level]), str(level)))[:MOST_LEVELS]
    place = {level: number for number, level in enumerate(order)}
    return [place.get(value, -1) for value in values]


def _rows(
    feature: str, family: str, own: pd.DataFrame, codes: Sequence[int], method: str, least: int, *, numeric: bool
) -> list[tuple[object, ...]]:
    groups = [(number, group) for number, group in own.groupby(np.asarray(codes)) if int(str(number)) >= 0]
    hidden = small_groups(np.array([len(group) for _, group in groups], dtype=np.int64), least)
    if len(groups) - hidden.sum() < 2:
        return []
    rows: list[tuple[object, ...]] = []
    for (number, group), small in zip(groups, hidden, strict=True):
        if small:
            continue
        left, cases = int(group["left"].sum()), len(group)
        low, high = wilson(left, cases)
        values = group[feature]
        ends = (float(values.min()), float(values.max())) if numeric else (np.nan, np.nan)
        level = "" if numeric else str(values.iloc[0])
        rows.append(
            (
                feature,
                family,
                int(str(number)),
                level,
                *ends,
                cases,
                left,
                left / cases,
                low,
                high,
                float(group[method].mean()),
            )
        )
    return rows
