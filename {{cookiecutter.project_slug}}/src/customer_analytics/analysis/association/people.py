"""The customers behind rules: how many there are, and how sure a lift is when their baskets are alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ibis
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
    number = customers_of(baskets.lines, baskets.heads, few)
    found["customers"] = pd.array([number.get(one, pd.NA) for one in sets], dtype="Int64")
    told = np.flatnonzero((table["significant"] & ~table["redundant"]).to_numpy())[:CLUSTERED]
    sides = [(table["antecedent"].iloc[row], table["consequent"].iloc[row]) for row in told]
    deviation = clustered_deviation(baskets.lines, baskets.heads, sides)
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
    """Different known customers with a basket that holds each set."""
    if not sets:
        return {}
    known = heads.filter(heads["person"].notnull()).select("basket", "person")
    held = membership(lines, sets).inner_join(known, "basket")
    counted = held.group_by("set").agg(customers=held["person"].nunique()).execute()
    number = dict(zip(counted["set"].astype(int), counted["customers"].astype(int), strict=True))
    return {one: number.get(place, 0) for place, one in enumerate(sets)}


def clustered_deviation(lines: ir.Table, heads: ir.Table, sides: Sequence[tuple[Items, Items]]) -> Floats:
    """Standard deviation of log lift over customers, of each rule (antecedent, consequent); NaN for one customer.

    Delta method (Deng, Knoblich, Lu 2018 for ratios): the weight of customer i in log lift is
    x_AC/n_AC - x_A/n_A - x_C/n_C + x/n, with x the customer's baskets and n those of all; the variance is the sum of
    the squares, times G/(G - 1) for G customers. A basket of nobody known is a customer of its own.
    """
    if not sides:
        return np.empty(0)
    whole = [tuple(sorted(left + right)) for left, right in sides]
    sets = list(dict.fromkeys([*whole, *(side for pair in sides for side in pair)]))
    place = {one: number for number, one in enumerate(sets)}
    wanted = pd.DataFrame(
        [(rule, place[one], which) for rule, (left, right) in enumerate(sides)
         for which, one in enumerate((whole[rule], left, right))], columns=["rule", "set", "which"],
    )  # fmt: skip
    person = heads["person"].cast("int64").coalesce(-1 - heads["basket"])
    owners = heads.select("basket", owner=person)
    own = owners.group_by("owner").agg(baskets=owners.count()).cache()
    totals = own.aggregate(
        owners=own.count(), n=own["baskets"].sum(), squares=(own["baskets"].cast("float64") ** 2).sum()
    )
    all_of = totals.execute().iloc[0]
    held = membership(lines, sets).inner_join(owners, "basket")
    each = held.group_by("set", "owner").agg(x=held.count()).inner_join(ibis.memtable(wanted), "set")
    counts = [(each["x"] * (each["which"] == which).cast("int64")).sum() for which in range(3)]
    by_owner = each.group_by("rule", "owner").agg(both=counts[0], left=counts[1], right=counts[2])
    by_owner = by_owner.inner_join(own, "owner").cache()
    return _deviations(by_owner, len(sides), float(all_of["n"]), int(all_of["owners"]), float(all_of["squares"]))


def _deviations(by_owner: ir.Table, rules: int, n: float, owners: int, everybody: float) -> Floats:
    """From the baskets of each rule and owner; `everybody`: the squares of x, added up over all owners."""
    parts = squares(by_owner, n).execute()
    variance = np.full(rules, np.nan)
    if owners > 1:
        variance[parts["rule"].to_numpy(int)] = parts["part"].to_numpy(float) + everybody / n**2
        variance *= owners / (owners - 1)
    deviation: Floats = np.sqrt(np.maximum(variance, 0.0))
    return deviation


def squares(by_owner: ir.Table, n: float) -> ir.Table:
    """rule, part: the squared weights of owners with either side, less those of their baskets alone.

    `by_owner`: rule, owner, and baskets: both, left, right, baskets (all). Whoever has neither side weighs x/n, so
    that the whole sum is this one and (x/n)^2 of everybody.
    """
    sums = by_owner.group_by("rule").agg(
        n_both=by_owner["both"].sum(), n_left=by_owner["left"].sum(), n_right=by_owner["right"].sum()
    )
    joined = by_owner.inner_join(sums, "rule")
    own = joined["baskets"].cast("float64") / n
    weight = own
    for name, sign in (("both", 1.0), ("left", -1.0), ("right", -1.0)):
        weight = weight + sign * joined[name].cast("float64") / joined[f"n_{name}"].cast("float64")
    found = joined.select("rule", part=weight**2 - own**2)
    return found.group_by("rule").agg(part=found["part"].sum())
