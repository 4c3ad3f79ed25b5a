"""The seven models from the sums, and their intervals by resampling blocks of people."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from customer_analytics.analysis.attribution import markov, shapley
from customer_analytics.analysis.attribution.sums import RULES, Floats, Sums

MODELS = (*RULES, "markov", "shapley")
RESAMPLES = 400
LEVELS = (0.025, 0.975)
AT_ONCE = 50  # resamples held in memory at the same time


class Shares(NamedTuple):
    """Credits by model and channel. credits: 7 x K x 2 (conversions, value); shares: 7 x K, of the conversions; low,
    high: their 95 % interval; effects, effects_low, effects_high: K, removal effects of the chain."""

    credits: Floats
    shares: Floats
    low: Floats
    high: Floats
    effects: Floats
    effects_low: Floats
    effects_high: Floats


def estimate(sums: Sums, seed: int, *, with_nulls: bool = True) -> Shares:
    """All models with intervals. `with_nulls`: whether journeys without conversion are known; else no chain is made."""
    credits, effects = _computed(sums, np.ones((1, sums.blocks)), with_nulls)
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(sums.blocks, np.full(sums.blocks, 1 / sums.blocks), RESAMPLES).astype(np.float64)
    parts = [_computed(sums, drawn[at : at + AT_ONCE], with_nulls) for at in range(0, RESAMPLES, AT_ONCE)]
    resampled = _shares(np.concatenate([part[0] for part in parts]))
    removed = np.concatenate([part[1] for part in parts])
    return Shares(
        credits[0], _shares(credits)[0], *_ends(resampled), effects[0], *_ends(removed)
    )  # fmt: skip


def without_open(sums: Sums) -> Floats:
    """Shares of the chain when journeys that may still convert are left out: K."""
    return markov.shares_of(markov.removal_effects(sums.steps[:, 0].sum(axis=0)))


def _computed(sums: Sums, weights: Floats, with_nulls: bool) -> tuple[Floats, Floats]:
    """Resamples x 7 x K x 2 credits, and resamples x K removal effects."""
    rules, steps, sets = sums.weighted(weights)
    totals = sets[:, :, :2].sum(axis=1)
    effects = markov.removal_effects(steps.sum(axis=1))
    if not with_nulls:
        effects = np.full_like(effects, np.nan)
    chain = markov.shares_of(effects)[:, :, None] * totals[:, None, :]
    fair = [
        shapley.values(shapley.worths(sums.sets, sets[:, :, which], sums.channels), sums.channels) for which in (0, 1)
    ]
    return np.concatenate([rules, chain[:, None], np.stack(fair, axis=-1)[:, None]], axis=1), effects


def _shares(credits: Floats) -> Floats:
    """Of the conversions: resamples x 7 x K."""
    conversions = credits[..., 0]
    total = conversions.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Floats = np.where(total > 0, conversions / total, np.nan)
    return shares


def _ends(resampled: Floats) -> tuple[Floats, Floats]:
    """Lower and upper end over the resamples; NaN where no resample has a value."""
    known = ~np.isnan(resampled).all(axis=0)
    low, high = (np.full(resampled.shape[1:], np.nan) for _ in LEVELS)
    if known.any():
        low[known], high[known] = np.nanquantile(resampled[:, known], LEVELS, axis=0)
    return low, high
