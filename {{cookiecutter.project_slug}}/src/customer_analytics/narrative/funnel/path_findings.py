"""The findings about paths, from the surest to what only describes."""

from __future__ import annotations

from customer_analytics.narrative.finding import Finding
from customer_analytics.narrative.funnel import compare, leads, onward, stays
from customer_analytics.narrative.funnel.view import View


def findings(view: View) -> list[Finding]:
    """What the ways of visits tell; only the comparison of ways asks for the first screen, and only where it is B."""
    return [found for module in (compare, stays, onward, leads) for found in module.findings(view)]
