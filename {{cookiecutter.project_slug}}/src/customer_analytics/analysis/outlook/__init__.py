"""What follows from who came back: cohorts carried forward, the worth of a point, the retention that is needed."""

from customer_analytics.analysis.outlook.outputs import customer_tables, metrics, tables
from customer_analytics.analysis.outlook.result import OutlookResult, analyse

__all__ = ["OutlookResult", "analyse", "customer_tables", "metrics", "tables"]
