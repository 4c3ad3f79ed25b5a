"""How many personas: structure first, then silhouette among the numbers whose clusters are large and stable enough."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.personas.clustering import (
    MOST,
    Clusters,
    Gap,
    distances,
    gap_statistic,
    k_means,
    k_means_each,
    silhouettes,
)
from customer_analytics.analysis.personas.reference import LEAST_GAIN, LEVEL, Separation, separation
from customer_analytics.analysis.personas.result import Choice, Reason, Structure
from customer_analytics.analysis.personas.space import Space
from customer_analytics.analysis.personas.stability import BORDERS, jaccard_stability, seed_agreement
from customer_analytics.engagement.parameters import PersonasParameters

Floats = npt.NDArray[np.float64]
SILHOUETTE_ROWS = 2_000
GAP_SETS, GAP_ROWS = 10, 1_500
SCAN_RESAMPLES = 15  # bootstrap samples for each k; the chosen one gets all that the parameter states
LEAST_STABLE = BORDERS[-1][0]  # below it a cluster dissolves


@dataclass(frozen=True)
class Found:
    """The clusters of the sample, None without personas; `stability` of each."""

    structure: Structure
    choice: Choice
    clusters: Clusters | None
    stability: Floats


def not_estimable(reason: Reason, parameters: PersonasParameters) -> Found:
    """The answer where there is too little to ask."""
    nan = math.nan
    structure = Structure("not_estimable", reason, nan, nan, LEVEL, 0, 1, nan, nan, nan)
    return Found(structure, Choice(pd.DataFrame(columns=COLUMNS), 1, _by(parameters), 1, 1), None, np.empty(0))


COLUMNS = [
    "k", "silhouette", "silhouette_reference", "excess", "gap", "gap_error", "smallest_share", "stability",
    "seed_agreement", "large_enough", "eligible",
]  # fmt: skip


def choose(matrix: Floats, space: Space, floor: float, parameters: PersonasParameters) -> Found:
    """Test for structure and choose k.

    Args:
        matrix: sampled customers x columns.
        space: what the columns are, and the components.
        floor: smallest share of the customers that a cluster must have.
        parameters: number of personas or 0, resamples, seed.
    """
    points = space.coordinates(matrix)
    most = min(MOST, max(2, int(1 / floor)))
    seed = parameters.seed
    parted = separation(matrix, space, most, parameters.resamples, seed)
    gap = gap_statistic(points[:GAP_ROWS], most, GAP_SETS, seed)
    numbers = range(2, most + 1)
    tried = dict(zip(numbers, k_means_each(points, numbers, seed), strict=True))
    table = _table(points, tried, parted, gap, floor, seed)
    structure = verdict(parted, parameters.resamples)
    k = _number(table, structure, parameters.personas)
    choice = Choice(table, k, _by(parameters), gap.k, _widest(table))
    if k == 1:
        return Found(structure, choice, None, np.empty(0))
    clusters = tried.get(k) or k_means(points, k, seed)
    return Found(structure, choice, clusters, jaccard_stability(points, clusters, parameters.resamples, seed))


def _table(
    points: Floats, tried: dict[int, Clusters], parted: Separation, gap: Gap, floor: float, seed: int
) -> pd.DataFrame:
    few = points[:SILHOUETTE_ROWS]
    widths = silhouettes(distances(few, few).astype(np.float32), [found.labels[: len(few)] for found in tried.values()])
    rows: list[tuple[object, ...]] = [
        (1, math.nan, math.nan, math.nan, gap.values[0], gap.errors[0], 1.0, math.nan, math.nan, True, True)
    ]
    means = parted.one_group.mean(axis=0)
    for place, (k, found) in enumerate(tried.items()):
        shares = np.bincount(found.labels, minlength=k) / len(points)
        stable = float(np.nanmin(jaccard_stability(points, found, SCAN_RESAMPLES, seed)))
        large = bool(shares.min() >= floor) and len(found.centres) == k
        rows.append(
            (k, widths[place], means[place], parted.excess[place], gap.values[place + 1], gap.errors[place + 1],
             float(shares.min()), stable, seed_agreement(points, found, seed), large, large and stable >= LEAST_STABLE)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def verdict(parted: Separation, sets: int) -> Structure:
    """Found where the separation is beyond both kinds of reference data, and enough to act on."""
    permuted, one_group = parted.p_value(parted.permuted), parted.p_value(parted.one_group)
    gains = parted.own - parted.one_group.mean(axis=0)
    if np.isnan(gains).all():
        nan = math.nan
        return Structure("not_estimable", "all_alike", nan, nan, LEVEL, sets, 1, nan, nan, nan)
    place = int(np.nanargmax(gains))
    is_found = max(permuted, one_group) <= LEVEL and float(gains[place]) >= LEAST_GAIN
    return Structure(
        "found" if is_found else "none", "", permuted, one_group, LEVEL, sets, place + 2, float(parted.own[place]),
        float(parted.permuted[:, place].mean()), float(parted.one_group[:, place].mean()),
    )  # fmt: skip


def _by(parameters: PersonasParameters) -> Literal["automatic", "parameter"]:
    return "automatic" if parameters.personas == 0 else "parameter"


def _widest(table: pd.DataFrame) -> int:
    """The k of the greatest silhouette; 1 where none is known."""
    widths = table["silhouette"].to_numpy(float)
    return 1 if np.isnan(widths).all() else int(table["k"].to_numpy()[int(np.nanargmax(widths))])


def _number(table: pd.DataFrame, structure: Structure, wanted: int) -> int:
    """The stated number; else the eligible k of the greatest silhouette, 1 where there is no structure.

    Where structure was found but no grouping is stable, the best of those with large enough clusters is taken, and its
    clusters are named for what they are.
    """
    if wanted:
        return wanted if structure.status != "not_estimable" else 1
    if structure.status != "found":
        return 1
    several = table[table["k"] >= 2]
    for flag in ("eligible", "large_enough"):
        fit = several[several[flag].astype(bool)]
        if len(fit):
            return _widest(fit)
    return 1
