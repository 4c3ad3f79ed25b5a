"""Next-best items in plain Python: sets and loops, as the definitions say."""

from __future__ import annotations

import math
from collections.abc import Sequence

Sets = Sequence[frozenset[int]]


def both(baskets: Sets, i: int, j: int) -> int:
    """How many hold both."""
    return sum(i in own and j in own for own in baskets)


def similarities(baskets: Sets, items: int, neighbours: int, shrink: float, least: int) -> list[list[float]]:
    """[i][j]: how much i speaks for j; for each j only the closest i (all that tie with the last one)."""
    close = [[0.0] * items for _ in range(items)]
    for i in range(items):
        for j in range(items):
            count = both(baskets, i, j)
            if i != j and count >= least:
                cosine = count / math.sqrt(both(baskets, i, i) * both(baskets, j, j))
                close[i][j] = cosine * count / (count + shrink)
    for j in range(items):
        ranked = sorted((close[i][j] for i in range(items)), reverse=True)
        last = ranked[neighbours - 1] if items > neighbours else 0.0
        for i in range(items):
            if close[i][j] < last:
                close[i][j] = 0.0
    return close


def top(scores: Sequence[float], held: frozenset[int], allowed: Sequence[bool], k: int) -> list[int]:
    """The k best items that are allowed and not held; equal scores by item."""
    usable = [item for item in range(len(scores)) if allowed[item] and item not in held]
    return sorted(usable, key=lambda item: (-scores[item], item))[:k]


def by_rules(held: frozenset[int], rules: Sequence[tuple[tuple[int, ...], int, float]], items: int) -> list[float]:
    """Confidence of the surest rule whose left side is held, by item on the right."""
    scores = [0.0] * items
    for left, right, confidence in rules:
        if set(left) <= held:
            scores[right] = max(scores[right], confidence)
    return scores


def measures(lists: Sequence[Sequence[int]], truths: Sequence[set[int]], share: Sequence[float]) -> dict[str, float]:
    """Hit rate, recall, mean reciprocal rank, novelty, coverage."""
    hits = [[item in truth for item in own] for own, truth in zip(lists, truths, strict=True)]
    ranks = [1 / (own.index(True) + 1) if any(own) else 0.0 for own in hits]
    shown = [item for own in lists for item in own]
    return {
        "hit_rate": sum(any(own) for own in hits) / len(lists),
        "recall": sum(sum(own) / len(truth) for own, truth in zip(hits, truths, strict=True)) / len(lists),
        "mrr": sum(ranks) / len(lists),
        "novelty": sum(-math.log2(share[item]) for item in shown) / len(shown),
        "coverage": len(set(shown)) / len(share),
    }
