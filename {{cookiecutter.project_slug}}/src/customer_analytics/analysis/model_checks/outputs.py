"""What the checks leave beside the page: figures for comparison and the tables behind what is said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from customer_analytics.analysis.model_checks.result import Subgroups
from customer_analytics.disclosure.hiding import small_groups

if TYPE_CHECKING:
    from customer_analytics.analysis.churn.result import ChurnResult

Metrics = dict[str, float | int | None]


NAMES = (
    "columns_tested", "columns_taken_out", "permuted_auc", "expected_rate", "features_shifted", "groups_off",
    "promise.expected", "promise.seen", "promise.slope",
)  # fmt: skip


def metrics(result: ChurnResult) -> Metrics:
    """Flat figures of the checks, null where not estimable: names documented in the guide."""
    found: Metrics = dict.fromkeys(NAMES)
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
        found["fairness"] = _without_few(shown_groups(result.subgroups, minimum_group), ["left"], minimum_group)
    if result.promise is not None and len(result.promise.runs):
        found["promise"] = _without_few(result.promise.runs, ["matched", "left"], minimum_group)
        classes = result.promise.reliability
        classes = classes[classes["people"] >= minimum_group].reset_index(drop=True)
        found["promise_reliability"] = _without_few(classes, ["left"], minimum_group)
    return found


def shown_groups(subgroups: Subgroups, minimum_group: int) -> pd.DataFrame:
    """The groups that may be shown: none below the smallest size, and none that the others would give away."""
    table = subgroups.table
    kept = np.ones(len(table), dtype=bool)
    for _, part in table.groupby("column", sort=False):
        kept[part.index.to_numpy()] = ~small_groups(part["people"].to_numpy(np.int64), minimum_group)
    return table[kept].reset_index(drop=True)


def _without_few(table: pd.DataFrame, columns: list[str], minimum_group: int) -> pd.DataFrame:
    """Counts of people below the smallest group that may be shown are left empty."""
    counts = {name: table[name].astype("Int64") for name in columns}
    return table.assign(**{name: count.mask(count < minimum_group) for name, count in counts.items()})


def _known(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return None if math.isnan(number) else number
