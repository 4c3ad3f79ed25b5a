"""What goes together in money: margins, anchors, attach rates, what a bundle brings, and which to test."""

from customer_analytics.analysis.bundles.assemble import bundles
from customer_analytics.analysis.bundles.result import Bundles

__all__ = ["Bundles", "bundles"]
