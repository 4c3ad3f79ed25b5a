"""How the customers of each persona feel, by what they wrote."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_analytics.analysis.personas.result import PersonasResult
from customer_analytics.analysis.sentiment.result import LABELS, NEGATIVE, SentimentResult
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.statistics import wilson

COLUMNS = ["persona", "customers", *LABELS, "share", "low", "high", "difference", "p_adjusted"]


@dataclass(frozen=True)
class Voice:
    """Feedback as a whole, and by persona.

    `by_persona`: one row a persona: customers who wrote, how many of them are positive, neutral and negative, share of
    the negative with Wilson interval, difference from the other personas, and its p (Fisher), corrected by Holm for
    looking at every persona. Suppressed (missing) where fewer than the minimum group wrote, with enough others that
    nothing is found by subtraction; no share under the minimum base.
    """

    sentiment: SentimentResult
    by_persona: pd.DataFrame


def voice(result: PersonasResult, sentiment: SentimentResult | None, minimum_group: int) -> Voice | None:
    """The feedback of the personas; None without written feedback."""
    if sentiment is None:
        return None
    keys = [persona.key for persona in result.personas]
    who = result.customers[["customer_id", "persona"]].merge(
        sentiment.customers[["customer_id", "sentiment"]], on="customer_id"
    )
    who = who[who["persona"].isin(keys)]
    counts = pd.crosstab(who["persona"], who["sentiment"].astype(str))
    counts = counts.reindex(index=keys, columns=list(LABELS), fill_value=0)
    return Voice(sentiment, _by_persona(counts, result.parameters.minimum_base, minimum_group))


def tables(found: Voice | None) -> dict[str, pd.DataFrame]:
    """File name -> table: feelings, topics, feelings by persona, and how right the reading is."""
    if found is None:
        return {}
    quality = [
        (one.source, one.language, one.label, one.texts, one.precision, one.recall, one.f1)
        for one in found.sentiment.quality
    ]
    columns = ["source", "language", "label", "texts", "precision", "recall", "f1"]
    return {
        "voice_labels": found.sentiment.labels,
        "voice_topics": found.sentiment.topics,
        "voice_personas": found.by_persona,
        "voice_quality": pd.DataFrame(quality, columns=columns),
    }


def metrics(found: Voice | None) -> dict[str, float | int | None]:
    """Flat name -> number; nothing without written feedback."""
    if found is None:
        return {}
    labels = found.sentiment.labels.set_index("label")["share"]
    shares = {f"voice.{label}": _known(float(labels[label])) for label in LABELS if label in labels}
    return {"voice.texts": found.sentiment.read, **shares}


def _by_persona(counts: pd.DataFrame, minimum_base: int, minimum_group: int) -> pd.DataFrame:
    totals = counts.sum(axis=1)
    hidden = small_groups(totals.to_numpy(np.int64), minimum_group)
    rows = []
    for key, small in zip(counts.index, hidden, strict=True):
        n, negative = int(totals[key]), int(counts.loc[key, NEGATIVE])
        rest, rest_negative = int(totals.sum()) - n, int(counts[NEGATIVE].sum()) - negative
        known = not small and n >= minimum_base and rest >= minimum_base
        interval = wilson(negative, n)
        numbers = (math.nan,) * 5
        if known:
            p = _fisher(negative, n, rest_negative, rest)
            numbers = (negative / n, *interval, negative / n - rest_negative / rest, p)
        cells = [math.nan] * 4 if small else [n, *(int(counts.loc[key, label]) for label in LABELS)]
        few = [not small and 0 < cell < minimum_group for cell in cells]
        rows.append((key, *(math.nan if hide else cell for cell, hide in zip(cells, few, strict=True)), *numbers))
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["p_adjusted"] = _holm(table["p_adjusted"])
    return table


def _fisher(a: int, n: int, b: int, m: int) -> float:
    from scipy.stats import fisher_exact

    return float(fisher_exact([[a, n - a], [b, m - b]])[1])


def _holm(p: pd.Series) -> pd.Series:
    """Holm 1979 over those that were tested."""
    known = p.dropna().sort_values()
    steps = [min(1.0, value * (len(known) - place)) for place, value in enumerate(known)]
    return pd.Series(np.maximum.accumulate(steps) if steps else [], index=known.index, dtype=float).reindex(p.index)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
