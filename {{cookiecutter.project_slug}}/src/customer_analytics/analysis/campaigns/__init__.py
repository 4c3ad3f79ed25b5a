"""Who was assigned to what, and what they did before and after: what every part of campaign evaluation reads."""

from customer_analytics.analysis.campaigns.campaign import Campaigns, Outcome

__all__ = ["Campaigns", "Outcome"]
