"""Rules found in the earlier baskets alone, looked at in the later ones."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.association import Rules, chance, rules_of
from customer_analytics.analysis.association.tails import at_least
from customer_analytics.analysis.baskets.basket import Baskets
from customer_analytics.analysis.itemsets import mine
from customer_analytics.analysis.rule_checks.links import Links
from customer_analytics.analysis.rule_checks.result import FEW, GONE, HELD, NEW, WEAKER, Replication
from customer_analytics.analysis.rule_checks.sizes import size_null
from customer_analytics.analysis.rule_checks.strata import LATER, Counts, Stratified
from customer_analytics.analysis.rule_checks.stratified import plain_lift, widened
from customer_analytics.analysis.rule_checks.tails import Floats
from customer_analytics.statistics import benjamini_hochberg, wilson

if TYPE_CHECKING:
    from customer_analytics.engagement.parameters import BasketRulesParameters

EXPECTED = 5.0  # baskets with both by chance from which the later part can say that a rule is gone
_NONE = (math.nan, math.nan, math.nan)
COLUMNS = (
    "antecedent", "consequent", "length", "count_earlier", "lift_earlier", "lift_later", "lift_later_low",
    "lift_later_high", "count_later", "expected_later", "p_later", "q_later", "above", "significant", "shrinkage",
    "customers",
)  # fmt: skip


def earlier_rules(baskets: Baskets, floor: int, parameters: BasketRulesParameters) -> Rules | None:
    """The rules of the earlier baskets alone, with the same support; None where no baskets are earlier or later."""
    if not min(baskets.n_earlier, baskets.n_later):
        return None
    heads = baskets.heads.filter(~baskets.heads["later"])
    items = baskets.items.assign(baskets=baskets.items["earlier"])
    earlier = replace(
        baskets, lines=_of_earlier(baskets), heads=heads, items=items[items["baskets"] > 0].reset_index(drop=True),
        n=baskets.n_earlier,
    )  # fmt: skip
    least = max(2, -(-floor * baskets.n_earlier // max(baskets.n, 1)))
    kin = {int(item): int(parent) for item, parent in zip(items["item"], items["parent"], strict=True) if parent >= 0}
    counts = earlier.items[["item", "baskets"]]
    found = mine(
        earlier.lines,
        counts,
        earlier.n,
        least,
        parameters.maximum_length,
        kin,
        raise_floor=not parameters.minimum_support,
    )
    return rules_of(
        found, earlier.items, earlier.n, parameters, lambda codes: chance.by_size(earlier.lines, earlier.heads, codes)
    )


def _of_earlier(baskets: Baskets) -> ir.Table:
    if baskets.later_from is not None:
        return baskets.lines.filter(baskets.lines["basket"] < baskets.later_from)
    heads = baskets.heads.filter(~baskets.heads["later"]).select("basket")
    return baskets.lines.semi_join(heads, "basket")


def told(found: Rules) -> pd.DataFrame:
    """Rules of the earlier part that were beyond chance and not redundant, one a pair of item sets, strongest first."""
    table = found.table
    kept = table[table["significant"].astype(bool) & ~table["redundant"].astype(bool) & (table["lift"] > 1)]
    sides = [tuple(sorted((one, other))) for one, other in zip(kept["antecedent"], kept["consequent"], strict=True)]
    first = ~pd.Series(sides, index=kept.index, dtype=object).duplicated()
    return kept[first.to_numpy(dtype=bool)].reset_index(drop=True)


def replicate(
    found: pd.DataFrame,
    pairs: Links,
    parts: Stratified,
    mean_sizes: Floats,
    widening: Floats,
    customers: Counts,
    rate: float,
    by: str,
) -> Replication:
    """How the rules of the earlier part fare in the later one.

    Args:
        found: the rules, `told`.
        pairs: of exactly these rules, in their order.
        parts: counts by later and size class.
        mean_sizes: mean size of each class, as in `parts`.
        widening: of each rule's variance, customers having several baskets.
        customers: different ones with both sides, by rule (0 where none are known).
        rate: false discovery rate among them.
        by: how the later part was cut.
    """
    later = parts.levels[LATER].to_numpy() == 1
    n_later, n_earlier = int(parts.baskets[later].sum()), int(parts.baskets[~later].sum())
    if not len(found):
        empty = pd.DataFrame(columns=list(COLUMNS))
        return Replication(empty, by, n_earlier, n_later, _NONE, _NONE, math.nan, "no_rules")
    a, r, c, _ = parts.of(pairs)
    own = plain_lift(a[:, later].sum(axis=1), r[:, later].sum(axis=1), c[:, later].sum(axis=1), n_later, widening)
    null = size_null(
        a[:, later].sum(axis=1), r[:, later], c[:, later], parts.baskets[later], mean_sizes[later], pairs.lengths
    )
    joint = a[:, later].sum(axis=1)
    fisher = at_least(joint, np.full(len(joint), n_later), r[:, later].sum(axis=1), c[:, later].sum(axis=1))
    p = widened(np.maximum(fisher, null.p_value), widening)
    q = benjamini_hochberg(p)
    earlier = found["lift"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        shrinkage = np.log(own.lift) / np.log(earlier)
    table = pd.DataFrame(
        {
            "antecedent": found["antecedent"], "consequent": found["consequent"], "length": found["length"],
            "count_earlier": found["count"], "lift_earlier": earlier, "lift_later": own.lift,
            "lift_later_low": own.low, "lift_later_high": own.high, "count_later": joint,
            "expected_later": null.expected, "p_later": p, "q_later": q, "above": own.lift > 1,
            "significant": (q <= rate) & (own.lift > 1),
            "shrinkage": np.where(np.isfinite(shrinkage), shrinkage, np.nan), "customers": customers,
        }
    )  # fmt: skip
    finite = np.isfinite(own.lift) & (own.lift > 0)
    whole = np.log(own.lift[finite]).mean() / np.log(earlier[finite]).mean() if finite.any() else math.nan
    shares = [_share(int(table[name].sum()), len(table)) for name in ("above", "significant")]
    return Replication(table, by, n_earlier, n_later, shares[0], shares[1], float(whole))


def no_replication(baskets: Baskets, reason: str) -> Replication:
    """Why nothing could be repeated."""
    empty = pd.DataFrame(columns=list(COLUMNS))
    by = baskets.split or "chance"
    return Replication(empty, by, baskets.n_earlier, baskets.n_later, _NONE, _NONE, math.nan, reason)


def _share(some: int, of: int) -> tuple[float, float, float]:
    return (some / of, *wilson(some, of))


def later_of_all(pairs: Links, parts: Stratified, mean_sizes: Floats, widening: Floats) -> pd.DataFrame:
    """Lift of every pair in both parts: lift_earlier, lift_later with interval, expected_later."""
    later = parts.levels[LATER].to_numpy() == 1
    a, r, c, n = parts.of(pairs)
    first, last = (
        plain_lift(a[:, part].sum(axis=1), r[:, part].sum(axis=1), c[:, part].sum(axis=1), int(n[part].sum()), widening)
        for part in (~later, later)
    )
    null = size_null(a[:, later].sum(axis=1), r[:, later], c[:, later], n[later], mean_sizes[later], pairs.lengths)
    return pd.DataFrame(
        {
            "lift_earlier": first.lift, "lift_later": last.lift, "lift_later_low": last.low,
            "lift_later_high": last.high, "expected_later": null.expected,
        }
    )  # fmt: skip


def outcomes(
    all_pairs: pd.DataFrame, found: dict[tuple[object, object], bool], sides: list[tuple[object, object]]
) -> list[str]:
    """What became of each pair: held, weaker, gone, few or new (not beyond chance in the earlier part alone).

    `found`: whether a pair that was found earlier is significant later; `sides`: the pairs of `all_pairs`.
    """
    named = []
    for side, lift, expected in zip(sides, all_pairs["lift_later"], all_pairs["expected_later"], strict=True):
        if side not in found:
            named.append(NEW)
        elif found[side]:
            named.append(HELD)
        elif expected < EXPECTED:
            named.append(FEW)
        else:
            named.append(WEAKER if lift > 1 else GONE)
    return named
