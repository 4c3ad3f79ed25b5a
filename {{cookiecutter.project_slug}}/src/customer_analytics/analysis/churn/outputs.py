"""What a churn report leaves in files: flat metrics, the tables behind every chart, and one table of customers.

Each part of the result brings its own; here they are joined. Days become ISO dates, and counts of people below the
smallest group shown are left empty.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.analysis.actions import outputs as acting
from customer_analytics.analysis.churn import other_outputs as others
from customer_analytics.analysis.hazard import outputs as hazards
from customer_analytics.analysis.model_checks import outputs as checks
from customer_analytics.analysis.reasons import outputs as reasons
from customer_analytics.analysis.rfm.customers import as_date

if TYPE_CHECKING:
    from customer_analytics.analysis.churn.result import ChurnResult
    from customer_analytics.analysis.churn.study import Study
    from customer_analytics.analysis.scoring.result import ScoringResult

Metrics = dict[str, float | int | None]
_OF_CHOSEN = {
    "auc": "auc", "pr_auc": "pr_auc", "brier": "brier", "skill": "skill", "log_loss": "log_loss", "ece": "ece",
    "ece_noise": "ece_noise", "calibration_slope": "slope", "calibration_intercept": "intercept",
    "top_decile_lift": "lift",
}  # fmt: skip
_WITH_INTERVAL = {"auc", "pr_auc", "log_loss", "slope", "intercept", "lift"}


def metrics(result: ChurnResult) -> Metrics:
    """Name -> number, None where not estimable: docs/guide/metrics.md."""
    made = _study_metrics(result.study) | _scoring_metrics(result.scoring) | acting.metrics(result.actions)
    made |= hazards.metrics(result.hazard) | checks.metrics(result) | reasons.metrics(result.reasons)
    return made | others.metrics(result.others)


def tables(result: ChurnResult, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name without ending -> the table."""
    made = _study_tables(result.study, minimum_group)
    if result.samples is not None:
        made["features"] = result.samples.dictionary
    if result.scoring is not None and result.scoring.is_estimable:
        made |= _scoring_tables(result.scoring)
    made |= reasons.tables(result.reasons, minimum_group) | acting.tables(result.actions, minimum_group)
    made |= hazards.tables(result.hazard, minimum_group) | checks.tables(result, minimum_group)
    return made | others.tables(result.others, minimum_group)


def customer_tables(result: ChurnResult) -> dict[str, pd.DataFrame]:
    """Tables with one row a customer: engagement.privacy decides what is written."""
    own = hazards.customer_tables(result.hazard) | acting.customer_tables(result.actions)
    return own | others.customer_tables(result.others)


def _study_metrics(study: Study) -> Metrics:
    windows, last = study.windows, study.population.tail(1)
    rate = {name: float(last[name].iloc[0]) if len(last) else math.nan for name in ("rate", "low", "high")}
    return {
        "customers": study.running, "base_rate": rate["rate"], "base_rate_low": rate["low"],
        "base_rate_high": rate["high"], "horizon_days": windows.horizon_days or None, "gap_days": windows.gap_days,
        "silent_days": windows.active_days or None, "cut_offs": len(windows.cuts),
    }  # fmt: skip


def _scoring_metrics(scoring: ScoringResult | None) -> Metrics:
    """Figures of the method in use, of every rule and model; of these names there is always one, null without tests."""
    names = [
        *_OF_CHOSEN,
        *(f"{name}_{end}" for name, of in _OF_CHOSEN.items() if of in _WITH_INTERVAL for end in _ENDS),
    ]
    found: Metrics = dict.fromkeys(names)
    if scoring is None or not scoring.is_estimable:
        return {"tests": 0, **found, "expected_leavers": None, "nothing_predicts": None, "is_model": None}
    for name, of in _OF_CHOSEN.items():
        found[name] = scoring.measure(of)
        if of in _WITH_INTERVAL:
            found |= {f"{name}_{end}": scoring.measure(f"{of}_{end}") for end in _ENDS}
    for method in scoring.methods:
        head = "baseline" if method in (*scoring.rules, "rate") else "model"
        found |= {f"{head}.{method}.{name}": scoring.measure(name, method) for name in ("auc", "log_loss")}
    return {
        "tests": len(scoring.tests), **found, "expected_leavers": float(scoring.now["probability"].sum()),
        "nothing_predicts": int(scoring.nothing_predicts), "is_model": int(scoring.is_model),
    }  # fmt: skip


_ENDS = ("low", "high")


def _study_tables(study: Study, minimum_group: int) -> dict[str, pd.DataFrame]:
    made = {"cut_offs": _few_left_out(_dated(study.population), ("people", "left"), minimum_group)}
    if len(study.silence):
        made |= {
            "silence": _few_left_out(study.silence, ("people", "silences", "returned"), minimum_group),
            "silence_thresholds": _few_left_out(study.thresholds, ("silences",), minimum_group),
            "silence_costs": _few_left_out(study.costs, ("people", "flagged", "false_alarms", "missed"), minimum_group),
        }
    return made


def _few_left_out(table: pd.DataFrame, counts: tuple[str, ...], minimum_group: int) -> pd.DataFrame:
    """The table without counts from one to below the smallest group; 0 is nobody and stays."""
    whole = {name: table[name].astype("Int64") for name in counts}
    return table.assign(**{name: one.mask((one > 0) & (one < minimum_group)) for name, one in whole.items()})


def _scoring_tables(scoring: ScoringResult) -> dict[str, pd.DataFrame]:
    return {
        "evaluation": _dated(scoring.evaluation), "comparison": scoring.comparison,
        "calibration": _dated(scoring.calibration), "gains": _dated(scoring.gains), "fits": _dated(scoring.fits),
        "set_aside": scoring.set_aside, "rules_missing": scoring.missing_rules,
    }  # fmt: skip


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    """The column `cut` as ISO dates; "all" stays."""
    named = [cut if isinstance(cut, str) else as_date(int(cut)).isoformat() for cut in table["cut"]]
    return table.assign(cut=named)
