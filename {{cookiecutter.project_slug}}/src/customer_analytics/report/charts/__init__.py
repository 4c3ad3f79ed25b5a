"""Charts: one file a kind. Each function takes plain data and returns draw(width, narrow).

Roles, not colours, and no legend: see base.
"""

from customer_analytics.report.charts.bars import Bar, bars
from customer_analytics.report.charts.dot_pairs import Pair, dot_pairs
from customer_analytics.report.charts.heat_grid import GridCell, GridWords, heat_grid
from customer_analytics.report.charts.lines import Axis, Line, Mark, lines
from customer_analytics.report.charts.lorenz import lorenz
from customer_analytics.report.charts.spread import Panel, spread
from customer_analytics.report.charts.treemap import Area, treemap

__all__ = [
    "Area", "Axis", "Bar", "GridCell", "GridWords", "Line", "Mark", "Pair", "Panel", "bars", "dot_pairs", "heat_grid",
    "lines", "lorenz", "spread", "treemap",
]  # fmt: skip
