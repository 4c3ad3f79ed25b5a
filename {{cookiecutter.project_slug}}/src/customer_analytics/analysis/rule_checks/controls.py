"""Whether a rule is still there once month, promotion, region and kind of customer are held fixed: the Simpson audit.

Two products that both sell in December are together more often than chance over the year, and no more often than chance
within December or within the rest of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.association.family import q_values
from customer_analytics.analysis.rule_checks.links import Links
from customer_analytics.analysis.rule_checks.result import (
    HOLDS,
    NOTHING,
    REVERSED,
    SHRINKS,
    TOGETHER,
    UNCLEAR,
    VANISHES,
)
from customer_analytics.analysis.rule_checks.sizes import SizeNull, size_null
from customer_analytics.analysis.rule_checks.strata import MONTH, ORDERS, PROMOTION, SIZE, Strata, Stratified
from customer_analytics.analysis.rule_checks.stratified import Within, plain_lift, widened, within
from customer_analytics.analysis.rule_checks.tails import Floats, lower_tail
from customer_analytics.statistics import Z95, benjamini_hochberg

LEAST_MEAN = 10  # baskets a stratum on average; a factor that would divide them finer is left out of "together"
MOST_CELLS = 4_000
MOST_AT_ONCE = 400_000  # pairs times strata
HALF = 0.5  # share of log lift that a control explains from which a rule counts as explained by it
LEAST_TOLD = 0.5  # share of the baskets with both that has to lie in strata that say something


def combined(strata: Strata) -> tuple[str, ...]:
    """Factors of the joint control: month, promotion, how often the customer buys, then the client's own columns."""
    chosen: list[str] = []
    for name in (MONTH, PROMOTION, ORDERS, *strata.group_columns):
        if name not in strata.factors:
            continue
        cells = strata.baskets(*chosen, name)
        if len(cells) <= MOST_CELLS and int(cells["baskets"].sum()) >= LEAST_MEAN * len(cells):
            chosen.append(name)
    return tuple(chosen)


def audit(
    strata: Strata, pairs: Links, widening: Floats, family: int, rate: float, sizes: tuple[Stratified, Floats],
    factors: tuple[str, ...],
) -> pd.DataFrame:  # fmt: skip
    """A row a pair and control: pair, control, lift, lift_within with interval, odds_ratio with interval, p, q,
    explained, verdict, strata, informative, share_informative.

    Args:
        widening: variance of each pair's lift over that of independent baskets (customers come again).
        family: comparisons that were made when the rules were found; q is over all of them.
        rate: false discovery rate.
        sizes: counts by class of basket size, and mean size of each class.
        factors: of the joint control.
    """
    crude = _crude(sizes[0], pairs, widening)
    made = [_by_size(sizes, pairs, crude, widening, family, rate)]
    single = [name for name in (MONTH, PROMOTION, ORDERS, *strata.group_columns) if name in strata.factors]
    if len(factors) > 1:
        made.append(
            _by_strata(strata.count(*factors, sets=pairs.sets_needed), pairs, crude, widening, family, rate, TOGETHER)
        )
    for name in single:
        made.append(_by_strata(strata.count(name, sets=pairs.sets_needed), pairs, crude, widening, family, rate, name))
    if len(factors) == 1:
        made.append(made[1 + single.index(factors[0])].assign(control=TOGETHER))
    return pd.concat(made, ignore_index=True).sort_values(["pair", "control"], ignore_index=True)


def _crude(sizes: Stratified, pairs: Links, widening: Floats) -> Floats:
    a, r, c, n = sizes.of(pairs)
    return plain_lift(a.sum(axis=1), r.sum(axis=1), c.sum(axis=1), int(n.sum()), widening).lift


def _by_strata(
    counts: Stratified, pairs: Links, crude: Floats, widening: Floats, family: int, rate: float, control: str
) -> pd.DataFrame:
    found = _within(counts, pairs, widening)
    q, q_below = q_values(found.p_above, family), benjamini_hochberg(found.p_below)
    explained = _explained(crude, found.lift)
    told = (found.share_informative >= LEAST_TOLD) & np.isfinite(found.lift)
    return pd.DataFrame(
        {
            "pair": np.arange(len(pairs)), "control": control, "lift": crude, "lift_within": found.lift,
            "low": found.low, "high": found.high, "odds_ratio": found.odds_ratio, "odds_low": found.odds_low,
            "odds_high": found.odds_high, "p": found.p_above, "q": q, "explained": explained,
            "verdict": verdicts(crude, found.lift, q, q_below, explained, told, rate),
            "strata": found.strata, "informative": found.informative, "share_informative": found.share_informative,
        }
    )  # fmt: skip


def _within(counts: Stratified, pairs: Links, widening: Floats) -> Within:
    """Some pairs at a time, so that pairs times strata stay small."""
    step = max(1, MOST_AT_ONCE // max(len(counts.baskets), 1))
    rows = [np.arange(start, min(start + step, len(pairs))) for start in range(0, max(len(pairs), 1), step)]
    parts = [within(*counts.of(pairs.take(some)), widening[some]) for some in rows]
    return Within(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _by_size(
    sizes: tuple[Stratified, Floats], pairs: Links, crude: Floats, widening: Floats, family: int, rate: float
) -> pd.DataFrame:
    """Baskets of the same sizes put together by chance; there is no odds ratio, for sizes are no strata of equals."""
    counts, mean_sizes = sizes
    a, r, c, n = counts.of(pairs)
    joint = a.sum(axis=1)
    null: SizeNull = size_null(joint, r, c, n, mean_sizes, pairs.lengths)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = joint / null.expected
        half = Z95 * np.sqrt(null.variance / null.expected / joint * widening)
    p = widened(null.p_value, widening)
    q, q_below = q_values(p, family), benjamini_hochberg(widened(lower_tail(joint, *null[:2]), widening))
    explained = _explained(crude, lift)
    return pd.DataFrame(
        {
            "pair": np.arange(len(pairs)), "control": SIZE, "lift": crude, "lift_within": lift,
            "low": lift * np.exp(-half), "high": lift * np.exp(half), "odds_ratio": np.nan, "odds_low": np.nan,
            "odds_high": np.nan, "p": p, "q": q, "explained": explained,
            "verdict": verdicts(crude, lift, q, q_below, explained, np.isfinite(lift), rate),
            "strata": len(n), "informative": ((r > 0) & (c > 0)).sum(axis=1), "share_informative": 1.0,
        }
    )  # fmt: skip


def _explained(crude: Floats, inside: Floats) -> Floats:
    """Share of the logarithm of lift that is gone within the control: 1 all of it, above 1 more than all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 - np.log(inside) / np.log(crude)
    return np.where(np.isfinite(share) & (crude > 1), share, np.nan)


def verdicts(
    crude: Floats, inside: Floats, q: Floats, q_below: Floats, explained: Floats, told: npt.NDArray[np.bool_],
    rate: float,
) -> npt.NDArray[np.object_]:  # fmt: skip
    """What a control leaves of each rule.

    holds: still beyond chance; shrinks: so, with less than half of its log lift; reversed: clearly below 1; vanishes:
    not beyond chance, and half of the log lift or more is explained; unclear: not beyond chance, though little is
    explained (too few baskets to say); nothing: the strata say nothing, or the lift was not above 1.
    """
    gone = np.nan_to_num(explained, nan=0.0) >= HALF
    found = np.where(q <= rate, np.where(gone, SHRINKS, HOLDS), np.where(gone, VANISHES, UNCLEAR))
    found = np.where((q_below <= rate) & (inside < 1), REVERSED, found)
    return np.where(told & (crude > 1), found, NOTHING).astype(object)
