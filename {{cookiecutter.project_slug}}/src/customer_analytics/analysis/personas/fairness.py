"""Whom a persona stands for without saying so: attributes of persons that go with the personas."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.personas.describe import Members
from customer_analytics.analysis.tags import TagResult

BORDERS = ((0.4, "strong"), (0.2, "moderate"), (0.1, "weak"))
LEVEL = 0.05
MOST_VALUES = 20
PLACES = ("region", "city")  # not sensitive as tags, but a place can stand for an origin
COLUMNS = [
    "attribute", "cramers_v", "p", "customers", "level", "persona", "value", "share", "base_share", "index",
]  # fmt: skip


def fairness(tags: Sequence[TagResult], members: Members, smallest: int) -> pd.DataFrame:
    """One row an attribute, strongest first; see PersonasResult.fairness.

    Sensitive tags (gender, age, income, occupation) and the place, as texts or flags; numbers are covered by their
    bands. None of them entered the clustering.
    """
    rows = []
    for tag in tags:
        wanted = tag.sensitive or tag.name in PLACES
        if not wanted or tag.kind not in ("text", "flag") or len(members.keys) < 2:
            continue
        raw = members.values[tag.name]
        known = raw.notna().to_numpy()
        texts = raw[known].astype("string").to_numpy(dtype=object)
        values, codes = np.unique(texts.astype(str), return_inverse=True)
        if len(values) < 2:
            continue
        table = np.zeros((len(members.keys), len(values)))
        np.add.at(table, (members.labels[known], codes), 1)
        rows.append((tag.name, *_strength(table), int(known.sum()), table, values))
    made = [(name, v, p, n, _level(v, p), *_largest(table, values, members.keys, smallest))
            for name, v, p, n, table, values in rows]  # fmt: skip
    found = pd.DataFrame(made, columns=COLUMNS)
    return found.sort_values("cramers_v", ascending=False, kind="stable", ignore_index=True)


def _strength(table: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Bias-corrected Cramer's V (Bergsma 2013) and the p-value of the chi-square test; rare values taken together."""
    from scipy.stats import chi2

    if table.shape[1] > MOST_VALUES:
        order = np.argsort(-table.sum(axis=0), kind="stable")
        table = np.column_stack([table[:, order[:MOST_VALUES]], table[:, order[MOST_VALUES:]].sum(axis=1)])
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    n, (rows, columns) = table.sum(), table.shape
    if n < 2 or min(rows, columns) < 2:
        return math.nan, math.nan
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / n
    statistic = float(((table - expected) ** 2 / expected).sum())
    free = (rows - 1) * (columns - 1)
    phi = max(0.0, statistic / n - free / (n - 1))
    smaller = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    return math.sqrt(phi / smaller) if smaller > 0 else math.nan, float(chi2.sf(statistic, free))


def _level(v: float, p: float) -> str:
    if math.isnan(v) or p > LEVEL:
        return "none"
    return next((name for border, name in BORDERS if v >= border), "none")


def _largest(
    table: npt.NDArray[np.float64], values: npt.NDArray[np.str_], keys: tuple[str, ...], smallest: int
) -> tuple[str, str, float, float, float]:
    """The cell that stands out most (by its standardised residual) among those with enough customers."""
    n = table.sum()
    row, column = table.sum(axis=1, keepdims=True), table.sum(axis=0, keepdims=True)
    expected = row * column / n
    with np.errstate(invalid="ignore", divide="ignore"):
        residual = (table - expected) / np.sqrt(expected * (1 - row / n) * (1 - column / n))
    residual = np.where((table >= smallest) & (row - table >= smallest), np.nan_to_num(residual), 0.0)
    if not residual.any():
        return "", "", math.nan, math.nan, math.nan
    i, j = np.unravel_index(np.abs(residual).argmax(), residual.shape)
    share, base = float(table[i, j] / row[i, 0]), float(column[0, j] / n)
    return keys[int(i)], str(values[j]), share, base, 100 * share / base
