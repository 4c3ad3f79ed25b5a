"""What is known of one arm once the engine has added up: counts, means and covariances, whole and by block.

Campaigns.sums is read here and nowhere else in this package. A block is a two-hundredth of the customers, cut by a
hash: resampling blocks is resampling customers, without their rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from tea_tasting.aggr import Aggregates

    from customer_analytics.analysis.campaigns import Campaigns

Floats = npt.NDArray[np.float64]
UNITS = "units"  # the column of a cluster's size, where clusters were drawn
# The same quantity before the draw, by outcome: what CUPED takes out.
SAME_BEFORE = {
    "converted": "x_converted", "orders": "x_orders", "revenue": "x_revenue", "margin": "x_revenue",
    "visits": "x_visits",
}  # fmt: skip


@dataclass(frozen=True)
class Moments:
    """Counts, means and sample covariances of one arm.

    names: measured columns; mean: (k,), covariance: (k, k), NaN of columns that are not known and below two units.
    block_n: (blocks,), block_sums: (blocks, k): units and sums by block.
    """

    names: tuple[str, ...]
    n: int
    mean: Floats
    covariance: Floats
    block_n: Floats
    block_sums: Floats

    def knows(self, name: str) -> bool:
        """Whether a column is there and known."""
        return name in self.names and not np.isnan(self.mean[self.names.index(name)])

    def mean_of(self, name: str) -> float:
        """Mean of a column."""
        return float(self.mean[self.names.index(name)])

    def variance_of(self, name: str) -> float:
        """Sample variance of a column."""
        place = self.names.index(name)
        return float(self.covariance[place, place])

    def total(self, name: str) -> float:
        """Sum of a column over the arm."""
        return self.n * self.mean_of(name)

    def aggregates(self, *names: str) -> Aggregates:
        """The same in the form that tea-tasting analyses."""
        from tea_tasting.aggr import Aggregates  # loaded by this report alone

        places = {name: self.names.index(name) for name in names}
        return Aggregates(
            self.n,
            {name: float(self.mean[place]) for name, place in places.items()},
            {name: float(self.covariance[place, place]) for name, place in places.items()},
            {
                (one, other): float(self.covariance[places[one], places[other]])
                for i, one in enumerate(names) for other in names[i + 1 :]
            },
        )  # fmt: skip


class Arms:
    """The moments of every arm of every campaign, added up once."""

    def __init__(self, campaigns: Campaigns) -> None:
        self.columns = campaigns.columns
        self._s = [f"s_{column}" for column in self.columns]
        self._q = [f"q_{one}_{other}" for i, one in enumerate(self.columns) for other in self.columns[i:]]
        self._rows = _by_arm(campaigns.sums)
        clusters = campaigns.cluster_sums
        self._clusters = {} if clusters is None else _by_arm(clusters)

    def of(self, code: int, arm: int) -> Moments | None:
        """One arm, unit by unit; None where nobody's window is over."""
        rows = self._rows.get((code, arm))
        if rows is None or not rows["n"].sum() > 0:
            return None
        count, n = len(self.columns), int(rows["n"].sum())
        products = np.empty((count, count))
        products[np.triu_indices(count)] = rows[self._q].to_numpy(dtype=np.float64).sum(axis=0)
        products.T[np.triu_indices(count)] = products[np.triu_indices(count)]
        block_n, block_sums = rows["n"].to_numpy(dtype=np.float64), rows[self._s].to_numpy(dtype=np.float64)
        return _moments(self.columns, n, block_sums.sum(axis=0), products, block_n, block_sums)

    def clusters_of(self, code: int, arm: int) -> Moments | None:
        """One arm with the clusters as its units: their sums of each column, and UNITS, their sizes."""
        rows = self._clusters.get((code, arm))
        if rows is None:
            return None
        sizes = rows["n"].to_numpy(dtype=np.float64)
        values = np.column_stack((rows[self._s].to_numpy(dtype=np.float64), sizes))
        return _moments(
            (*self.columns, UNITS), len(values), values.sum(axis=0), values.T @ values, np.ones(len(values)), values
        )


def _by_arm(sums: pd.DataFrame) -> dict[tuple[int, int], pd.DataFrame]:
    order = [name for name in ("code", "arm", "block", "cluster") if name in sums.columns]
    rows = sums.sort_values(order, kind="stable")
    numbers = zip(rows["code"].astype(int), rows["arm"].astype(int), strict=True)
    return dict([*rows.groupby(pd.MultiIndex.from_tuples([*numbers]))]) if len(rows) else {}


def _moments(
    names: tuple[str, ...], n: int, sums: Floats, products: Floats, block_n: Floats, block_sums: Floats
) -> Moments:
    mean = sums / n
    covariance = (products - n * np.outer(mean, mean)) / (n - 1) if n > 1 else np.full_like(products, np.nan)
    spread = np.diag(covariance)
    rounding = ~np.isnan(spread) & ~(spread > 1e-12 * mean * mean)  # a variance that is but rounding is none
    covariance[rounding, :] = 0.0
    covariance[:, rounding] = 0.0
    return Moments(names, n, mean, covariance, block_n, block_sums)
