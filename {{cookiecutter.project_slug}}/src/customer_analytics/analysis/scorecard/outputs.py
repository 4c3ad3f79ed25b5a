"""What the scorecard leaves for machines."""

from __future__ import annotations

import math

import pandas as pd

from customer_analytics.analysis.scorecard.result import ScorecardResult


def metrics(result: ScorecardResult) -> dict[str, float | int | None]:
    """scorecard.<measure> and scorecard.<measure>.before; None where not in the data or not estimable."""
    numbers: dict[str, float | int | None] = {}
    for measure in result.measures:
        numbers[f"scorecard.{measure.name}"] = _known(measure.value)
        numbers[f"scorecard.{measure.name}.before"] = _known(measure.before)
    return numbers


def tables(result: ScorecardResult) -> dict[str, pd.DataFrame]:
    """scorecard: one row a measure."""
    rows = [
        {
            "stage": measure.stage,
            "measure": measure.name,
            "kind": measure.kind,
            "value": measure.value,
            "low": measure.interval.low,
            "high": measure.interval.high,
            "n": measure.n,
            "before": measure.before,
            "n_before": measure.n_before,
            "change": measure.change,
            "change_low": measure.change_interval.low,
            "change_high": measure.change_interval.high,
            "together_low": result.together(measure).low,
            "together_high": result.together(measure).high,
        }
        for measure in result.measures
    ]
    return {"scorecard": pd.DataFrame(rows)}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
