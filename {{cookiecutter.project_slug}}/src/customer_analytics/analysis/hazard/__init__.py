"""How long contracts and customers last, what goes with it, and which running ones end next."""

from __future__ import annotations

from customer_analytics.analysis.hazard.outputs import customer_tables, metrics, tables
from customer_analytics.analysis.hazard.result import HazardResult, Hazards, analyse

__all__ = ["HazardResult", "Hazards", "analyse", "customer_tables", "metrics", "tables"]
