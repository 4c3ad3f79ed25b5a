"""What the baskets say of pairs (A, B): how many with A hold B too, when, and with whom. One crossing from the engine.

Baskets of one customer are not independent, so that the standard error of an attach rate is that of a ratio of sums
over customers (D7.4). Baskets without a customer are each their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets

WEEK, RECENT = 7, 364  # days; the last year at most says what a month brings today, in whole weeks


@dataclass(frozen=True)
class PairFacts:
    """`pairs`: one row a pair (pair, baskets_a, both, earlier_a, earlier_both, later_a, later_both, standard_error,
    customers_a, customers_both, recent_a, recent_both, each; customers NaN where nobody is known). `each`: bundles in a
    basket that holds both, the smaller of its units of A and B: the median.

    `traffic`: pair, weeks (whole weeks from a customer's last basket with A to the end of the data), customers.
    `days`: length of the recent window in days; NaN without dates, and then recent is all.
    """

    pairs: pd.DataFrame
    traffic: pd.DataFrame
    days: float


def recent_days(baskets: Baskets) -> tuple[int, int] | None:
    """First day of the recent window and the last day of the baskets; None without dates."""
    if not baskets.dated or baskets.n == 0:
        return None
    days = baskets.heads.aggregate(first=baskets.heads.day.min(), last=baskets.heads.day.max())
    row = days.to_pyarrow().to_pylist()[0]
    if row["first"] is None:
        return None
    first, last = int(row["first"]), int(row["last"])
    return max(first, last - RECENT + 1), last


def pair_facts(baskets: Baskets, pairs: pd.DataFrame) -> PairFacts:
    """Counts of each pair in `pairs` (columns pair, a, b: item codes)."""
    window = recent_days(baskets)
    if not len(pairs):
        return PairFacts(_empty(), pd.DataFrame({"pair": [], "weeks": [], "customers": []}), np.nan)
    by_customer = _by_customer(baskets, pairs, window).cache()
    try:
        counts = _counts(by_customer).to_pandas()
        traffic = _traffic(by_customer, window[1]).to_pandas() if window and baskets.has_people else None
    finally:
        by_customer.release()
    counts = pairs[["pair"]].merge(counts, on="pair", how="left").merge(_each(baskets, pairs), on="pair", how="left")
    counts = counts.sort_values("pair", ignore_index=True)
    counts["each"] = counts["each"].astype("float64").fillna(1.0).clip(lower=1.0)
    counts["standard_error"] = _standard_error(counts)
    if not baskets.has_people:
        counts[["customers_a", "customers_both"]] = np.nan
    if traffic is None:
        traffic = pd.DataFrame({"pair": [], "weeks": [], "customers": []}, dtype="int64")
    ordered = traffic.sort_values(["pair", "weeks"], ignore_index=True)
    span = float(window[1] - window[0] + 1) if window else np.nan
    return PairFacts(counts[list(_empty().columns)], ordered, span)


def _by_customer(baskets: Baskets, pairs: pd.DataFrame, window: tuple[int, int] | None) -> ir.Table:
    """One row a pair and customer (or a basket of nobody known), with counts and the last day with A."""
    lines, heads = baskets.lines.filter(baskets.lines.item.isin(_codes(pairs))), baskets.heads
    left = lines.inner_join(_wanted(pairs), [("item", "a")]).select("pair", "basket", "b")
    right = lines.view()  # the same table twice: without a view of its own the join mistakes one side for the other
    right = right.select(other=right.basket, partner=right.item)
    met = left.left_join(right, [("basket", "other"), ("b", "partner")])
    met = met.select(pair=met.pair, basket=met.basket, both=met.partner.notnull().ifelse(1, 0))
    own = heads.select(
        head=heads.basket,
        person=heads.person.cast("int64").fill_null(-1),
        nobody=heads.person.isnull().ifelse(heads.basket, -1),
        later=heads.later.ifelse(1, 0),
        recent=(heads.day >= window[0]).ifelse(1, 0) if window else ibis.literal(1),
        day=heads.day.cast("int64") if window else ibis.null("int64"),
    )
    rows = met.inner_join(own, [("basket", "head")])
    return rows.group_by("pair", "person", "nobody").aggregate(
        n=rows.count(),
        x=rows.both.sum(),
        later_n=rows.later.sum(),
        later_x=(rows.later * rows.both).sum(),
        recent_n=rows.recent.sum(),
        recent_x=(rows.recent * rows.both).sum(),
        last_day=rows.day.max(),
    )


def _codes(pairs: pd.DataFrame) -> list[int]:
    return sorted({int(code) for code in (*pairs["a"], *pairs["b"])})


def _wanted(pairs: pd.DataFrame) -> ir.Table:
    return ibis.memtable(pairs[["pair", "a", "b"]].astype({"pair": "int64", "a": "int32", "b": "int32"}))


def _each(baskets: Baskets, pairs: pd.DataFrame) -> pd.DataFrame:
    """pair and each, of the pairs whose units are known. The median: one wholesale basket is no usual one."""
    sold = baskets.sold.filter(baskets.sold.item.isin(_codes(pairs)) & (baskets.sold.units > 0))
    left = sold.inner_join(_wanted(pairs), [("item", "a")]).select("pair", "basket", "b", units_a="units")
    right = sold.view()
    right = right.select(other=right.basket, partner=right.item, units_b=right.units)
    both = left.inner_join(right, [("basket", "other"), ("b", "partner")])
    both = both.select(pair=both.pair, bundles=ibis.least(both.units_a, both.units_b).cast("float64"))
    frame: pd.DataFrame = both.group_by("pair").aggregate(each=both.bundles.median()).to_pandas()
    return frame


def _counts(by_customer: ir.Table) -> ir.Table:
    rows, known = by_customer, by_customer.person >= 0
    n, x = rows.n.cast("float64"), rows.x.cast("float64")
    return rows.group_by("pair").aggregate(
        baskets_a=rows.n.sum(),
        both=rows.x.sum(),
        later_a=rows.later_n.sum(),
        later_both=rows.later_x.sum(),
        earlier_a=rows.n.sum() - rows.later_n.sum(),
        earlier_both=rows.x.sum() - rows.later_x.sum(),
        recent_a=rows.recent_n.sum(),
        recent_both=rows.recent_x.sum(),
        customers_a=known.ifelse(1, 0).sum(),
        customers_both=(known & (rows.x > 0)).ifelse(1, 0).sum(),
        clusters=rows.count(),
        nn=(n * n).sum(),
        nx=(n * x).sum(),
        xx=(x * x).sum(),
    )


def _traffic(by_customer: ir.Table, last: int) -> ir.Table:
    """Customers by whole weeks since their last basket with A: those of the last w weeks are the sum below w."""
    known = by_customer.filter((by_customer.person >= 0) & by_customer.last_day.notnull())
    weeks = (ibis.literal(last, "int64") - known.last_day) // WEEK
    known = known.mutate(weeks=weeks.cast("int64"))
    return known.group_by("pair", "weeks").aggregate(customers=known.count())


def _standard_error(counts: pd.DataFrame) -> pd.Series:
    """Of both / baskets_a as a ratio of sums over customers; 0 where all baskets agree, NaN with a single customer."""
    n, x, clusters = counts["baskets_a"], counts["both"], counts["clusters"]
    rate = x / n
    spread = (counts["xx"] - 2 * rate * counts["nx"] + rate**2 * counts["nn"]).clip(lower=0.0)
    error: pd.Series = np.sqrt(spread * clusters / (clusters - 1).where(clusters > 1)) / n
    return error


def _empty() -> pd.DataFrame:
    names = (
        "pair", "baskets_a", "both", "earlier_a", "earlier_both", "later_a", "later_both", "standard_error",
        "customers_a", "customers_both", "recent_a", "recent_both", "each",
    )  # fmt: skip
    return pd.DataFrame({name: pd.Series(dtype="float64") for name in names})
