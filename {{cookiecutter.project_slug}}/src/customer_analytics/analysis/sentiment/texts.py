"""The client's feedback, read: each different text once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_analytics.analysis.sentiment.lexicon import label_of, language_of
from customer_analytics.analysis.sentiment.result import LABELS, NEGATIVE, NEUTRAL, POSITIVE
from customer_analytics.analysis.sentiment.topics import TOPICS, topics_of
from customer_analytics.tables.store import Tables

UNREAD = "unread"  # another language, or no words
LOW, HIGH = 0.3, 0.7  # of the scale: a rating at or below is negative, at or above positive


def read_feedback(tables: Tables, *, with_topics: bool) -> pd.DataFrame | None:
    """One row a text: customer_id, day, rating, filed (the client's topic), language, label, text_code, and with
    `with_topics` a boolean column for each topic. None where no feedback has words.

    Columns that the data lack are empty. The texts themselves are not in it.
    """
    if not tables.has("feedback", "text"):
        return None
    feedback = tables["feedback"]
    wanted = {"customer_id": "customer_id", "rating": "rating", "filed": "topic", "day": "given_on", "text": "text"}
    there = {name: column for name, column in wanted.items() if column in feedback.columns}
    rows = feedback.filter(feedback.text.notnull() & (feedback.text.strip() != "")).select(**there).to_pyarrow()
    if not rows.num_rows:
        return None
    coded = rows["text"].combine_chunks().dictionary_encode()
    texts = coded.dictionary.to_pylist()
    codes = np.asarray(coded.indices)
    table: pd.DataFrame = rows.drop_columns(["text"]).to_pandas()
    for name in ("customer_id", "rating", "filed", "day"):
        if name not in table:
            table[name] = pd.Series([None] * len(table), dtype="object")
    known = _known(texts, with_topics=with_topics)
    table["text_code"] = codes
    for name, values in known.items():
        table[name] = values[codes]
    table["rating"] = pd.to_numeric(table["rating"], errors="coerce")
    return table


def _known(texts: list[str], *, with_topics: bool) -> dict[str, np.ndarray[tuple[int], np.dtype[np.object_]]]:
    """language, label and topics of each different text."""
    languages, labels = [], []
    about = {topic: np.zeros(len(texts), dtype=bool) for topic in TOPICS} if with_topics else {}
    for place, text in enumerate(texts):
        language = language_of(text)
        languages.append(language or UNREAD)
        labels.append(UNREAD if language is None else label_of(text, language))
        if with_topics and language is not None:
            for topic in topics_of(text, language):
                about[topic][place] = True
    return {"language": _objects(languages), "label": _objects(labels), **about}


def _objects(values: list[str]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array(values, dtype=object)


def customer_labels(read: pd.DataFrame) -> pd.DataFrame:
    """customer_id, sentiment, texts: positive where a customer wrote more positive than negative texts, negative where
    more negative, else neutral. Only customers with a text that was read."""
    own = read[read["customer_id"].notna() & (read["label"] != UNREAD)]
    balance = (own["label"] == POSITIVE).astype(int) - (own["label"] == NEGATIVE).astype(int)
    grouped = balance.groupby(own["customer_id"].astype(str))
    total = grouped.sum()
    sentiment = np.select([total > 0, total < 0], [POSITIVE, NEGATIVE], NEUTRAL)
    return pd.DataFrame({"customer_id": total.index, "sentiment": sentiment, "texts": grouped.size().to_numpy()})


def rating_labels(ratings: pd.Series[float]) -> pd.Series[str]:
    """What ratings say: negative, neutral or positive by their place on the scale; missing where there is none.

    The scale is guessed from the highest rating: up to 5 it is 1 to 5, up to 10 it is 0 to 10, else 0 to 100 or the
    highest. On 1 to 5, 1 and 2 are negative and 4 and 5 positive.
    """
    highest = ratings.max()
    low, high = (1.0, 5.0) if highest <= 5 else (0.0, 10.0) if highest <= 10 else (0.0, max(100.0, float(highest)))
    place = (ratings - low) / (high - low)
    labels = pd.Series(np.select([place <= LOW, place >= HIGH], [NEGATIVE, POSITIVE], NEUTRAL), index=ratings.index)
    return labels.where(ratings.notna())


def ordered(labels: pd.Series[str]) -> pd.Series[int]:
    """How often each label occurs, in their order."""
    return labels.value_counts().reindex(list(LABELS), fill_value=0)
