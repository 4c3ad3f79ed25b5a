"""How much more the lift of a rule varies because customers have several baskets."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rule_checks.links import Links
from customer_analytics.analysis.rule_checks.strata import Strata
from customer_analytics.analysis.rule_checks.tails import Floats

MOST_ROWS = 8_000_000  # rows of (pair, basket) summed at most; later pairs take the median of the others
_PAIRS = 100  # pairs whose customers are in memory at once


def widening(
    strata: Strata, pairs: Links, counts: tuple[Floats, Floats, Floats], wanted: npt.NDArray[np.bool_],
    most_rows: int = MOST_ROWS,
) -> Floats:  # fmt: skip
    """Variance of log lift over customers, as a multiple of that over baskets; at least 1.

    A basket weighs 1(both)/a − 1(one)/r − 1(other)/c; the weights of a customer's baskets are summed, and squared
    (delta method over clusters; the 1/n of every basket is left out of both variances, it is small beside 1/a). A
    basket without a customer is a customer of its own.

    Args:
        counts: a, r, c of each pair over all baskets.
        wanted: pairs for which it is computed; the others take the median of these.
        most_rows: rows of (pair, basket) that are looked at.
    """
    a, r, c = (np.asarray(each, dtype=float) for each in counts)
    fine = (a > 0) & (r > 0) & (c > 0)
    asked = fine & wanted
    taken = asked & (np.cumsum(np.where(asked, a + r + c, 0)) <= most_rows)
    factor = np.ones(len(pairs))
    if not taken.any():
        return factor
    from scipy import sparse

    which = np.flatnonzero(taken)
    weights = pd.concat(
        [
            pd.DataFrame({"pair": which, "set": places[which], "weight": sign / count[which]})
            for places, sign, count in ((pairs.both, 1.0, a), (pairs.left, -1.0, r), (pairs.right, -1.0, c))
        ],
        ignore_index=True,
    )
    shape = (len(pairs), strata.sets)
    weighed = sparse.csr_matrix((weights["weight"], (weights["pair"], weights["set"])), shape=shape)[which]
    held = strata.held
    who, _ = pd.factorize(held["owner"].to_numpy())
    counts = sparse.coo_matrix(
        (np.ones(len(held)), (held["set"].to_numpy(), who)), shape=(strata.sets, int(who.max(initial=-1)) + 1)
    ).tocsr()  # baskets of the same set and customer are added up
    squares = [(weighed[low : low + _PAIRS] @ counts).power(2).sum(axis=1) for low in range(0, len(which), _PAIRS)]
    clustered = np.full(len(pairs), np.nan)
    clustered[which] = np.concatenate([np.asarray(each).ravel() for each in squares])
    with np.errstate(divide="ignore", invalid="ignore"):
        single = a * (1 / a - 1 / r - 1 / c) ** 2 + (r - a) / r**2 + (c - a) / c**2
        factor[which] = np.maximum((clustered / single)[which], 1.0)
    factor[fine & ~taken] = np.median(factor[which])
    return factor
