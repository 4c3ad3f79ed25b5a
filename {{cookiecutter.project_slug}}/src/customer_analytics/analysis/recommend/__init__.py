"""Next-best items: item-item collaborative filtering, rules and popularity, tested on a later time."""

from customer_analytics.analysis.recommend.recommend import recommend
from customer_analytics.analysis.recommend.result import Again, Recommendation, Tested

__all__ = ["Again", "Recommendation", "Tested", "recommend"]
