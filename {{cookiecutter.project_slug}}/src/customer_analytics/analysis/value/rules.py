"""Naive rules that a model has to beat: past rate, hiatus, mean of like customers in the period before.

Each gives purchases per day from a customer's x (repeat purchase days), recency and age in days. Wübben and von
Wangenheim (2008) found such rules as good as the models more often than not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.value.purchases import Floats

RuleName = Literal["past_rate", "hiatus", "cell_mean"]
SILENCE_SHARE = 0.95  # of repeat purchases came within the hiatus: a longer silence counts as gone
RECENCY_CELLS = 5
REPEAT_CUTS = (1.0, 2.0, 3.0, 5.0)  # repeat purchases 0, 1, 2, 3-4, 5 and more


@dataclass(frozen=True)
class Rule:
    """A rule with what it has learned.

    `hiatus`: days of silence after which nothing is expected; `recency_cuts`: upper ends of the silence classes, in
    days; `cells`: mean purchases per day by class of silence and of repeat purchases.
    """

    name: RuleName
    hiatus: float = np.inf
    recency_cuts: Floats | None = None
    cells: Floats | None = None

    def per_day(self, x: Floats, recency: Floats, age: Floats) -> Floats:
        """Purchases per day that the rule expects."""
        silence = age - recency
        if self.recency_cuts is not None and self.cells is not None:
            found: Floats = self.cells[_classes(silence, x, self.recency_cuts)]
            return found
        rate = np.where(age > 0, x / np.maximum(age, 1.0), 0.0)
        return np.where(silence <= self.hiatus, rate, 0.0)


def hiatus_days(days: ir.Table, cut: int) -> float | None:
    """Days within which 95 % of the repeat purchases up to the cut came; None where there were none."""
    known = days.filter(days.day <= cut)
    within = ibis.window(group_by=known.customer_id, order_by=known.day)
    gaps = known.mutate(gap=(known.day - known.day.lag().over(within)).cast("int32"))
    gaps = gaps.filter(gaps.gap.notnull())
    table: pd.DataFrame = gaps.group_by("gap").aggregate(n=gaps.count()).to_pyarrow().to_pandas().sort_values("gap")
    if not len(table):
        return None
    reached = table["n"].cumsum().to_numpy() >= SILENCE_SHARE * table["n"].sum()
    return float(table["gap"].to_numpy()[int(np.argmax(reached))])


def learn_cells(table: pd.DataFrame, days: int) -> Rule:
    """Mean purchases per day of like customers, from histories as of a date and what followed within `days`.

    `table`: x, recency, age (days), y, n as of `histories.split_table`. Cells: fifths of the days of silence by classes
    of repeat purchases; an empty cell holds the mean of all.
    """
    x, recency, age, y, n = (table[name].to_numpy(np.float64) for name in ("x", "recency", "age", "y", "n"))
    silence = age - recency
    order = np.argsort(silence, kind="stable")
    reached = np.cumsum(n[order]) / n.sum()
    places = [int(np.argmax(reached >= step / RECENCY_CELLS)) for step in range(1, RECENCY_CELLS)]
    cuts = np.unique(silence[order][places])
    classes = _classes(silence, x, cuts)
    shape = (len(cuts) + 1, len(REPEAT_CUTS) + 1)
    customers, purchases = np.zeros(shape), np.zeros(shape)
    np.add.at(customers, classes, n)
    np.add.at(purchases, classes, n * y)
    overall = float(n @ y) / float(n.sum())
    mean = np.where(customers > 0, purchases / np.maximum(customers, 1.0), overall)
    return Rule("cell_mean", recency_cuts=np.asarray(cuts, dtype=np.float64), cells=mean / days)


def _classes(silence: Floats, x: Floats, cuts: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    return np.searchsorted(cuts, silence, side="left"), np.searchsorted(np.array(REPEAT_CUTS), x, side="right")
