"""The whole analysis of feedback: tables in, one typed result out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from customer_analytics.analysis.sentiment.lexicon import LANGUAGES, label_of
from customer_analytics.analysis.sentiment.result import LABELS, NEGATIVE, POSITIVE, Quality, SentimentResult
from customer_analytics.analysis.sentiment.sample import labelled_sample
from customer_analytics.analysis.sentiment.texts import UNREAD, customer_labels, ordered, rating_labels, read_feedback
from customer_analytics.analysis.sentiment.topics import TOPICS
from customer_analytics.statistics import wilson
from customer_analytics.tables.store import Tables

MINIMUM_BASE = 30


def analyse(tables: Tables, minimum_group: int, *, minimum_base: int = MINIMUM_BASE) -> SentimentResult | None:
    """The feeling and topics of the client's feedback, and how far the labels can be trusted.

    Args:
        tables: with `feedback` and its column text.
        minimum_group: topics of fewer people are not shown.
        minimum_base: no share below this many texts, no quality below this many rated texts.

    Returns:
        None where no feedback has words, or none that we read.
    """
    everything = read_feedback(tables, with_topics=True)
    if everything is None:
        return None
    read = everything[everything["label"] != UNREAD]
    if read.empty:
        return None
    rows = int(tables["feedback"].count().to_pyarrow().as_py())
    quality, accuracy = _quality_of_sample()
    rated = read[read["rating"].notna()]
    if len(rated) >= minimum_base:
        truth = rating_labels(rated["rating"])
        quality += _quality("ratings", "all", truth, rated["label"])
        accuracy["ratings", "all"] = (int((truth == rated["label"]).sum()), len(rated))
    return SentimentResult(
        texts=len(everything),
        read=len(read),
        distinct=int(read["text_code"].nunique()),
        unread=len(everything) - len(read),
        without_text=rows - len(everything),
        languages={language: int((read["language"] == language).sum()) for language in LANGUAGES},
        labels=_labels(read, minimum_base),
        topics=_topics({topic: read[read[topic]] for topic in TOPICS}, minimum_group, minimum_base),
        filed=_filed(read, minimum_group, minimum_base),
        months=_months(read, minimum_base),
        quality=quality,
        accuracy=accuracy,
        customers=customer_labels(read),
    )


def customer_sentiment(tables: Tables) -> pd.DataFrame | None:
    """customer_id and sentiment of every customer who wrote something that we read; None where nobody did."""
    read = read_feedback(tables, with_topics=False)
    if read is None:
        return None
    labels = customer_labels(read)[["customer_id", "sentiment"]]
    return None if labels.empty else labels


def _people(rows: pd.DataFrame) -> int:
    """How many people wrote: customers, and every text without a customer as one person."""
    return int(rows["customer_id"].nunique() + rows["customer_id"].isna().sum())


def _share(count: int, texts: int, minimum_base: int) -> tuple[float, float, float]:
    """(share, low, high); missing below the minimum base."""
    if texts < minimum_base:
        return (np.nan, np.nan, np.nan)
    return (count / texts, *wilson(count, texts))


def _labels(read: pd.DataFrame, minimum_base: int) -> pd.DataFrame:
    counts = ordered(read["label"])
    rows = [
        (label, int(counts[label]), *_share(int(counts[label]), len(read), minimum_base), _people(own))
        for label in LABELS
        for own in (read[read["label"] == label],)
    ]
    return pd.DataFrame(rows, columns=["label", "texts", "share", "low", "high", "customers"])


def _topics(groups: dict[str, pd.DataFrame], minimum_group: int, minimum_base: int) -> pd.DataFrame:
    """One row a group of texts that anybody wrote; see SentimentResult.topics."""
    rows = []
    for topic, own in groups.items():
        people = _people(own)
        if not people:
            continue
        negative, positive = (int((own["label"] == label).sum()) for label in (NEGATIVE, POSITIVE))
        figures: tuple[float, ...] = (len(own), negative, positive, *_share(negative, len(own), minimum_base))
        rows.append((topic, *(figures if people >= minimum_group else (np.nan,) * len(figures)), people))
    columns = ["topic", "texts", "negative", "positive", "share", "low", "high", "customers"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["negative", "topic"], ascending=[False, True], ignore_index=True, na_position="last")


def _filed(read: pd.DataFrame, minimum_group: int, minimum_base: int) -> pd.DataFrame:
    filed = read[read["filed"].notna()]
    return _topics({str(topic): own for topic, own in filed.groupby("filed")}, minimum_group, minimum_base)


def _months(read: pd.DataFrame, minimum_base: int) -> pd.DataFrame:
    days = pd.to_datetime(read["day"], errors="coerce")
    dated = read.assign(month=days.dt.to_period("M").dt.to_timestamp())
    rows = []
    for month, labels in dated.groupby("month")["label"]:
        negative = int((labels == NEGATIVE).sum())
        rows.append((month, len(labels), negative, *_share(negative, len(labels), minimum_base)))
    return pd.DataFrame(rows, columns=["month", "texts", "negative", "share", "low", "high"])


def _quality(source: str, language: str, truth: Iterable[str], said: Iterable[str]) -> tuple[Quality, ...]:
    true, given = np.asarray(list(truth), dtype=object), np.asarray(list(said), dtype=object)
    return tuple(
        Quality(
            source,
            language,
            label,
            len(true),
            int((given == label).sum()),
            int((true == label).sum()),
            int(((given == label) & (true == label)).sum()),
        )
        for label in LABELS
    )


def _quality_of_sample() -> tuple[tuple[Quality, ...], dict[tuple[str, str], tuple[int, int]]]:
    """On the half of our own labelled sentences that the word lists never saw."""
    held_out = [each for each in labelled_sample() if each.is_held_out]
    quality: tuple[Quality, ...] = ()
    accuracy = {}
    parts: list[tuple[str, Sequence[str]]] = [*((language, (language,)) for language in LANGUAGES), ("all", LANGUAGES)]
    for name, languages in parts:
        own = [each for each in held_out if each.language in languages]
        truth, said = [each.label for each in own], [label_of(each.text, each.language) for each in own]
        quality += _quality("sample", name, truth, said)
        accuracy["sample", name] = (sum(a == b for a, b in zip(truth, said, strict=True)), len(own))
    return quality, accuracy
