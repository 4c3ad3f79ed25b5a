"""Credit by removal: what share of the conversions would be missing if a channel led nowhere.

A first-order chain over start, channels, conversion and null is made of the steps of all journeys, those that did not
convert too. Removing a channel sends every step into it to null. Its removal effect is 1 - P(conversion without it) /
P(conversion); shares are the effects over their sum (Anderl, Becker, von Wangenheim, Schumann 2016; D7.11).
"""

from __future__ import annotations

import numpy as np

from customer_analytics.analysis.attribution.sums import Floats


def chances(steps: Floats) -> tuple[Floats, Floats]:
    """Chance of conversion, and the chance when each channel is removed.

    Args:
        steps: ... x (K + 1) x (K + 2) journeys by step, as Sums.steps without its second axis.

    Returns:
        ... chances; ... x K chances, one a removed channel. NaN where there is no journey.
    """
    channels = steps.shape[-2] - 1
    totals = steps.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(totals > 0, steps / totals, 0.0)
    whole = _converted(shares, np.ones(channels))
    without = [_converted(shares, np.arange(channels) != place) for place in range(channels)]
    empty = totals[..., 0, 0] == 0
    return np.where(empty, np.nan, whole), np.where(empty[..., None], np.nan, np.stack(without, axis=-1))


def _converted(shares: Floats, kept: Floats | np.typing.NDArray[np.bool_]) -> Floats:
    """Chance to be absorbed in conversion from the start, with only the kept channels open."""
    channels = shares.shape[-2] - 1
    moves = shares[..., 1:, :channels] * kept
    # A channel whose contacts only ever lead to itself would make the system singular: it never converts.
    stuck = np.isclose(np.einsum("...ii->...i", moves), 1.0)
    moves = np.where(stuck[..., None], 0.0, moves)
    ends = np.where(stuck, 0.0, shares[..., 1:, channels])
    arrive = np.linalg.solve(np.eye(channels) - moves, ends[..., None])[..., 0]
    start = shares[..., 0, :channels] * kept
    chance: Floats = (start * arrive).sum(axis=-1) + shares[..., 0, channels]
    return chance


def removal_effects(steps: Floats) -> Floats:
    """1 - P(conversion without the channel) / P(conversion): ... x K; NaN where nothing converts."""
    whole, without = chances(steps)
    with np.errstate(invalid="ignore", divide="ignore"):
        effects: Floats = np.where(whole[..., None] > 0, 1 - without / whole[..., None], np.nan)
    return np.clip(effects, 0.0, 1.0)


def shares_of(effects: Floats) -> Floats:
    """The removal effects over their sum; NaN where no channel has any."""
    total = effects.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Floats = np.where(total > 0, effects / total, np.nan)
    return shares
