"""Learning all methods from one part of the purchases, and testing them on lists for some rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.recommend.history import Vocabulary
from customer_analytics.analysis.recommend.measures import Judged, joined, judge
from customer_analytics.analysis.recommend.result import chunks
from customer_analytics.analysis.recommend.scorers import Popular, Rules, Scorer, Similar, best, rules_scorer
from customer_analytics.analysis.recommend.similarity import similarity, together

ROWS_AT_ONCE = 1_000  # rows scored at once: 20 MB of scores for 5,000 items
MOST_RULES = 20_000  # the most confident ones
MOST_TESTED = 20_000  # customers or baskets that a test looks at, drawn at random from more


def popular(words: Vocabulary) -> Popular:
    """By buyers ever: the order of the columns."""
    return Popular("popular", words.buyers.astype(np.float32))


def recent(words: Vocabulary) -> Popular:
    """By buyers of the last days; then by buyers ever."""
    return Popular("recent", words.recent.astype(np.float32))


def similar(parts: Iterable[Any], words: Vocabulary) -> Similar:
    """Item-item collaborative filtering from sparse parts of who has what."""
    return Similar(similarity(together(parts, len(words))))


def usable_rules(rules: pd.DataFrame | None, words: Vocabulary) -> pd.DataFrame:
    """Significant rules with one item on the right, all of whose items are in the vocabulary: antecedent (tuple),
    consequent (tuple), confidence, columns (of the left side), target; the most confident MOST_RULES."""
    none = pd.DataFrame({"antecedent": [], "consequent": [], "confidence": [], "columns": [], "target": []})
    if rules is None or not len(rules) or not len(words):
        return none
    known = rules[rules["significant"].to_numpy(bool) & (rules["consequent"].map(len) == 1)]
    if not len(known):
        return none
    sides = [tuple(words.columns_of(np.array(side, dtype=np.int64)).tolist()) for side in known["antecedent"]]
    targets = words.columns_of(np.array([side[0] for side in known["consequent"]], dtype=np.int64))
    found = known[["antecedent", "consequent", "confidence"]].assign(
        columns=pd.Series(sides, index=known.index, dtype=object), target=targets
    )
    inside = [min(side, default=-1) >= 0 and target >= 0 for side, target in zip(sides, targets, strict=True)]
    found = found[np.array(inside, dtype=bool)]
    order = np.lexsort((found["target"].to_numpy(), found["columns"].map(len).to_numpy(), -found["confidence"]))
    return found.iloc[order].head(MOST_RULES).reset_index(drop=True)


def by_rules(rules: pd.DataFrame, words: Vocabulary) -> Rules:
    """The rules of `usable_rules` as a method; because: a row of them."""
    return rules_scorer(
        rules["columns"].tolist(), rules["target"].tolist(), rules["confidence"].to_numpy(np.float64), len(words)
    )


def tested(
    scorers: Iterable[Scorer], held: Any, truth: Any, truths: npt.NDArray[np.float64], words: Vocabulary, k: int
) -> Mapping[str, Judged]:
    """Each method's lists for the rows of `held`, judged by `truth` (see measures.judge)."""
    share = words.buyers / max(words.base, 1)
    allowed = np.ones(len(words), dtype=bool)
    found = {}
    for scorer in scorers:
        parts = [
            judge(best(scorer.scores(held[a:b]), held[a:b], allowed, k), truth[a:b], truths[a:b], share)
            for a, b in chunks(held.shape[0], ROWS_AT_ONCE)
        ]
        found[scorer.name] = joined(parts)
    return found


def sampled(places: npt.NDArray[np.int64], seed: int, most: int = MOST_TESTED) -> npt.NDArray[np.int64]:
    """At most so many of them, drawn without replacement, in ascending order."""
    if len(places) <= most:
        return np.sort(places)
    return np.sort(np.random.default_rng(seed).choice(np.sort(places), most, replace=False))
