"""The customers behind rules: how many there are, and how sure a lift is when their baskets are alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.itemsets import membership
from customer_analytics.statistics import Z95

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets

MOST_SETS = 20_000  # itemsets of the strongest rules whose customers are counted
MOST_LOOKED_AT = 6_000_000  # baskets of their rarest items that are gone through for that
CLUSTERED = 100  # strongest rules whose interval is computed over customers
Items = tuple[int, ...]
Floats = npt.NDArray[np.float64]


def with_people(table: pd.DataFrame, baskets: Baskets) -> pd.DataFrame:
    """The table with `customers`, `clustered_low` and `clustered_high`.

    customers: different customers with a basket that holds both sides (Int64; null where nobody is known, and for sets
    beyond what `_counted` chooses). clustered_low, clustered_high: 95 % interval of lift when the customers are
    independent and not their baskets; of the CLUSTERED strongest rules that are significant and not redundant.
    """
    found = table.assign(
        customers=pd.Series(pd.NA, index=table.index, dtype="Int64"), clustered_low=np.nan, clustered_high=np.nan
    )
    if not baskets.has_people or not len(table):
        return found
    sets = [tuple(sorted(a + c)) for a, c in zip(table["antecedent"], table["consequent"], strict=True)]
    few = _counted(sets, (table["significant"] & ~table["redundant"]).to_numpy(bool), baskets.items)
    number = customers_of(baskets.lines, baskets.heads, few) if few else {}
    found["customers"] = pd.array([number.get(one, pd.NA) for one in sets], dtype="Int64")
    told = np.flatnonzero((table["significant"] & ~table["redundant"]).to_numpy())[:CLUSTERED]
    sides = [(table["antecedent"].iloc[row], table["consequent"].iloc[row]) for row in told]
    rows = sum(int(table[name].iloc[told].sum()) for name in ("count_antecedent", "count_consequent"))
    deviation = clustered_deviation(baskets.lines, baskets.heads, sides, max(1, -(-rows // MOST_LOOKED_AT)))
    width = np.full(len(table), np.nan)
    width[told] = Z95 * deviation
    return found.assign(clustered_low=table["lift"] * np.exp(-width), clustered_high=table["lift"] * np.exp(width))


def _counted(sets: Sequence[Items], told: npt.NDArray[np.bool_], items: pd.DataFrame) -> list[Items]:
    """The sets whose customers are counted: those of the strongest rules told, then as many as can be had.

    A set costs the baskets of its rarest item; half of what there is goes to the rules told, in their order.
    """
    count = dict(zip(items["item"].astype(int), items["baskets"].astype(int), strict=True))
    costs = [min(count[item] for item in one) for one in sets]
    first = pd.DataFrame({"set": sets, "told": told, "cost": costs}).drop_duplicates("set").head(MOST_SETS)
    strongest = first["told"] & (first["cost"].where(first["told"], 0).cumsum() <= MOST_LOOKED_AT // 2)
    rest = first[~strongest].sort_values("cost", kind="stable")
    cheap = rest[rest["cost"].cumsum() <= MOST_LOOKED_AT // 2]
    return [*first.loc[strongest, "set"], *cheap["set"]]


def customers_of(lines: ir.Table, heads: ir.Table, sets: Sequence[Items]) -> dict[Items, int]:
    """Different known customers with a basket that holds each set; `sets` as bounded as `_counted` makes them."""
    known = heads.filter(heads["person"].notnull())
    held = membership(lines, sets, known.select("basket", owner=known["person"].cast("int64")))
    number = np.diff(_by_owner(held, len(sets))[0].indptr)
    return {one: int(number[place]) for place, one in enumerate(sets)}


def clustered_deviation(
    lines: ir.Table, heads: ir.Table, sides: Sequence[tuple[Items, Items]], turns: int = 1
) -> Floats:
    """Standard deviation of log lift over customers, of each rule (antecedent, consequent); NaN for one customer.

    Delta method (Deng, Knoblich, Lu 2018 for ratios): the weight of customer i in log lift is
    x_AC/n_AC - x_A/n_A - x_C/n_C + x/n, with x the customer's baskets and n those of all; the variance is the sum of
    the squares, times G/(G - 1) for G customers. A basket of nobody known is a customer of its own. Customers are
    looked at in `turns`, so that the baskets of each fit the memory.
    """
    if not sides:
        return np.empty(0)
    whole = [tuple(sorted(left + right)) for left, right in sides]
    sets = list(dict.fromkeys([*whole, *(side for pair in sides for side in pair)]))
    place = {one: number for number, one in enumerate(sets)}
    of_rule = np.array([[place[one] for one in (both, *pair)] for both, pair in zip(whole, sides, strict=True)])
    owners = heads.select("basket", owner=heads["person"].cast("int64").coalesce(-1 - heads["basket"]))
    own = owners.group_by("owner").agg(baskets=owners.count())
    many = own["baskets"].cast("float64")
    all_of = own.aggregate(owners=own.count(), n=many.sum(), squares=(many * many).sum()).execute().iloc[0]
    n, groups = float(all_of["n"]), int(all_of["owners"])
    if groups < 2:
        return np.full(len(sides), np.nan)
    owners = owners.inner_join(own, "owner")
    totals, products = np.zeros((len(sides), 4)), np.zeros((len(sides), 4, 4))
    for turn in range(turns):
        part = owners if turns == 1 else owners.filter(owners["owner"].abs() % turns == turn)
        counts, baskets = _by_owner(membership(lines, sets, part), len(sets))
        _add_products(totals, products, counts, baskets, of_rule)
    weights = np.column_stack([1 / totals[:, 0], -1 / totals[:, 1], -1 / totals[:, 2], np.full(len(sides), 1 / n)])
    squares = np.einsum("ri,rij,rj->r", weights, products, weights) + float(all_of["squares"]) / n**2
    deviation: Floats = np.sqrt(np.maximum(squares * groups / (groups - 1), 0.0))
    return deviation


def _by_owner(held: pd.DataFrame, sets: int) -> tuple[Any, Floats]:
    """Baskets by set and owner, sparse (sets, owners); and how many baskets the owners have, where `held` says it."""
    from scipy import sparse

    place, _ = pd.factorize(held["owner"].to_numpy())
    shape = (sets, int(place.max(initial=-1)) + 1)
    counts = sparse.csr_matrix((np.ones(len(held)), (held["set"].to_numpy(), place)), shape=shape)
    counts.sum_duplicates()
    baskets = np.zeros(shape[1])
    if "baskets" in held:
        baskets[place] = held["baskets"].to_numpy(np.float64)
    return counts, baskets


def _add_products(
    totals: Floats, products: npt.NDArray[np.float64], counts: Any, baskets: Floats, of_rule: npt.NDArray[np.int64]
) -> None:
    """Add sums over owners: of their baskets with both, left and right, and of the products of these and all of their
    baskets, by rule; the square of all baskets alone is left out, as it is the same for every rule."""
    sides = [counts[of_rule[:, which]] for which in range(3)]
    for first, one in enumerate(sides):
        totals[:, first] += np.asarray(one.sum(axis=1)).ravel()
        products[:, first, 3] += one @ baskets
        products[:, 3, first] = products[:, first, 3]
        for second in range(first, 3):
            products[:, first, second] += np.asarray(one.multiply(sides[second]).sum(axis=1)).ravel()
            products[:, second, first] = products[:, first, second]
