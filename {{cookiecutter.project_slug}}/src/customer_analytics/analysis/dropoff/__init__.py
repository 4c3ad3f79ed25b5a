"""Drop-off: who falls away where, what goes with it, what it costs, what changed, and what to test first.

result = analyse(tables, funnel.analyse(tables, parameters), parameters)
result.drivers.prizes  # groups that lose more than the rest at a step, with what the rest's rate would bring
"""

from customer_analytics.analysis.dropoff.assemble import analyse
from customer_analytics.analysis.dropoff.outputs import customer_tables, metrics, tables
from customer_analytics.analysis.dropoff.result import DropoffResult

__all__ = ["DropoffResult", "analyse", "customer_tables", "metrics", "tables"]
