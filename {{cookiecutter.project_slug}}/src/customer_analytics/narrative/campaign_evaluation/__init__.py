"""What the report on campaigns says, in words: one module a part of the report."""

from customer_analytics.narrative.campaign_evaluation import (
    attribution,
    attribution_findings,
    beside,
    budget,
    channel_months,
    channels,
    claim,
    closing,
    comparison,
    comparison_findings,
    fatigue,
    frame,
    messages,
    responding,
    scorecard,
    timing,
    trust,
)
from customer_analytics.narrative.campaign_evaluation.summary import aside, summary
from customer_analytics.narrative.campaign_evaluation.view import View

__all__ = [
    "View",
    "aside",
    "attribution",
    "attribution_findings",
    "beside",
    "budget",
    "channel_months",
    "channels",
    "claim",
    "closing",
    "comparison",
    "comparison_findings",
    "fatigue",
    "frame",
    "messages",
    "responding",
    "scorecard",
    "summary",
    "timing",
    "trust",
]
