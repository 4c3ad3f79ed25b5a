"""What the experiments leave in files: metrics, tables, and one document for machines."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.experiment.result import ARM_COLUMNS, LEVEL, Experiments
from customer_analytics.analysis.experiment.study import records

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns

Metrics = dict[str, float | int | None]
DOCUMENT = "experiment.json"
_EFFECT_METRICS = {"effect": "effect", "effect_low": "low", "effect_high": "high", "p": "p"}


def metrics(campaigns: Campaigns | None, found: Experiments | None) -> Metrics:
    """Name -> number, None where not estimable: srm_p, arm.….n, mean, effect, effect_low, effect_high and p."""
    if campaigns is None or found is None:
        return {}
    made: Metrics = {f"srm_p.{row['campaign']}": _finite(row["ratio_p"]) for row in records(found.verdicts)}
    made |= {f"arm.{row['campaign']}.{row['arm']}.n": int(row["n"]) for row in records(campaigns.arms) if row["arm"]}
    for row in records(found.arms):
        made[f"mean.{row['campaign']}.{row['arm']}.{row['outcome']}"] = _finite(row["mean"])
    for row in records(found.effects):
        place = f"{row['campaign']}.{row['arm']}.{row['outcome']}"
        made |= {f"{name}.{place}": _finite(row[column]) for name, column in _EFFECT_METRICS.items()}
    return made


def tables(found: Experiments | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name without ending -> the table; means of arms with fewer than `minimum_group` units are left out."""
    if found is None:
        return {}
    made = {
        "arms": _large(found.arms, ("n",), minimum_group),
        "effects": _large(found.effects, ("n", "n_control"), minimum_group),
        "ratio_effects": _large(found.ratios, ("n", "n_control"), minimum_group),
        "balance": _large(found.balance, ("n", "n_control"), minimum_group),
        "sample_ratio": _sizes(found, minimum_group),
        "guardrails": found.guardrails,
        "looks": found.looks,
        "experiments": found.verdicts,
    }
    if len(found.strata):
        made["strata"] = _large_strata(found.strata, minimum_group)
    return made


def _large(table: pd.DataFrame, sizes: tuple[str, ...], least: int) -> pd.DataFrame:
    return table[(table[[*sizes]] >= least).all(axis=1)].reset_index(drop=True) if len(table) else table


def _sizes(found: Experiments, least: int) -> pd.DataFrame:
    """The arms' sizes beside the sample ratio; none of a campaign with a small arm, whose sum is known elsewhere."""
    table = found.ratio.merge(found.verdicts[["campaign", "ratio_p", "ratio_level"]], on="campaign")
    hidden = table.groupby("campaign")["n"].transform("min") < least
    table["n"] = table["n"].astype("Int64").mask(hidden)
    table["share"] = table["share"].astype("float64").mask(hidden)
    return table


def _large_strata(table: pd.DataFrame, least: int) -> pd.DataFrame:
    """Whole strata only: one arm of a stratum could be found by subtraction from the others."""
    smallest = table.groupby(["campaign", "stratum"])["n"].transform("min")
    return table[smallest >= least].reset_index(drop=True)


def documents(found: Experiments | None, minimum_group: int) -> dict[str, str]:
    """experiment.json: every campaign with its checks, arms and effects, for another program to read."""
    if found is None or not len(found.verdicts):
        return {}
    shown = tables(found, minimum_group)
    campaigns = [
        _plain(row) | {
            name: [_plain(line, "campaign") for line in records(part[part["campaign"] == row["campaign"]])]
            for name, part in (
                ("sample_ratio", shown["sample_ratio"]), ("arms", shown["arms"][[*ARM_COLUMNS]]),
                ("effects", shown["effects"]), ("guardrails", found.guardrails), ("looks", found.looks),
            )
        }
        for row in records(found.verdicts)
    ]  # fmt: skip
    content = {"level": LEVEL, "interval": 1 - LEVEL, "analysis": "by assignment", "campaigns": campaigns}
    return {DOCUMENT: json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"}


def _plain(row: dict[str, Any], *left_out: str) -> dict[str, Any]:
    """A row without numpy's types; what is not estimable is null."""
    return {name: _value(value) for name, value in row.items() if name not in left_out}


def _value(value: Any) -> Any:
    if value is pd.NA:
        return None
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


def _finite(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None
