"""Expected maximum profit: the best cut-off by a ranking when the acceptance is not known but spread over a Beta.

Verbraken, Verbeke and Baesens (2013), A Novel Profit Maximizing Metric for Measuring Classification Performance of
Customer Churn Prediction Models, IEEE TKDE 25. For each acceptance the cut-off is the best one; profits are averaged
over the acceptance. Only the corners of the convex hull of the ROC curve are ever best, so that the integral is a sum
over the corners, with incomplete beta functions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from customer_analytics.analysis.actions.terms import Terms

Floats = npt.NDArray[np.float64]
CONCENTRATION = 20.0  # a + b of the Beta; with an acceptance of .3 that is Beta(6, 14), the authors' own choice


class ExpectedMaximum(NamedTuple):
    """Profit a customer of the whole base, and the share of the base contacted, both averaged over the acceptance."""

    profit: float
    share: float


def expected_maximum_profit(score: Floats, left: Floats, value: float, terms: Terms) -> ExpectedMaximum:
    """EMP of a ranking.

    Args:
        score: higher means more likely to leave; any scale.
        left: 1 where the customer left, 0 where not.
        value: of a customer who stays, in money; the same for all.
        terms: their acceptance is the mean of the Beta.

    Returns:
        NaN where only one class is there.
    """
    n, leaving = len(left), float(left.sum())
    if not 0 < leaving < n:
        return ExpectedMaximum(float("nan"), float("nan"))
    caught, wrong = _hull(score, left)
    base = leaving / n
    # Profit a head at a corner is gain * acceptance - loss, both linear in the shares caught and wrongly contacted.
    gain = base * caught * (value - terms.incentive)
    loss = (1 - base) * wrong * terms.incentive + (base * caught + (1 - base) * wrong) * terms.contact_cost
    keep, starts = _upper(gain, loss)
    gain, loss = gain[keep], loss[keep]
    contacted = (base * caught + (1 - base) * wrong)[keep]
    a, b = CONCENTRATION * terms.acceptance, CONCENTRATION * (1 - terms.acceptance)
    if b <= 0:  # everybody accepts: no spread
        best = int(np.argmax(gain - loss))
        return ExpectedMaximum(float(gain[best] - loss[best]), float(contacted[best]))
    ends = np.append(starts[1:], 1.0)
    mass = betainc(a, b, ends) - betainc(a, b, starts)
    first = a / (a + b) * (betainc(a + 1, b, ends) - betainc(a + 1, b, starts))
    return ExpectedMaximum(float(gain @ first - loss @ mass), float(contacted @ mass))


def _hull(score: Floats, left: Floats) -> tuple[Floats, Floats]:
    """Corners of the ROC curve's convex hull: shares of the leaving and of the staying at or above a cut-off."""
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order]) != 0), len(score) - 1)  # equal scores go together
    caught = np.append(0.0, np.cumsum(left[order])[last])
    wrong = np.append(0.0, np.cumsum(1 - left[order])[last])
    corners: list[int] = []
    for place in range(len(caught)):
        while len(corners) > 1 and _is_below(caught, wrong, corners[-2], corners[-1], place):
            corners.pop()
        corners.append(place)
    return caught[corners] / caught[-1], wrong[corners] / wrong[-1]


def _is_below(caught: Floats, wrong: Floats, first: int, middle: int, last: int) -> bool:
    """Whether the middle point lies on or below the line from the first to the last."""
    across = (wrong[last] - wrong[first]) * (caught[middle] - caught[first])
    return bool((caught[last] - caught[first]) * (wrong[middle] - wrong[first]) >= across)


def _upper(gain: Floats, loss: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """Corners that are the best for some acceptance from 0 to 1, and the acceptance from which each is."""
    keep, starts = [0], [0.0]
    for place in range(1, len(gain)):
        while True:
            more = gain[place] - gain[keep[-1]]
            begin = (loss[place] - loss[keep[-1]]) / more if more > 0 else np.inf
            if begin > starts[-1] or len(keep) == 1:
                break
            keep.pop()
            starts.pop()
        if begin <= 0.0:  # better for every acceptance, which only costs that are nothing allow
            keep[-1] = place
        elif begin < 1.0:
            keep.append(place)
            starts.append(float(begin))
    return np.array(keep, dtype=np.int64), np.array(starts)
