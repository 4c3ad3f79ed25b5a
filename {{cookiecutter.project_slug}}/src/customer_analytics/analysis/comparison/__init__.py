"""Campaigns without a control group: before and after, differences, partners, and how far each can be trusted."""

from __future__ import annotations

from customer_analytics.analysis.comparison.assemble import comparison
from customer_analytics.analysis.comparison.result import Comparison

__all__ = ["Comparison", "comparison"]
