"""What a contact with a customer of each segment may cost, from what one purchase more would bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm.result import RfmResult
from customer_analytics.analysis.value.result import ValueResult
from customer_analytics.disclosure.hiding import small_groups

COLUMNS = ["segment", "customers", "mean", "low", "high", "purchase", "limit"]


@dataclass(frozen=True)
class Budget:
    """What each segment is expected to bring by itself, and what one purchase more brings.

    `table`: one row a segment: segment, customers, mean, low, high (money a head ahead, 95 %), purchase (money that one
    purchase brings; from held-out days one buyer), limit (largest cost of a contact that pays: `gain` times purchase).
    `gain`: assumed share of the contacted who make one purchase more only because of the contact. `days`: of the
    held-out days that the money comes from; 0: from the forecast of customer value.
    """

    table: pd.DataFrame
    gain: float
    days: int


def budget(scored: RfmResult, worth: ValueResult | None, gain: float) -> Budget | None:
    """From the forecast of customer value; without one from what earlier segments did in the held-out days."""
    counts = dict(zip(scored.segments["segment"], scored.segments["customers"], strict=True))
    if worth is not None and worth.segments is not None:
        table = worth.segments.rename(columns={"clv_mean": "mean", "clv_low": "low", "clv_high": "high"})
        table["purchase"] = table["mean"] / table["purchases"].where(table["purchases"] > 0)
        days = 0
    elif scored.holdout is not None and scored.holdout.best is not None:
        table = scored.holdout.table.copy()
        table["purchase"] = table["mean"] / table["rate"].where(table["rate"] > 0)
        days = scored.holdout.future.days
    else:
        return None
    table["limit"] = gain * table["purchase"]
    table["customers"] = table["segment"].map(counts)
    return Budget(table.loc[table["customers"] > 0, COLUMNS].reset_index(drop=True), gain, days)


def budget_table(found: Budget, minimum_group: int, minimum_base: int) -> pd.DataFrame:
    """The table as it may leave: no money of a segment too small to be shown, or too small for a mean."""
    counts = found.table["customers"].to_numpy()
    hidden = small_groups(counts, minimum_group) | (counts < minimum_base)
    table = found.table.copy()
    table.loc[hidden, COLUMNS[2:]] = np.nan
    return table
