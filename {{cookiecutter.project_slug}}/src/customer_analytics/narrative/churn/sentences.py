"""A reason as one short sentence with the customer's own figures, for those who will talk to the customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.language import Language, Text
from customer_analytics.narrative.churn.reason_words import Facts, speaker_of

KEYS = ("reason_1", "reason_2", "reason_3")


def sentences(language: Language, kind: str, keyed: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """The reasons of people in words.

    Args:
        language: of the sentences.
        kind: what leaving means (orders, activity, contracts, snapshot).
        keyed: person_id and reason_1 .. reason_3: topics, None where there is none.
        frame: person_id and the features, a row for each of these people.

    Returns:
        person_id and reason_1 .. reason_3 in words, None where there is none, in the order of `keyed`.
    """
    places = pd.Index(frame["person_id"]).get_indexer(pd.Index(keyed["person_id"]))
    topics = keyed[list(KEYS)].to_numpy(dtype=object)
    words = np.full(topics.shape, None, dtype=object)
    for topic in sorted({topic for topic in topics.ravel() if isinstance(topic, str)}):
        rows, columns = np.nonzero(topics == topic)
        known = places[rows] >= 0
        rows, columns = rows[known], columns[known]
        words[rows, columns] = _written(language, kind, topic, frame, places[rows])
    return pd.DataFrame(
        {"person_id": keyed["person_id"].to_numpy(), **{key: words[:, k] for k, key in enumerate(KEYS)}}
    )


def _written(language: Language, kind: str, topic: str, frame: pd.DataFrame, rows: Any) -> Any:
    """The sentence of each row; people with the same figures share one."""
    speaker = speaker_of(topic)
    columns = {name: digits for name, digits in speaker.columns.items() if name in frame.columns}
    codes = np.zeros(len(rows), dtype=np.int64)
    shown: dict[str, Any] = {}
    for name, digits in columns.items():
        values = frame[name].iloc[rows]
        shown[name] = (values if digits is None else values.astype(float).round(digits)).to_numpy(dtype=object)
        own = pd.factorize(shown[name], use_na_sentinel=False)[0]
        codes = np.unique(codes * (own.max(initial=0) + 1) + own, return_inverse=True)[1]
    _, firsts, places = np.unique(codes, return_index=True, return_inverse=True)
    told = [
        str(speaker.words(Facts(language, kind, {name: values[first] for name, values in shown.items()})))
        for first in firsts
    ]
    return np.array(told, dtype=object)[places]


def sentence(language: Language, kind: str, topic: str, values: Mapping[str, Any]) -> Text:
    """One reason in words, from the figures of its features."""
    return speaker_of(topic).words(Facts(language, kind, values))
