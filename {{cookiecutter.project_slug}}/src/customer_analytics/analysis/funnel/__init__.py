"""The funnel: who enters, how far they come, how long it takes, and what other tools would count.

result = analyse(tables, FunnelParameters(steps=("view_item", "add_to_cart", "purchase")))
result.steps  # step, name, reached, rate, rate_low, rate_high, overall, lost
"""

from __future__ import annotations

from customer_analytics.analysis.funnel.compute import analyse
from customer_analytics.analysis.funnel.definition import Definition, Step
from customer_analytics.analysis.funnel.exports import customer_tables, documents
from customer_analytics.analysis.funnel.outputs import metrics, tables
from customer_analytics.analysis.funnel.result import FunnelResult, Rate, Silent

__all__ = [
    "Definition",
    "FunnelResult",
    "Rate",
    "Silent",
    "Step",
    "analyse",
    "customer_tables",
    "documents",
    "metrics",
    "tables",
]
