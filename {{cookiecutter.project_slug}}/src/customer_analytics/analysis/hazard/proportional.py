"""Does an effect last? The test of proportional hazards, and what the effect is early and late where it does not.

Scaled Schoenfeld residuals against the rank of the time of each end (Grambsch, Therneau 1994; ranks: Park, Hendry
2015), as lifelines computes it, but with late entries too, and ends of one time share a rank: there the order of the
rows would decide. The readable consequence of a failed test is the same model
with each effect in two halves: before and after the tenure at which half of the ends have happened.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc

from customer_analytics.analysis.hazard.cox import Cox
from customer_analytics.analysis.hazard.newton import newton
from customer_analytics.analysis.hazard.risk_sets import Spells, schoenfeld
from customer_analytics.statistics import Z95, holm

Floats = npt.NDArray[np.float64]
HALVES = ("early", "early_low", "early_high", "late", "late_low", "late_high")
LEVEL = 0.01  # below it, after Holm over all terms, an effect counts as changing with tenure


def proportionality(cox: Cox, spells: Spells) -> pd.DataFrame:
    """One row a term: covariate, proportional_p, proportional_p_adjusted (Holm over the terms), changes (bool), split
    (the tenure between the halves) and early, late: hazard ratios with _low and _high, NaN where not estimable."""
    time, residuals = schoenfeld(spells, cox.sums, cox.coefficients)
    p = rank_test(time, residuals, cox.covariance)
    split = float(np.median(time))
    table = pd.DataFrame(
        {"covariate": cox.table["covariate"], "proportional_p": p, "proportional_p_adjusted": holm(p), "split": split}
    )
    table["changes"] = table["proportional_p_adjusted"] < LEVEL
    halves = _halves(spells, split, cox.coefficients)
    for side, (value, error) in zip(("early", "late"), halves, strict=True):
        table[side] = np.exp(value)
        table[f"{side}_low"], table[f"{side}_high"] = np.exp(value - Z95 * error), np.exp(value + Z95 * error)
    return table


def rank_test(time: Floats, residuals: Floats, covariance: Floats) -> Floats:
    """p of each column: no trend of its scaled residuals over the ranks of the times (chi-square, 1 degree)."""
    scaled = len(time) * residuals @ covariance
    rank = pd.Series(time).rank(method="average").to_numpy(float)
    above = rank - rank.mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        chi_square = (above @ scaled) ** 2 / (len(time) * np.diag(covariance) * (above @ above))
    return np.asarray(chdtrc(1, np.nan_to_num(chi_square, nan=0.0)))


def _halves(spells: Spells, split: float, start: Floats) -> list[tuple[Floats, Floats]]:
    """Coefficients and errors before and after the split: two fits, since no end lies in both."""
    made = []
    for late in (False, True):
        if late:
            kept = spells.time > split
            part = Spells(np.maximum(spells.entry, split), spells.time, spells.ended, spells.x, spells.owner).rows(kept)
        else:
            kept = spells.entry < split
            ended = np.where(spells.time <= split, spells.ended, 0.0)
            part = Spells(spells.entry, np.minimum(spells.time, split), ended, spells.x, spells.owner).rows(kept)
        made.append(newton(part, start))
    return made
