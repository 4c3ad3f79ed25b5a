"""What baskets are divided by, as whole numbers, and the counts of item sets in every part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.baskets.basket import GROUP, Baskets
from customer_analytics.analysis.itemsets import membership
from customer_analytics.analysis.rule_checks.links import Links
from customer_analytics.analysis.rule_checks.sizes import size_class

Counts = npt.NDArray[np.int64]
EPOCH = dt.date(1970, 1, 1)
MOST_LEVELS = 12  # values of a column told apart; the rest are one stratum of "other"
MOST_MONTHS = 120
OTHER = -1
MONTH, SEASON, PROMOTION, ORDERS, SIZE, LATER = "month", "season", "promotion", "orders", "size", "later"
ORDERS_UP_TO = (1, 3, 9)  # classes of how many baskets a customer has


@dataclass(frozen=True)
class Stratified:
    """Counts of item sets in strata.

    counts: (sets, strata); baskets: by stratum; levels: a row a stratum with the code of each factor.
    """

    counts: Counts
    baskets: Counts
    levels: pd.DataFrame

    def of(self, pairs: Links) -> tuple[Counts, Counts, Counts, Counts]:
        """a, r, c as (pairs, strata) and n by stratum, as stratified.py takes them."""
        return self.counts[pairs.both], self.counts[pairs.left], self.counts[pairs.right], self.baskets


@dataclass(frozen=True)
class Strata:
    """Baskets with what they are divided by.

    table: basket, owner, one int16 column a factor; materialised. factors: those that divide these baskets into two
    parts or more. held: set, owner and the factors of each basket that holds an item set, by set; sets: how many.
    owner: the customer's number, below 0 for each basket of nobody known. values: by group column, the client's values
    by code. months: (year, month) by code.
    """

    table: ir.Table
    factors: tuple[str, ...]
    held: pd.DataFrame
    sets: int
    values: dict[str, list[str]] = field(default_factory=dict)
    months: tuple[tuple[int, int], ...] = ()
    known: dict[tuple[str, ...], pd.DataFrame] = field(default_factory=dict)  # baskets by factors, as far as asked

    @property
    def group_columns(self) -> tuple[str, ...]:
        """Factors that are columns of the client: group_<name>."""
        return tuple(name for name in self.factors if name in self.values)

    def baskets(self, *by: str) -> pd.DataFrame:
        """The factors and how many baskets have them, in the order of the factors."""
        if by not in self.known:
            counted = self.table.group_by(list(by)).aggregate(baskets=lambda t: t.count()).to_pandas()
            self.known[by] = counted.sort_values(list(by), ignore_index=True).astype("int64")
        return self.known[by]

    def of_sets(self, sets: int | None) -> pd.DataFrame:
        """The baskets that hold the first `sets` item sets."""
        return self.held if sets is None else self.held.iloc[: int(np.searchsorted(self.held["set"], sets))]

    def count(self, *by: str, sets: int | None = None) -> Stratified:
        """Counts of the item sets (the first `sets` of them) in every combination of these factors that has baskets."""
        whole, held = self.baskets(*by), self.of_sets(sets)
        key, wanted = (np.zeros(len(frame), dtype=np.int64) for frame in (held, whole))
        for name in by:  # codes begin at OTHER
            width = int(whole[name].max()) - OTHER + 1
            key, wanted = (
                each * width + frame[name].to_numpy() - OTHER for each, frame in ((key, held), (wanted, whole))
            )
        size = self.sets if sets is None else sets
        place = held["set"].to_numpy() * len(whole) + np.searchsorted(wanted, key)
        counts = np.bincount(place, minlength=size * len(whole)).reshape(size, len(whole))
        return Stratified(counts, whole["baskets"].to_numpy(dtype=np.int64), whole[list(by)])

    def customers(self) -> Counts:
        """Different customers with a basket that holds each item set."""
        return different(self.held["set"].to_numpy(), self.held["owner"].to_numpy(), self.sets)

    def release(self) -> None:
        """Let go of what was materialised."""
        if hasattr(self.table, "release"):
            self.table.release()


def different(rows: npt.NDArray[np.integer], owners: npt.NDArray[np.integer], size: int) -> Counts:
    """Different known owners (from 0 on) of each row number below `size`."""
    from scipy import sparse

    known = owners >= 0
    who, _ = pd.factorize(owners[known])
    shape = (size, int(who.max(initial=-1)) + 1)
    found = sparse.csr_matrix((np.ones(len(who), dtype=np.int8), (rows[known], who)), shape=shape)
    found.sum_duplicates()
    customers: Counts = np.diff(found.indptr).astype(np.int64)
    return customers


def strata(baskets: Baskets, pairs: Links) -> Strata:
    """The strata of baskets for the item sets of `pairs`."""
    heads = baskets.heads
    table = heads.select(
        "basket", owner=heads["person"].cast("int64").coalesce(-1 - heads["basket"]),
        size=size_class(heads["size"]), later=heads["later"].cast("int32"),
        promotion=heads["promotion"].cast("int32").fill_null(OTHER), day=heads["day"],
        **{GROUP + name: heads[GROUP + name] for name in baskets.groups},
    )  # fmt: skip
    months = _months(heads) if baskets.dated else ()
    if months:
        table = table.mutate(month=_month(table["day"], months))
        table = table.mutate(season=(table["month"] + (months[0][1] - 1)) % 12)
    if baskets.has_people:
        table = _with_orders(table)
    values: dict[str, list[str]] = {}
    for name in (GROUP + column for column in baskets.groups):
        values[name] = _levels(heads[name])
        table = table.mutate(**{name: _coded(table[name].cast("string"), values[name])})
    table = table.drop("day")
    codes = [name for name in table.columns if name not in ("basket", "owner")]
    table = table.mutate(**{name: table[name].cast("int16") for name in codes}).cache()
    factors = _dividing(table)
    held = membership(baskets.lines, pairs.sets, table.select("basket", "owner", *codes))
    held = held.iloc[np.argsort(held["set"].to_numpy(), kind="stable")].reset_index(drop=True)
    return Strata(table, factors, held, len(pairs.sets), values, months)


def _months(heads: ir.Table) -> tuple[tuple[int, int], ...]:
    """Calendar months from the first basket to the last, at most MOST_MONTHS; none where there are more."""
    ends = heads.aggregate(first=heads["day"].min(), last=heads["day"].max()).to_pandas().iloc[0]
    if pd.isna(ends["first"]):
        return ()
    first, last = (EPOCH + dt.timedelta(days=int(ends[end])) for end in ("first", "last"))
    start, stop = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    if stop - start >= MOST_MONTHS:
        return ()
    return tuple((number // 12, number % 12 + 1) for number in range(start, stop + 1))


def first_day(month: tuple[int, int]) -> int:
    """Days since 1970-01-01 of the first day of a month."""
    return (dt.date(*month, 1) - EPOCH).days


def _month(day: ir.IntegerValue, months: Sequence[tuple[int, int]]) -> ir.IntegerValue:
    """Code of the calendar month of a day, written out as comparisons, so that every engine gives the same."""
    branches = [(day < first_day(month), ibis.literal(code, "int32")) for code, month in enumerate(months[1:])]
    last = ibis.literal(len(months) - 1, "int32")
    known: ir.IntegerValue = ibis.cases(*branches, else_=last) if branches else last
    return ibis.ifelse(day.isnull(), ibis.literal(OTHER, "int32"), known)


def _with_orders(table: ir.Table) -> ir.Table:
    """Class of how many baskets the customer has; unknown customers are a class of their own."""
    own = table.group_by(who=table["owner"]).aggregate(own=table.count())
    joined = table.join(own, [("owner", "who")]).drop("who")
    branches = [(joined["own"] <= end, ibis.literal(code, "int32")) for code, end in enumerate(ORDERS_UP_TO)]
    most = ibis.cases(*branches, else_=ibis.literal(len(ORDERS_UP_TO), "int32"))
    return joined.mutate(orders=ibis.ifelse(joined["owner"] < 0, ibis.literal(OTHER, "int32"), most)).drop("own")


def _levels(column: ir.Column) -> list[str]:
    """The most frequent values of a column, most frequent first."""
    text = column.cast("string").name("value")
    counted = text.as_table().group_by("value").aggregate(baskets=lambda t: t.count())
    counted = counted.filter(counted["value"].notnull()).order_by([ibis.desc("baskets"), "value"]).limit(MOST_LEVELS)
    return [str(value) for value in counted.to_pandas()["value"]]


def _coded(text: ir.StringValue, values: Sequence[str]) -> ir.IntegerValue:
    other = ibis.literal(OTHER, "int32")
    if not values:
        return other
    coded: ir.IntegerValue = ibis.cases(
        *((text == ibis.literal(value), ibis.literal(code, "int32")) for code, value in enumerate(values)), else_=other
    )
    return coded


def _dividing(table: ir.Table) -> tuple[str, ...]:
    """Factors with two values or more, in a fixed order."""
    names = [name for name in table.columns if name not in ("basket", "owner")]
    kinds = table.aggregate(**{name: table[name].nunique() for name in names}).to_pandas().iloc[0]
    return tuple(name for name in names if int(kinds[name]) > 1)
