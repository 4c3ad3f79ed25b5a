"""Charts: one file a kind. Each function takes plain data and returns draw(width, narrow).

Roles, not colours, and no legend: see base.
"""

from customer_analytics.report.charts.bars import Bar, bars
from customer_analytics.report.charts.calibration import CalibrationPoint, CalibrationWords, calibration
from customer_analytics.report.charts.columns import ColumnBar, columns
from customer_analytics.report.charts.curves import CurveAxis, StepCurve, curves
from customer_analytics.report.charts.dot_pairs import Pair, dot_pairs
from customer_analytics.report.charts.effect_dots import Effect, EffectGroup, effect_dots
from customer_analytics.report.charts.funnel_steps import StepBar, funnel_steps
from customer_analytics.report.charts.gains import GainsLine, GainsWords, gains
from customer_analytics.report.charts.heat_grid import GridCell, GridWords, heat_grid
from customer_analytics.report.charts.index_dots import Index, IndexGroup, index_dots
from customer_analytics.report.charts.lifecycle import Life, LifeWords, lifecycle
from customer_analytics.report.charts.lines import Axis, Line, Mark, lines
from customer_analytics.report.charts.lorenz import lorenz
from customer_analytics.report.charts.love_plot import Likeness, LoveWords, love_plot
from customer_analytics.report.charts.network import NetworkEdge, NetworkNode, network
from customer_analytics.report.charts.overlap import Combination, overlap
from customer_analytics.report.charts.pair_matrix import PairCell, pair_matrix
from customer_analytics.report.charts.path_flow import PathBand, PathPlace, path_flow
from customer_analytics.report.charts.profit import ProfitLine, ProfitMark, ProfitWords, profit
from customer_analytics.report.charts.radar import Profile, radars
from customer_analytics.report.charts.rule_scatter import RuleDot, ScatterWords, rule_scatter, shade_ends
from customer_analytics.report.charts.sankey import Flow, State, sankey
from customer_analytics.report.charts.spread import Panel, spread
from customer_analytics.report.charts.time_curve import TimeCurve, TimeMark, time_curve
from customer_analytics.report.charts.treemap import Area, treemap
from customer_analytics.report.charts.triangle import TriangleCell, TriangleRow, TriangleWords, triangle
from customer_analytics.report.charts.waterfall import Fall, waterfall
from customer_analytics.report.charts.week_hours import WeekGrid, week_hours
from customer_analytics.report.charts.window_line import WindowRow, WindowWords, window_line

__all__ = [
    "Area", "Axis", "Bar", "CalibrationPoint", "CalibrationWords", "ColumnBar", "Combination", "CurveAxis", "Effect",
    "EffectGroup", "Fall", "Flow", "GainsLine", "GainsWords", "GridCell", "GridWords", "Index", "IndexGroup", "Life",
    "LifeWords", "Likeness", "Line", "LoveWords", "Mark", "NetworkEdge", "NetworkNode", "Pair", "PairCell", "Panel",
    "PathBand", "PathPlace", "Profile", "ProfitLine", "ProfitMark", "ProfitWords", "RuleDot", "ScatterWords", "State",
    "StepBar", "StepCurve", "TimeCurve", "TimeMark", "TriangleCell", "TriangleRow", "TriangleWords", "WeekGrid",
    "WindowRow", "WindowWords", "bars", "calibration", "columns", "curves", "dot_pairs", "effect_dots",
    "funnel_steps", "gains", "heat_grid", "index_dots", "lifecycle", "lines", "lorenz", "love_plot", "network",
    "overlap", "pair_matrix", "path_flow", "profit", "radars", "rule_scatter", "sankey", "shade_ends", "spread",
    "time_curve", "treemap", "triangle", "waterfall", "week_hours", "window_line",
]  # fmt: skip
