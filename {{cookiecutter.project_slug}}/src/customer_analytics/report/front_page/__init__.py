"""The front page of a run: the state of the base, what matters most, what to do, and the way to every report."""

from customer_analytics.report.front_page.runs import write_runs_index
from customer_analytics.report.front_page.writing import write_front_page

__all__ = ["write_front_page", "write_runs_index"]
