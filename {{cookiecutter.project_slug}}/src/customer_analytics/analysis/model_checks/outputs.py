"""What the checks leave beside the page: figures for comparison and the tables behind what is said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from customer_analytics.analysis.model_checks.result import Subgroups
from customer_analytics.analysis.rfm.groups import small_groups

if TYPE_CHECKING:
    from customer_analytics.analysis.churn.result import ChurnResult

Metrics = dict[str, float | int | None]


def metrics(result: ChurnResult) -> Metrics:
    """Flat figures of the checks: names documented in the guide."""
    found: Metrics = {}
    if result.screening is not None:
        found["columns_tested"] = result.screening.tested
        found["columns_taken_out"] = len(result.screening.taken_out)
        found["permuted_auc"] = _known(result.screening.permuted_auc)
    if result.drift is not None:
        found["expected_rate"] = _known(result.drift.expected_now)
        found["features_shifted"] = int((result.drift.features["shift"] == "large").sum())
    if result.subgroups is not None and len(result.subgroups.table):
        found["groups_off"] = int((result.subgroups.table["p_adjusted"] < 0.05).sum())
    if result.promise is not None and len(result.promise.runs):
        last = result.promise.runs.iloc[-1]
        found["promise.expected"], found["promise.seen"] = _known(last["promised"]), _known(last["seen"])
        found["promise.slope"] = _known(last["slope"])
    return found


def tables(result: ChurnResult, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> table. Groups of fewer than `minimum_group` persons are left out, so that none can be worked out."""
    found: dict[str, pd.DataFrame] = {}
    if result.screening is not None:
        found["leakage"] = result.screening.findings
        found["leakage_probes"] = result.screening.probes
    if result.drift is not None:
        found["drift"] = result.drift.features
    if result.subgroups is not None and len(result.subgroups.table):
        found["fairness"] = shown_groups(result.subgroups, minimum_group)
    if result.promise is not None and len(result.promise.runs):
        found["promise"] = result.promise.runs
        classes = result.promise.reliability
        found["promise_reliability"] = classes[classes["people"] >= minimum_group].reset_index(drop=True)
    return found


def shown_groups(subgroups: Subgroups, minimum_group: int) -> pd.DataFrame:
    """The groups that may be shown: none below the smallest size, and none that the others would give away."""
    table = subgroups.table
    kept = np.ones(len(table), dtype=bool)
    for _, part in table.groupby("column", sort=False):
        kept[part.index.to_numpy()] = ~small_groups(part["people"].to_numpy(np.int64), minimum_group)
    return table[kept].reset_index(drop=True)


def _known(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return None if math.isnan(number) else number
