"""Charts: one file a kind. Each function takes plain data and returns draw(width, narrow).

Roles, not colours, and no legend: see base.
"""

from customer_analytics.report.charts.bars import Bar, bars
from customer_analytics.report.charts.lines import Axis, Line, Mark, lines

__all__ = ["Axis", "Bar", "Line", "Mark", "bars", "lines"]
