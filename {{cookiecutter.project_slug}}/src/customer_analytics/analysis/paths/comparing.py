"""Whether one way through the site reaches the goal more often than another, among visits that are alike.

Visits are compared within strata of device, channel and first or later visit. A stratum counts by n1 n0 / (n1 + n0),
the weights of Mantel and Haenszel (1959), which balance what the strata are made of exactly. The variance sums the
influence of each person's visits (Liang, Zeger 1986), for the visits of one person are alike. What was not matched on,
the hour and the day of the week, shows whether the balance holds beyond the strata.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.paths.places import NONE
from customer_analytics.analysis.paths.visits import before_goal
from customer_analytics.statistics import Z95, benjamini_hochberg

Way = tuple[int, ...]
MOST_WAYS = 8
LEAST_VISITS = 100  # of a way that is compared
BALANCED = 0.1  # largest standardised difference that counts as balance (Austin 2009)
MOSTLY = 0.8  # share of the visits that must lie in strata with both ways
_STRATUM = ("cell", "again")
_CHECKED = ("weekend", "evening")
_BALANCE = ["covariate", "before", "after", "matched"]


@dataclass(frozen=True)
class Comparison:
    """One way against another, or against all other visits with two stops (`other` empty).

    `rate`, `other_rate`: share of visits that reach the goal, standardised to the same strata; `raw`, `other_raw`: as
    they are. `difference` with `low`, `high` (95 %), `p`; `q` over all ways that were tested (NaN for a pair stated
    before). `matched`: share of the visits in strata with both. `balance`: covariate, before, after (standardised
    differences), matched (whether it was matched on). NaN where not estimable.
    """

    way: Way
    other: Way
    visits: int
    people: int
    other_visits: int
    other_people: int
    raw: float
    other_raw: float
    rate: float
    other_rate: float
    difference: float
    low: float
    high: float
    p: float
    q: float
    matched: float
    balance: pd.DataFrame

    @property
    def largest(self) -> float:
        """The largest standardised difference that is left."""
        return float(self.balance["after"].abs().max()) if len(self.balance) else math.nan

    @property
    def is_balanced(self) -> bool:
        """Whether the two sides are alike enough for an adjusted comparison."""
        return self.matched >= MOSTLY and self.largest <= BALANCED


def usual_ways(visits: ir.Table, goal: int) -> list[Way]:
    """The most used ways in: first and second place of a visit, the second not the goal."""
    pairs = visits.filter(visits.first_2 != NONE, visits.first_2 != goal)
    counted = pairs.group_by("first_1", "first_2").aggregate(n=pairs.count())
    top: pd.DataFrame = counted.order_by(ibis.desc("n"), "first_1", "first_2").limit(MOST_WAYS).to_pandas()
    top = top[top["n"] >= LEAST_VISITS]
    return [(int(first), int(second)) for first, second in zip(top["first_1"], top["first_2"], strict=True)]


def alternatives(ways: Sequence[Way]) -> tuple[Way, Way] | None:
    """The two most used ways on from one first place: what a visitor there chooses between. None without two."""
    for way in ways:
        rival = next((other for other in ways if other[0] == way[0] and other != way), None)
        if rival is not None:
            return way, rival
    return None


def by_usual_ways(visits: ir.Table, ways: Sequence[Way], goal: int) -> ir.Table:
    """The visits with two stops or more and the number of their way (0: none of them)."""
    chosen = visits.filter(visits.first_2 != NONE, visits.first_2 != goal)
    number = ibis.cases(
        *[((chosen.first_1 == first) & (chosen.first_2 == second), i) for i, (first, second) in enumerate(ways, 1)],
        else_=0,
    )
    return chosen.mutate(way=number.cast("int16"))


def by_asked_ways(visits: ir.Table, stops: ir.Table, ways: Sequence[Way]) -> ir.Table:
    """The visits that take one of two ways before the goal, with the number of the one they take first (1 or 2).

    A way is a place, or two places that follow each other.
    """
    before = stops.filter(before_goal(stops))
    found = {}
    for number, way in enumerate(ways, start=1):
        taken = before.place == way[-1]
        if len(way) > 1:
            taken = taken & (before.previous == way[0])
        found[f"at_{number}"] = before.number.min(where=taken).fill_null(2**30)
    first = before.group_by("visit").aggregate(**found)
    first = first.filter((first.at_1 < 2**30) | (first.at_2 < 2**30))
    first = first.select("visit", way=(first.at_1 <= first.at_2).ifelse(1, 2).cast("int16"))
    return visits.inner_join(first, "visit").select(*visits.columns, "way")


def compare(
    chosen: ir.Table, ways: Sequence[Way], pairs: Sequence[tuple[int, int]], cells: pd.DataFrame, minimum_base: int
) -> list[Comparison]:
    """Compare ways; `pairs`: numbers of two ways (second 0: all other visits of `chosen`).

    Args:
        chosen: visits with way, cell, again, goal_number, weekend and evening (0 or 1).
        cells: cell, device, channel.
        minimum_base: no rate with fewer people on a side.
    """
    rows = chosen.mutate(y=chosen.goal_number.notnull().ifelse(1, 0))
    crossed: pd.DataFrame = (
        rows.group_by("way", *_STRATUM)
        .aggregate(n=rows.count(), y=rows.y.sum(), **{name: rows[name].sum() for name in _CHECKED})
        .to_pandas()
        .astype("int64")
        .sort_values(["way", *_STRATUM], ignore_index=True)
    )
    counted: pd.DataFrame = rows.group_by("way").aggregate(people=rows.person_id.nunique()).to_pandas()
    people = {int(way): int(count) for way, count in zip(counted["way"], counted["people"], strict=True)}
    strata = [_strata(crossed, pair) for pair in pairs]
    variances = _variances(rows, crossed, pairs, strata)
    found = [
        _comparison(ways, pair, own, variance, people, cells, minimum_base)
        for pair, own, variance in zip(pairs, strata, variances, strict=True)
    ]
    return _with_q(found)


def _strata(crossed: pd.DataFrame, pair: tuple[int, int]) -> pd.DataFrame:
    """One row a stratum: n, y and covariates of both sides (_1, _0) and its weight; 0 without both sides."""
    is_rest = crossed["way"] != pair[0] if pair[1] == 0 else crossed["way"] == pair[1]
    sides = [
        crossed[mask].groupby(list(_STRATUM))[["n", "y", *_CHECKED]].sum().add_suffix(suffix)
        for mask, suffix in ((crossed["way"] == pair[0], "_1"), (is_rest, "_0"))
    ]
    table = sides[0].join(sides[1], how="outer").fillna(0.0).reset_index()
    both = (table["n_1"] >= 2) & (table["n_0"] >= 2)
    weight = table["n_1"] * table["n_0"] / (table["n_1"] + table["n_0"]).where(both)
    return table.assign(weight=weight.fillna(0.0))


def _variances(
    rows: ir.Table, crossed: pd.DataFrame, pairs: Sequence[tuple[int, int]], strata: Sequence[pd.DataFrame]
) -> list[float]:
    """Variance of each standardised difference: squares of the people's summed influence."""
    influence = crossed[["way", *_STRATUM]].copy()
    for number, (pair, own) in enumerate(zip(pairs, strata, strict=True)):
        whole = own["weight"].sum()
        joined = influence[["way", *_STRATUM]].merge(own, on=list(_STRATUM), how="left")
        is_first = joined["way"] == pair[0]
        is_other = ~is_first if pair[1] == 0 else joined["way"] == pair[1]
        n = np.where(is_first, joined["n_1"], joined["n_0"])
        y = np.where(is_first, joined["y_1"], joined["y_0"])
        counts = (joined["weight"] > 0) & (is_first | is_other) & (whole > 0)
        safe = np.maximum(n, 2.0)
        factor = np.sqrt(safe / (safe - 1)) * joined["weight"] / max(whole, 1e-300) / safe
        influence[f"factor_{number}"] = np.where(counts, np.where(is_first, factor, -factor), 0.0)
        influence[f"mean_{number}"] = np.where(counts, y / safe, 0.0)
    if not len(influence):
        return [math.nan] * len(pairs)
    table = ibis.memtable(influence.astype({"way": "int16", "cell": "int16", "again": "int16"}))
    joined_rows = rows.inner_join(table, ["way", *_STRATUM])
    scores = {
        f"score_{number}": (joined_rows[f"factor_{number}"] * (joined_rows.y - joined_rows[f"mean_{number}"])).sum()
        for number in range(len(pairs))
    }
    by_person = joined_rows.group_by("person_id").aggregate(**scores)
    squares = by_person.aggregate(**{name: (by_person[name] * by_person[name]).sum() for name in scores}).to_pandas()
    return [float(squares[f"score_{number}"].iloc[0]) for number in range(len(pairs))]


def _comparison(
    ways: Sequence[Way], pair: tuple[int, int], strata: pd.DataFrame, variance: float, people: Mapping[int, int],
    cells: pd.DataFrame, minimum: int,
) -> Comparison:  # fmt: skip
    sums = strata.drop(columns=list(_STRATUM)).sum()
    first_people = people.get(pair[0], 0)
    other_people = sum(n for way, n in people.items() if way != pair[0]) if pair[1] == 0 else people.get(pair[1], 0)
    weight = strata["weight"].to_numpy(float)
    whole = weight.sum()
    enough = min(first_people, other_people) >= minimum and whole > 0 and math.isfinite(variance)
    rates = [
        float((weight * (strata[f"y_{side}"] / strata[f"n_{side}"].clip(lower=1)).to_numpy(float)).sum() / whole)
        if enough
        else math.nan
        for side in (1, 0)
    ]
    difference = rates[0] - rates[1]
    error = math.sqrt(max(variance, 0.0)) if enough else math.nan
    p = math.erfc(abs(difference) / error / math.sqrt(2)) if enough and error > 0 else (1.0 if enough else math.nan)
    inside = strata["weight"] > 0
    both = float(sums["n_1"] + sums["n_0"])
    return Comparison(
        way=ways[pair[0] - 1],
        other=ways[pair[1] - 1] if pair[1] else (),
        visits=int(sums["n_1"]), people=first_people, other_visits=int(sums["n_0"]), other_people=other_people,
        raw=float(sums["y_1"] / sums["n_1"]) if enough else math.nan,
        other_raw=float(sums["y_0"] / sums["n_0"]) if enough else math.nan,
        rate=rates[0], other_rate=rates[1], difference=difference,
        low=difference - Z95 * error, high=difference + Z95 * error, p=p, q=math.nan,
        matched=float(strata.loc[inside, ["n_1", "n_0"]].to_numpy().sum() / both) if both else math.nan,
        balance=_balance(strata, cells) if enough else pd.DataFrame(columns=_BALANCE),
    )  # fmt: skip


def _balance(strata: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Standardised differences of each covariate, before and after matching (Austin 2009): difference of the shares by
    the root of the mean of their variances."""
    known = strata.merge(cells, on="cell", how="left")
    shares: list[tuple[str, bool, pd.Series, pd.Series]] = []
    for column in ("device", "channel"):
        for value in sorted(set(known[column].dropna()) - {""}):
            share = (known[column] == value).astype(float)
            shares.append((str(value), True, share, share))
    again = known["again"].astype(float)
    shares.append(("again", True, again, again))
    for name in _CHECKED:
        own, other = (known[f"{name}_{side}"] / known[f"n_{side}"].clip(lower=1) for side in (1, 0))
        shares.append((name, False, own, other))
    rows = []
    for name, matched, own, other in shares:
        before = _standardised(own, other, known["n_1"], known["n_0"])
        after = _standardised(own, other, known["weight"], known["weight"])
        rows.append((name, before, after, matched))
    return pd.DataFrame(rows, columns=_BALANCE)


def _standardised(own: pd.Series, other: pd.Series, weights: pd.Series, other_weights: pd.Series) -> float:
    first = float((own * weights).sum() / max(weights.sum(), 1e-300))
    second = float((other * other_weights).sum() / max(other_weights.sum(), 1e-300))
    spread = math.sqrt((first * (1 - first) + second * (1 - second)) / 2)
    return (first - second) / spread if spread > 0 else 0.0


def _with_q(found: list[Comparison]) -> list[Comparison]:
    """q over the comparisons with all the rest; a pair of two ways was stated before."""
    searched = [place for place, each in enumerate(found) if not each.other and not math.isnan(each.p)]
    if not searched:
        return found
    q = benjamini_hochberg(np.array([found[place].p for place in searched]))
    result = list(found)
    for place, value in zip(searched, q, strict=True):
        result[place] = Comparison(**{**found[place].__dict__, "q": float(value)})
    return result
