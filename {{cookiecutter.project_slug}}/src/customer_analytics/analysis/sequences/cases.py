"""The share of triggers that B follows, beside the share expected of it, with customers as the unit of every interval.

The lift is the Mantel-Haenszel ratio of two shares over strata (Greenland and Robins 1985): triggers against the other
moments of their stratum without B. Its interval sums over customers what each adds to the numerator less the lift times
the denominator. The p-value counts customers whom B follows at least once: under the null they are independent, and
the tail of their number is at most the binomial one with their mean chance (Hoeffding 1956).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.sequences.following import Following
from customer_analytics.statistics import Z95, wilson

MEASURES = [
    "triggers", "count", "people", "customers", "share", "share_low", "share_high", "expected", "lift", "lift_low",
    "lift_high", "base_p", "lag_low", "lag_median", "lag_high",
]  # fmt: skip


def measure(found: Following, pairs: pd.DataFrame) -> pd.DataFrame:
    """Measures of ordered pairs.

    Args:
        found: a search.
        pairs: pair, a, b.

    Returns:
        pair, triggers (moments with A without B, after a window without A, whose own window is over), count (of those,
        followed by B), people (customers with triggers), customers (with followed ones), share with its 95 % interval
        (Wilson with the customers' design effect), expected (the share of comparable moments: share / lift), lift with
        its interval, base_p (one-sided), lag_low, lag_median, lag_high (quartiles of the days between).
    """
    cases = _cases(found, pairs).cache()
    strata, totals = _by_stratum(found, cases, pairs)
    people = _by_people(cases, strata)
    lags = _lags(cases)
    cases.release()
    table: pd.DataFrame = pairs[["pair"]].merge(people, on="pair", how="left").merge(totals, on="pair", how="left")
    table = table.merge(lags, on="pair", how="left").sort_values("pair", ignore_index=True)
    counts = ["triggers", "count", "people", "customers"]
    table[counts] = table[counts].fillna(0).astype("int64")
    return _estimates(table)[["pair", *MEASURES]]


def _cases(found: Following, pairs: pd.DataFrame) -> ir.Table:
    """pair, b, person, stratum (null: nothing is bought in the window), lag (null: B does not follow)."""
    asked = ibis.memtable(pairs[["pair", "a", "b"]], schema={"pair": "int32", "a": "int32", "b": "int32"})
    lines = found.history.lines.select(held_moment="moment", held_item="item")
    own = found.triggers.inner_join(asked, found.triggers["item"] == asked.a).select("pair", "b", "moment", "person")
    own = own.anti_join(lines, [own.moment == lines.held_moment, own.b == lines.held_item])
    strata = found.strata.select(strata_moment="moment", stratum="stratum")
    own = own.left_join(strata, [own.moment == strata.strata_moment]).drop("strata_moment")
    later = found.later.select(later_moment="moment", later_item="item", lag="lag")
    joined = own.left_join(later, [own.moment == later.later_moment, own.b == later.later_item])
    return joined.select("pair", "b", "person", "stratum", "lag")


def _by_stratum(found: Following, cases: ir.Table, pairs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """pair, stratum, chance (share of all moments of the stratum without B that B follows), share_of_others and
    base_of_others (as the Mantel-Haenszel sums weigh them); and by pair the variance of the others' part."""
    placed = cases.filter(cases.stratum.notnull())
    counted: pd.DataFrame = (
        placed.group_by("pair", "stratum").aggregate(n=placed.count(), x=placed.lag.count()).to_pandas()
    )
    counted = counted.merge(pairs[["pair", "b"]], on="pair").sort_values(["pair", "stratum"], ignore_index=True)
    row, stratum = np.searchsorted(found.history.items, counted["b"]), counted["stratum"].to_numpy(dtype=np.int64)
    moments = (found.sizes[stratum] - found.held[row, stratum]).astype(float)
    follows = found.kept[row, stratum].astype(float)
    others = moments - counted["n"].to_numpy()
    others_follow = follows - counted["x"].to_numpy()
    counted["chance"] = follows / moments
    counted["up"] = others / moments
    counted["down"] = others_follow / moments
    counted["noise"] = (counted["n"].to_numpy() / moments) ** 2 * others_follow
    totals = counted.groupby("pair", as_index=False).agg(noise=("noise", "sum"))
    return counted[["pair", "stratum", "chance", "up", "down"]], totals


def _by_people(cases: ir.Table, strata: pd.DataFrame) -> pd.DataFrame:
    """Sums over customers of what each adds, one row a pair."""
    schema = {"s_pair": "int32", "s_stratum": "int32", "chance": "float64", "up": "float64", "down": "float64"}
    named = strata.rename(columns={"pair": "s_pair", "stratum": "s_stratum"})[list(schema)]
    rates = ibis.memtable(named, schema=schema)
    joined = cases.left_join(rates, [cases.pair == rates.s_pair, cases.stratum == rates.s_stratum])
    hit = joined.lag.notnull().cast("int64")
    chance = joined.chance.fill_null(0.0).clip(upper=1 - 1e-12)
    own = joined.group_by("pair", "person").aggregate(
        n=joined.count(), x=hit.sum(), up=(hit * joined.up.fill_null(0.0)).sum(), down=joined.down.fill_null(0.0).sum(),
        none=(1.0 - chance).ln().sum(),
    )  # fmt: skip
    any_one = 1.0 - own.none.exp()
    summed = own.group_by("pair").aggregate(
        triggers=own.n.sum(), count=own.x.sum(), people=own.count(), customers=(own.x > 0).cast("int64").sum(),
        chance_people=any_one.sum(), xx=(own.x * own.x).sum(), xn=(own.x * own.n).sum(), nn=(own.n * own.n).sum(),
        up=own.up.sum(), down=own.down.sum(), up_up=(own.up**2).sum(), up_down=(own.up * own.down).sum(),
        down_down=(own.down**2).sum(),
    )  # fmt: skip
    frame: pd.DataFrame = summed.to_pandas()
    return frame


def _lags(cases: ir.Table) -> pd.DataFrame:
    """pair, lag_low, lag_median, lag_high: quartiles of the days from the trigger to the first B."""
    followed = cases.filter(cases.lag.notnull())
    counted = followed.group_by("pair", "lag").aggregate(n=followed.count()).to_pandas().sort_values(["pair", "lag"])
    rows = [
        (pair, *np.quantile(np.repeat(own["lag"], own["n"]), (0.25, 0.5, 0.75)))
        for pair, own in counted.groupby("pair")
    ]
    return pd.DataFrame(rows, columns=["pair", "lag_low", "lag_median", "lag_high"])


def _estimates(table: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import binom

    n, x = table["triggers"].to_numpy(dtype=float), table["count"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = x / n
        clustered = (table["xx"] - 2 * share * table["xn"] + share**2 * table["nn"]) / n**2
        effect = np.maximum(np.nan_to_num(clustered / (share * (1 - share) / n), nan=1.0), 1.0)
        lift = (table["up"] / table["down"]).to_numpy(dtype=float)
        squares = table["up_up"] - 2 * lift * table["up_down"] + lift**2 * table["down_down"]
        spread = np.sqrt(squares / table["up"] ** 2 + table["noise"] / table["down"] ** 2).to_numpy(dtype=float)
        mean = (table["chance_people"] / table["people"]).to_numpy(dtype=float)
    intervals = [wilson(s * m, m) for s, m in zip(share, n / effect, strict=True)]
    table["share"] = share
    table["share_low"], table["share_high"] = ([each[side] for each in intervals] for side in (0, 1))
    known = np.isfinite(lift) & (lift > 0)
    table["lift"] = np.where(np.isnan(lift), np.nan, lift)
    with np.errstate(divide="ignore", invalid="ignore"):
        table["expected"] = np.where(known, share / lift, np.nan)
        table["lift_low"] = np.where(known, lift * np.exp(-Z95 * spread), np.nan)
        table["lift_high"] = np.where(known, lift * np.exp(Z95 * spread), np.nan)
    people, customers = table["people"].to_numpy(), table["customers"].to_numpy()
    p = binom.sf(customers - 1, np.maximum(people, 1), np.clip(np.nan_to_num(mean), 0.0, 1.0))
    # the bound of the tail holds from one above the expected number on
    table["base_p"] = np.where(customers >= people * np.nan_to_num(mean) + 1, p, 1.0)
    return table
