"""The tag catalogue on the client's data: which tags run, their values, and what is known of each."""

from customer_analytics.analysis.tags.entries import parse_entries as parse_rules
from customer_analytics.analysis.tags.outputs import customer_tables, tables
from customer_analytics.analysis.tags.portrait import TagQuery, check_rules, tag_portrait, tag_query, tag_values
from customer_analytics.analysis.tags.result import Drop, Pair, Reason, TagPortrait, TagResult, Why

__all__ = [
    "Drop",
    "Pair",
    "Reason",
    "TagPortrait",
    "TagQuery",
    "TagResult",
    "Why",
    "check_rules",
    "customer_tables",
    "parse_rules",
    "tables",
    "tag_portrait",
    "tag_query",
    "tag_values",
]
