"""The slow reference: every subset of every basket, counted one by one."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, count

import ibis
import pandas as pd
from any_engine import connect

Baskets = list[set[int]]
_ENGINE = connect()
_NUMBERS = count()


def lines_of(baskets: Baskets) -> ibis.expr.types.Table:
    """The baskets as lines, numbered from 100 so that a basket's number is never an item's."""
    rows = [(100 + number, item) for number, basket in enumerate(baskets) for item in sorted(basket)]
    frame = pd.DataFrame(rows, columns=["basket", "item"]).astype({"basket": "int64", "item": "int32"})
    return _ENGINE.create_table(f"lines_{next(_NUMBERS)}", frame, temp=True)


def counts_of(baskets: Baskets) -> pd.DataFrame:
    """The count of every item, as a frame."""
    counts = Counter(item for basket in baskets for item in basket)
    return pd.DataFrame({"item": list(counts), "baskets": list(counts.values())}).astype({"item": "int32"})


def slow_counts(baskets: Baskets, longest: int) -> Counter[tuple[int, ...]]:
    """Baskets of every set of up to `longest` items that any basket holds."""
    return Counter(
        chosen
        for basket in baskets
        for length in range(1, longest + 1)
        for chosen in combinations(sorted(basket), length)
    )
