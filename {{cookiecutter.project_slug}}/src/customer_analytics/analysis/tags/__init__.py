"""The tag catalogue on the client's data: which tags run, their values, and what is known of each."""

from customer_analytics.analysis.tags.result import Drop, Pair, Reason, TagPortrait, TagResult, Why

__all__ = ["Drop", "Pair", "Reason", "TagPortrait", "TagResult", "Why"]
