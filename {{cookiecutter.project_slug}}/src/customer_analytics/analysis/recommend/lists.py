"""The lists of suggestions for every customer, made in parts so that a million customers fit into memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.actions.reach import reach
from customer_analytics.analysis.recommend import learn
from customer_analytics.analysis.recommend.again import first_of_each, strength
from customer_analytics.analysis.recommend.history import History, Vocabulary, matrix
from customer_analytics.analysis.recommend.result import LISTED, OWNED, chunks
from customer_analytics.analysis.recommend.scorers import Scorer, best
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.tables.store import Tables

Places = npt.NDArray[np.int64]
YES, NO, UNSUBSCRIBED, UNKNOWN = "yes", "no", "unsubscribed", "unknown"


@dataclass(frozen=True)
class Found:
    """Suggestions, a row each: person, place in the list (0 first), column of the vocabulary, score, because."""

    person: npt.NDArray[np.int32]
    place: npt.NDArray[np.int8]
    column: npt.NDArray[np.int32]
    score: npt.NDArray[np.float32]
    because: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.person)

    def order_by(self, ids: npt.NDArray[np.object_]) -> Places:
        """The order of the rows by the customers' ids and their place in the list."""
        rank = np.empty(len(ids), dtype=np.int64)
        rank[np.argsort(ids, kind="stable")] = np.arange(len(ids))
        return np.lexsort((self.place, rank[self.person]))

    def taken(self, rows: Places) -> Found:
        """The rows in another order."""
        return Found(*(getattr(self, name)[rows] for name in ("person", "place", "column", "score", "because")))


@dataclass(frozen=True)
class Owned:
    """Suggestions of what a customer has, with how many baskets held it and the day of the last one."""

    found: Found
    times: npt.NDArray[np.int32]
    last: npt.NDArray[np.int32]


def new_items(known: History, words: Vocabulary, scorer: Scorer, allowed: npt.NDArray[np.bool_], k: int) -> Found:
    """The k best items that each customer does not have yet."""
    parts = []
    for start, stop, rows in known.read(earlier=False):
        held = matrix(rows, words, stop - start, start)
        for a, b in chunks(stop - start, learn.ROWS_AT_ONCE):
            scores = scorer.scores(held[a:b])
            lists = best(scores, held[a:b], allowed, k)
            because = scorer.because(held[a:b], lists)
            filled = np.take_along_axis(scores, np.maximum(lists, 0), axis=1)
            parts.append(_rows(start + a, lists, filled, because))
    return _joined(parts)


def own_items(known: History, words: Vocabulary, share: npt.NDArray[np.float64], by_habit: bool, k: int) -> Owned:
    """The k items that each customer has and is most likely to buy again.

    Args:
        known: the purchases.
        words: the items.
        share: by column, the share of buyers who buy it again; NaN: never suggested to who has it.
        by_habit: strongest habit first (see again.strength); else what most customers have first.
        k: items for each customer.
    """
    parts = []
    wanted = known.table.select("person", "item", "n", "last")
    for start, _, rows in known.parts(wanted):
        column = words.columns_of(rows["item"].to_numpy(np.int64))
        mine = (column >= 0) & ~np.isnan(share[np.maximum(column, 0)])
        rows, column = rows[mine], column[mine]
        times = rows["n"].to_numpy(np.int64)
        score = strength(times, share[column]) if by_habit else words.buyers[column].astype(np.float64)
        person = rows["person"].to_numpy(np.int64)
        chosen, place = first_of_each(person - start, column, score, k)
        found = Found(
            person[chosen].astype(np.int32), place.astype(np.int8), column[chosen].astype(np.int32),
            score[chosen].astype(np.float32), np.full(len(chosen), -1, dtype=np.int32),
        )  # fmt: skip
        last = rows["last"].to_numpy(np.int32)[chosen]
        parts.append(Owned(found, times[chosen].astype(np.int32), last))
    found = _joined([part.found for part in parts])
    return Owned(found, *(np.concatenate([getattr(part, name) for part in parts]) for name in ("times", "last")))


def _rows(start: int, lists: Places, scores: npt.NDArray[np.floating], because: Places) -> Found:
    person, place = np.nonzero(lists >= 0)
    return Found(
        (person + start).astype(np.int32), place.astype(np.int8), lists[person, place].astype(np.int32),
        scores[person, place].astype(np.float32), because[person, place].astype(np.int32),
    )  # fmt: skip


def _joined(parts: list[Found]) -> Found:
    names = ("person", "place", "column", "score", "because")
    if not parts:
        parts = [_rows(0, np.empty((0, 1), dtype=np.int64), np.empty((0, 1)), np.empty((0, 1), dtype=np.int64))]
    return Found(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def consent_of(tables: Tables, ids: npt.NDArray[np.object_], now: int) -> tuple[list[str], npt.NDArray[np.int8]]:
    """(words, place of each customer's word): yes, no, unsubscribed or unknown; unknown where nothing is recorded."""
    told = reach(tables, pd.Series(ids, dtype=object), now)
    consent, gone = told["consent"].to_numpy(np.float64), told["unsubscribed"].to_numpy(np.float64)
    names = [YES, NO, UNSUBSCRIBED, UNKNOWN]
    return names, np.select([gone == 1, consent == 0, consent == 1], [2, 1, 0], 3).astype(np.int8)


def as_table(
    found: Found, known: History, words: Vocabulary, catalogue: pd.DataFrame, reasons: Sequence[str], method: str,
    consent: tuple[list[str], npt.NDArray[np.int8]],
) -> pd.DataFrame:  # fmt: skip
    """The columns LISTED, sorted by customer and rank. Repeated texts are categories, so that millions of rows fit.

    Args:
        found: the suggestions.
        known: whose ids are told.
        words: of the columns.
        catalogue: item, key, label (one row an item).
        reasons: text of each number in `because`.
        method: name of the method; of a method that has reasons, what has none came by popularity.
        consent: see consent_of.
    """
    own = catalogue.set_index("item").loc[words.codes]
    found = found.taken(found.order_by(known.ids))
    by_popularity = (found.because < 0) & bool(len(reasons))
    columns = {
        "customer_id": known.ids[found.person],
        "rank": found.place.astype(np.int64) + 1,
        "item": _texts(own["key"].to_numpy(dtype=object), found.column),
        "product": _texts(own["label"].to_numpy(dtype=object), found.column),
        "score": found.score,
        "method": _texts(np.array([method, "popular"], dtype=object), by_popularity.astype(np.int32)),
        "because": _texts(np.array(reasons, dtype=object), found.because),
        "consent": _texts(np.array(consent[0], dtype=object), consent[1][found.person]),
    }
    return pd.DataFrame(columns)[list(LISTED)]


def as_owned_table(own: Owned, table: pd.DataFrame, ids: npt.NDArray[np.object_]) -> pd.DataFrame:
    """The table of what may be bought again: without a reason, with times and last_bought (ISO day)."""
    order = own.found.order_by(ids)
    days, codes = np.unique(own.last[order], return_inverse=True)
    names = np.array([as_date(int(day)).isoformat() for day in days], dtype=object)
    more = table.drop(columns="because").assign(times=own.times[order], last_bought=_texts(names, codes))
    return more[list(OWNED)]


def _texts(names: npt.NDArray[np.object_], places: npt.NDArray[np.integer]) -> pd.Categorical:
    """Texts by number, -1 for none; the same text may have several numbers."""
    codes, different = pd.factorize(names)
    lookup = np.append(codes, -1)
    return pd.Categorical.from_codes(lookup[places], categories=pd.Index(different, dtype=object))
