"""How good probabilities are: ranking measures with ties averaged and weights, losses, errors of calibration.

The ranking measures take sums by group of equal probabilities, best first, for many resamples at once: a column a
resample. Nothing depends on the order of tied people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from customer_analytics.analysis.scoring.result import Floats, Integers

EDGE = 1e-5  # no probability is taken nearer to 0 or 1: one surprise then costs at most 11.5 in log loss
TOP = 0.1
BINS = 10
NOISE_DRAWS = 200


def clipped(probability: Floats) -> Floats:
    """Probabilities kept away from 0 and 1."""
    return np.clip(probability, EDGE, 1 - EDGE)


def logit(probability: Floats) -> Floats:
    """Log odds of probabilities kept away from 0 and 1."""
    kept = clipped(probability)
    return np.asarray(np.log(kept) - np.log1p(-kept))


def losses(probability: Floats, left: Floats) -> Floats:
    """Log loss of each person: minus the logarithm of the probability given to what happened."""
    kept = clipped(probability)
    return np.asarray(-np.where(left > 0, np.log(kept), np.log1p(-kept)))


@dataclass(frozen=True)
class Ranking:
    """People from the highest probability down: `order` of the rows, `starts` of the groups of equal probability."""

    order: Integers
    starts: Integers

    @property
    def groups(self) -> Integers:
        """Number of the group of each row, in the rows' own order."""
        codes = np.zeros(len(self.order), dtype=np.int64)
        first = np.zeros(len(self.order), dtype=np.int64)
        first[self.starts[1:]] = 1
        codes[self.order] = np.cumsum(first)
        return codes


def ranking(probability: Floats) -> Ranking:
    """Order of probabilities, at least one."""
    order = np.argsort(-probability, kind="stable")
    ranked = probability[order]
    return Ranking(order, np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]]))


def grouped(ranks: Ranking, left: Floats) -> tuple[Floats, Floats]:
    """Leavers and people by group of equal probability, best first: two columns of the shape (groups, 1)."""
    leavers = np.add.reduceat(left[ranks.order], ranks.starts)
    sizes = np.diff(np.r_[ranks.starts, len(ranks.order)]).astype(np.float64)
    return leavers[:, None].astype(np.float64), sizes[:, None]


def auc(leavers: Floats, sizes: Floats) -> Floats:
    """Probability that a leaver is ranked above a stayer, ties counting half; NaN with one class. One a column."""
    stayers = sizes - leavers
    below = stayers.sum(axis=0) - np.cumsum(stayers, axis=0)
    pairs = leavers.sum(axis=0) * stayers.sum(axis=0)
    return _divided((leavers * (below + 0.5 * stayers)).sum(axis=0), pairs)


def average_precision(leavers: Floats, sizes: Floats) -> Floats:
    """Area under the precision-recall curve as a step function (average precision); NaN without leavers."""
    precision = _divided(np.cumsum(leavers, axis=0), np.cumsum(sizes, axis=0))
    return _divided((leavers * np.nan_to_num(precision)).sum(axis=0), leavers.sum(axis=0))


def captured(leavers: Floats, sizes: Floats, shares: Sequence[float]) -> Floats:
    """Leavers among the first `shares` of the people, expected over random orders of tied people: shares x columns."""
    reached, found = np.cumsum(sizes, axis=0), np.cumsum(leavers, axis=0)
    wanted = np.array(shares)
    columns = [
        np.interp(wanted * own[-1], np.r_[0.0, own], np.r_[0.0, got])
        for own, got in zip(reached.T, found.T, strict=True)
    ]
    return np.column_stack(columns)


def _divided(numerator: Floats, denominator: Floats) -> Floats:
    result = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result


def equal_count_bins(probability: Floats, bins: int = BINS) -> Integers:
    """Bin of each person, lowest probabilities first, with equal counts; equal probabilities share a bin."""
    _, place, counts = np.unique(probability, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    codes = np.minimum((bins * middle / max(len(probability), 1)).astype(np.int64), bins - 1)
    _, codes = np.unique(codes, return_inverse=True)  # bins that ties left empty are no bins
    return np.asarray(codes[place], dtype=np.int64)


def calibration_error(probability: Floats, left: Floats) -> float:
    """Expected calibration error: mean over equal-count bins of |share that left - mean probability|, by size."""
    if not len(left):
        return float("nan")
    codes = equal_count_bins(probability)
    gaps = np.abs(np.bincount(codes, weights=left - probability))
    return float(gaps.sum() / len(left))


def calibration_noise(probability: Floats, generator: np.random.Generator) -> float:
    """Calibration error that perfect probabilities would show on so many people: mean over drawn outcomes."""
    if not len(probability):
        return float("nan")
    codes = equal_count_bins(probability)
    many = codes.max() + 1
    total = np.zeros(many)
    drawn = np.empty(NOISE_DRAWS)
    for draw in range(NOISE_DRAWS):
        total = np.bincount(
            codes, weights=(generator.random(len(probability)) < probability) - probability, minlength=many
        )
        drawn[draw] = np.abs(total).sum() / len(probability)
    return float(drawn.mean())
