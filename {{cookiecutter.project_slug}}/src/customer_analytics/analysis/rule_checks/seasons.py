"""In which months the baskets of a rule lie, and whether it is as strong in all of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rule_checks.links import Links
from customer_analytics.analysis.rule_checks.strata import Stratified
from customer_analytics.analysis.rule_checks.stratified import homogeneity
from customer_analytics.analysis.rule_checks.tails import Floats
from customer_analytics.statistics import Z95, benjamini_hochberg

EXPECTED = 5.0  # baskets with both that each part of the year needs
MONTHS, QUARTERS = 12, 4
CLEAR = 2.0  # standardised residual from which a month stands out
TIMES = 1.25  # and how many times the usual share it has to hold
MOST_PEAKS = 4


def seasons(counts: Stratified, pairs: Links, widening: Floats, rate: float) -> pd.DataFrame:
    """A row a pair: parts (12 months, 4 quarters, 0: too few baskets), p, q, peak (tuple of months or quarters from 1),
    peak_share (of the baskets with both that lies in the peak), peak_times (share of baskets with both in the peak over
    that outside of it), with interval, lift_p, lift_q (whether the odds ratio differs through the year).

    `counts`: by calendar month of the year, codes 0 to 11 in the order of levels["season"]; q over all pairs tested.
    """
    a, r, c, n = _by_month(counts, pairs)
    quarters = tuple(_in_quarters(each) for each in (a, r, c, n))
    months_fit = _expected(a, n).min(axis=1) >= EXPECTED
    quarters_fit = ~months_fit & (_expected(quarters[0], quarters[3]).min(axis=1) >= EXPECTED)
    table = pd.DataFrame({"pair": np.arange(len(pairs))})
    table["parts"] = np.where(months_fit, MONTHS, np.where(quarters_fit, QUARTERS, 0))
    table["p"], table["peak"] = np.nan, None
    table[["peak_share", "peak_times", "peak_low", "peak_high", "lift_p"]] = np.nan
    for fit, (aa, rr, cc, nn) in ((months_fit, (a, r, c, n)), (quarters_fit, quarters)):
        rows = np.flatnonzero(fit)
        if len(rows):
            made = _of_parts(aa[rows], nn, widening[rows])
            made["lift_p"] = homogeneity(aa[rows], rr[rows], cc[rows], nn[None, :], widening[rows]).p_value
            for name in made:
                table.loc[rows, name] = pd.Series(made[name].to_numpy(), index=rows)
    table["q"], table["lift_q"] = _q(table["p"].to_numpy(dtype=float)), _q(table["lift_p"].to_numpy(dtype=float))
    table.loc[~(table["q"] <= rate), "peak"] = None
    return table


def _by_month(counts: Stratified, pairs: Links) -> tuple[npt.NDArray[np.int64], ...]:
    """a, r, c as (pairs, 12) and n (12,); months that are not in the data are empty."""
    month = counts.levels["season"].to_numpy()
    a, r, c, n = counts.of(pairs)
    wide = [np.zeros((len(pairs), MONTHS), dtype=np.int64) for _ in range(3)]
    whole = np.zeros(MONTHS, dtype=np.int64)
    for place, code in enumerate(month):
        if code >= 0:
            for target, source in zip(wide, (a, r, c), strict=True):
                target[:, code] = source[:, place]
            whole[code] = n[place]
    return (*wide, whole)


def _in_quarters(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    summed: npt.NDArray[np.int64] = counts.reshape(*counts.shape[:-1], QUARTERS, MONTHS // QUARTERS).sum(axis=-1)
    return summed


def _expected(a: npt.NDArray[np.int64], n: npt.NDArray[np.int64]) -> Floats:
    expected: Floats = a.sum(axis=1, keepdims=True) * (n / max(int(n.sum()), 1))[None, :]
    return expected


def _of_parts(a: npt.NDArray[np.int64], n: npt.NDArray[np.int64], widening: Floats) -> pd.DataFrame:
    """Chi-square test that baskets with both are the same share of all baskets in every part, and where they crowd."""
    from scipy import special

    expected, total = _expected(a, n), a.sum(axis=1)
    share = (total / n.sum())[:, None]
    spread = expected * (1 - share) * widening[:, None]
    statistic = ((a - expected) ** 2 / spread).sum(axis=1)
    residual = (a - expected) / np.sqrt(spread * np.maximum(1 - n / n.sum(), 1e-9)[None, :])
    standing = (residual > CLEAR) & (a >= TIMES * expected)
    rank = np.argsort(np.argsort(-np.where(standing, a / expected, -1.0), axis=1), axis=1)
    standing &= rank < MOST_PEAKS
    inside, base = np.where(standing, a, 0).sum(axis=1), (standing * n[None, :]).sum(axis=1)
    outside, rest = total - inside, n.sum() - base
    with np.errstate(divide="ignore", invalid="ignore"):
        times = (inside / base) / (outside / rest)
        half = Z95 * np.sqrt((1 / inside - 1 / base + 1 / outside - 1 / rest) * widening)
        low, high = times * np.exp(-half), times * np.exp(half)
    some = standing.any(axis=1)
    peaks = [tuple(int(month) + 1 for month in np.flatnonzero(row)) if row.any() else None for row in standing]
    return pd.DataFrame(
        {
            "p": special.chdtrc(len(n) - 1, statistic), "peak": pd.Series(peaks, dtype=object),
            "peak_share": np.where(some, inside / total, np.nan), "peak_times": np.where(some, times, np.nan),
            "peak_low": np.where(some, low, np.nan), "peak_high": np.where(some, high, np.nan),
        }
    )  # fmt: skip


def _q(p: Floats) -> Floats:
    """q-values over the pairs that were tested; NaN for the others."""
    found = np.full(len(p), np.nan)
    tested = np.isfinite(p)
    found[tested] = benjamini_hochberg(p[tested])
    return found
