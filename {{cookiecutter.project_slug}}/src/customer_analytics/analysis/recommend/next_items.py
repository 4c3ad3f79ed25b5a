"""The test by time: what customers bought for the first time in the later part, suggested from the earlier part."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_analytics.analysis.recommend import learn
from customer_analytics.analysis.recommend.history import History, Vocabulary, matrix, vocabulary
from customer_analytics.analysis.recommend.measures import evaluation
from customer_analytics.analysis.recommend.result import FEW_PEOPLE, NOTHING, RECENT_DAYS, Tested
from customer_analytics.analysis.recommend.scorers import Scorer


def counts(known: History, split: int, end: int) -> pd.DataFrame:
    """item with buyers, recent (in the last RECENT_DAYS before `end`), buyers_before, recent_before (the same at the
    split) and last (day of its last sale)."""
    rows = known.table
    had = rows.before > 0
    found: pd.DataFrame = (
        rows.group_by("item")
        .aggregate(
            buyers=rows.count(), recent=(rows.last >= end - RECENT_DAYS).ifelse(1, 0).sum(),
            buyers_before=had.ifelse(1, 0).sum(),
            recent_before=(had & (rows.last_before >= split - RECENT_DAYS)).ifelse(1, 0).sum(), last=rows.last.max(),
        )
        .to_pandas()
    )  # fmt: skip
    whole = [name for name in found.columns if name != "last"]
    return found.astype(dict.fromkeys(whole, "int64")).sort_values("item", ignore_index=True)


def people(known: History) -> pd.DataFrame:
    """person, had (items of the earlier part), new (items bought for the first time in the later part), again (items
    of the earlier part that were bought in the later part too)."""
    rows = known.table
    had = rows.before > 0
    found: pd.DataFrame = (
        rows.group_by("person")
        .aggregate(
            had=had.ifelse(1, 0).sum(),
            new=(~had).ifelse(1, 0).sum(),
            again=(had & (rows.n > rows.before)).ifelse(1, 0).sum(),
        )
        .to_pandas()
    )
    return known.placed(found.astype("int64")).sort_values("person", ignore_index=True)


def words_before(items: pd.DataFrame, base: int) -> Vocabulary:
    """The vocabulary that was known at the split."""
    earlier = items[["item", "buyers_before", "recent_before"]]
    return vocabulary(earlier.rename(columns={"buyers_before": "buyers", "recent_before": "recent"}), base)


def next_test(
    known: History,
    items: pd.DataFrame,
    everybody: pd.DataFrame,
    rules: pd.DataFrame | None,
    k: int,
    least: int,
    seed: int,
) -> Tested:
    """Hit rate and the other measures of each method by customer.

    Args:
        known: the purchases.
        items: see counts.
        everybody: see people.
        rules: rules of the earlier part; None: that method is not tested.
        k: items suggested to each customer.
        least: customers that a rate needs.
        seed: of the draw of tested customers and of the bootstrap.
    """
    base = int((everybody["had"] > 0).sum())
    words = words_before(items, base)
    could = everybody[(everybody["had"] > 0) & (everybody["new"] > 0)]
    if len(could) < least:
        return Tested("next", FEW_PEOPLE, n=len(could), of=len(could), learned=base)
    if len(words) < 2:
        return Tested("next", NOTHING, n=len(could), of=len(could), learned=base)
    chosen = learn.sampled(could["person"].to_numpy(np.int64), seed)
    rows = known.of(chosen)
    had = rows["before"] > 0
    held, truth = matrix(rows[had], words, len(chosen)), matrix(rows[~had], words, len(chosen))
    truths = np.bincount(rows.loc[~had, "person"], minlength=len(chosen)).astype(np.float64)
    scorers: list[Scorer] = [learn.popular(words), learn.recent(words)]
    parts = (matrix(part, words, stop - start, start) for start, stop, part in known.read(earlier=True))
    scorers.append(learn.similar(parts, words))
    useful = learn.usable_rules(rules, words)
    if len(useful):
        scorers.append(learn.by_rules(useful, words))
    judged = learn.tested(scorers, held, truth, truths, words, k)
    table, winner, baseline = evaluation("next", judged, np.arange(len(chosen)), len(words), seed)
    return Tested(
        "next", table=table, winner=winner, baseline=baseline, n=len(chosen), of=len(could), learned=base,
        truths=float(truths.mean()),
    )  # fmt: skip


def first_and_last_day(known: History) -> tuple[int, int]:
    """First day with a purchase, and the day after the last one."""
    rows = known.table
    found = rows.aggregate(first=rows.first.min(), last=rows.last.max()).to_pandas().iloc[0]
    return int(found["first"]), int(found["last"]) + 1
