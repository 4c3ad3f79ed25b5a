"""The test that needs no customers: one item of each later basket is left out and guessed from the others."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.recommend import learn
from customer_analytics.analysis.recommend.history import Vocabulary, matrix, vocabulary
from customer_analytics.analysis.recommend.measures import evaluation
from customer_analytics.analysis.recommend.result import FEW_BASKETS, NOTHING, RECENT_DAYS, Tested
from customer_analytics.analysis.recommend.scorers import Scorer, Similar

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets

LINES_AT_ONCE = 4_000_000


def basket_words(baskets: Baskets, codes: npt.NDArray[np.int64], *, earlier: bool) -> Vocabulary:
    """Items by the baskets that hold them: of the earlier part, or of all."""
    items = baskets.items[baskets.items["item"].isin(codes)]
    counts = pd.DataFrame({"item": items["item"].astype("int64"), "buyers": items["earlier" if earlier else "baskets"]})
    recent = _recent(baskets, earlier=earlier)
    counts["recent"] = counts["item"].map(recent).fillna(0).astype("int64") if recent is not None else 0
    return vocabulary(counts, baskets.n_earlier if earlier else baskets.n)


def _recent(baskets: Baskets, *, earlier: bool) -> pd.Series[Any] | None:
    """Baskets of the last RECENT_DAYS by item; None without dates."""
    if not baskets.dated or baskets.split != "time":
        return None
    heads = baskets.heads.filter(_is_earlier(baskets, baskets.heads)) if earlier else baskets.heads
    end = heads.aggregate(end=heads.day.max()).to_pandas()["end"].iloc[0]
    lately = heads.filter(heads.day > int(end) - RECENT_DAYS).select("basket")
    lines = baskets.lines.semi_join(lately, "basket")
    found: pd.DataFrame = lines.group_by("item").aggregate(recent=lines.count()).to_pandas()
    return found.set_index("item")["recent"]


def _is_earlier(baskets: Baskets, rows: ir.Table) -> ir.BooleanValue:
    if baskets.later_from is None:
        everything: ir.BooleanValue = ibis.literal(True)
        return everything
    return rows.basket < baskets.later_from


def basket_parts(baskets: Baskets, words: Vocabulary, *, earlier: bool) -> Iterator[Any]:
    """Which basket holds what, in sparse parts: of the earlier baskets, or of all."""
    lines = baskets.lines.filter(_is_earlier(baskets, baskets.lines)) if earlier else baskets.lines
    rows = int(baskets.items["earlier" if earlier else "baskets"].sum())
    number = max(1, math.ceil(rows / LINES_AT_ONCE))
    for part in range(number):
        frame = lines.filter(lines.basket % number == part).select("basket", "item").to_pandas()
        own, person = np.unique(frame["basket"].to_numpy(), return_inverse=True)
        yield matrix(frame.assign(person=person), words, len(own))


def similar_in_baskets(baskets: Baskets, words: Vocabulary, *, earlier: bool) -> Similar:
    """Item-item collaborative filtering on baskets."""
    return learn.similar(basket_parts(baskets, words, earlier=earlier), words)


def completion_test(
    baskets: Baskets, codes: npt.NDArray[np.int64], rules: pd.DataFrame | None, k: int, least: int, seed: int
) -> Tested:
    """Hit rate and the other measures of each method by later basket: is the item left out among the k suggested?

    Args:
        baskets: the baskets.
        codes: items that count.
        rules: rules of the earlier part; None: that method is not tested.
        k: items suggested for each basket.
        least: baskets that a rate needs.
        seed: of the draw of baskets, of the item left out, and of the bootstrap.
    """
    could = _several_items(baskets, codes)
    nothing = Tested("completion", n=len(could), of=len(could), learned=baskets.n_earlier)
    if len(could) < least or baskets.later_from is None:
        return replace(nothing, reason=FEW_BASKETS)
    words = basket_words(baskets, codes, earlier=True)
    if len(words) < 2:
        return replace(nothing, reason=NOTHING)
    chosen = learn.sampled(could, seed)
    rows, groups = _lines_of(baskets, codes, chosen)
    place = np.searchsorted(chosen, rows["basket"].to_numpy(np.int64))
    sizes = np.bincount(place, minlength=len(chosen))
    starts = np.cumsum(sizes) - sizes
    drawn = starts + np.random.default_rng(seed).integers(0, sizes)
    left_out = np.zeros(len(rows), dtype=bool)
    left_out[drawn] = True
    keyed = rows.assign(person=place)
    held, truth = (matrix(keyed[part], words, len(chosen)) for part in (~left_out, left_out))
    scorers: list[Scorer] = [learn.popular(words)]
    if words.recent.any():
        scorers.append(learn.recent(words))
    scorers.append(similar_in_baskets(baskets, words, earlier=True))
    useful = learn.usable_rules(rules, words)
    if len(useful):
        scorers.append(learn.by_rules(useful, words))
    judged = learn.tested(scorers, held, truth, np.ones(len(chosen)), words, k)
    table, winner, baseline = evaluation("completion", judged, groups, len(words), seed)
    return Tested(
        "completion", table=table, winner=winner, baseline=baseline, n=len(chosen), of=len(could),
        learned=baskets.n_earlier, truths=1.0,
    )  # fmt: skip


def _several_items(baskets: Baskets, codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The later baskets with two items or more."""
    if baskets.later_from is None:
        return np.empty(0, dtype=np.int64)
    allowed = ibis.memtable(pd.DataFrame({"item": codes.astype(np.int32)}))
    lines = baskets.lines.filter(baskets.lines.basket >= baskets.later_from).semi_join(allowed, "item")
    sizes = lines.group_by("basket").aggregate(items=lines.count())
    found: pd.DataFrame = sizes.filter(sizes["items"] > 1).select("basket").to_pandas()
    return np.sort(found["basket"].to_numpy(np.int64))


def _lines_of(
    baskets: Baskets, codes: npt.NDArray[np.int64], chosen: npt.NDArray[np.int64]
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """basket and item of some baskets, sorted; and by basket the group of the bootstrap: the customer, else itself."""
    asked = ibis.memtable(pd.DataFrame({"basket": chosen}))
    allowed = ibis.memtable(pd.DataFrame({"item": codes.astype(np.int32)}))
    lines: pd.DataFrame = baskets.lines.semi_join(asked, "basket").semi_join(allowed, "item").to_pandas()
    heads: pd.DataFrame = baskets.heads.semi_join(asked, "basket").select("basket", "person_id").to_pandas()
    heads = heads.sort_values("basket")
    people = pd.factorize(heads["person_id"])[0].astype(np.int64)
    groups = np.where(people >= 0, people, len(people) + np.arange(len(people)))
    return lines.sort_values(["basket", "item"], ignore_index=True), groups
