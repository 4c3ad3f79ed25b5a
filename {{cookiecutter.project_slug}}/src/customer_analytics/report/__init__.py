"""How things look: parts, charts, theme, export. Only this package emits HTML."""

from customer_analytics.report import charts, parts
from customer_analytics.report.context import Report, open_report

__all__ = ["Report", "charts", "open_report", "parts"]
