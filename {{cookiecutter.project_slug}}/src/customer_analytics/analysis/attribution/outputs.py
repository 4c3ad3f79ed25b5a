"""What attribution leaves in files: the credits, how far the models are apart, the usual paths, and its metrics."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from customer_analytics.analysis.attribution.result import Attribution
from customer_analytics.disclosure.hiding import small_groups

DIGITS = 9  # that sums over rows in no fixed order have in common
LISTED = 200  # paths in the file
Metrics = dict[str, float | int | None]


def hidden(found: Attribution, minimum_group: int) -> frozenset[str]:
    """Channels that too few people touched to be shown by themselves; contacts stand for people in ready-made paths."""
    known = found.spread["people"].fillna(found.spread["contacts"]).to_numpy().astype(np.int64)
    return frozenset(found.spread["channel"][small_groups(known, minimum_group)])


def metrics(found: Attribution | None, minimum_group: int) -> Metrics:
    """Name -> number: docs/guide/metrics.md."""
    if found is None or found.reason:
        return {}
    made: Metrics = {
        "attribution.conversions": found.conversions, "attribution.journeys": found.journeys,
        "attribution.one_channel": _known(found.single),
    }  # fmt: skip
    small = hidden(found, minimum_group)
    for row in found.credits.to_dict("records"):
        if row["channel"] not in small:
            made[f"attribution.{row['channel']}.{row['model']}"] = _known(row["share"])
    for row in found.spread.to_dict("records"):
        if row["channel"] not in small:
            made[f"attribution_spread.{row['channel']}"] = _known(row["spread"])
    return made


def tables(found: Attribution | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name without ending -> the table."""
    if found is None or found.reason:
        return {}
    small = hidden(found, minimum_group)
    paths = found.paths[found.paths["journeys"] >= minimum_group].head(LISTED)
    made = {
        "attribution": _shown(found.credits, small, 2),
        "attribution_spread": _shown(found.spread, small, 1),
        "attribution_paths": significant(paths.reset_index(drop=True)),
    }
    if len(found.calibration):
        made["attribution_calibration"] = _shown(found.calibration, small, 1)
    return made


def _shown(table: pd.DataFrame, small: frozenset[str], names: int) -> pd.DataFrame:
    """The table without the numbers of small channels. `names`: how many of its first columns only name a row."""
    shown = significant(table)
    rows = shown["channel"].isin(small)
    if rows.any():
        columns = shown.columns[names:]
        shown[columns] = shown[columns].astype(object).mask(rows, None)
    return shown


def significant(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its numbers to DIGITS digits, so that a rerun gives the same file."""
    shown = table.copy()
    for name in table.select_dtypes("float"):
        shown[name] = table[name].map(lambda value: float(f"{value:.{DIGITS}g}"))
    return shown


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
