"""How long people stay: survival curves and their comparison, cliffs, and the reading by age, season and intake."""

from __future__ import annotations

from customer_analytics.analysis.survival.comparison import OTHERS, Comparison
from customer_analytics.analysis.survival.estimate import Curve, kaplan_meier, log_rank, restricted_mean
from customer_analytics.analysis.survival.outputs import metrics, tables
from customer_analytics.analysis.survival.result import StayingResult, analyse

__all__ = [
    "OTHERS", "Comparison", "Curve", "StayingResult", "analyse", "kaplan_meier", "log_rank", "metrics",
    "restricted_mean", "tables",
]  # fmt: skip
