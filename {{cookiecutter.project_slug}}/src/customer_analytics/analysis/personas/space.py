"""From tags to coordinates: every tag on one scale, tags that say the same dropped, noise dimensions left out.

Numbers that cannot be negative and are skewed are taken as log(1 + x), shares as 2 * arcsin(sqrt(x)), which makes
their spread alike over the range. Numbers are then centred on the median and divided by the standard deviation of the
values winsorised at 1 and 99 % (the interquartile range is 0 for many shares), and cut at four spreads. A mismatch of
a category costs gamma beside a squared difference of one spread: the distance of k-prototypes (Huang 1998) with shares
of the categories in place of modes, so that k-means in these coordinates minimises it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.personas.result import OTHER, Feature, FeatureStatus, Preparation, Transformation

if TYPE_CHECKING:
    from customer_analytics.analysis.tags import TagResult

Floats = npt.NDArray[np.float64]
FEWEST_KNOWN = 0.5  # share of customers with a value from which a tag is used
SAME = 0.9  # correlation from which two tags say the same
MOST_VALUES, SMALLEST_VALUE = 8, 0.02  # categories of a text that get a column; the others are "other" together
CUT = 4.0  # spreads beyond which a value counts as that far
PRIOR_ORDERS = 5.0  # shrinkage of shares whose rule states none
SKEWED = 1.0
FEW_COLUMNS = 8  # up to which nothing is left out: parallel analysis finds too few components among few columns
ANALYSES, ROWS = 5, 5_000  # permutations of Horn's parallel analysis, and customers it is done on
_STATES_PRIOR = re.compile(r"\bprior\b", re.IGNORECASE)
_IS_SHARE = re.compile(r"^\s*share\s*\(", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """One column of the matrix: a number, or a category (`value`) of a text."""

    feature: int  # position among the features
    value: str | None
    weight: float
    fill: float  # where the tag is missing: the mean


@dataclass(frozen=True)
class Space:
    """Coordinates learnt from the described customers; other customers and other days are put into the same ones.

    `loadings`: columns x components; `bases`: share of each share tag among all, for shrinkage.
    """

    features: tuple[Feature, ...]
    columns: tuple[Column, ...]
    bases: dict[str, float]
    gamma: float
    means: Floats
    loadings: Floats
    explained: float

    @property
    def used(self) -> tuple[Feature, ...]:
        """The features that have columns."""
        return tuple(feature for feature in self.features if feature.status == "used")

    def matrix(self, values: pd.DataFrame, orders: Floats) -> Floats:
        """Customers x columns. `values` has the tags, `orders` the purchases of the same customers."""
        made = np.empty((len(values), len(self.columns)))
        for position, column in enumerate(self.columns):
            feature = self.features[column.feature]
            tag = values[feature.name]
            if feature.kind == "text":
                one = np.where(tag.isna(), math.nan, _is_value(tag, str(column.value), feature.values))
                made[:, position] = one * column.weight
            elif feature.kind == "flag":
                made[:, position] = _flag(tag) * column.weight
            else:
                raw = shrunk(tag.to_numpy(float, na_value=math.nan), orders, self.bases.get(feature.name))
                scaled = (transformed(raw, feature.transformation) - feature.centre) / feature.spread
                made[:, position] = np.clip(scaled, -CUT, CUT) * column.weight
        fills = np.array([column.fill for column in self.columns])
        return np.where(np.isnan(made), fills, made)

    def coordinates(self, matrix: Floats) -> Floats:
        """Customers x components."""
        placed: Floats = (matrix - self.means) @ self.loadings
        return placed

    def preparation(self, sample: int) -> Preparation:
        """What the report says about it."""
        return Preparation(
            self.features,
            self.gamma,
            PRIOR_ORDERS if self.bases else 0.0,
            self.loadings.shape[1],
            self.explained,
            sample,
        )


def learn(values: pd.DataFrame, tags: Sequence[TagResult], orders: Floats, seed: int) -> Space:
    """The space of these customers by these tags.

    Args:
        values: one row per described customer with a column for each tag.
        tags: the tags that personas may be told apart by.
        orders: purchases of each customer, for shrinkage.
        seed: of the permutations.
    """
    bases: dict[str, float] = {}
    features: list[Feature] = []
    for tag in tags:
        raw = values[tag.name]
        if tag.kind == "number" and _IS_SHARE.match(tag.rule) and not _STATES_PRIOR.search(tag.rule):
            bases[tag.name] = _base(raw, orders)
        features.append(_feature(raw, tag, orders, bases.get(tag.name)))
    gamma = 1.0  # every number has a standard deviation of one: their mean is gamma (D2); `_gamma` states it exactly
    drafted = Space(tuple(features), (), bases, gamma, np.empty(0), np.empty((0, 0)), math.nan)
    drafted = _with_columns(drafted, values, orders)
    drafted = _without_redundant(drafted, values, orders)
    return _with_components(drafted, drafted.matrix(values, orders), seed)


def shrunk(raw: Floats, orders: Floats, base: float | None) -> Floats:
    """A share drawn towards the base rate as by `PRIOR_ORDERS` further purchases; unchanged without a base."""
    if base is None:
        return raw
    drawn: Floats = (raw * orders + PRIOR_ORDERS * base) / (orders + PRIOR_ORDERS)
    return drawn


def transformed(raw: Floats, transformation: Transformation) -> Floats:
    """The raw numbers on the scale in which they are compared."""
    if transformation == "log":
        logged: Floats = np.log1p(np.maximum(raw, 0.0))
        return logged
    if transformation == "arcsine":
        turned: Floats = 2 * np.arcsin(np.sqrt(np.clip(raw, 0.0, 1.0)))
        return turned
    return raw


def _base(raw: pd.Series, orders: Floats) -> float:
    numbers = raw.to_numpy(float, na_value=math.nan)
    known = ~np.isnan(numbers)
    weight = orders[known].sum()
    return float((numbers[known] * orders[known]).sum() / weight) if weight > 0 else math.nan


def _feature(raw: pd.Series, tag: TagResult, orders: Floats, base: float | None) -> Feature:
    missing = int(raw.isna().sum())
    status: FeatureStatus = "used"
    if missing > (1 - FEWEST_KNOWN) * len(raw):
        status = "mostly_missing"
    elif raw.nunique() < 2:
        status = "constant"
    made = Feature(tag.name, str(tag.tag_class), "number", "none", status, missing, math.nan, math.nan)
    if tag.kind == "text":
        return _text_feature(raw, made)
    if tag.kind == "flag":
        return replace(made, kind="flag", transformation="one_hot")
    numbers = shrunk(raw.to_numpy(float, na_value=math.nan), orders, base)
    known = numbers[~np.isnan(numbers)]
    is_share = tag.unit == "share" or bool(_IS_SHARE.match(tag.rule))
    is_share = is_share and len(known) > 0 and known.min() >= 0 and known.max() <= 1
    how: Transformation = "arcsine" if is_share else "log" if _is_skewed(known) else "none"
    scale = transformed(known, how)
    centre, spread = _centre_and_spread(scale)
    if status == "used" and not spread > 0:
        made = replace(made, status="constant")
    return replace(made, kind="share" if is_share else "number", transformation=how, centre=centre, spread=spread)


def _text_feature(raw: pd.Series, made: Feature) -> Feature:
    counts = raw.astype("string").value_counts()
    known = len(raw) - made.missing
    frequent = counts[counts >= SMALLEST_VALUE * max(known, 1)].head(MOST_VALUES)
    if made.status == "used" and (len(frequent) == 0 or frequent.sum() < known / 2):
        made = replace(made, status="too_many_values")
    names = sorted(str(name) for name in frequent.index)
    if frequent.sum() < known and names:
        names.append(OTHER)
    if made.status == "used" and len(names) < 2:
        made = replace(made, status="constant")
    return replace(made, kind="text", transformation="one_hot", values=tuple(names))


def _is_skewed(known: Floats) -> bool:
    if len(known) < 3 or known.min() < 0 or known.std() == 0:
        return False
    return float((((known - known.mean()) / known.std()) ** 3).mean()) > SKEWED


def _centre_and_spread(scale: Floats) -> tuple[float, float]:
    if not len(scale):
        return math.nan, math.nan
    low, high = np.quantile(scale, (0.01, 0.99))
    return float(np.median(scale)), float(np.clip(scale, low, high).std()) or float(scale.std())


def _flag(tag: pd.Series) -> Floats:
    made: Floats = np.where(tag.isna(), math.nan, tag.astype("boolean").fillna(False).to_numpy(bool))
    return made


def _is_value(tag: pd.Series, value: str, values: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    texts = tag.astype("string").fillna("")
    here = ~texts.isin(values) if value == OTHER else texts == value
    marked: npt.NDArray[np.bool_] = here.to_numpy(dtype=bool)
    return marked


def _with_columns(space: Space, values: pd.DataFrame, orders: Floats) -> Space:
    """Columns of the used features, weighted, and what stands in for missing values."""
    columns: list[Column] = []
    for position, feature in enumerate(space.features):
        if feature.status != "used":
            continue
        if feature.kind == "text":
            weight = math.sqrt(space.gamma / 2)  # two columns differ where the category does
            columns += [Column(position, value, weight, math.nan) for value in feature.values]
        else:
            columns.append(Column(position, None, math.sqrt(space.gamma) if feature.kind == "flag" else 1.0, math.nan))
    drafted = replace(space, columns=tuple(columns))
    with np.errstate(invalid="ignore"):
        matrix = drafted.matrix(values, orders)
    means = np.nanmean(matrix, axis=0) if len(columns) else np.empty(0)
    filled = tuple(replace(column, fill=float(mean)) for column, mean in zip(columns, means, strict=True))
    numbers = [i for i, column in enumerate(columns) if space.features[column.feature].kind in ("number", "share")]
    gamma = float(np.nanstd(matrix[:, numbers], axis=0).mean()) if numbers else 1.0
    if len(numbers) < len(columns):  # the categories at the weight that the numbers' mean spread gives
        factor = math.sqrt(gamma / space.gamma)
        filled = tuple(
            column if i in numbers else replace(column, weight=column.weight * factor, fill=column.fill * factor)
            for i, column in enumerate(filled)
        )
    return replace(space, columns=filled, gamma=gamma)


def _without_redundant(space: Space, values: pd.DataFrame, orders: Floats) -> Space:
    """Of two numbers, shares or flags that go together almost perfectly, the one with more values stays."""
    single = [i for i, column in enumerate(space.columns) if column.value is None]
    if len(single) < 2:
        return space
    matrix = space.matrix(values, orders)[:, single]
    with np.errstate(invalid="ignore", divide="ignore"):
        together = np.atleast_2d(np.nan_to_num(np.corrcoef(matrix.T)))
    features = list(space.features)
    order = sorted(range(len(single)), key=lambda i: (features[space.columns[single[i]].feature].missing, i))
    kept: list[int] = []
    for i in order:
        twin = next((j for j in kept if abs(together[i, j]) > SAME), None)
        place = space.columns[single[i]].feature
        if twin is None:
            kept.append(i)
        else:
            keeper = features[space.columns[single[twin]].feature].name
            features[place] = replace(features[place], status="redundant", because=keeper)
    columns = tuple(column for column in space.columns if features[column.feature].status == "used")
    return replace(space, features=tuple(features), columns=columns)


def _with_components(space: Space, matrix: Floats, seed: int) -> Space:
    """Principal components whose variance is above that of data with every tag shuffled by itself (Horn 1965); of few
    columns, all."""
    columns = matrix.shape[1]
    if columns == 0 or len(matrix) < 3:
        return replace(space, means=np.zeros(columns), loadings=np.eye(columns), explained=1.0)
    generator = np.random.default_rng([seed, 1])
    rows = generator.choice(len(matrix), min(len(matrix), ROWS), replace=False)
    means = matrix.mean(axis=0)
    sample = matrix[rows] - means
    variances, vectors = np.linalg.eigh(sample.T @ sample / (len(rows) - 1))
    variances, vectors = variances[::-1], vectors[:, ::-1]
    by_chance = (
        np.mean(
            [np.linalg.eigvalsh(np.cov(shuffled(sample, space, generator).T))[::-1] for _ in range(ANALYSES)], axis=0
        )
        if columns > 1
        else np.zeros(1)
    )
    above = variances > by_chance * 1.05
    count = columns if columns <= FEW_COLUMNS or above.all() else max(int(above.argmin()), 2)
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(columns)])
    loadings = (vectors * signs)[:, :count]
    return replace(space, means=means, loadings=loadings, explained=float(variances[:count].sum() / variances.sum()))


def shuffled(matrix: Floats, space: Space, generator: np.random.Generator) -> Floats:
    """The matrix with every tag shuffled among the customers by itself; the columns of one text stay together."""
    made = np.empty_like(matrix)
    for feature in {column.feature for column in space.columns}:
        here = [i for i, column in enumerate(space.columns) if column.feature == feature]
        made[:, here] = matrix[generator.permutation(len(matrix))][:, here]
    return made
