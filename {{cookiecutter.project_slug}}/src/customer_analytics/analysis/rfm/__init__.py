"""RFM: recency, frequency and money of each customer, the segments that follow, and what can be said about them."""

from customer_analytics.analysis.rfm.outputs import customer_tables, metrics, tables
from customer_analytics.analysis.rfm.result import RfmResult, Scored, Unscored, analyse, scored_customers
from customer_analytics.analysis.rfm.segments import SEGMENTS

__all__ = [
    "SEGMENTS",
    "RfmResult",
    "Scored",
    "Unscored",
    "analyse",
    "customer_tables",
    "metrics",
    "scored_customers",
    "tables",
]
