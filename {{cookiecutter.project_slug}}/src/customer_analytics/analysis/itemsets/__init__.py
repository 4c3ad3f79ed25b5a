"""Frequent itemsets, mined exactly in the engine, and the counts of given sets that every check of a rule needs."""

from customer_analytics.analysis.itemsets.counting import count_by, membership, pairs
from customer_analytics.analysis.itemsets.floors import Floor, floor_for
from customer_analytics.analysis.itemsets.mining import Itemsets, mine

__all__ = ["Floor", "Itemsets", "count_by", "floor_for", "membership", "mine", "pairs"]
