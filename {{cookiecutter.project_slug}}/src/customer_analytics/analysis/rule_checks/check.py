"""All checks of the rules, and what each rule is told of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.association import Rules
from customer_analytics.analysis.baskets.basket import ITEM, Baskets
from customer_analytics.analysis.rule_checks import controls, groups, replication
from customer_analytics.analysis.rule_checks.clustering import widening
from customer_analytics.analysis.rule_checks.decay import PERIODS, Decay, decay, half_life
from customer_analytics.analysis.rule_checks.links import Links, links
from customer_analytics.analysis.rule_checks.result import Checks, HalfLife, Replication, SelfTest
from customer_analytics.analysis.rule_checks.seasons import seasons
from customer_analytics.analysis.rule_checks.shuffling import MOST_LINES, self_test
from customer_analytics.analysis.rule_checks.strata import LATER, MONTH, SEASON, SIZE, Strata, Stratified, strata
from customer_analytics.analysis.rule_checks.tails import Floats
from customer_analytics.analysis.rule_checks.telling import Deep, rule_rows

if TYPE_CHECKING:
    from customer_analytics.engagement.parameters import BasketRulesParameters

MOST_PAIRS = 400  # pairs beyond chance that are divided by everything; the others are only looked at later
YEAR = 12
SMALLEST_FLOOR = 5


def check(
    baskets: Baskets, rules: Rules, earlier: Rules | None, parameters: BasketRulesParameters, floor: int
) -> Checks | None:
    """Whether the rules hold up; None where there are none.

    Args:
        baskets, rules, parameters: of the report.
        earlier: rules of the earlier baskets alone (`earlier_rules`), None where there are no parts.
        floor: baskets that a set needed.
    """
    if not len(rules.table):
        return None
    found = replication.told(earlier) if earlier is not None else None
    table, order = _first_the_sure(rules.table, parameters.false_discovery)
    columns = ["antecedent", "consequent", "count", "count_antecedent", "count_consequent"]
    # The strongest told come first, then what the earlier part told, strongest first, then the rest: a limit of memory
    # leaves out the weakest, and which of the earlier ones are looked up does not hang on what the whole period told.
    told = int((table["significant"].astype(bool) & ~table["redundant"].astype(bool)).sum())
    head = min(told, 2 * MOST_PAIRS)
    parts = [table[columns].iloc[:head], found[columns] if found is not None else table[columns].iloc[:0]]
    pairs = links(pd.concat([*parts, table[columns].iloc[head:]], ignore_index=True))
    cut = strata(baskets, pairs)
    try:
        return _Checking(baskets, rules, parameters, cut, pairs, (order, head)).checks(found, floor)
    finally:
        cut.release()


def _sure(table: pd.DataFrame, rate: float) -> npt.NDArray[np.bool_]:
    """Rules beyond independence by Fisher's test."""
    return np.asarray((table["q_fisher"] <= rate) & (table["lift"] > 1), dtype=bool)


def _first_the_sure(table: pd.DataFrame, rate: float) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Rules told first, then those beyond independence, else in their order; and the place of each row in the table."""
    told = table["significant"].to_numpy(dtype=bool) & ~table["redundant"].to_numpy(dtype=bool)
    order = np.argsort(2 - _sure(table, rate) - told.astype(np.int64), kind="stable")
    return table.iloc[order], order


class _Checking:
    """One run: rules, strata, and which pair of item sets stands behind each rule."""

    def __init__(
        self, baskets: Baskets, rules: Rules, parameters: BasketRulesParameters, cut: Strata, pairs: Links,
        places: tuple[npt.NDArray[np.int64], int],
    ) -> None:  # fmt: skip
        self.baskets, self.rules, self.parameters, self.cut, self.pairs = baskets, rules, parameters, cut, pairs
        order, head = places
        earlier = len(pairs.of_rule) - len(order)
        first = np.concatenate([pairs.of_rule[:head], pairs.of_rule[head + earlier :]])
        self.of_rule = np.full(len(order), -1, dtype=np.int64)
        self.of_rule[order] = first
        sure = int(_sure(rules.table, parameters.false_discovery).sum())
        self.own = pairs.take(np.arange(min(int(first[:sure].max(initial=-1)) + 1, MOST_PAIRS)))
        self.of_earlier = pairs.of_rule[head : head + earlier]

    def checks(self, found: pd.DataFrame | None, floor: int) -> Checks:
        """`found`: rules of the earlier part alone, None where there are no parts; floor: baskets that a set needed."""
        cut, own, rate, table = self.cut, self.own, self.parameters.false_discovery, self.rules.table
        parts, mean_sizes = _parts(self.baskets, cut)
        wide = self._widening(parts)
        few = wide[: len(own)]
        repeated = self._replicated(parts, mean_sizes, wide, found)
        factors = controls.combined(cut)
        audit = controls.audit(cut, own, few, self.rules.family, rate, _over_sizes(parts, mean_sizes), factors)
        tested, lifts = groups.by_groups(cut, own, few, rate)
        yearly = seasons(cut.count(SEASON, sets=own.sets_needed), own, few, rate) if _whole_year(cut) else None
        fitted, shared = self._decay()
        later = replication.later_of_all(self.pairs, parts, mean_sizes, wide)
        deep = Deep(own, audit, tested, lifts, yearly, fitted, rate)
        named = [_by_rule(each, table, self.of_rule) for each in (audit, tested, lifts, yearly)]
        return Checks(
            rule_rows(table, self.of_rule, self.pairs, wide, later, repeated, deep), named[0], named[1],
            _named(named[2], cut), named[3], repeated, shared, _self_test(self.baskets, self.parameters, floor),
            factors, groups.compared(cut), len(own), int((self.of_rule >= 0).sum()), len(cut.months),
        )  # fmt: skip

    def _widening(self, parts: Stratified) -> Floats:
        if not self.baskets.has_people:
            return np.ones(len(self.pairs))
        a, r, c, _ = parts.of(self.pairs)
        wanted = np.arange(len(self.pairs)) < len(self.own)
        wanted[self.of_earlier[self.of_earlier >= 0]] = True
        return widening(self.cut, self.pairs, (a.sum(axis=1), r.sum(axis=1), c.sum(axis=1)), wanted)

    def _replicated(
        self, parts: Stratified, mean_sizes: Floats, wide: Floats, found: pd.DataFrame | None
    ) -> Replication:
        if found is None:
            return replication.no_replication(self.baskets, "no_parts")
        which = self.of_earlier
        found, which = found[which >= 0].reset_index(drop=True), which[which >= 0]
        by, rate, pairs = self.baskets.split or "chance", self.parameters.false_discovery, self.pairs.take(which)
        customers = self.cut.customers()[pairs.both]
        return replication.replicate(found, pairs, parts, mean_sizes, wide[which], customers, rate, by)

    def _decay(self) -> tuple[Decay | None, HalfLife]:
        """Decay of each pair over the months, and of those together that are worth telling."""
        cut, own, months = self.cut, self.own, len(self.cut.months)
        nothing = (math.nan, math.nan, math.nan)
        if MONTH not in cut.factors or months < PERIODS:
            return None, HalfLife(0, months, *nothing, False, False, "no_months" if cut.months else "no_dates")
        table = self.rules.table
        told = (table["significant"].astype(bool) & ~table["redundant"].astype(bool) & (table["lift"] > 1)).to_numpy()
        which = np.unique(self.of_rule[told & (self.of_rule >= 0) & (self.of_rule < len(own))])
        counts = cut.count(MONTH, sets=own.sets_needed)
        known = counts.levels[MONTH].to_numpy() >= 0
        a, r, c, n = counts.of(own)
        middle = counts.levels[MONTH].to_numpy()[known] + 0.5
        fitted = decay(a[:, known], r[:, known], c[:, known], n[known], middle, which, self.parameters.seed)
        if not fitted.pairs:
            return fitted, HalfLife(0, months, *nothing, False, False, "few_baskets" if len(which) else "no_rules")
        low, high = half_life(fitted.together_high), half_life(fitted.together_low)
        decays, grows = fitted.together_low > 0, fitted.together_high < 0
        return fitted, HalfLife(fitted.pairs, months, half_life(fitted.together), low, high, decays, grows)


def _parts(baskets: Baskets, cut: Strata) -> tuple[Stratified, Floats]:
    """Counts by later and size class, and the mean size of each."""
    parts = cut.count(LATER, SIZE)
    joined = cut.table.select("basket", LATER, SIZE).join(
        baskets.heads.select("basket", own=baskets.heads["size"]), "basket"
    )
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


def _whole_year(cut: Strata) -> bool:
    """Whether every month of the year is in the data, so that a season can be told from a rise."""
    return SEASON in cut.factors and len(cut.months) >= YEAR


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
