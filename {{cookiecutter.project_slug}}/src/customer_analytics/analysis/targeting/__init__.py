"""Whom to contact and whom not: customers put in order by what past randomised contacts changed."""

from customer_analytics.analysis.targeting.assemble import targeting
from customer_analytics.analysis.targeting.result import Targeting

__all__ = ["Targeting", "targeting"]
