"""The data audit in words: from the result to sentences, tables of the report and the data dictionary."""

from customer_analytics.narrative.data_audit.dictionary import column_rules, dictionary, export_tables, issues_table
from customer_analytics.narrative.data_audit.summary import summarise
from customer_analytics.narrative.data_audit.verdicts import say_base, say_level, say_reason, say_reasons, say_unlock

__all__ = [
    "column_rules",
    "dictionary",
    "export_tables",
    "issues_table",
    "say_base",
    "say_level",
    "say_reason",
    "say_reasons",
    "say_unlock",
    "summarise",
]
