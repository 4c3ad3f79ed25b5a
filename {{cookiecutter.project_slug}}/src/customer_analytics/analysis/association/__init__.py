"""What goes together: rules from exact counts, how sure they are, which say nothing new, and what replaces what."""

from __future__ import annotations

from customer_analytics.analysis.association.rules import Rules, rules, rules_of

__all__ = ["Rules", "rules", "rules_of"]
