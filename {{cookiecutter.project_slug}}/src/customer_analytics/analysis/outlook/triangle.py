"""The cohort table as arrays: which cells are known, and when each of them was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Triangle:
    """Cohorts by age. Rows are cohorts in the order of their begin, columns ages 0, 1, ….

    `names`: what the cohorts are called; `size`: people; `eligible` and `active`: people by age, 0 eligible where the
    cell is not observed yet; `position`: the period in which the cohort began, counted from that of the oldest.
    """

    names: tuple[object, ...]
    size: Floats
    eligible: Floats
    active: Floats
    position: Integers

    @property
    def oldest(self) -> int:
        """The highest age that any cohort has reached."""
        return int(self.eligible.shape[1]) - 1

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which cells are observed."""
        return self.eligible > 0

    @property
    def ages(self) -> Integers:
        """0, 1, … to the oldest."""
        return np.arange(self.oldest + 1)

    @property
    def periods(self) -> Integers:
        """Calendar period of each cell, counted from the begin of the oldest cohort."""
        return self.position[:, None] + self.ages[None, :]

    def until(self, period: int) -> Triangle:
        """What was known at the end of a calendar period; cohorts that began later are left out."""
        begun = self.position <= period
        seen = (self.periods <= period)[begun]
        eligible = np.where(seen, self.eligible[begun], 0.0)
        active = np.where(seen, self.active[begun], 0.0)
        width = int(np.flatnonzero((eligible > 0).any(axis=0)).max(initial=0)) + 1
        names = tuple(name for name, there in zip(self.names, begun, strict=True) if there)
        return Triangle(names, self.size[begun], eligible[:, :width], active[:, :width], self.position[begun])

    def pooled(self, weights: Floats | None = None) -> tuple[Floats, Floats]:
        """Active and eligible people by age over all cohorts, each cohort `weights` times."""
        own = np.ones(len(self.size)) if weights is None else weights
        return own @ self.active, own @ self.eligible

    def chained(self, weights: Floats | None = None) -> tuple[Floats, Floats]:
        """Still there at an age, and there at the age before among the cohorts seen at both. Age 0: 0 of 0."""
        own = np.ones(len(self.size)) if weights is None else weights
        both = self.known[:, 1:] & self.known[:, :-1]
        stay = own @ np.where(both, self.active[:, 1:], 0.0)
        before = own @ np.where(both, self.active[:, :-1], 0.0)
        return np.concatenate([[0.0], stay]), np.concatenate([[0.0], before])


def triangle(cohorts: pd.DataFrame) -> Triangle | None:
    """The arrays of a long cohort table; None without any cohort that has reached age 1.

    `cohorts`: cohort (ordered), period (age, 0 is the period of the begin), size, eligible, active; a cell that is not
    observed has no row, an empty `active` or nobody eligible. The end of the data is the same for all cohorts, so a
    cohort that is one period younger has reached one age less.
    """
    seen = cohorts[cohorts["active"].notna() & (cohorts["eligible"] > 0)]
    if not len(seen) or int(seen["period"].max()) < 1:
        return None
    eligible = seen.pivot(index="cohort", columns="period", values="eligible").sort_index()
    active = seen.pivot(index="cohort", columns="period", values="active").sort_index()
    ages = range(int(seen["period"].max()) + 1)
    filled = [
        frame.reindex(columns=ages).fillna(0.0).to_numpy(dtype=np.float64, na_value=0.0) for frame in (eligible, active)
    ]
    reached = seen.groupby("cohort")["period"].max().sort_index().to_numpy(dtype=np.int64)
    size = seen.groupby("cohort")["size"].max().sort_index().to_numpy(dtype=np.float64)
    return Triangle(tuple(eligible.index), size, filled[0], filled[1], reached.max() - reached)
