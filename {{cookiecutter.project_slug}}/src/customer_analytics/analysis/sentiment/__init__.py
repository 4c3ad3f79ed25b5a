"""Feeling and topics of feedback in English and Chinese, by word lists, with their precision shown."""

from customer_analytics.analysis.sentiment.assemble import analyse, customer_sentiment
from customer_analytics.analysis.sentiment.result import LABELS, Quality, SentimentResult
from customer_analytics.analysis.sentiment.topics import TOPICS

__all__ = ["LABELS", "TOPICS", "Quality", "SentimentResult", "analyse", "customer_sentiment"]
