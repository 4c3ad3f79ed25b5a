"""Whether a rule is as strong in every region, store, channel and kind of customer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_analytics.analysis.association.tails import at_most
from customer_analytics.analysis.rule_checks.links import Links
from customer_analytics.analysis.rule_checks.strata import ORDERS, OTHER, PROMOTION, Strata, Stratified, different
from customer_analytics.analysis.rule_checks.stratified import homogeneity, plain_lift, widened
from customer_analytics.analysis.rule_checks.tails import Floats
from customer_analytics.statistics import benjamini_hochberg

EXPECTED = 5.0  # baskets with both by chance that a group needs for a lift of its own
TESTED = ["pair", "column", "statistic", "freedom", "p", "q", "values"]
BY_VALUE = [
    "pair", "column", "code", "baskets", "count", "count_antecedent", "count_consequent", "lift", "low", "high",
    "expected", "p_below", "q_below", "flips", "customers",
]  # fmt: skip


def compared(strata: Strata) -> tuple[str, ...]:
    """Factors that are groups: the client's columns, how often customers buy, and whether there was a discount."""
    return tuple(name for name in (*strata.group_columns, ORDERS, PROMOTION) if name in strata.factors)


def by_groups(strata: Strata, pairs: Links, widening: Floats, rate: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(test of each pair and column that its odds ratio is the same everywhere, lift of each pair by value).

    q of the test over all pairs and columns that could be tested. By value: only values that are known, where at least
    EXPECTED baskets with both would be there by chance; flips: lift there below 1 beyond chance (q over all values and
    pairs) although it is above 1 over all; customers: different ones with both there (0 where none are known).
    """
    tests, values = [], []
    for column in compared(strata):
        counts = strata.count(column, sets=pairs.sets_needed)
        tests.append(_tested(counts, pairs, widening, column))
        own = _by_value(counts, pairs, widening, column)
        values.append(own.merge(_customers(strata, pairs, column), on=["pair", "code"], how="left"))
    if not tests:
        return pd.DataFrame(columns=TESTED), pd.DataFrame(columns=BY_VALUE)
    table = pd.concat(tests, ignore_index=True)
    table = table[np.isfinite(table["p"])].reset_index(drop=True)
    table["q"] = benjamini_hochberg(table["p"].to_numpy(dtype=float)) if len(table) else np.empty(0)
    lifts = pd.concat(values, ignore_index=True)
    lifts["customers"] = lifts["customers"].fillna(0).astype("int64")
    lifts["q_below"] = benjamini_hochberg(lifts["p_below"].to_numpy(dtype=float)) if len(lifts) else np.empty(0)
    lifts["flips"] = (lifts["q_below"] <= rate) & (lifts["lift"] < 1)
    return table[TESTED], lifts[BY_VALUE]


def _tested(counts: Stratified, pairs: Links, widening: Floats, column: str) -> pd.DataFrame:
    known = counts.levels[column].to_numpy() != OTHER
    a, r, c, n = counts.of(pairs)
    found = homogeneity(a[:, known], r[:, known], c[:, known], n[known][None, :], widening)
    return pd.DataFrame(
        {
            "pair": np.arange(len(pairs)), "column": column, "statistic": found.statistic, "freedom": found.freedom,
            "p": found.p_value, "values": found.strata,
        }
    )  # fmt: skip


def _by_value(counts: Stratified, pairs: Links, widening: Floats, column: str) -> pd.DataFrame:
    a, r, c, n = counts.of(pairs)
    found = plain_lift(a, r, c, n[None, :], widening[:, None])
    expected = r * c / np.maximum(n, 1)[None, :]
    codes = counts.levels[column].to_numpy()
    shown = (expected >= EXPECTED) & (codes != OTHER)[None, :]
    pair, place = np.nonzero(shown)
    baskets = n[place]
    p = at_most(a[shown], baskets, r[shown], c[shown]) if len(pair) else np.empty(0)
    return pd.DataFrame(
        {
            "pair": pair, "column": column, "code": codes[place], "baskets": baskets, "count": a[shown],
            "count_antecedent": r[shown], "count_consequent": c[shown], "lift": found.lift[shown],
            "low": found.low[shown], "high": found.high[shown], "expected": expected[shown],
            "p_below": widened(p, widening[pair]),
        }
    )  # fmt: skip


def _customers(strata: Strata, pairs: Links, column: str) -> pd.DataFrame:
    """Different customers who have both in a basket, by pair and value."""
    held, codes = strata.of_sets(pairs.sets_needed), strata.baskets(column)[column].to_numpy()
    rows = held["set"].to_numpy() * len(codes) + np.searchsorted(codes, held[column].to_numpy())
    found = different(rows, held["owner"].to_numpy(), pairs.sets_needed * len(codes)).reshape(-1, len(codes))
    customers = found[pairs.both]
    return pd.DataFrame(
        {
            "pair": np.repeat(np.arange(len(pairs)), len(codes)), "code": np.tile(codes, len(pairs)),
            "customers": customers.ravel(),
        }
    )  # fmt: skip
