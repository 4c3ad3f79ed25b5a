"""What the reasons give to files: figures of the run, tables, one row a person."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_analytics.analysis.reasons.result import ReasonsResult


def metrics(result: ReasonsResult | None) -> dict[str, float | None]:
    """reasons.with (share of people with at least one), reasons.steady (share who keep the first after a refit),
    importance.<family> (nats), path.tested and path.clear."""
    if result is None:
        return {}
    told = result.per_customer["reason_1"].notna()
    steady = None if result.steadiness is None else result.steadiness.same_first
    found: dict[str, float | None] = {
        "reasons.with": float(told.mean()) if len(told) else None,
        "reasons.steady": None if steady is None or np.isnan(steady) else steady,
        "path.tested": result.path.tested,
        "path.clear": len(result.path.clear),
    }
    rows = result.importance[["group", "drop"]].itertuples(index=False)
    return found | {f"importance.{family}": float(drop) for family, drop in rows}


def _shown(directions: pd.DataFrame, minimum_group: int) -> pd.DataFrame:
    """Classes with enough cases; counts of fewer leavers are left empty."""
    table = directions[directions["cases"] >= minimum_group]
    left = table["left"].astype("Int64")
    return table.assign(left=left.mask((left > 0) & (left < minimum_group)))


def tables(result: ReasonsResult | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """importance, directions, last_path: without rows of fewer than `minimum_group` people."""
    if result is None:
        return {}
    found: dict[str, pd.DataFrame] = {}
    if len(result.importance):
        both = [("family", result.importance), ("topic", result.topic_importance)]
        found["importance"] = pd.concat([own.assign(level=name) for name, own in both], ignore_index=True)
    if len(result.directions):
        found["directions"] = _shown(result.directions, minimum_group)
    if result.path.tested:
        rows = result.path.table
        rows = rows[(rows[["left_did", "stayed_did"]] >= minimum_group).all(axis=1)]
        found["last_path"] = rows.assign(deed=rows["deed"].str.strip())
    return found
