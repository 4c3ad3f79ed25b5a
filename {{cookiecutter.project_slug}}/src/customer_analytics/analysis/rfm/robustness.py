"""How firmly customers stand in their segment: who would be in another one if a single cut lay elsewhere."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.scores import Scale, Scheme

Integers = npt.NDArray[np.int64]
Codes = Callable[[pd.DataFrame, Scheme], Integers]
MOVE = 0.10  # of the cut, up and down
MEASURES = ("recency", "frequency", "monetary")
_COLUMN = {"recency": "recency_days", "frequency": "frequency", "monetary": "monetary"}


@dataclass(frozen=True)
class Robustness:
    """Customers whose segment hangs on the exact place of one cut.

    `fragile`: customers in another segment after at least one of the moves (one cut, a tenth up or down). `table`: one
    row a measure and cut: measure, cut (in days, purchases, money), share_down, share_up (of the customers who change
    segment when only this cut moves), worst first.
    """

    customers: int
    fragile: int
    table: pd.DataFrame

    @property
    def worst(self) -> dict[str, float | str] | None:
        """Measure, cut and share of the single move that changes most; None without a cut."""
        if not len(self.table):
            return None
        row = self.table.iloc[0]
        return {
            "measure": row["measure"],
            "cut": float(row["cut"]),
            "share": float(row[["share_down", "share_up"]].max()),
        }


def robustness(customers: pd.DataFrame, scheme: Scheme, codes: Codes) -> Robustness:
    """Move each cut of the scheme by a tenth, alone, and count who changes segment.

    A cut lies midway between the two classes' nearest values: between 17 and 18 days it is 17.5. Nested scales have a
    cut of their own within each class; those of one rank move together. `codes`: segment codes of customers under a
    scheme.
    """
    own = codes(customers, scheme)
    ever = np.zeros(len(customers), dtype=bool)
    rows = []
    for measure in MEASURES:
        base: Scale = getattr(scheme, measure)
        for rank, cut in enumerate(_cuts(base), start=1):
            shares = []
            for factor in (1 - MOVE, 1 + MOVE):
                moved, reach = _moved(scheme, measure, rank, factor)
                values = customers[_COLUMN[measure]].to_numpy(dtype=np.float64)
                near = np.flatnonzero((values >= reach[0]) & (values <= reach[1]))
                differs = codes(customers.iloc[near], moved) != own[near]
                ever[near[differs]] = True
                shares.append(int(differs.sum()) / max(len(customers), 1))
            rows.append((measure, cut, *shares))
    table = pd.DataFrame(rows, columns=["measure", "cut", "share_down", "share_up"])
    order = table[["share_down", "share_up"]].max(axis=1).sort_values(ascending=False, kind="stable").index
    return Robustness(len(customers), int(ever.sum()), table.reindex(order).reset_index(drop=True))


def _cuts(scale: Scale) -> list[float]:
    """The cuts between neighbouring classes, in the measure's own unit, from the lowest score up."""
    ordered = sorted(scale.classes, key=lambda one: one.score)
    if scale.sign < 0:
        return [(worse.low + better.high) / 2 for worse, better in itertools.pairwise(ordered)]
    return [(worse.high + better.low) / 2 for worse, better in itertools.pairwise(ordered)]


def _moved(scheme: Scheme, measure: str, rank: int, factor: float) -> tuple[Scheme, tuple[float, float]]:
    """The scheme with the cut of that rank moved, and the range of values whose score can change."""
    reach: list[float] = []

    def shifted(scale: Scale) -> Scale:
        cuts = _cuts(scale)
        if rank > len(cuts):
            return scale
        reach.extend((cuts[rank - 1], cuts[rank - 1] * factor))
        return _with_cut(scale, rank, cuts[rank - 1] * factor)

    within = {"frequency": "frequency_within", "monetary": "monetary_within"}.get(measure)
    changes: dict[str, object] = {measure: shifted(getattr(scheme, measure))}
    if within is not None:
        changes[within] = {key: shifted(scale) for key, scale in getattr(scheme, within).items()}
    return dataclasses.replace(scheme, **changes), (min(reach), max(reach))  # type: ignore[arg-type]


def _with_cut(scale: Scale, rank: int, cut: float) -> Scale:
    """The scale whose `rank`-th cut lies at `cut`; it cannot pass its neighbours."""
    used = np.array(sorted(one.score for one in scale.classes), dtype=np.int64)
    starts = np.array([-np.inf, *(scale.sign * each for each in _cuts(scale))])
    ends = np.append(starts[1:], np.inf)
    starts[rank] = np.clip(scale.sign * cut, starts[rank - 1], ends[rank])
    return dataclasses.replace(scale, starts=starts, scores=used)
