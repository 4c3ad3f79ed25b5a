"""What customers buy after what, and what they buy again."""

from customer_analytics.analysis.sequences.result import Sequences, sequences

__all__ = ["Sequences", "sequences"]
