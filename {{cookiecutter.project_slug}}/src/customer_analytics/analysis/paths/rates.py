"""Shares of visits, with intervals that know that the visits of one person are alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.statistics import Interval, wilson

SUMS = ("visits", "reached", "people", "nn", "ny", "yy")


def clustered(rows: ir.Table, by: Sequence[str], success: ir.BooleanValue) -> ir.Table:
    """The sums behind a share of visits and its interval: `by`, visits, reached (successes), people, nn, ny, yy.

    nn, ny, yy: sums over people of the squares and the product of their visits n and successes y.
    """
    table = rows.mutate(success=success.fill_null(False).ifelse(1, 0).cast("int64"))
    people = table.group_by(*by, "person_id").aggregate(n=table.count(), y=table.success.sum().cast("int64"))
    floats = {name: people[name].cast("float64") for name in ("n", "y")}
    return people.group_by(*by).aggregate(
        visits=people.n.sum().cast("int64"),
        reached=people.y.sum().cast("int64"),
        people=people.count(),
        nn=(floats["n"] * floats["n"]).sum(),
        ny=(floats["n"] * floats["y"]).sum(),
        yy=(floats["y"] * floats["y"]).sum(),
    )


def with_rates(table: pd.DataFrame, *, rate: str = "rate") -> pd.DataFrame:
    """The table with rate, rate_low, rate_high; the sums nn, ny, yy are dropped."""
    found = [clustered_rate(row) for row in table.to_dict("records")]
    made = table.drop(columns=["nn", "ny", "yy"])
    shares = [row["reached"] / row["visits"] if row["visits"] else math.nan for row in table.to_dict("records")]
    return made.assign(
        **{rate: shares, f"{rate}_low": [each.low for each in found], f"{rate}_high": [each.high for each in found]}
    )


def clustered_rate(row: dict[Any, Any]) -> Interval:
    """95 % interval of a share of visits, with people as the unit that was drawn.

    Wilson's interval with the visits divided by the design effect: the variance of the ratio over people (linearised)
    to that of as many independent visits (Korn, Graubard 1998; never below one).
    """
    n, y, people = float(row["visits"]), float(row["reached"]), float(row["people"])
    if n <= 0:
        return Interval(math.nan, math.nan)
    share = y / n
    effect = 1.0
    if 0 < share < 1 and people > 1:
        spread = row["yy"] - 2 * share * row["ny"] + share * share * row["nn"]
        variance = max(float(spread), 0.0) * people / (people - 1) / (n * n)
        effect = max(variance / (share * (1 - share) / n), 1.0)
    elif people > 0:
        effect = max(n / people, 1.0)  # all or none: as if each person counted once
    return wilson(y / effect, n / effect)


def weighted_quantile(values: pd.Series, counts: pd.Series, share: float) -> float:
    """The smallest value that at least `share` of the counts do not exceed; NaN without any."""
    order = np.argsort(values.to_numpy(), kind="stable")
    total = np.cumsum(counts.to_numpy()[order])
    if not len(total) or total[-1] <= 0:
        return math.nan
    return float(values.to_numpy()[order][int(np.searchsorted(total, share * total[-1]))])
