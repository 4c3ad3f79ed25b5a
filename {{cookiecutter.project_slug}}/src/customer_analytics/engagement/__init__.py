"""The one file that an analyst edits, engagement.yml, as validated objects."""

from customer_analytics.engagement.errors import EngagementError, Problem
from customer_analytics.engagement.project import Project
from customer_analytics.engagement.settings import Engagement

__all__ = ["Engagement", "EngagementError", "Problem", "Project"]
