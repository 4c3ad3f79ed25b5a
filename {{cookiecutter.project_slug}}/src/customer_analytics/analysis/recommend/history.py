"""Who bought which item, how often and when: one row a customer and item, made in the engine and read in parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from customer_analytics.analysis.recommend.result import chunks

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets

Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
PEOPLE_AT_ONCE = 100_000  # customers whose purchases are in memory together
_NONE_LATER = 2**62  # a number beyond those of all baskets
MOST_ITEMS = 5_000  # items that are compared with one another: the counts of all their pairs take 100 MB


@dataclass(frozen=True)
class Vocabulary:
    """The items that may be suggested, most bought first (then by code): column c of every matrix is `codes[c]`.

    `place`: column of each item code, -1 where it has none. `buyers`: customers (or baskets) who have the item;
    `recent`: those who bought it lately; `base`: customers (or baskets) in all.
    """

    codes: Ints
    buyers: Ints
    recent: Ints
    place: Ints
    base: int

    def __len__(self) -> int:
        return len(self.codes)

    def columns_of(self, codes: Ints) -> Ints:
        """The column of each item, -1 for an item outside the vocabulary."""
        found = np.full(len(codes), -1, dtype=np.int64)
        inside = codes < len(self.place)
        found[inside] = self.place[codes[inside]]
        return found


@dataclass(frozen=True)
class History:
    """`table`: person (number in the baskets), item, n, before (baskets ever and in the earlier part), first, last,
    last_before (day numbers; null where there is none), materialised. `numbers`: of the people, ascending; everywhere
    else a person is a place in it. `ids`: the customers' own ids, in the same order.
    """

    table: ir.CachedTable
    numbers: Ints
    ids: Objects

    def release(self) -> None:
        """Give the memory back."""
        self.table.release()

    def parts(self, rows: ir.Table) -> Iterator[tuple[int, int, pd.DataFrame]]:
        """(start, stop, rows of the people start .. stop) of some rows of `table`, for as many people as fit at once.

        Parts are ranges of the numbers: no engine has to number or sort all people.
        """
        for start, stop in chunks(len(self.numbers), PEOPLE_AT_ONCE):
            low, high = int(self.numbers[start]), int(self.numbers[stop - 1])
            yield start, stop, self.placed(rows.filter(rows.person >= low, rows.person <= high).to_pandas())

    def read(self, *, earlier: bool) -> Iterator[tuple[int, int, pd.DataFrame]]:
        """`parts` of person, item; only what was bought in the earlier part."""
        rows = self.table.filter(self.table.before > 0) if earlier else self.table
        return self.parts(rows.select("person", "item"))

    def of(self, people: Ints) -> pd.DataFrame:
        """person, item, n, before, first, last, last_before of some people; person as a place in `people`, which are
        ascending."""
        numbers = self.numbers[people]
        asked = ibis.memtable(pd.DataFrame({"person": numbers}))
        found: pd.DataFrame = self.table.semi_join(asked, "person").to_pandas()
        return found.assign(person=np.searchsorted(numbers, found["person"].to_numpy(np.int64)))

    def placed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows with each person as a place in `numbers`."""
        return rows.assign(person=np.searchsorted(self.numbers, rows["person"].to_numpy(np.int64)))


def history(baskets: Baskets, codes: Ints) -> History:
    """The purchases of the items `codes` by everybody who is known."""
    heads = baskets.heads.filter(baskets.heads.person_id.notnull())
    allowed = ibis.memtable(pd.DataFrame({"item": codes.astype(np.int32)}))
    table = purchases(baskets.lines.semi_join(allowed, "item"), heads, baskets.later_from).cache()
    people = heads.group_by("person").aggregate(person_id=heads.person_id.min()).to_pandas().sort_values("person")
    return History(table, people["person"].to_numpy(np.int64), people["person_id"].to_numpy(dtype=object))


def purchases(lines: ir.Table, heads: ir.Table, later_from: int | None) -> ir.Table:
    """person, item, n, before, first, last, last_before (see History) of lines (basket, item) and heads (basket,
    person, day); baskets from number `later_from` on are later ones."""
    joined = lines.inner_join(heads.select("basket", "person", "day"), "basket")
    before = joined.basket < (_NONE_LATER if later_from is None else later_from)
    return joined.group_by(["person", "item"]).aggregate(
        n=joined.count().cast("int32"), before=before.ifelse(1, 0).sum().cast("int32"), first=joined.day.min(),
        last=joined.day.max(), last_before=joined.day.max(where=before),
    )  # fmt: skip


def vocabulary(counts: pd.DataFrame, base: int, most: int = MOST_ITEMS) -> Vocabulary:
    """The most bought items of item, buyers, recent (one row an item); those that nobody bought are left out."""
    known = counts[counts["buyers"] > 0].sort_values(["buyers", "item"], ascending=[False, True]).head(most)
    codes = known["item"].to_numpy(np.int64)
    place = np.full(int(counts["item"].max()) + 1 if len(counts) else 0, -1, dtype=np.int64)
    place[codes] = np.arange(len(codes))
    return Vocabulary(codes, known["buyers"].to_numpy(np.int64), known["recent"].to_numpy(np.int64), place, base)


def matrix(rows: pd.DataFrame, words: Vocabulary, people: int, start: int = 0) -> Any:
    """Who has what, as sparse ones: people x items of the vocabulary; rows of person (from `start`) and item."""
    columns = words.columns_of(rows["item"].to_numpy(np.int64))
    inside = columns >= 0
    place = rows["person"].to_numpy(np.int64)[inside] - start
    made = sp.csr_matrix(
        (np.ones(int(inside.sum()), dtype=np.float32), (place, columns[inside])), shape=(people, len(words))
    )
    made.sum_duplicates()
    return made
