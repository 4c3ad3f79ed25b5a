"""The people of one campaign without a control group and those who could have been contacted, as plain arrays.

Everything here is known before the contact. Outcomes come in only where an effect is estimated, so that a design is
chosen without a look at what followed (Rubin 2007, The Design versus the Analysis of Observational Studies).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.dropoff.logistic import newton

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
NEVER = 3_650.0  # recency of somebody who never bought, in days
RECENCY = (30, 90, 365)  # days: upper ends of the recency classes that partners have to share
MOST_COUNTED = 3  # orders before: three and more are one class
LOGGED = ("x_revenue", "revenue_earlier", "recency_days", "days_known", "orders_earlier", "x_visits", "x_orders")
TERMS = ("x_orders", "x_revenue", "x_visits", "recency_days", "orders_earlier", "revenue_earlier", "days_known",
         "contacts")  # fmt: skip


@dataclass(frozen=True)
class Design:
    """One campaign.

    names: the properties compared; x: (people, names) as they are compared, money and counts on a log scale;
    contacted: who was; stratum: number of the class in which partners must agree; logit: log odds of being contacted,
    as fitted; `fitted`: whether the fit converged.
    """

    names: tuple[str, ...]
    x: Floats
    contacted: Flags
    stratum: Integers
    logit: Floats
    fitted: bool = True

    @property
    def spread(self) -> float:
        """Standard deviation of the log odds over both groups; callipers are shares of it (Austin 2011)."""
        return float(self.logit.std()) if len(self.logit) else 0.0


def design(people: pd.DataFrame) -> Design:
    """A design from one row a person.

    Args:
        people: contacted (1 or 0) and the before columns there are (those of TERMS), `exact` optionally: a class that
            partners have to share beside recency and number of orders.
    """
    names = tuple(name for name in TERMS if name in people and people[name].nunique(dropna=False) > 1)
    x = np.column_stack([_column(people, name) for name in names]) if names else np.zeros((len(people), 0))
    contacted: Flags = people["contacted"].to_numpy(np.float64) > 0
    stratum = strata(people)
    logit, fitted = propensity(x, contacted, stratum)
    return Design(names, x, contacted, stratum, logit, fitted)


def _column(people: pd.DataFrame, name: str) -> Floats:
    values = people[name].astype(float).fillna(NEVER if name == "recency_days" else 0.0)
    array = np.asarray(values, dtype=np.float64)
    return np.log1p(np.maximum(array, 0.0)) if name in LOGGED else array


def strata(people: pd.DataFrame) -> Integers:
    """Number of each person's class: recency x orders in the days before x `exact`."""
    recency = people["recency_days"].astype(float).fillna(NEVER).to_numpy() if "recency_days" in people else None
    place: Integers = np.zeros(len(people), dtype=np.int64)
    if recency is not None:
        place = np.asarray(np.searchsorted(np.array(RECENCY, dtype=np.float64), recency), dtype=np.int64)
    if "x_orders" in people:
        orders = np.clip(people["x_orders"].astype(float).fillna(0.0).to_numpy(), 0, MOST_COUNTED).astype(np.int64)
        place = place * (MOST_COUNTED + 1) + orders
    if "exact" in people:
        codes = pd.factorize(people["exact"].astype(object), use_na_sentinel=False, sort=False)[0]
        place = place * (int(codes.max(initial=0)) + 1) + codes
    return np.unique(place, return_inverse=True)[1].astype(np.int64)


def propensity(x: Floats, contacted: Flags, stratum: Integers) -> tuple[Floats, bool]:
    """Log odds of being contacted: logistic in the properties, their squares and the classes; whether it converged.

    Each slope has a weak normal prior (analysis.dropoff.logistic), so that a class in which all or nobody was contacted
    stays finite.
    """
    if not contacted.any() or contacted.all():
        return np.zeros(len(contacted)), False
    columns = columns_of(x, stratum)
    y = contacted.astype(np.float64)
    coefficients, _, converged = newton(columns, np.ones(len(y)), y)
    return np.asarray(columns @ coefficients, dtype=np.float64), converged


def columns_of(x: Floats, stratum: Integers) -> Floats:
    """Intercept, standardised properties with their squares, and the classes without the first."""
    classes = np.eye(int(stratum.max(initial=0)) + 1)[stratum][:, 1:]
    return np.column_stack([np.ones(len(x)), scaled(x), scaled(x) ** 2, classes])


def scaled(x: Floats) -> Floats:
    """Each column with mean 0 and standard deviation 1; one without spread becomes 0."""
    spread = x.std(axis=0)
    return np.asarray((x - x.mean(axis=0)) / np.where(spread > 1e-12, spread, 1.0), dtype=np.float64)
