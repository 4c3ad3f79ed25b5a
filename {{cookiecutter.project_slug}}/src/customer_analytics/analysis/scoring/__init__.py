"""Scoring: who does something within a time, how sure that is, and which method says it best out of time."""

from __future__ import annotations

from customer_analytics.analysis.scoring.assemble import analyse
from customer_analytics.analysis.scoring.columns import set_aside
from customer_analytics.analysis.scoring.design import Design, prepare
from customer_analytics.analysis.scoring.models import Model
from customer_analytics.analysis.scoring.result import BASE_RATE, MODELS, Predictor, ScoringResult, nothing
from customer_analytics.analysis.scoring.rules import CalibratedRule, CurveRule, RuleSet

__all__ = [
    "BASE_RATE", "MODELS", "CalibratedRule", "CurveRule", "Design", "Model", "Predictor", "RuleSet", "ScoringResult",
    "analyse", "nothing", "prepare", "set_aside",
]  # fmt: skip
