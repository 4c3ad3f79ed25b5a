"""What the report on campaigns says, in words: one module a part of the report."""

from customer_analytics.narrative.campaign_evaluation import (
    claim,
    closing,
    comparison,
    comparison_findings,
    frame,
    scorecard,
    trust,
)
from customer_analytics.narrative.campaign_evaluation.summary import aside, summary
from customer_analytics.narrative.campaign_evaluation.view import View

__all__ = [
    "View",
    "aside",
    "claim",
    "closing",
    "comparison",
    "comparison_findings",
    "frame",
    "scorecard",
    "summary",
    "trust",
]
