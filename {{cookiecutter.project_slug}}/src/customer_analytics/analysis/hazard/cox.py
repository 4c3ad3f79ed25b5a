"""Cox's proportional hazards model, with what breaks it set aside before and during the fit.

Ties by Efron's method, no penalty. Where a customer has several rows the errors are robust to it (Lin, Wei 1989).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from customer_analytics.analysis.hazard.design import Design, make_design
from customer_analytics.analysis.hazard.efron import Fit, fit_efron
from customer_analytics.analysis.hazard.risk_sets import RiskSums, Spells, risk_sums, robust_covariance
from customer_analytics.statistics import Z95, benjamini_hochberg

Floats = npt.NDArray[np.float64]
EVENTS_PER_TERM = 5  # with fewer ends for each term of the model nothing is fitted (Vittinghoff, McCulloch 2007)
LEAST_ENDS = 10
INFLATED, CLOSE = 10.0, 0.8  # variance inflation and correlation from which two effects are entangled
UNSTABLE = 12.0  # a coefficient times the spread of its column beyond it has run away: nobody is e^12 times as likely
TABLE = (
    "covariate", "coefficient", "hazard_ratio", "low", "high", "p", "q", "error", "column", "level", "reference",
    "rows", "ended", "step",
)  # fmt: skip


@dataclass(frozen=True)
class Cox:
    """A fitted model. `table`: one row a term with the columns TABLE: coefficient (log hazard ratio) with its standard
    `error`, hazard_ratio with its 95 % interval `low`, `high`, Wald `p`, `q` (Benjamini-Hochberg over all terms), the
    source `column` with its `level` and `reference`, `rows` and `ended` where an indicator is one (of all for numbers),
    `step`: a readable difference of a number, about its spread; 1 for indicators. `entangled`: pairs of covariates that
    go together so closely that their effects can only be read together.
    `coefficients`, `covariance` as the table has them; `sums`: over those at risk; `log_likelihood`: partial."""

    design: Design
    table: pd.DataFrame
    coefficients: Floats
    covariance: Floats
    sums: RiskSums
    rows: int
    ends: int
    log_likelihood: float
    entangled: tuple[tuple[str, str], ...] = ()

    def predictor(self, raw: pd.DataFrame) -> Floats:
        """Log relative hazard of each row, against covariates of zero and reference levels."""
        return np.asarray(self.design.matrix(raw) @ self.coefficients)


@dataclass(frozen=True)
class NoModel:
    """Why there is no model: `reason` "ends" (too few), "terms" (too few ends for that many terms) or "covariates"
    (none is left); `ends` seen; `set_aside` as in Design."""

    reason: str
    ends: int
    set_aside: pd.DataFrame


def fit_cox(
    raw: pd.DataFrame, entry: Floats, time: Floats, ended: Floats, owner: npt.NDArray[np.int64],
    switches: tuple[str, ...] = (), *, least_ends: int = LEAST_ENDS,
) -> Cox | NoModel:  # fmt: skip
    """Fit the model to spells.

    Args:
        raw: tidy covariates (design.tidy), one row a spell; of columns that follow from each other the first stays.
        entry: from when a row is under observation; -1 for those seen from their beginning.
        time: until when.
        ended: 1 where it ended then.
        owner: number of the customer.
        switches: columns of 0 and 1 that begin at a later row of the same contract.
        least_ends: fewest ends that a model is fitted to.
    """
    ends = int(ended.sum())
    design = make_design(raw, ended, switches)
    if ends < least_ends:
        return NoModel("ends", ends, design.set_aside)
    while design.terms:
        if ends < EVENTS_PER_TERM * len(design.terms):
            return NoModel("terms", ends, design.set_aside)
        spells = Spells(entry, time, ended, design.matrix(raw), owner)
        fitted = fit_efron(spells)
        spread = spells.x.std(axis=0)
        if fitted is not None:
            size = np.abs(fitted.coefficients) * spread
            if np.isfinite(size).all() and size.max() < UNSTABLE:
                return _made(design, spells, fitted)
        worst = int(np.argmax(_penalised(spells) * spread if fitted is None else np.nan_to_num(size, nan=np.inf)))
        design = design.without([(design.terms[worst], "unstable")])
    return NoModel("covariates", ends, design.set_aside)


def _penalised(spells: Spells) -> Floats:
    """Sizes of slightly penalised coefficients: finite ones, by which the term that runs away is found."""
    fitted = fit_efron(spells, is_penalised=True)
    return np.ones(spells.x.shape[1]) if fitted is None else np.abs(fitted.coefficients)


def _made(design: Design, spells: Spells, fitted: Fit) -> Cox:
    coefficients, covariance = fitted.coefficients, fitted.covariance
    sums = risk_sums(spells, coefficients)
    if len(np.unique(spells.owner)) < len(spells.owner):
        covariance = robust_covariance(spells, sums, coefficients, covariance)
    table = effects_table(term_table(design, spells), coefficients, covariance)
    return Cox(
        design, table, coefficients, covariance, sums, len(spells.time), spells.ends, fitted.log_likelihood,
        entangled(design, spells.x),
    )  # fmt: skip


def term_table(design: Design, spells: Spells) -> pd.DataFrame:
    """One row a term: covariate (its name), column, level, reference, rows and ended (where an indicator is one)."""
    rows = []
    for place, term in enumerate(design.terms):
        one = spells.x[:, place] > 0
        if not np.isin(spells.x[:, place], (0.0, 1.0)).all():
            one = np.ones(len(one), dtype=bool)
        ended, step = int(spells.ended[one].sum()), readable_step(spells.x[:, place])
        rows.append((term.name, term.covariate, term.level, term.reference, int(one.sum()), ended, step))
    return pd.DataFrame(rows, columns=["covariate", "column", "level", "reference", "rows", "ended", "step"])


def readable_step(values: Floats) -> float:
    """A difference that is easy to say (1, 2 or 5 times a power of ten), at most the spread of a number; 1 for
    indicators."""
    spread = float(values.std())
    if spread == 0 or np.isin(values, (0.0, 1.0)).all():
        return 1.0
    power = 10.0 ** np.floor(np.log10(spread))
    return float(max(step for step in (1, 2, 5) if step * power <= spread * (1 + 1e-9)) * power)


def entangled(design: Design, x: Floats) -> tuple[tuple[str, str], ...]:
    """Pairs of covariates one of which the others explain but for a tenth (variance inflation above 10)."""
    if x.shape[1] < 2:
        return ()
    related = np.asarray(np.corrcoef(x, rowvar=False), dtype=np.float64)
    inflation = np.diag(np.linalg.pinv(related, hermitian=True))
    found = set()
    for place in np.flatnonzero(inflation > INFLATED):
        others = [k for k, term in enumerate(design.terms) if term.covariate != design.terms[place].covariate]
        if others:
            closest = max(others, key=lambda k: abs(related[place, k]))
            if abs(related[place, closest]) > CLOSE:
                found.add(tuple(sorted((design.terms[place].covariate, design.terms[closest].covariate))))
    return tuple(sorted((first, second) for first, second in found))


def effects_table(terms: pd.DataFrame, coefficients: Floats, covariance: Floats) -> pd.DataFrame:
    """The terms with their effects: the columns TABLE."""
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.asarray(2 * ndtr(-np.abs(coefficients / error)))
    made = terms.assign(
        coefficient=coefficients, hazard_ratio=np.exp(coefficients), low=np.exp(coefficients - Z95 * error),
        high=np.exp(coefficients + Z95 * error), p=p, q=benjamini_hochberg(p), error=error,
    )  # fmt: skip
    return made[list(TABLE)]
