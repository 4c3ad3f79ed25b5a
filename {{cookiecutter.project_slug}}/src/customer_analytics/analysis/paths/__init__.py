"""Paths: which ways people take, where they end, what drop-offs did next, and what goes with giving up."""

from __future__ import annotations

from customer_analytics.analysis.paths.assemble import analyse
from customer_analytics.analysis.paths.outputs import metrics, tables
from customer_analytics.analysis.paths.result import PathsResult, Routes

__all__ = ["PathsResult", "Routes", "analyse", "metrics", "tables"]
