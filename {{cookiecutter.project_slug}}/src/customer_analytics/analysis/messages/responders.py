"""Who responded: traits of those who converted among the contacted, beside the others (A9.12).

A description, not an effect: those who order anyway are among them. Where there are customers without contact, the
same index is computed of the converters among them; a trait of buyers in general shows up there too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from customer_analytics.analysis.messages.rows import (
    GROUP,
    conversion_column,
    frequency_state,
    recency_state,
)
from customer_analytics.statistics import Z95, Interval, benjamini_hochberg

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns

COLUMNS = (
    "trait", "value", "responders", "share_responders", "others", "share_others", "index", "low", "high", "p_value",
    "q_value", "index_control", "control_responders",
)  # fmt: skip
FALSE_DISCOVERY = 0.05
MOST_VALUES = 50  # values of one trait


def responders(campaigns: Campaigns) -> tuple[pd.DataFrame, int, int]:
    """Columns COLUMNS, and how many of how many contacted units (with a complete window) converted.

    `index`: share of the responders with the trait over the share of the contacted who did not respond with it;
    `index_control`: the same among the arms without contact of randomised campaigns, NaN where there are too few.
    """
    column = conversion_column(campaigns)
    table = campaigns.list
    codes = [int(code) for code in table.loc[table["source"] == "touches", "code"]]
    empty = pd.DataFrame(columns=list(COLUMNS))
    if column is None or not codes:
        return empty, 0, 0
    untouched = table.loc[(table["control_kind"] == "untouched") & table["code"].isin(codes), "code"]
    units = campaigns.units
    held = units.code.isin([int(code) for code in untouched]) & (units.arm == 0) if len(untouched) else None
    units = units.filter(units.code.isin(codes), units.over, units[column].notnull()).select(
        contacted=(~held).ifelse(1, 0) if held is not None else units.code * 0 + 1,
        responded=(units[column] > 0).ifelse(1, 0), recency=recency_state(units.recency_days),
        frequency=frequency_state(units.orders_before),
        **{f"{GROUP}{name}": units[f"{GROUP}{name}"].cast("string") for name in campaigns.groups},
    )  # fmt: skip
    lines: list[dict[str, Any]] = []
    responded = contacted = 0
    for trait in ("recency", "frequency", *(f"{GROUP}{name}" for name in campaigns.groups)):
        counts = units.group_by("contacted", "responded", value=units[trait]).aggregate(n=units.count()).to_pandas()
        cube = counts.pivot_table(index="value", columns=["contacted", "responded"], values="n", fill_value=0)
        cube = cube.reindex(columns=pd.MultiIndex.from_product([(0, 1), (0, 1)]), fill_value=0)
        if trait == "recency":
            responded, contacted = int(cube[1, 1].sum()), int(cube[1].to_numpy().sum())
        cube = cube.loc[cube.sum(axis=1).sort_values(ascending=False, kind="stable").index[:MOST_VALUES]].sort_index()
        lines += [_line(trait, str(value), cube.loc[value], cube.sum()) for value in cube.index]
    made = pd.DataFrame(lines, columns=list(COLUMNS)) if lines else empty
    tested = made["p_value"].notna()
    if tested.any():
        made.loc[tested, "q_value"] = benjamini_hochberg(made.loc[tested, "p_value"].to_numpy(np.float64))
    return made, responded, contacted


def _line(trait: str, value: str, own: pd.Series, whole: pd.Series) -> dict[str, Any]:
    a, n = float(own[1, 1]), float(whole[1, 1])
    b, m = float(own[1, 0]), float(whole[1, 0])
    index, interval, p = index_of(a, n, b, m)
    control = index_of(float(own[0, 1]), float(whole[0, 1]), float(own[0, 0]), float(whole[0, 0]))[0]
    return {
        "trait": trait, "value": value, "responders": int(a), "share_responders": a / n if n else math.nan,
        "others": int(b), "share_others": b / m if m else math.nan, "index": index, "low": interval.low,
        "high": interval.high, "p_value": p, "q_value": math.nan, "index_control": control,
        "control_responders": int(own[0, 1]),
    }  # fmt: skip


def index_of(a: float, n: float, b: float, m: float) -> tuple[float, Interval, float]:
    """Ratio of the shares a/n and b/m with the interval and test of its logarithm (Katz 1978).

    NaN where any of the four cells of a, n - a, b, m - b has fewer than five.
    """
    if min(a, n - a, b, m - b) < 5:
        return math.nan, Interval(math.nan, math.nan), math.nan
    ratio, error = (a / n) / (b / m), math.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    interval = Interval(ratio * math.exp(-Z95 * error), ratio * math.exp(Z95 * error))
    return ratio, interval, 2 * float(norm.sf(abs(math.log(ratio)) / error))
