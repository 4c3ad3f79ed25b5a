"""Frequent itemsets, mined exactly, and the baskets of given sets that every check of a rule needs."""

from customer_analytics.analysis.itemsets.counting import membership, pairs
from customer_analytics.analysis.itemsets.floors import Floor, floor_for
from customer_analytics.analysis.itemsets.mining import Itemsets, mine

__all__ = ["Floor", "Itemsets", "floor_for", "membership", "mine", "pairs"]
