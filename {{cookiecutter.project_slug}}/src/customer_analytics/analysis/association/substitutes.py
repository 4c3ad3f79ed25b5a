"""Items that replace each other: together in fewer baskets than chance gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaincinv

from customer_analytics.analysis.association import chance, tails
from customer_analytics.analysis.association.family import q_values
from customer_analytics.analysis.itemsets import pairs

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets
    from customer_analytics.engagement.parameters import BasketRulesParameters

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
LEAST_EXPECTED = 5  # baskets that chance would give: below, their absence says nothing
MOST_ITEMS = 1_500  # most frequent items that are paired, about a million pairs
SAME_PEOPLE, OTHER_PEOPLE, UNKNOWN = "either or", "different customers", "customers unknown"
COLUMNS = {
    "a": "int64", "b": "int64", "count": "int64", "count_a": "int64", "count_b": "int64", "expected": "float64",
    "expected_given": "float64", "lift": "float64", "lift_low": "float64", "lift_high": "float64",
    "p_value": "float64", "q_value": "float64", "same_category": "bool", "customers_a": "Int64",
    "customers_b": "Int64", "customers_both": "Int64", "customers_lift": "float64", "kind": "object",
}  # fmt: skip


@dataclass(frozen=True)
class Substitutes:
    """Pairs of items that are together in significantly fewer baskets than chance gives.

    `table`: a row a pair, the surest first: a, b (codes), count, count_a, count_b (baskets), expected (by
    independence), expected_given (fewest that independence, the sizes of baskets and the months allow for), lift with
    its exact interval (Poisson), p_value, q_value, same_category, customers_a, customers_b, customers_both (who bought
    it, ever; null where nobody is known), customers_lift (customers with both against independence), kind: "either or"
    (the same customers buy both, at different times), "different customers", or "customers unknown".
    `nearest`: the pair with the smallest q of those that are not significant, same columns, a row or none.
    `family`: pairs tested: those expected in LEAST_EXPECTED baskets. `items`: items paired.
    """

    table: pd.DataFrame
    nearest: pd.DataFrame
    family: int
    items: int


def substitutes(baskets: Baskets, parameters: BasketRulesParameters) -> Substitutes:
    """Pairs of items below chance, by Fisher's lower tail, false discoveries controlled over all pairs tested.

    A pair counts only if neither the sizes of baskets (a basket of two has no room for a third) nor the months (one is
    sold in summer, the other in winter) explain it.
    """
    items = _paired(baskets)
    if len(items) < 2:
        return Substitutes(_empty(), _empty(), 0, len(items))
    tested = _tested(baskets, items)
    if not len(tested):
        return Substitutes(_empty(), _empty(), 0, len(items))
    q = q_values(tested["p_value"].to_numpy(), len(tested))
    called = tested[(q <= parameters.false_discovery) & (tested["count"] < tested["expected"])].copy()
    rows = called.index.to_numpy()
    tested.loc[rows, ["p_value", "expected_given"]] = _given(baskets, called)
    tested["q_value"] = q_values(tested["p_value"].to_numpy(), len(tested))
    sure = (tested["q_value"] <= parameters.false_discovery) & (tested["count"] < tested["expected_given"])
    ranked = tested[~sure & (tested["count"] < tested["expected"])].sort_values(["p_value", "a", "b"], kind="stable")
    nearest = ranked.head(1)
    found, nearest = (_finished(rows, baskets, parameters.false_discovery) for rows in (tested[sure], nearest))
    return Substitutes(found, nearest, len(tested), len(items))


def _finished(found: pd.DataFrame, baskets: Baskets, alpha: float) -> pd.DataFrame:
    """The pairs with intervals, customers and categories, most missing baskets first."""
    found = _with_people(_with_intervals(found), baskets, alpha)
    parents = baskets.parents
    own = [parents.get(one, -1) for one in found["a"]], [parents.get(one, -1) for one in found["b"]]
    found["same_category"] = [one == other and one != -1 for one, other in zip(*own, strict=True)]
    order = found.assign(missing=found["count"] - found["expected_given"])
    order = order.sort_values(["missing", "q_value", "a", "b"], kind="stable")
    return order[list(COLUMNS)].astype(COLUMNS).reset_index(drop=True)


def _empty() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in COLUMNS.items()})


def _paired(baskets: Baskets) -> pd.DataFrame:
    """Items that could be expected with the most frequent one in enough baskets; items of one level only."""
    own = baskets.of_level("item")
    own = own if len(own) else baskets.items
    own = own.sort_values(["baskets", "item"], ascending=[False, True]).head(MOST_ITEMS)
    if len(own) < 2:
        return own
    enough = own["baskets"] * int(own["baskets"].iloc[0]) >= LEAST_EXPECTED * baskets.n
    return own[enough].sort_values("item")


def _tested(baskets: Baskets, items: pd.DataFrame) -> pd.DataFrame:
    """Every pair expected in enough baskets, with Fisher's lower tail."""
    codes, counts = items["item"].to_numpy(np.int64), items["baskets"].to_numpy(np.int64)
    first, second = np.triu_indices(len(codes), 1)
    enough = counts[first] * counts[second] >= LEAST_EXPECTED * baskets.n
    first, second = first[enough], second[enough]
    seen = pairs(baskets.lines, codes.tolist())
    together = np.zeros((len(codes), len(codes)), np.int64)
    together[np.searchsorted(codes, seen["a"]), np.searchsorted(codes, seen["b"])] = seen["count"]
    together += together.T
    count, left, right = together[first, second], counts[first], counts[second]
    expected = left * right / baskets.n
    p = np.ones(len(count))
    fewer = np.flatnonzero(count < expected)
    p[fewer] = tails.at_most(count[fewer], np.full(len(fewer), baskets.n), left[fewer], right[fewer])
    return pd.DataFrame(
        {"a": codes[first], "b": codes[second], "count": count, "count_a": left, "count_b": right,
         "expected": expected, "expected_given": expected, "p_value": p},
    )  # fmt: skip


def _given(baskets: Baskets, found: pd.DataFrame) -> npt.NDArray[np.float64]:
    """(p, expected baskets) of pairs against the least that independence, sizes and months together give."""
    codes = np.unique(found[["a", "b"]].to_numpy(np.int64))
    least = np.ones(len(found))
    left, right = found[["a"]].to_numpy(np.int64), found[["b"]].to_numpy(np.int64)
    size = chance.by_size(baskets.lines, baskets.heads, codes)
    month = chance.by_month(baskets.lines, baskets.heads, codes) if baskets.dated else None
    by_size = size.lift(left, right) if size else least
    by_month = month.lift(left, right) if month else least
    least = np.minimum.reduce([least, by_size, by_month, by_size * by_month])
    count, own, other = (found[name].to_numpy(np.int64) for name in ("count", "count_a", "count_b"))
    among = np.where(least < 1, chance.widened(baskets.n, least, own, other, count) + 1, baskets.n)
    p = tails.at_most(count, among, own, other)
    return np.stack([p, found["expected"].to_numpy() * least], axis=1)


def _with_intervals(found: pd.DataFrame) -> pd.DataFrame:
    """lift and its exact Poisson interval (Garwood 1936): a pair that was never seen keeps an upper bound."""
    count, expected = found["count"].to_numpy(np.float64), found["expected"].to_numpy()
    low = np.where(count > 0, gammaincinv(np.maximum(count, 1e-9), 0.025), 0.0)
    return found.assign(
        lift=count / expected, lift_low=low / expected, lift_high=gammaincinv(count + 1, 0.975) / expected
    )


def _with_people(found: pd.DataFrame, baskets: Baskets, alpha: float) -> pd.DataFrame:
    """Whether the same customers buy both, in different baskets."""
    unknown = {
        name: pd.array([pd.NA] * len(found), "Int64") for name in ("customers_a", "customers_b", "customers_both")
    }
    found = found.assign(**unknown, customers_lift=np.nan, kind=UNKNOWN)
    if not baskets.has_people or not len(found) or baskets.unit == "customer":
        return found
    codes = np.unique(found[["a", "b"]].to_numpy(np.int64))
    known = baskets.heads.filter(baskets.heads["person"].notnull())
    people = int(known["person"].nunique().execute())
    wanted = baskets.lines.filter(baskets.lines["item"].isin(codes.tolist()))
    bought = wanted.inner_join(known.select("basket", "person"), "basket").select("person", "item").distinct().cache()
    own = bought.group_by("item").agg(customers=bought.count()).execute().set_index("item")["customers"]
    asked = ibis.memtable(found[["a", "b"]].astype("int64"))
    first = bought.select("person", a=bought["item"].cast("int64"))
    second = bought.select("person", b=bought["item"].cast("int64"))
    both = first.inner_join(asked, "a").inner_join(second, ["person", "b"])
    shared = both.group_by("a", "b").agg(customers_both=both.count()).execute().set_index(["a", "b"])["customers_both"]
    left, right = found["a"].map(own).fillna(0).to_numpy(np.int64), found["b"].map(own).fillna(0).to_numpy(np.int64)
    joint = shared.reindex(pd.MultiIndex.from_frame(found[["a", "b"]])).fillna(0).to_numpy(np.int64)
    other = tails.at_most(joint, np.full(len(joint), people), left, right) <= alpha
    chance_both = np.where(left * right > 0, left * right / max(people, 1), np.nan)
    return found.assign(
        customers_a=left, customers_b=right, customers_both=joint, customers_lift=joint / chance_both,
        kind=np.where(other, OTHER_PEOPLE, SAME_PEOPLE),
    )  # fmt: skip
