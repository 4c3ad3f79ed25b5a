"""What the order of customers leaves in files: how good it is, and the lists."""

from __future__ import annotations

import math

import pandas as pd

from customer_analytics.analysis.targeting.result import Targeting

Metrics = dict[str, float | int | None]
QINI = ("qini", "qini_low", "qini_high", "auuc", "order_p")


def metrics(result: Targeting | None) -> Metrics:
    """Flat name -> number; None where not estimable."""
    made: Metrics = {"assignments_pooled": 0 if result is None else result.n, **dict.fromkeys(QINI)}
    if result is None or result.qini is None:
        return made
    found = result.qini
    made |= {
        "qini": found.coefficient, "qini_low": found.interval.low, "qini_high": found.interval.high,
        "auuc": found.area, "order_p": None if math.isnan(found.p) else found.p,
    }  # fmt: skip
    if not result.use:
        return made
    made |= {"target": len(result.target), "suppress": len(result.suppress)}
    for row in result.policies.to_dict("records"):
        made |= {f"policy.{row['policy']}{end}": float(row[column]) for end, column in _ENDS}
    return made


_ENDS = (("", "value"), ("_low", "low"), ("_high", "high"))


def tables(result: Targeting | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name without ending -> the table. Tenths and quadrants below `minimum_group` have no numbers."""
    if result is None or result.qini is None:
        return {}
    made = {"qini_curve": result.qini.curve, "qini_by_campaign": result.orders}
    if not result.use:
        return made
    few = result.deciles[["n_contact", "n_control"]].min(axis=1) < minimum_group
    deciles = result.deciles.copy()
    deciles.loc[few, ["mean", "mean_control"]] = math.nan
    quadrants = result.quadrants[result.quadrants["n"] >= minimum_group]
    return made | {"uplift_deciles": deciles, "uplift_quadrants": quadrants, "policies": result.policies}


def customer_tables(result: Targeting | None) -> dict[str, pd.DataFrame]:
    """Whom to contact and whom not; nothing where the order is no better than a random one."""
    if result is None or not result.use or not len(result.target) + len(result.suppress):
        return {}
    return {"target": result.target, "suppress": result.suppress}
