"""What the feeling in the client's feedback comes to. No text of a customer is in here, only counts."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from customer_analytics.statistics import Interval, wilson

POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"
LABELS = (POSITIVE, NEUTRAL, NEGATIVE)


@dataclass(frozen=True)
class Quality:
    """How right one label is on texts whose feeling is known.

    `source`: "sample" (labelled sentences that come with the package, the half that the word lists never saw) or
    "ratings" (the client's own ratings). `language`: en, zh or all. `said`: texts that the lexicon gave the label,
    `true`: texts that have it, `right`: both.
    """

    source: str
    language: str
    label: str
    texts: int
    said: int
    true: int
    right: int

    @property
    def precision(self) -> float | None:
        """Share of the texts given this label that have it; None where it was never given."""
        return self.right / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """Share of the texts with this label that were found; None where there are none."""
        return self.right / self.true if self.true else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None where the label is neither given nor true."""
        either = self.said + self.true - self.right
        return 2 * self.right / (self.said + self.true) if either else None

    @property
    def precision_interval(self) -> Interval:
        """95 % Wilson interval."""
        return wilson(self.right, self.said)

    @property
    def recall_interval(self) -> Interval:
        """95 % Wilson interval."""
        return wilson(self.right, self.true)

    @property
    def f1_interval(self) -> Interval:
        """95 %: F1 = 2J / (1 + J) rises with the share J of texts that are both said and true, of those that are
        either; the ends are those of J's Wilson interval."""
        low, high = wilson(self.right, self.said + self.true - self.right)
        return Interval(2 * low / (1 + low), 2 * high / (1 + high))


@dataclass(frozen=True)
class SentimentResult:
    """Everything that the report says about feedback.

    `labels`: one row a label in the order of LABELS: label, texts, share, low, high, customers.
    `topics`: one row a topic that anybody spoke of, most negative texts first: topic (a key of topics.TOPICS), texts,
    negative, positive, share (negative of texts), low, high, customers. Rows of fewer customers than the minimum group
    have only topic and customers; the figures are missing.
    `filed`: the same by the topic that the client files it under (the client's own words: data, never markup).
    `months`: month (first day), texts, negative, share, low, high; months below the minimum base have no share.
    `quality`: on the sample for en, zh and all, on the client's ratings for all; empty of "ratings" where fewer than 30
    rated texts were read.
    `accuracy`: (source, language) -> (right, texts).
    `customers`: customer_id, sentiment, texts: the feeling of each customer who wrote (see texts.customer_labels).
    """

    texts: int  # rows with words
    read: int  # of these in a language that we read, with at least one word
    distinct: int  # different texts read
    unread: int  # rows in another language, or without words
    without_text: int  # rows of feedback without words (only a rating)
    languages: dict[str, int]  # en, zh -> texts read
    labels: pd.DataFrame
    topics: pd.DataFrame
    filed: pd.DataFrame
    months: pd.DataFrame
    quality: tuple[Quality, ...]
    accuracy: dict[tuple[str, str], tuple[int, int]]
    customers: pd.DataFrame

    def of(self, source: str, language: str = "all") -> tuple[Quality, ...]:
        """The quality of each label on one source."""
        return tuple(each for each in self.quality if (each.source, each.language) == (source, language))

    @property
    def negative_topics(self) -> tuple[str, ...]:
        """Topics of negative texts, most first, those too small to be shown left out."""
        known = self.topics[self.topics["negative"].notna() & (self.topics["negative"] > 0)]
        return tuple(known["topic"])
