"""Baskets: what was bought together, of products only, as numbers that everything else is asked of."""

from customer_analytics.analysis.baskets.basket import Baskets
from customer_analytics.analysis.baskets.describe import Description, describe
from customer_analytics.analysis.baskets.prepare import baskets

__all__ = ["Baskets", "Description", "baskets", "describe"]
