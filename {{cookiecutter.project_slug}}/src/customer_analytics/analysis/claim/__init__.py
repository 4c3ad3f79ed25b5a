"""The claim audit: what is left of a change before and after."""

from __future__ import annotations

from customer_analytics.analysis.claim.assemble import claim
from customer_analytics.analysis.claim.result import Claim

__all__ = ["Claim", "claim"]
