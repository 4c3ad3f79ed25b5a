"""From features to the numbers of a model: one way for linear models, one for trees, learned on training rows only.

Linear: each number is put on a scale on which it is not skewed and centred (missing: 0 and an indicator of its own);
two hinges let it bend; each level of a category that enough people have is an indicator, the rest are one. Trees take
classes of numbers, missing values too, and categories as codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.scoring.columns import is_category, set_aside
from customer_analytics.analysis.scoring.forest import Codes, classes, limits
from customer_analytics.analysis.scoring.result import Floats, Integers

LEAST_LEVEL = 0.01  # of the people, below which a level is grouped with the other rare ones
FEWEST = 20  # people, below which a level is grouped whatever its share
MOST_CODES = 30
HINGES = (1 / 3, 2 / 3)  # quantiles at which the effect of a number may bend
BENDING = 8  # distinct values from which it may
EDGES = (0.005, 0.995)  # quantiles of the training rows: numbers beyond them count as these, nothing is extrapolated
OTHER, UNKNOWN = "\x00other", "\x00unknown"  # not texts that a client's column can hold
WEIGHT = "rule:weight"  # column of the training people that a fit weighs them by, where there is one


@dataclass(frozen=True)
class Column:
    """A column of the linear design: the feature it belongs to, and what it says of it.

    `part`: "value", "bend", "missing" or "level" (with the level's text, OTHER or UNKNOWN).
    """

    feature: str
    part: str
    level: str = ""


@dataclass(frozen=True)
class Number:
    """A number on the scale of the model: logarithm or not, centre, spread, edges and hinges (in spreads from the
    centre), whether missing ones were seen; `limits` of its classes for trees (forest.limits)."""

    feature: str
    is_logarithmic: bool
    centre: float
    spread: float
    edges: tuple[float, float]
    hinges: tuple[float, ...]
    has_missing: bool
    limits: Floats = field(repr=False, compare=False)

    @property
    def columns(self) -> list[Column]:
        """Its columns in order."""
        own = [Column(self.feature, "value"), *(Column(self.feature, "bend") for _ in self.hinges)]
        return [*own, Column(self.feature, "missing")] if self.has_missing else own

    def matrix(self, values: pd.Series[Any]) -> Floats:
        """Rows by columns."""
        numbers = _finite(values)
        missing = np.isnan(numbers)
        scaled = (_bent(numbers) if self.is_logarithmic else numbers) - self.centre
        scaled = np.clip(np.nan_to_num(scaled / self.spread), *self.edges)
        made = np.empty((len(numbers), 1 + len(self.hinges) + self.has_missing))
        made[:, 0] = scaled
        for place, hinge in enumerate(self.hinges, 1):
            made[:, place] = np.where(missing, 0.0, np.maximum(scaled - hinge, 0.0))
        if self.has_missing:
            made[:, -1] = missing
        return made


@dataclass(frozen=True)
class Category:
    """A category: its levels with enough people, most frequent first; others together."""

    feature: str
    levels: tuple[str, ...]

    @property
    def columns(self) -> list[Column]:
        """Its columns in order."""
        return [Column(self.feature, "level", level) for level in (*self.levels, OTHER, UNKNOWN)]

    def codes(self, values: pd.Series[Any]) -> Integers:
        """Number of the level of each row; rare or unseen levels: len(levels), unknown: len(levels) + 1."""
        texts, known = _texts(values)
        codes = pd.Index(list(self.levels), dtype=object).get_indexer(pd.Index(texts, dtype=object))
        codes = np.where(codes < 0, len(self.levels), codes)
        return np.where(known, codes, len(self.levels) + 1).astype(np.int64)

    def matrix(self, values: pd.Series[Any]) -> Floats:
        """Rows by levels, OTHER and UNKNOWN last."""
        return np.eye(len(self.levels) + 2)[self.codes(values)]


@dataclass(frozen=True)
class Design:
    """What is known of the features of the training rows. `aside`: those set aside (columns.set_aside)."""

    parts: tuple[Number | Category, ...]
    aside: pd.DataFrame

    @property
    def features(self) -> tuple[str, ...]:
        """Features used, in order."""
        return tuple(part.feature for part in self.parts)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns of the linear matrix."""
        return tuple(column for part in self.parts for column in part.columns)

    def linear(self, frame: pd.DataFrame) -> Floats:
        """Rows by columns, without intercept; a column of zeros where there is no feature."""
        if not self.parts:
            return np.zeros((len(frame), 1))
        return np.hstack([part.matrix(frame[part.feature]) for part in self.parts])

    def trees(self, frame: pd.DataFrame) -> Codes:
        """Rows by features, column after column in memory: classes of numbers, MISSING too, and codes of categories."""
        made = np.zeros((len(frame), max(len(self.parts), 1)), dtype=np.uint8, order="F")
        for place, part in enumerate(self.parts):
            values = frame[part.feature]
            made[:, place] = classes(_finite(values), part.limits) if isinstance(part, Number) else part.codes(values)
        return made

    @property
    def categorical(self) -> list[bool]:
        """Which columns of `trees` are codes."""
        return [isinstance(part, Category) for part in self.parts] or [False]


def prepare(frame: pd.DataFrame, features: Sequence[str], outcome: Floats | None = None) -> Design:
    """Learn the design from training rows; `outcome` 0 or 1 a row, to set separating columns aside."""
    aside = set_aside(frame, features, outcome)
    gone = set(aside["feature"])
    weights = frame[WEIGHT].to_numpy(dtype=np.float64) if WEIGHT in frame.columns else None
    parts = [_part(name, frame[name], weights) for name in features if name not in gone]
    return Design(tuple(parts), aside)


def _part(name: str, values: pd.Series[Any], weights: Floats | None) -> Number | Category:
    if is_category(values):
        return Category(name, common_levels(values))
    numbers = _finite(values)
    order = np.argsort(numbers, kind="stable")  # missing ones last
    known = numbers[order]
    known = known[: len(known) - int(np.isnan(numbers).sum())]
    upper = limits(known, None if weights is None else weights[order[: len(known)]])
    bent = _bent(known)
    is_logarithmic = _is_skewed(known, bent)
    scaled = bent if is_logarithmic else known
    spread = float(scaled.std()) if len(scaled) and scaled[0] < scaled[-1] else 1.0
    centre = float(scaled.mean()) if len(scaled) else 0.0
    scaled = (scaled - centre) / spread
    points = np.quantile(scaled, (*EDGES, *HINGES), method="inverted_cdf") if len(scaled) else np.zeros(4)
    # 0 stands for missing values and is always inside.
    edges = (min(float(points[0]), 0.0), max(float(points[1]), 0.0))
    hinges: tuple[float, ...] = ()
    if np.count_nonzero(known[1:] != known[:-1]) >= BENDING - 1:
        hinges = tuple(value for value in sorted({float(point) for point in points[2:]}) if edges[0] < value < edges[1])
    return Number(name, is_logarithmic, centre, spread, edges, hinges, len(known) < len(numbers), upper)


def common_levels(values: pd.Series[Any]) -> tuple[str, ...]:
    """Levels that enough of the people have, most frequent first (equal ones by their text)."""
    texts, known = _texts(values)
    codes, found = pd.factorize(texts[known], use_na_sentinel=False)
    least = max(LEAST_LEVEL * len(values), FEWEST)
    counts = np.bincount(codes, minlength=len(found))
    ranked = sorted((-int(count), str(level)) for level, count in zip(found, counts, strict=True) if count >= least)
    return tuple(level for _, level in ranked[:MOST_CODES])


def _texts(values: pd.Series[Any]) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    """A category as texts, and where they are known."""
    known = values.notna().to_numpy(dtype=bool)
    texts = values.to_numpy(dtype=object)
    if pd.api.types.infer_dtype(texts, skipna=True) != "string":
        texts = np.array([str(text) for text in texts], dtype=object)
    return texts, known


def _finite(values: pd.Series[Any]) -> Floats:
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _is_skewed(ranked: Floats, bent: Floats) -> bool:
    """Whether a logarithm (`bent`) puts the middle of the range nearer to the middle of the people."""
    if len(ranked) < 2 or ranked[0] == ranked[-1] or not ((ranked != 0.0) & (ranked != 1.0)).any():
        return False
    return abs(_skewness(bent)) < abs(_skewness(ranked)) - 0.5


def _skewness(values: Floats) -> float:
    centred = values - values.mean()
    squares = centred * centred
    spread = float(np.sqrt(squares.mean()))
    return float((squares * centred).mean()) / spread**3 if spread > 0 else 0.0


def _bent(values: Floats) -> Floats:
    """sign(x) log(1 + |x|): a logarithm that takes 0 and debts."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))
