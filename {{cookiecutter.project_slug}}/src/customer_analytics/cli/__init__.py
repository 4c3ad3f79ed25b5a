"""The commands. Each one reads its options, calls the pipeline or the loader, and shows what came of it."""

from customer_analytics.cli import data, init, reports, compare, deliver, customers, ask, alerts, glossary, assistant  # noqa: F401, I001  -- the order of `analytics --help`
from customer_analytics.cli.app import app, main

__all__ = ["app", "main"]
