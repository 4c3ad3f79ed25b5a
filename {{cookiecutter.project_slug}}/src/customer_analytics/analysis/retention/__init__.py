"""Retention and activity: who comes back, how often, and with what money."""

from customer_analytics.analysis.retention.assemble import analyse
from customer_analytics.analysis.retention.outputs import customer_tables, metrics, tables
from customer_analytics.analysis.retention.result import (
    Definition,
    LeftOut,
    Rate,
    RetentionResult,
    RevenueRetention,
    Stickiness,
)

__all__ = [
    "Definition",
    "LeftOut",
    "Rate",
    "RetentionResult",
    "RevenueRetention",
    "Stickiness",
    "analyse",
    "customer_tables",
    "metrics",
    "tables",
]
