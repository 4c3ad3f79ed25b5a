"""Clusters and how well they are apart: k-means, silhouette, gap statistic, agreement of two groupings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST = 8  # personas at most
STARTS = 5  # k-means runs, of which the best counts
STEPS = 100  # of Lloyd's algorithm at most
FEW_MOVE = 0.0005  # share of the points whose change of cluster ends it: what follows is far below sampling noise
BLOCK = 20_000  # customers whose distances are held at a time
CELLS = 300_000  # runs x centres x points that take their steps together: more would not fit a processor's cache


@dataclass(frozen=True)
class Clusters:
    """Labels 0..k-1 of the points, the centres (k x dimensions) and the sum of squared distances to them."""

    labels: Ints
    centres: Floats
    within: float


def k_means(points: Floats, k: int, seed: int, starts: int = STARTS) -> Clusters:
    """Best of some runs of Lloyd's algorithm from k-means++ centres (Arthur, Vassilvitskii 2007); k = 1 is the mean.

    Fewer distinct points than k leave fewer clusters.
    """
    return k_means_each(points, [k], seed, starts)[0]


def k_means_each(
    points: Floats, numbers: Sequence[int], seed: int, starts: int = STARTS, squared: Floats | None = None
) -> list[Clusters]:
    """`k_means` for each k of `numbers`. All runs take their steps together: for a thousand small runs the single
    calls of numpy cost more than the arithmetic, and a library's threads and checks more than both.

    Args:
        points: points x dimensions.
        numbers: each k.
        seed: of the first centres.
        starts: runs for each k, of which the best counts.
        squared: squared distances between all points, where they are at hand.
    """
    runs = [(k, start) for k in numbers for start in range(starts if k > 1 else 1)]
    centres = [_first_centres(points, k, np.random.default_rng([seed, k, start]), squared) for k, start in runs]
    at_once = max(1, CELLS // (len(points) * max(numbers)))
    ended: list[Clusters] = []
    for first in range(0, len(runs), at_once):
        ended += _lloyd(points, centres[first : first + at_once])
    best: dict[int, Clusters] = {}
    for (k, _), found in zip(runs, ended, strict=True):
        if k not in best or found.within < best[k].within * (1 - 1e-12):
            best[k] = found
    return [best[k] for k in numbers]


def _first_centres(points: Floats, k: int, generator: np.random.Generator, squared: Floats | None = None) -> Floats:
    """Points drawn with a probability that grows with the squared distance to the nearest one drawn before."""
    if k == 1:
        middle: Floats = points.mean(axis=0, keepdims=True)
        return middle
    chosen = [int(generator.integers(len(points)))]
    nearest = _squared_to(points, chosen, squared)[0]
    tries = 2 + int(math.log(k))
    for _ in range(k - 1):
        total = nearest.cumsum()
        if not total[-1] > 1e-12:  # every point is one that has been drawn
            break
        tried = np.searchsorted(total, generator.random(tries) * total[-1]).clip(max=len(points) - 1)
        closer = np.minimum(nearest, _squared_to(points, tried, squared))
        best = int(closer.sum(axis=1).argmin())
        chosen.append(int(tried[best]))
        nearest = closer[best]
    return points[chosen]


def _squared_to(points: Floats, chosen: Sequence[int] | npt.NDArray[np.intp], squared: Floats | None) -> Floats:
    """Squared distances of the chosen points to all points."""
    if squared is not None:
        near: Floats = squared[chosen]
        return near
    apart: Floats = ((points[None, :, :] - points[chosen][:, None, :]) ** 2).sum(axis=2)
    return apart


def _lloyd(points: Floats, starts: Sequence[Floats]) -> list[Clusters]:
    """Lloyd's algorithm from each set of centres, side by side: runs x centres x points. A run with fewer centres than
    the others is filled up with centres that are infinitely far."""
    most = max(len(start) for start in starts)
    numbers = np.arange(most, dtype=np.int8)
    absent = np.array([numbers >= len(start) for start in starts])
    centres = np.stack([np.vstack([start, np.zeros((most - len(start), points.shape[1]))]) for start in starts])
    running, labels = np.arange(len(starts)), np.full((len(starts), len(points)), -1, np.int8)
    ended: list[Clusters | None] = [None] * len(starts)
    for step in range(STEPS):
        sizes = np.where(absent, np.inf, (centres**2).sum(axis=2))  # the point's own size decides nothing
        apart = (-2 * centres.reshape(-1, points.shape[1]) @ points.T).reshape(len(running), most, -1)
        apart += sizes[:, :, None]
        new = _nearest(apart)
        moved = (new != labels).sum(axis=1)
        labels = new
        member = (labels[:, None, :] == numbers[None, :, None]).astype(points.dtype)
        counts = member.sum(axis=2)
        sums = (member.reshape(-1, len(points)) @ points).reshape(centres.shape)
        for run in np.flatnonzero(((counts == 0) & ~absent).any(axis=1)):
            width = int((~absent[run]).sum())
            _refill(points, apart[run, :width].T, labels[run], counts[run, :width], sums[run, :width])
        centres = np.where((moved > 0)[:, None, None], sums / np.where(absent, 1.0, counts)[:, :, None], centres)
        done = (moved <= FEW_MOVE * len(points)) | (step == STEPS - 1)
        for run in np.flatnonzero(done):
            ended[running[run]] = _ended(points, labels[run], centres[run][~absent[run]])
        if done.any():
            running, labels, centres, absent = running[~done], labels[~done], centres[~done], absent[~done]
        if not len(running):
            break
    return [clusters for clusters in ended if clusters is not None]


def _nearest(apart: Floats) -> npt.NDArray[np.int8]:
    """Of runs x centres x points the first nearest centre: over few centres faster than argmin."""
    least = apart[:, 0].copy()
    labels = np.zeros(least.shape, np.int8)
    for number in range(1, apart.shape[1]):
        here = apart[:, number]
        np.copyto(labels, np.int8(number), where=here < least)
        np.minimum(least, here, out=least)
    return labels


def _ended(points: Floats, labels: npt.NDArray[np.int8], centres: Floats) -> Clusters:
    within = float(((points - centres[labels]) ** 2).sum())
    return Clusters(labels.astype(np.int64), centres, within)


def _refill(points: Floats, apart: Floats, labels: npt.NDArray[np.int8], counts: Floats, sums: Floats) -> None:
    """An empty cluster begins anew at the point that is farthest from its centre (in place)."""
    away = (points**2).sum(axis=1) + apart[np.arange(len(points)), labels]
    for empty in np.flatnonzero(counts == 0):
        farthest = int(away.argmax())
        sums[empty], counts[empty], away[farthest] = points[farthest], 1.0, -np.inf


def assign(points: Floats, centres: Floats) -> tuple[Ints, Floats]:
    """The nearest centre of each point, and how certain that is: 1 - distance / distance to the second nearest.

    In blocks, so that memory does not grow with the customers.
    """
    labels, certainty = np.empty(len(points), np.int64), np.empty(len(points))
    for first in range(0, len(points), BLOCK):
        here = slice(first, first + BLOCK)
        apart = distances(points[here], centres)
        labels[here] = apart.argmin(axis=1)
        if len(centres) == 1:
            certainty[here] = 1.0
            continue
        nearest = np.partition(apart, 1, axis=1)[:, :2]
        with np.errstate(invalid="ignore", divide="ignore"):
            certainty[here] = np.where(nearest[:, 1] > 0, 1 - nearest[:, 0] / nearest[:, 1], 0.0)
    return labels, certainty


def distances(points: Floats, others: Floats) -> Floats:
    """Euclidean distances, points x others."""
    squared = (points**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None, :] - 2 * points @ others.T
    apart: Floats = np.sqrt(np.maximum(squared, 0.0))
    return apart


def silhouettes(apart: npt.NDArray[np.floating], groupings: Sequence[Ints]) -> list[float]:
    """Mean silhouette (Rousseeuw 1987) of each grouping from the matrix of distances; NaN with fewer than two clusters.

    A point alone in its cluster counts as 0. One multiplication serves all groupings: reading the matrix is the cost.
    """
    coded = [np.unique(labels, return_inverse=True)[1] for labels in groupings]
    counts = [int(codes.max(initial=-1)) + 1 for codes in coded]
    ends = np.cumsum([0, *counts])
    member = np.zeros((len(apart), int(ends[-1])), dtype=apart.dtype)
    for codes, first in zip(coded, ends, strict=False):
        member[np.arange(len(codes)), first + codes] = 1.0
    sums = (apart @ member).astype(np.float64)
    return [_mean_width(sums[:, ends[i] : ends[i + 1]], codes, counts[i]) for i, codes in enumerate(coded)]


def _mean_width(sums: Floats, codes: npt.NDArray[np.intp], count: int) -> float:
    points = np.arange(len(codes))
    if count < 2 or count >= len(codes):
        return math.nan
    sizes = np.bincount(codes, minlength=count)
    size = sizes[codes]
    inside = np.divide(sums[points, codes], size - 1, out=np.zeros(len(codes)), where=size > 1)
    means = sums / sizes
    means[points, codes] = np.inf
    outside = means.min(axis=1)
    larger = np.maximum(inside, outside)
    width = np.divide(outside - inside, larger, out=np.zeros(len(codes)), where=(larger > 0) & (size > 1))
    return float(width.mean())


@dataclass(frozen=True)
class Gap:
    """Gap statistic for k = 1..len(values) with its standard error, and the k that it chooses."""

    values: Floats
    errors: Floats

    @property
    def k(self) -> int:
        """The smallest k with gap(k) >= gap(k+1) - error(k+1); 1 is possible (Tibshirani, Walther, Hastie 2001)."""
        for k in range(1, len(self.values)):
            if self.values[k - 1] >= self.values[k] - self.errors[k]:
                return k
        return len(self.values)


def gap_statistic(points: Floats, most: int, sets: int, seed: int) -> Gap:
    """Gap statistic against uniform points in the box along the principal axes (their variant b)."""
    generator = np.random.default_rng([seed, 2])
    centred = points - points.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2]
    turned = centred @ axes.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    own = _log_within(turned, most, seed)
    references = np.array(
        [_log_within(generator.uniform(low, high, turned.shape), most, seed + i) for i in range(1, sets + 1)]
    )
    errors = references.std(axis=0) * math.sqrt(1 + 1 / sets)
    return Gap(references.mean(axis=0) - own, errors)


def _log_within(points: Floats, most: int, seed: int) -> Floats:
    within = np.array([found.within for found in k_means_each(points, range(1, most + 1), seed, 2)])
    logged: Floats = np.log(np.maximum(within, np.finfo(float).tiny))
    return logged


def rand_index(first: Ints, second: Ints) -> float:
    """Adjusted Rand index of two groupings of the same points (Hubert, Arabie 1985); 1 where both are one group."""
    table = np.zeros((int(first.max(initial=0)) + 1, int(second.max(initial=0)) + 1))
    np.add.at(table, (first, second), 1)
    pairs = float((table * (table - 1) / 2).sum())
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    in_rows, in_columns = float((rows * (rows - 1) / 2).sum()), float((columns * (columns - 1) / 2).sum())
    total = len(first) * (len(first) - 1) / 2
    expected = in_rows * in_columns / total if total else 0.0
    largest = (in_rows + in_columns) / 2
    return 1.0 if largest == expected else (pairs - expected) / (largest - expected)
