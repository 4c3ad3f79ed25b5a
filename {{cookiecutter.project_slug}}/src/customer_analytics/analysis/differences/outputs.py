"""What effects by group leave in files."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_analytics.analysis.differences.result import Differences
from customer_analytics.disclosure.hiding import small_groups

Metrics = dict[str, float | int | None]
NUMBERS = [
    "n", "n_control", "mean", "mean_control", "effect", "low", "high", "shrunk", "shrunk_low", "shrunk_high",
]  # fmt: skip


def metrics(result: Differences | None) -> Metrics:
    """Flat name -> number; None where not tested."""
    if result is None or result.reason is not None:
        return {"differences.tested": 0, "differences.found": 0}
    made: Metrics = {"differences.tested": result.tested, "differences.found": int(result.tests["found"].sum())}
    for row in result.tests.to_dict("records"):
        name = f"{row['campaign']}.{row['arm']}.{row['group']}"
        for measure in ("p", "q"):
            made[f"interaction_{measure}.{name}"] = None if np.isnan(row[measure]) else float(row[measure])
    return made


def tables(result: Differences | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name without ending -> the table."""
    if result is None or result.reason is not None:
        return {}
    tests = result.tests.drop(columns=["code", "number", "rest", "rest_control"])
    levels = without_small(result, minimum_group).drop(columns=["code", "number"])
    counts = ["n", "n_control"]
    levels[counts] = levels[counts].astype("Int64")
    return {"effects_by_group": levels, "interactions": tests}


def without_small(result: Differences, minimum_group: int) -> pd.DataFrame:
    """The levels, those too small to be shown empty but for their name.

    Customers in no level that is told count as one more: alone, few of them could be found by taking the others from
    the whole arm.
    """
    levels = result.levels.copy()
    levels[NUMBERS] = levels[NUMBERS].astype(np.float64)
    for test in result.tests.to_dict("records"):
        own = levels.index[
            (levels["code"] == test["code"]) & (levels["number"] == test["number"]) & (levels["group"] == test["group"])
        ]
        hidden = np.zeros(len(own) + 1, dtype=bool)
        for count, rest in (("n", test["rest"]), ("n_control", test["rest_control"])):
            sizes = np.append(levels.loc[own, count].to_numpy(np.int64), 0 if pd.isna(rest) else int(rest))
            hidden |= small_groups(sizes, minimum_group)
        levels.loc[own[hidden[:-1]], NUMBERS] = np.nan
    return levels
