"""How alike two groups are in what was known before: standardised differences before and after matching."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_analytics.analysis.comparison.design import Design, Floats
from customer_analytics.analysis.comparison.matching import PLANS, Matches, match

ALIKE = 0.1  # a standardised difference up to which groups count as alike (Austin 2009)
LEAST_KEPT = 0.5  # share of the contacted that a plan has to find partners for, where another plan does


def balance_table(found: Design, matches: Matches) -> pd.DataFrame:
    """One row a property: covariate, before, after (standardised differences, contacted less others).

    The differences are divided by the standard deviation of both groups before matching, the same before and after,
    so that the second does not look better because the groups became narrower.
    """
    inside = found.contacted
    spread = np.sqrt((_variance(found.x[inside]) + _variance(found.x[~inside])) / 2)
    everybody = np.ones(len(inside))
    before = _mean(found.x[inside], everybody[inside]) - _mean(found.x[~inside], everybody[~inside])
    weight = matches.weight
    after = _mean(found.x[inside], weight[inside]) - _mean(found.x[~inside], weight[~inside])
    safe = np.where(spread > 1e-12, spread, np.nan)
    same = np.where(np.abs(before) < 1e-12, 0.0, np.nan)  # no spread at all: alike if the same
    table = {
        "covariate": list(found.names),
        "before": np.where(np.isnan(safe), same, before / safe),
        "after": np.where(np.isnan(safe), same, after / safe),
    }
    return pd.DataFrame(table)


def _variance(x: Floats) -> Floats:
    return x.var(axis=0, ddof=1) if len(x) > 1 else np.zeros(x.shape[1])


def _mean(x: Floats, weight: Floats) -> Floats:
    total = weight.sum()
    return np.asarray(weight @ x / total if total > 0 else np.full(x.shape[1], np.nan))


def worst(table: pd.DataFrame, column: str) -> float:
    """Largest standardised difference, without its sign; NaN where there is none."""
    values = table[column].abs()
    return float(values.max()) if values.notna().any() else float("nan")


def best_matches(found: Design, seed: int) -> tuple[Matches, pd.DataFrame]:
    """The first plan that makes the groups alike, else the one that comes nearest; chosen without outcomes.

    Plans with more partners come first: they have the narrower interval. A plan that loses half of the contacted is
    taken only where all do.
    """
    tried: list[tuple[bool, float, int, Matches, pd.DataFrame]] = []
    for plan in PLANS:
        matches = match(found, plan, seed)
        table = balance_table(found, matches)
        kept = len(matches.contacted) / max(int(found.contacted.sum()), 1)
        apart = worst(table, "after")
        if kept >= LEAST_KEPT and apart <= ALIKE:
            return matches, table
        tried.append((kept < LEAST_KEPT, apart if np.isfinite(apart) else np.inf, len(tried), matches, table))
    *_, matches, table = min(tried, key=lambda one: one[:3])
    return matches, table
