"""Attribution: which channels an order is credited to, by seven rules side by side, with their spread."""

from __future__ import annotations

from customer_analytics.analysis.attribution.assemble import attribution
from customer_analytics.analysis.attribution.result import MODELS, Attribution

__all__ = ["MODELS", "Attribution", "attribution"]
