"""Measures of rules from exact counts (definitions D7.1)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from customer_analytics.statistics import Z95

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_LARGEST = 2**62


def measures(count: Integers, antecedent: Integers, consequent: Integers, n: int) -> dict[str, Floats]:
    """Every measure of rules, arrays of shape (rules,), from the baskets that hold both sides and either side.

    Ratios of counts are formed at once, so that a confidence of 4/5 is the double nearest to .8. `conviction` is
    infinite at a confidence of 1, `zhang` 0 where its denominator is, `certainty` has both branches (Shortliffe and
    Buchanan 1975; Galarraga et al. 2013 give the negative one). The interval of lift is that of independent baskets:
    variance of log lift (1/s - 1/sA - 1/sC + 2 lift - 1)/n by the delta method.
    """
    both, left, right, whole = (np.asarray(one, np.float64) for one in (count, antecedent, consequent, n))
    support, share_left, share_right = both / whole, left / whole, right / whole
    confidence, lift = both / left, both * whole / (left * right)
    gain = both * whole - left * right  # leverage times n squared, without a difference of rounded shares
    either = left + right - both
    with np.errstate(divide="ignore", invalid="ignore"):
        conviction = np.where(count == antecedent, np.inf, (whole - right) * left / (whole * (left - both)))
        spread = np.maximum(both * (whole - left), left * (right - both))
        zhang = np.where(spread == 0, 0.0, gain / np.where(spread == 0, 1.0, spread))
        above = gain / (left * (whole - right))
        certainty = np.where(right == whole, 0.0, np.where(gain >= 0, above, gain / (left * right)))
    low, high = lift_interval(lift, support, share_left, share_right, n)
    return {
        "support": support, "confidence": confidence, "lift": lift, "lift_low": low, "lift_high": high,
        "leverage": gain / whole**2, "conviction": conviction, "zhang": zhang,
        "kulczynski": (both / left + both / right) / 2, "imbalance": np.abs(left - right) / either,
        "jaccard": both / either, "cosine": both / np.sqrt(left * right), "certainty": certainty,
    }  # fmt: skip


def lift_interval(
    lift: Floats, support: Floats, share_left: Floats, share_right: Floats, n: int
) -> tuple[Floats, Floats]:
    """95 % interval of lift on the log scale, baskets independent of each other."""
    variance = np.maximum((1 / support - 1 / share_left - 1 / share_right + 2 * lift - 1) / n, 0.0)
    width = Z95 * np.sqrt(variance)
    return lift * np.exp(-width), lift * np.exp(width)


def reaches(count: Integers, of: Integers, share: float) -> npt.NDArray[np.bool_]:
    """Whether count / of >= share, in whole numbers: 4 of 5 reach .8, and .8 is meant as it is written."""
    wanted = Fraction(str(share))
    top, bottom = wanted.numerator, wanted.denominator
    if len(count) and max(int(count.max()) * bottom, int(of.max()) * top) >= _LARGEST:
        pairs = zip(count.tolist(), of.tolist(), strict=True)  # Python's whole numbers have no end
        return np.array([one * bottom >= top * whole for one, whole in pairs], np.bool_)
    return np.asarray(count * bottom >= top * of, np.bool_)
