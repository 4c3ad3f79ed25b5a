"""The five stages of a customer's life with the business (AARRR), each measured and compared with the days before."""

from customer_analytics.analysis.scorecard.assemble import analyse
from customer_analytics.analysis.scorecard.outputs import metrics, tables
from customer_analytics.analysis.scorecard.result import MEASURES, Measure, ScorecardResult

__all__ = ["MEASURES", "Measure", "ScorecardResult", "analyse", "metrics", "tables"]
