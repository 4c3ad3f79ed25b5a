"""What is bought again: which items their buyers come back for, and what a customer is likely to take again.

An item counts as bought again where at least REBOUGHT of its buyers, whom the data follow long enough, bought it on a
later day too: the lower end of Wilson's interval decides. Everything else is durable for this purpose, or not known to
be otherwise, and is never suggested to who has it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.recommend import learn
from customer_analytics.analysis.recommend.history import History, Vocabulary, matrix
from customer_analytics.analysis.recommend.measures import evaluation, joined, judge
from customer_analytics.analysis.recommend.result import FEW_PEOPLE, NOTHING, Tested, chunks
from customer_analytics.statistics import wilson

REBOUGHT = 0.05  # share of buyers from which an item is one that is bought again
LONGEST_FOLLOW = 365  # days after the first purchase in which the next one is waited for, at most
Whole = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
OWN, BASELINE = "own", "popular"


def follow_days(first: int, end: int) -> int:
    """For how long buyers are followed: half of the data, at most a year."""
    return max(1, min(LONGEST_FOLLOW, (end - first) // 2))


def bought_again(known: History, first: int, end: int, least: int, *, earlier: bool) -> pd.DataFrame:
    """item, buyers (first purchase early enough to be followed), again (who bought it on a later day), share, low,
    high, is_bought_again; sorted by item. `earlier`: as it was known at `end`, the split."""
    rows = known.table.filter(known.table.before > 0) if earlier else known.table
    rows = rows.filter(rows["first"] < end - follow_days(first, end))
    last = rows.last_before if earlier else rows.last
    found: pd.DataFrame = (
        rows.group_by("item")
        .aggregate(buyers=rows.count(), again=(last > rows["first"]).ifelse(1, 0).sum())
        .to_pandas()
    )
    found = found.astype("int64").sort_values("item", ignore_index=True)
    intervals = [wilson(again, buyers) for again, buyers in zip(found["again"], found["buyers"], strict=True)]
    shares = found["again"] / found["buyers"].where(found["buyers"] > 0)
    low = np.array([interval.low for interval in intervals], dtype=np.float64)
    return found.assign(
        share=shares, low=low, high=np.array([interval.high for interval in intervals], dtype=np.float64),
        is_bought_again=(found["buyers"].to_numpy() >= least) & (low >= REBOUGHT),
    )  # fmt: skip


def strength(times: Whole, share: Floats) -> Floats:
    """How strongly a customer's own past speaks for an item: baskets with it, times the share of its buyers who buy it
    again."""
    found: Floats = times * share
    return found


def first_of_each(person: Whole, column: Whole, score: Floats, k: int) -> tuple[Whole, Whole]:
    """(row, place) of the k highest scores of each person, best first; equal scores: the lower column first."""
    order = np.lexsort((column, -score, person))
    sizes = np.bincount(person) if len(person) else np.empty(0, dtype=np.int64)
    place = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    taken = place < k
    return order[taken], place[taken]


def own_lists(person: Whole, column: Whole, score: Floats, people: int, k: int) -> Whole:
    """The k columns of each person with the highest score, best first; -1 where there are no more."""
    rows, places = first_of_each(person, column, score, k)
    lists = np.full((people, k), -1, dtype=np.int64)
    lists[person[rows], places] = column[rows]
    return lists


def again_test(
    known: History, words: Vocabulary, items: pd.DataFrame, everybody: pd.DataFrame, k: int, least: int, seed: int
) -> Tested:  # fmt: skip
    """How often a customer's own items of the earlier part, strongest first, were bought again in the later part;
    against the customer's own items in the order of what most customers have."""
    could = everybody[everybody["again"] > 0]
    nothing = Tested("again", n=len(could), of=len(could), learned=int((everybody["had"] > 0).sum()))
    if len(could) < least:
        return replace(nothing, reason=FEW_PEOPLE)
    if not items["is_bought_again"].any():
        return replace(nothing, reason=NOTHING)
    chosen = learn.sampled(could["person"].to_numpy(np.int64), seed)
    rows = known.of(chosen)
    rows = rows[rows["before"] > 0]
    came = rows["n"] > rows["before"]
    truth = matrix(rows[came], words, len(chosen))
    truths = np.bincount(rows.loc[came, "person"], minlength=len(chosen)).astype(np.float64)
    usable = rows[rows["item"].isin(items.loc[items["is_bought_again"], "item"])]
    column = words.columns_of(usable["item"].to_numpy(np.int64))
    usable, column = usable[column >= 0], column[column >= 0]
    person = usable["person"].to_numpy(np.int64)
    rebought = usable["item"].map(items.set_index("item")["share"]).to_numpy(np.float64)
    scores = {OWN: strength(usable["before"].to_numpy(np.int64), rebought), BASELINE: -column.astype(np.float64)}
    share = words.buyers / max(words.base, 1)
    judged = {}
    for name, score in scores.items():
        lists = own_lists(person, column, score, len(chosen), k)
        parts = [judge(lists[a:b], truth[a:b], truths[a:b], share) for a, b in chunks(len(chosen), learn.ROWS_AT_ONCE)]
        judged[name] = joined(parts)
    table, winner, baseline = evaluation("again", judged, np.arange(len(chosen)), len(words), seed, (BASELINE,))
    return Tested(
        "again", table=table, winner=winner, baseline=baseline, n=len(chosen), of=len(could),
        learned=nothing.learned, truths=float(truths.mean()),
    )  # fmt: skip
