"""Reasons: what goes with each person's probability, what the forecast lives on, and what leavers did last."""

from __future__ import annotations

from customer_analytics.analysis.reasons.outputs import metrics, tables
from customer_analytics.analysis.reasons.result import ReasonsResult, analyse

__all__ = ["ReasonsResult", "analyse", "metrics", "tables"]
