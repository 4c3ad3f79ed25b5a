"""Channels: what each costs, whether its customers stay, what they bring, and where money should go."""

from __future__ import annotations

from customer_analytics.analysis.channels.assemble import channels
from customer_analytics.analysis.channels.result import Budget, Channels, Shift

__all__ = ["Budget", "Channels", "Shift", "channels"]
