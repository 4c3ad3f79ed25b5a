"""What became of the messages: rates with stated denominators, send time, who responded, fatigue."""

from customer_analytics.analysis.messages.assemble import messages
from customer_analytics.analysis.messages.result import Fatigue, Messages

__all__ = ["Fatigue", "Messages", "messages"]
