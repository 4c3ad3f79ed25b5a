"""Behaviours that go with retention: what people did first, and who was active later."""

from __future__ import annotations

from customer_analytics.analysis.habits.result import DISCOUNT, FEEDBACK, analyse, metrics, tables
from customer_analytics.analysis.habits.search import Habits

__all__ = ["DISCOUNT", "FEEDBACK", "Habits", "analyse", "metrics", "tables"]
