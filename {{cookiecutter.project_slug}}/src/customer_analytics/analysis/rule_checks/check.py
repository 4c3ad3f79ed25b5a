"""All checks of the rules, and what each rule is told of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.association import Rules
from customer_analytics.analysis.baskets.basket import GROUP, ITEM, Baskets
from customer_analytics.analysis.rule_checks import controls, groups, replication
from customer_analytics.analysis.rule_checks.clustering import widening
from customer_analytics.analysis.rule_checks.decay import PERIODS, Decay, decay, half_life
from customer_analytics.analysis.rule_checks.links import Links, links
from customer_analytics.analysis.rule_checks.result import Checks, HalfLife, Replication, SelfTest
from customer_analytics.analysis.rule_checks.seasons import seasons
from customer_analytics.analysis.rule_checks.shuffling import MOST_LINES, self_test
from customer_analytics.analysis.rule_checks.strata import LATER, MONTH, SEASON, SIZE, Strata, Stratified, strata
from customer_analytics.analysis.rule_checks.tails import Floats
from customer_analytics.analysis.rule_checks.telling import rule_rows

if TYPE_CHECKING:
    from customer_analytics.engagement.parameters import BasketRulesParameters

MOST_PAIRS = 1_500  # pairs, strongest first, that are divided by everything; the others are only looked at later
YEAR = 12
SMALLEST_FLOOR = 5


def check(baskets: Baskets, rules: Rules, parameters: BasketRulesParameters, floor: int) -> Checks | None:
    """Whether the rules hold up; None where there are none.

    Args:
        baskets, rules, parameters: of the report.
        floor: baskets that a set needed.
    """
    if not len(rules.table):
        return None
    earlier = replication.earlier_rules(baskets, floor, parameters)
    found = replication.told(earlier) if earlier is not None else None
    columns = ["antecedent", "consequent", "count", "count_antecedent", "count_consequent"]
    both = rules.table[columns] if found is None else pd.concat([rules.table[columns], found[columns]])
    pairs = links(both.reset_index(drop=True))
    cut = strata(baskets, pairs)
    try:
        return _checked(baskets, rules, parameters, cut, pairs, found, floor)
    finally:
        cut.release()


def _checked(
    baskets: Baskets, rules: Rules, parameters: BasketRulesParameters, cut: Strata, pairs: Links,
    found: pd.DataFrame | None, floor: int,
) -> Checks:  # fmt: skip
    rate = parameters.false_discovery
    of_rule = pairs.of_rule[: len(rules.table)]
    own = pairs.take(np.arange(min(int(of_rule.max()) + 1, MOST_PAIRS)))
    parts, mean_sizes = _parts(baskets, cut)
    a, r, c, n = parts.of(pairs)
    sums = (a.sum(axis=1), r.sum(axis=1), c.sum(axis=1))
    wide = widening(cut, pairs, sums, int(n.sum())) if baskets.has_people else np.ones(len(pairs))
    repeated = _replicated(baskets, pairs, parts, mean_sizes, wide, found, len(rules.table), rate)
    sizes = _over_sizes(parts, mean_sizes)
    factors = controls.combined(cut)
    audit = controls.audit(cut, own, wide[: len(own)], rules.family, rate, sizes, factors)
    tested, lifts = groups.by_groups(cut, own, wide[: len(own)], rate)
    yearly = seasons(cut.count(SEASON, sets=own.sets_needed), own, wide[: len(own)], rate) if _whole_year(cut) else None
    told = np.unique(of_rule[_told(rules.table) & (of_rule >= 0) & (of_rule < len(own))])
    fitted, months = _decay(cut, own, parameters.seed)
    table = rule_rows(rules.table, pairs, own, wide, replication.later_of_all(pairs, parts, mean_sizes, wide), repeated,
                      audit, tested, lifts, yearly, fitted, rate)  # fmt: skip
    return Checks(
        table, _by_rule(audit, rules.table, of_rule), _by_rule(tested, rules.table, of_rule),
        _named(_by_rule(lifts, rules.table, of_rule), cut), _by_rule(yearly, rules.table, of_rule), repeated,
        _all_together(fitted, cut, own, told, parameters.seed), _self_test(baskets, parameters, floor), factors,
        groups.compared(cut), int((of_rule >= 0).sum()), months,
    )  # fmt: skip


def _told(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    kept = table["significant"].astype(bool) & ~table["redundant"].astype(bool) & (table["lift"] > 1)
    return np.asarray(kept, dtype=bool)


def _parts(baskets: Baskets, cut: Strata) -> tuple[Stratified, Floats]:
    """Counts by later and size class, and the mean size of each."""
    parts = cut.count(LATER, SIZE)
    joined = cut.table.select("basket", LATER, SIZE).join(baskets.heads.select("basket", own=baskets.heads["size"]), "basket")
    means = joined.group_by([LATER, SIZE]).aggregate(own=lambda t: t["own"].mean()).to_pandas()
    ordered = parts.levels.merge(means, on=[LATER, SIZE], how="left")["own"]
    return parts, ordered.to_numpy(dtype=float)


def _over_sizes(parts: Stratified, mean_sizes: Floats) -> tuple[Stratified, Floats]:
    """The same over both parts of time."""
    code, place = np.unique(parts.levels[SIZE].to_numpy(), return_inverse=True)
    counts = np.zeros((len(parts.counts), len(code)), dtype=np.int64)
    np.add.at(counts.T, place, parts.counts.T)
    n = np.bincount(place, weights=parts.baskets)
    mean = np.bincount(place, weights=parts.baskets * mean_sizes) / n
    return Stratified(counts, n.astype(np.int64), pd.DataFrame({SIZE: code})), mean


def _replicated(
    baskets: Baskets, pairs: Links, parts: Stratified, mean_sizes: Floats, wide: Floats, found: pd.DataFrame | None,
    rules: int, rate: float,
) -> Replication:  # fmt: skip
    if found is None:
        return replication.no_replication(baskets, "no_parts")
    which = pairs.of_rule[rules:]
    found, which = found[which >= 0].reset_index(drop=True), which[which >= 0]
    by = baskets.split or "chance"
    return replication.replicate(found, pairs.take(which), parts, mean_sizes, wide[which], rate, by)


def _whole_year(cut: Strata) -> bool:
    """Whether every month of the year is in the data, so that a season can be told from a rise."""
    return SEASON in cut.factors and len(cut.months) >= YEAR


def _decay(cut: Strata, own: Links, seed: int) -> tuple[Decay | None, int]:
    """Decay of each pair over the months, and how many months there are."""
    if MONTH not in cut.factors or len(cut.months) < PERIODS:
        return None, len(cut.months)
    counts = cut.count(MONTH, sets=own.sets_needed)
    known = counts.levels[MONTH].to_numpy() >= 0
    a, r, c, n = counts.of(own)
    middle = counts.levels[MONTH].to_numpy()[known] + 0.5
    return decay(a[:, known], r[:, known], c[:, known], n[known], middle, seed), len(cut.months)


def _all_together(fitted: Decay | None, cut: Strata, own: Links, told: npt.NDArray[np.int64], seed: int) -> HalfLife:
    """The half-life that the rules worth telling share."""
    nothing = (math.nan, math.nan, math.nan)
    if fitted is None:
        return HalfLife(0, len(cut.months), *nothing, False, False, "no_months" if cut.months else "no_dates")
    shared = _decay(cut, own.take(told), seed)[0] if len(told) else None
    if shared is None or not shared.pairs:
        return HalfLife(0, len(cut.months), *nothing, False, False, "no_rules" if not len(told) else "few_baskets")
    low, high = half_life(shared.together_high), half_life(shared.together_low)
    return HalfLife(
        shared.pairs, len(cut.months), half_life(shared.together), low, high, shared.together_low > 0,
        shared.together_high < 0,
    )  # fmt: skip


def _by_rule(table: pd.DataFrame | None, rules: pd.DataFrame, of_rule: npt.NDArray[np.int64]) -> pd.DataFrame:
    """The rows of pairs, once for each rule of the pair, with the rule's number instead of the pair's."""
    if table is None or not len(table):
        return pd.DataFrame(columns=["rule"])
    named = pd.DataFrame({"rule": rules["rule"].to_numpy(), "pair": of_rule})
    joined = named[named["pair"] >= 0].merge(table, on="pair").drop(columns="pair")
    return joined.reset_index(drop=True)


def _named(lifts: pd.DataFrame, cut: Strata) -> pd.DataFrame:
    """The client's values instead of codes; classes of how often customers buy, and discounts, keep their codes."""
    if not len(lifts):
        return lifts.assign(value=None)
    names = [
        cut.values[column][int(code)] if column in cut.values else str(int(code))
        for column, code in zip(lifts["column"], lifts["code"], strict=True)
    ]
    return lifts.assign(value=names)


def _self_test(baskets: Baskets, parameters: BasketRulesParameters, floor: int) -> SelfTest | None:
    """The tests on shuffled baskets: products where there are any, else categories."""
    items = baskets.of_level(ITEM)
    items = items if len(items) else baskets.items
    every = max(1, math.ceil(int(items["baskets"].sum()) / MOST_LINES))
    lines = baskets.lines.filter(baskets.lines["basket"] % every == 0) if every > 1 else baskets.lines
    frame = lines.to_pandas().sort_values(["basket", "item"], ignore_index=True)
    frame = frame[frame["item"].isin(items["item"])]
    if not len(frame):
        return None
    basket, names = pd.factorize(frame["basket"])
    item = pd.factorize(frame["item"], sort=True)[0]
    least = max(SMALLEST_FLOOR, -(-floor * len(names) // max(baskets.n, 1)))
    return self_test(basket.astype(np.int64), item.astype(np.int64), least, parameters.false_discovery, parameters.seed)


def client_column(column: str) -> str:
    """The client's name of a group column; other factors as they are."""
    return column.removeprefix(GROUP)
