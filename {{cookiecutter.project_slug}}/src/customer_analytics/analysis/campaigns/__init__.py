"""Who was assigned to what, and what they did before and after: what every part of campaign evaluation reads."""

from customer_analytics.analysis.campaigns.campaign import Campaigns, Outcome
from customer_analytics.analysis.campaigns.prepare import prepare

__all__ = ["Campaigns", "Outcome", "prepare"]
