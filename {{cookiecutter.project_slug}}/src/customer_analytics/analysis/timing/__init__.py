"""When an effect comes, whether it lasts, whether it was only moved, and what else was on its way."""

from customer_analytics.analysis.timing.assemble import timing
from customer_analytics.analysis.timing.result import Timing

__all__ = ["Timing", "timing"]
