"""Personas: groups of customers who behave alike, whether there are any, and what is known of them."""

from customer_analytics.analysis.personas.assemble import analyse
from customer_analytics.analysis.personas.outputs import customer_tables, metrics, tables
from customer_analytics.analysis.personas.result import OTHER, TOO_LITTLE_KNOWN, PersonasResult

__all__ = ["OTHER", "TOO_LITTLE_KNOWN", "PersonasResult", "analyse", "customer_tables", "metrics", "tables"]
