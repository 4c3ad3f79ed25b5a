"""Sums of the main outcome by campaign, arm and level, in the engine; effects of each level with their errors."""

from __future__ import annotations

import math
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.campaigns.campaign import Campaigns, Outcome
from customer_analytics.analysis.differences.classes import Ranges
from customer_analytics.statistics import Z95, newcombe

Floats = npt.NDArray[np.float64]
MOST_LEVELS = 12  # of a client's column; the others are put together
FEWEST_CLUSTERS = 10  # in each arm
KEYS = ("code", "arm", "level", "cluster", "n", "s", "q")


class Effects(NamedTuple):
    """Both arms in each level, and the covariance of the levels' effects. `clusters`: in both arms, or None."""

    n: Floats  # (levels, 2): control, contact
    mean: Floats
    effect: Floats
    low: Floats
    high: Floats
    covariance: Floats
    clusters: int | None


def sums(campaigns: Campaigns, outcome: Outcome, group: Ranges | str) -> pd.DataFrame:
    """KEYS: people with a complete window and a known outcome, with the sum and sum of squares of it.

    `level`: a place of ranges, or the client's value as text (null: none). `cluster`: where clusters were drawn, else
    None.
    """
    compared = [int(row["code"]) for row in campaigns.compared()]
    counted = expression(campaigns.units, compared, outcome.column, group, clustered=campaigns.unit != "customer")
    frame: pd.DataFrame = counted.to_pandas()
    if "cluster" not in frame.columns:
        frame["cluster"] = None
    return frame[list(KEYS)].sort_values(["code", "arm", "level", "cluster"], ignore_index=True)


def expression(units: ir.Table, codes: list[int], column: str, group: Ranges | str, *, clustered: bool) -> ir.Table:
    """The same in the engine, rows in no order."""
    kept = units.filter(units.over, units.code.isin(codes), units[column].notnull())
    level: ir.Value = group.place(kept) if isinstance(group, Ranges) else kept[group].cast("string")
    keys: dict[str, ir.Value] = {"code": kept.code, "arm": kept.arm, "level": level}
    if clustered:
        keys["cluster"] = kept.cluster
    y = kept[column].cast("float64")
    return kept.group_by(**keys).aggregate(n=kept.count(), s=y.sum(), q=(y * y).sum())


def with_few_levels(frame: pd.DataFrame, others: str) -> pd.DataFrame:
    """Text levels: missing ones left out, all beyond the MOST_LEVELS largest put together under `others`."""
    known = frame[frame["level"].notna()].copy()
    sizes = known.groupby("level")["n"].sum().sort_index().sort_values(ascending=False, kind="stable")
    if len(sizes) > MOST_LEVELS:
        known.loc[~known["level"].isin(sizes.index[: MOST_LEVELS - 1]), "level"] = others
    return known


def arms_by_level(rows: pd.DataFrame, arm: int, least: int) -> tuple[list[object], pd.DataFrame]:
    """Levels with at least `least` people in the control (0) and in `arm`, in order; the rows of these levels."""
    both = rows[rows["arm"].isin([0, arm])]
    sizes = both.pivot_table(index="level", columns="arm", values="n", aggfunc="sum", fill_value=0, observed=True)
    sizes = sizes.reindex(columns=[0, arm], fill_value=0)
    enough = sizes.index[(sizes.min(axis=1) >= least).to_numpy()]
    levels: list[object] = sorted(enough)
    return levels, both[both["level"].isin(levels)]


def effects(rows: pd.DataFrame, levels: list[object], arm: int, *, binary: bool) -> Effects:
    """Mean of the outcome in `arm` less that in the control, by level, of customers drawn one by one."""
    both = pd.MultiIndex.from_product([levels, [0, arm]])
    table = rows.groupby(["level", "arm"])[["n", "s", "q"]].sum().reindex(both)
    n, s, q = (table[name].to_numpy(np.float64).reshape(-1, 2) for name in ("n", "s", "q"))
    mean, variance = s / n, _error(n, s, q, binary=binary)
    effect, total = mean[:, 1] - mean[:, 0], variance.sum(axis=1)
    if binary:
        bounds = np.array([newcombe(s[i, 1], n[i, 1], s[i, 0], n[i, 0]) for i in range(len(levels))]).reshape(-1, 2)
    else:
        half = Z95 * np.sqrt(total)
        bounds = np.column_stack([effect - half, effect + half])
    return Effects(n, mean, effect, bounds[:, 0], bounds[:, 1], np.diag(total), None)


def _error(n: Floats, s: Floats, q: Floats, *, binary: bool) -> Floats:
    """Squared standard error of each mean, above 0 even where all of a level did the same.

    Shares: with one success and one failure added (Agresti, Caffo 2000). Numbers: with one observation added that lies
    a standard deviation of the whole from the mean.
    """
    if binary:
        share: Floats = (s + 1) / (n + 2)
        return share * (1 - share) / (n + 2)
    everyone = max(float((q.sum() - s.sum() ** 2 / n.sum()) / n.sum()), 1e-12)
    inside = np.maximum(q - s**2 / n, 0.0)
    one: Floats = (inside + everyone) / n / n
    return one


def clustered(rows: pd.DataFrame, levels: list[object], arm: int) -> Effects | None:
    """The same where clusters were drawn: a cluster's customers are in several levels, so their errors go together.

    None where an arm has fewer than FEWEST_CLUSTERS clusters. Taylor's variance of a ratio of cluster sums.
    """
    n, mean = np.zeros((len(levels), 2)), np.zeros((len(levels), 2))
    covariance, clusters = np.zeros((len(levels), len(levels))), 0
    for side, number in enumerate((0, arm)):
        own = rows[rows["arm"] == number]
        heads, won = (
            own.pivot_table(index="cluster", columns="level", values=name, aggfunc="sum", fill_value=0.0)
            .reindex(columns=levels, fill_value=0.0)
            .to_numpy(np.float64)
            for name in ("n", "s")
        )
        many = len(heads)
        if many < FEWEST_CLUSTERS:
            return None
        n[:, side], mean[:, side] = heads.sum(axis=0), won.sum(axis=0) / heads.sum(axis=0)
        apart = (won - mean[:, side] * heads) / n[:, side]
        covariance += many / (many - 1) * apart.T @ apart
        clusters += many
    # Levels that no cluster tells apart would make the matrix singular.
    covariance += np.eye(len(levels)) * max(float(np.diag(covariance).max()), 1e-12) * 1e-9
    effect = mean[:, 1] - mean[:, 0]
    half = _student(clusters) * np.sqrt(np.diag(covariance))
    return Effects(n, mean, effect, effect - half, effect + half, covariance, clusters)


def _student(clusters: int) -> float:
    from scipy.stats import t

    return float(t.ppf(0.975, max(clusters - 2, 1))) if clusters > 2 else math.nan
