"""Next-best items: the methods tested on a later time, the best one learned anew from everything, lists for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.recommend import learn
from customer_analytics.analysis.recommend.again import OWN, again_test, bought_again, follow_days
from customer_analytics.analysis.recommend.completion import basket_parts, basket_words, completion_test
from customer_analytics.analysis.recommend.history import History, Vocabulary, history, matrix, vocabulary
from customer_analytics.analysis.recommend.lists import (
    Found,
    as_owned_table,
    as_table,
    consent_of,
    new_items,
    own_items,
)
from customer_analytics.analysis.recommend.next_items import counts, first_and_last_day, next_test, people, words_before
from customer_analytics.analysis.recommend.result import (
    BASELINES,
    LISTED,
    NO_DATES,
    NO_LATER,
    NO_PEOPLE,
    NOTHING,
    OWNED,
    Again,
    Recommendation,
    Tested,
)
from customer_analytics.analysis.recommend.scorers import Scorer, Similar
from customer_analytics.analysis.recommend.similarity import similarity, together
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.association import Rules
    from customer_analytics.analysis.baskets import Baskets

Ints = npt.NDArray[np.int64]
SIMILAR_SHOWN = 10  # most similar items told of each item
SIMILAR = (
    "item", "product", "rank", "other", "other_product", "similarity", "together", "unit", "code", "other_code",
)  # fmt: skip


def recommend(
    baskets: Baskets, rules: Rules | None, earlier: Rules | None, tables: Tables, parameters: BasketRulesParameters
) -> Recommendation:
    """Tests and lists.

    Args:
        baskets: what was bought together.
        rules: rules of all baskets.
        earlier: rules mined on the earlier part alone: what could be known when the later part began.
        tables: for consent.
        parameters: next_items, minimum_base, seed.
    """
    earlier_rules = None if earlier is None else earlier.table
    codes = _items(baskets)
    k, least, seed = parameters.next_items, parameters.minimum_base, parameters.seed
    completion = completion_test(baskets, codes, earlier_rules, k, least, seed)
    if not baskets.has_people or not baskets.dated:
        reason = NO_DATES if baskets.has_people else NO_PEOPLE
        words = basket_words(baskets, codes, earlier=False)
        counted = together(basket_parts(baskets, words, earlier=False), len(words))
        near = _similar_items(similarity(counted), counted, words, baskets.items, "baskets")
        return _without_lists(reason, completion, near, k, baskets, codes)
    known = history(baskets, codes)
    try:
        return _for_people(
            baskets,
            known,
            codes,
            (None if rules is None else rules.table, earlier_rules),
            completion,
            tables,
            parameters,
        )
    finally:
        known.release()


def _items(baskets: Baskets) -> Ints:
    """Products; categories where only these were asked for."""
    items = baskets.items
    products = items[items["level"] == "item"]
    chosen = products if len(products) else items
    return chosen["item"].to_numpy(np.int64)


def _without_lists(
    reason: str, completion: Tested, near: pd.DataFrame, k: int, baskets: Baskets, codes: Ints
) -> Recommendation:
    nobody, nothing = pd.DataFrame(columns=list(LISTED)), pd.DataFrame(columns=list(OWNED))
    return Recommendation(
        reason, Tested("next", reason), completion, None, nobody, nothing, near, k, items=len(codes),
        of_items=len(codes),
    )  # fmt: skip


def _for_people(
    baskets: Baskets, known: History, codes: Ints, rules: tuple[pd.DataFrame | None, pd.DataFrame | None],
    completion: Tested, tables: Tables, parameters: BasketRulesParameters,
) -> Recommendation:  # fmt: skip
    k, least, seed = parameters.next_items, parameters.minimum_base, parameters.seed
    first, end = first_and_last_day(known)
    split = baskets.cut_day if baskets.cut_day is not None else end
    items, everybody = counts(known, split, end), people(known)
    if baskets.cut_day is None:  # all on one day: the later part was drawn, and what is in it came no later
        test, habits = Tested("next", NO_LATER), Tested("again", NO_LATER)
    else:
        test = next_test(known, items, everybody, rules[1], k, least, seed)
        habits = again_test(
            known, words_before(items, int((everybody["had"] > 0).sum())),
            bought_again(known, first, split, least, earlier=True), everybody, k, least, seed,
        )  # fmt: skip
    words = vocabulary(items, len(known.ids))
    repeated = bought_again(known, first, end, least, earlier=False)
    method = _method(test, completion)
    counted = together((matrix(rows, words, b - a, a) for a, b, rows in known.read(earlier=False)), len(words))
    close = similarity(counted)
    scorer, reasons = _refitted(method, close, words, rules[0], baskets.items)
    near = _similar_items(close, counted, words, baskets.items, "customers")
    del counted
    sold_lately = items.set_index("item")["last"].reindex(words.codes).to_numpy() >= split
    consent = consent_of(tables, known.ids, end)
    found = new_items(known, words, scorer, sold_lately, k)
    rebought = (
        repeated[repeated["is_bought_again"]].set_index("item")["share"].reindex(words.codes).to_numpy(np.float64)
    )
    habit = OWN if habits.reason else habits.winner
    own = own_items(known, words, np.where(sold_lately, rebought, np.nan), habit == OWN, k)

    def told(rows: Found, texts: list[str], name: str) -> pd.DataFrame:
        return as_table(rows, known, words, baskets.items, texts, name, consent)

    again = Again(_named(repeated, baskets.items), habits, follow_days(first, end))
    return Recommendation(
        reason="" if len(words) else NOTHING, next_test=test, completion=completion, again=again,
        next_best=told(found, reasons, scorer.name),
        buy_again=as_owned_table(own, told(own.found, [], habit), known.ids),
        similar=near, next_items=k, items=len(words), of_items=len(codes),
        share_covered=float(words.buyers.sum() / max(int(items["buyers"].sum()), 1)), customers=len(known.ids),
        split=baskets.cut_day, method=scorer.name,
    )  # fmt: skip


def _method(test: Tested, completion: Tested) -> str:
    """The winner of the test by time; where there is none, of the test on baskets; else popularity."""
    if not test.reason:
        return test.winner
    return completion.winner if not completion.reason else BASELINES[0]


def _refitted(
    method: str, close: Any, words: Vocabulary, rules: pd.DataFrame | None, items: pd.DataFrame
) -> tuple[Scorer, list[str]]:
    """The method learned from everything, and the text of each of its reasons."""
    if method == "similar":
        return Similar(close), items.set_index("item")["label"].reindex(words.codes).tolist()
    if method == "rules":
        useful = learn.usable_rules(rules, words)
        if len(useful):
            labels = items.set_index("item")["label"]
            scorer = learn.by_rules(useful, words)
            texts = [" + ".join(str(labels[item]) for item in side) for side in useful["antecedent"]]
            return scorer, [texts[place] for place in scorer.source]
    return (learn.recent(words) if method == "recent" else learn.popular(words)), []


def _similar_items(
    similarities: Any, counted: npt.NDArray[np.int32], words: Vocabulary, items: pd.DataFrame, unit: str
) -> pd.DataFrame:
    """The most similar items of each item, best first, with how many customers or baskets have both."""
    close = similarities.tocoo()
    frame = pd.DataFrame({"at": close.col, "from": close.row, "similarity": close.data.astype(np.float64)})
    frame = frame[frame["similarity"] > 0].sort_values(["at", "similarity", "from"], ascending=[True, False, True])
    frame["rank"] = frame.groupby("at").cumcount() + 1
    frame = frame[frame["rank"] <= SIMILAR_SHOWN]
    own = items.set_index("item").loc[words.codes]
    keys, labels = own["key"].to_numpy(dtype=object), own["label"].to_numpy(dtype=object)
    at, other = frame["at"].to_numpy(), frame["from"].to_numpy()
    made = pd.DataFrame({
        "item": keys[at], "product": labels[at], "rank": frame["rank"].to_numpy(), "other": keys[other],
        "other_product": labels[other], "similarity": frame["similarity"].to_numpy(),
        "together": counted[at, other].astype(np.int64), "unit": unit, "code": words.codes[at],
        "other_code": words.codes[other],
    })  # fmt: skip
    return made[list(SIMILAR)]


def _named(repeated: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The table of bought_again with key and label, most buyers first."""
    named = repeated.merge(items[["item", "key", "label", "category"]], on="item")
    return named.sort_values(["buyers", "item"], ascending=[False, True], ignore_index=True)
