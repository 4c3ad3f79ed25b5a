"""What remains of the best campaign once it is known that it was chosen for being the best.

The effects of the arms are taken as drawn from one distribution with unknown mean and spread; each measured effect is
pulled towards the mean by as much as its own noise (normal-normal hierarchical model). The mean has a flat prior; the
spread has DuMouchel's (density s / (s + spread)², s² the harmonic mean of the variances) and is averaged over, so that
the intervals carry the doubt about it. Spiegelhalter, Abrams, Myles 2004, section 5.7.3; Röver 2020.

Arms of one campaign share a control group, and so its noise: their covariance is the variance of its mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.statistics import Z95

Floats = npt.NDArray[np.float64]
LEAST_CAMPAIGNS = 3  # below, there is nothing that could tell the usual effect from the noise
MOST_ARMS = 500
GRID = 120  # values of the spread that are averaged over, at even steps of its prior


@dataclass(frozen=True)
class Shrunken:
    """Effects after shrinkage, in the order given: `mean`, `low`, `high`, `covariance` (of what is not known of them);
    `centre` with its interval: the usual effect; `spread`: mean of the effects' true standard deviation."""

    mean: Floats
    low: Floats
    high: Floats
    covariance: Floats
    centre: float
    centre_low: float
    centre_high: float
    spread: float


def covariance(campaign: npt.NDArray[np.int64], own: Floats, shared: Floats) -> Floats:
    """Covariance of effects: own + shared variance on the diagonal, shared within a campaign, 0 between campaigns."""
    same = campaign[:, None] == campaign[None, :]
    whole: Floats = np.where(same, np.maximum(shared[:, None], shared[None, :]), 0.0) + np.diag(own)
    return whole


def shrink(effects: Floats, noise: Floats) -> Shrunken:
    """Posterior of the effects.

    Args:
        effects: measured, each with finite noise above 0.
        noise: covariance of the measurements.
    """
    variances = np.diag(noise)
    typical = math.sqrt(len(effects) / float((1 / variances).sum()))
    shares = (np.arange(GRID) + 0.5) / GRID
    spreads = typical * shares / (1 - shares)  # the quantiles of the prior
    parts = [_given(effects, noise, float(spread)) for spread in spreads]
    heights = np.array([part[0] for part in parts])
    weight = np.exp(heights - heights.max())
    weight /= weight.sum()
    means, centres = np.array([part[1] for part in parts]), np.array([part[3] for part in parts])
    mean, centre = weight @ means, float(weight @ centres)
    away = means - mean
    within = np.einsum("g,gij->ij", weight, np.array([part[2] for part in parts]))
    whole: Floats = within + (away * weight[:, None]).T @ away
    half = Z95 * np.sqrt(np.diag(whole))
    centre_variance = float(weight @ (np.array([part[4] for part in parts]) + (centres - centre) ** 2))
    side = Z95 * math.sqrt(centre_variance)
    return Shrunken(
        mean, mean - half, mean + half, whole, centre, centre - side, centre + side, float(weight @ spreads)
    )


def _given(effects: Floats, noise: Floats, spread: float) -> tuple[float, Floats, Floats, float, float]:
    """Log likelihood of a spread (the mean integrated out), and given it: the effects' mean and covariance, the centre
    and its variance."""
    ones, square = np.ones(len(effects)), spread * spread
    total = noise + square * np.eye(len(effects))
    inverse = np.linalg.inv(total)
    weight = float(ones @ inverse @ ones)
    centre = float(ones @ inverse @ effects) / weight
    rest = effects - centre
    height = -0.5 * (float(np.linalg.slogdet(total)[1]) + math.log(weight) + float(rest @ inverse @ rest))
    kept = square * inverse  # how much of the distance from the centre is kept
    pull = ones - kept @ ones
    spare = square * np.eye(len(effects)) - square * kept
    return height, centre + kept @ rest, spare + np.outer(pull, pull) / weight, centre, 1 / weight
