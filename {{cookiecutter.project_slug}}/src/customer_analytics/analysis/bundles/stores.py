"""The same test by shops instead of people: weeks of a shop, where nobody can be told apart at the till."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from customer_analytics.analysis.bundles.pairs import WEEK, recent_days
from customer_analytics.analysis.bundles.sizes import inflation

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets

STORES = ("group_store", "group_store_id", "group_shop", "group_branch", "group_门店", "group_店铺")
LEAST_CLUSTERS = 20  # weeks of shops, below which nothing is known of how they vary
COLUMNS = ("pair", "stores", "store_weeks", "store_design_effect")


def store_weeks(baskets: Baskets, tests: pd.DataFrame) -> pd.DataFrame:
    """COLUMNS of the tests for which it can be told: shops, weeks of shops in each arm, and how much more they vary
    than single baskets (a ratio of sums over weeks of shops, of the last year at most)."""
    empty = pd.DataFrame(columns=list(COLUMNS), dtype="float64").astype({"pair": "int64"})
    column = next((name for name in STORES if name in baskets.heads.columns), None)
    window = recent_days(baskets)
    if column is None or window is None or not len(tests):
        return empty
    clusters = _clusters(baskets, tests, column, window)
    rows = []
    for pair, size in zip(tests["pair"], tests["per_arm"], strict=True):
        own = clusters[clusters["pair"] == pair].sort_values(["store", "week"])
        effect = inflation(own["n"].tolist(), own["x"].tolist())
        if len(own) < LEAST_CLUSTERS or own["store"].nunique() < 2 or math.isnan(effect) or math.isnan(size):
            continue
        needed = math.ceil(size * effect / float(own["n"].mean()))
        rows.append((pair, own["store"].nunique(), needed, effect))
    return pd.DataFrame(rows, columns=list(COLUMNS)) if rows else empty


def _clusters(baskets: Baskets, tests: pd.DataFrame, column: str, window: tuple[int, int]) -> pd.DataFrame:
    """pair, store, week, n (baskets with A), x (of these with B)."""
    wanted = ibis.memtable(tests[["pair", "a", "b"]].astype({"pair": "int64", "a": "int32", "b": "int32"}))
    lines, heads = baskets.lines, baskets.heads
    left = lines.inner_join(wanted, [("item", "a")]).select("pair", "basket", "b")
    right = lines.view()
    right = right.select(other=right.basket, partner=right.item)
    met = left.left_join(right, [("basket", "other"), ("b", "partner")])
    met = met.select(pair=met.pair, basket=met.basket, both=met.partner.notnull().ifelse(1, 0))
    own = heads.filter(heads[column].notnull() & (heads.day >= window[0])).select(
        head=heads.basket, store=heads[column].cast("string"), week=(heads.day - window[0]).cast("int64") // WEEK
    )
    rows = met.inner_join(own, [("basket", "head")])
    counted = rows.group_by("pair", "store", "week").aggregate(n=rows.count(), x=rows.both.sum())
    frame: pd.DataFrame = counted.to_pandas()
    return frame.astype({"n": "float64", "x": "float64"})
