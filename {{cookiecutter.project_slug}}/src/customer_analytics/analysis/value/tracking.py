"""Cumulative repeat purchases week by week: what came, and what the model expects given when customers came."""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.value.fitting import PurchaseFit
from customer_analytics.analysis.value.histories import WEEK, weekly_repeats

MOST_WEEKS = 160  # points of the line; a longer history is told in wider steps


def tracking(people: ir.Table, days: ir.Table, fitted: PurchaseFit, start: int, end: int) -> pd.DataFrame | None:
    """Columns day (number, last of its step), actual, expected: cumulative repeat purchase days of all customers.

    Customers count from their own first purchase on; the expectation knows nothing else about them. None where the
    history is shorter than a week.
    """
    if fitted.model is None or end - start < WEEK:
        return None
    firsts: pd.DataFrame = people.group_by("first_day").aggregate(n=people.count()).to_pyarrow().to_pandas()
    firsts = firsts.sort_values("first_day", ignore_index=True)
    first, n = firsts["first_day"].to_numpy(np.float64), firsts["n"].to_numpy(np.float64)
    step = WEEK * max(1, -(-(end - start) // (WEEK * MOST_WEEKS)))
    ends = np.arange(start + step - 1, end + 1, step, dtype=np.float64)
    ages = np.maximum(ends[:, None] - first[None, :], 0.0)
    distinct, place = np.unique(ages, return_inverse=True)
    expected = fitted.model.expected_of_new(distinct / WEEK)[place].reshape(ages.shape) @ n
    repeats = weekly_repeats(days)
    reached = np.searchsorted(repeats["day"].to_numpy(), ends, side="right")
    actual = np.concatenate([[0], np.cumsum(repeats["repeats"].to_numpy())])[reached]
    return pd.DataFrame({"day": ends.astype(np.int64), "actual": actual.astype(np.float64), "expected": expected})
