"""Sums over the units of each arm, the only numbers that leave the engine for the statistics of experiments."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.campaigns.campaign import BEFORE, Outcome

CUT = "w_"
LOGS = ("z_recency", "z_never", "z_known", "z_unknown")
KEYS = ("code", "arm", "block")
DIGITS = 12


def summed_columns(outcomes: Sequence[Outcome], before: Sequence[str]) -> tuple[str, ...]:
    """The outcomes, those that are cut at a high amount, and what was known before."""
    cut = tuple(CUT + one.column.removeprefix("y_") for one in outcomes if is_cut(one))
    return (*(one.column for one in outcomes), *cut, *before)


def before_columns(*, has_orders: bool, has_visits: bool, knows_days: bool) -> tuple[str, ...]:
    """Of BEFORE and the logarithms of days, those that the data can tell."""
    orders = (*BEFORE[:3], "z_recency", "z_never") if has_orders else ()
    return (*orders, *(BEFORE[3:] if has_visits else ()), *(("z_known", "z_unknown") if knows_days else ()))


def is_cut(outcome: Outcome) -> bool:
    """Whether an outcome has a reading in which its highest amounts are cut."""
    return outcome.kind in ("money", "number") or (outcome.ready and outcome.kind == "count")


def limits(counted: ir.Table, outcomes: Sequence[Outcome], share: float) -> ir.Table | None:
    """Amount by campaign above which each cut outcome is cut: code, w_<i>; None where nothing is cut.

    It is the quantile of the amounts above 0 of all arms together, so that it does not know the arms.
    """
    cut = [one for one in outcomes if is_cut(one)]
    if not cut:
        return None
    measures = {}
    for one in cut:
        column = counted[one.column]
        positive = ibis.ifelse(column > 0, column, ibis.null("float64"))
        measures[CUT + one.column.removeprefix("y_")] = positive.quantile(share) if share < 1 else positive.max()
    found: ir.Table = counted.group_by("code").aggregate(**measures)
    return found


def with_sums(
    counted: ir.Table, outcomes: Sequence[Outcome], columns: Sequence[str], winsorise: float, keys: Sequence[str] = KEYS
) -> pd.DataFrame:
    """One row a combination of the keys: n, `s_<column>` and `q_<a>_<b>`, sorted by the keys.

    Args:
        counted: units with the keys, the outcomes, BEFORE, recency_days and days_known.
        outcomes: what is compared.
        columns: what is summed, of `summed_columns`.
        winsorise: share of the positive amounts that is not cut.
        keys: what is summed by.
    """
    tops = limits(counted, outcomes, winsorise)
    rows = counted
    if tops is not None:
        named = tops.rename({f"top_{name}": name for name in tops.columns if name != "code"} | {"of_code": "code"})
        rows = rows.left_join(named, [("code", "of_code")]).drop("of_code")
        rows = rows.mutate(**{name: _cut(rows, name) for name in tops.columns if name != "code"})
    rows = rows.mutate(**{name: value for name, value in _logs(rows).items() if name in columns})
    values = rows.select(*keys, *columns)
    sums: dict[str, ir.Value] = {"n": values.count()}
    sums |= {f"s_{name}": values[name].sum() for name in columns}
    sums |= {f"q_{a}_{b}": (values[a] * values[b]).sum() for a, b in combinations_with_replacement(columns, 2)}
    frame: pd.DataFrame = values.group_by(list(keys)).aggregate(**sums).to_pandas()
    frame = frame.sort_values(list(keys), ignore_index=True)
    names = [name for name in frame.columns if name[:2] in ("s_", "q_")]
    frame[names] = steady(frame[names].to_numpy(np.float64))
    return frame


def steady(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sums to DIGITS digits: an engine adds in any order, and the last digits of a sum tell in which."""
    size = np.floor(np.log10(np.abs(values), out=np.zeros_like(values), where=values != 0))
    unit = 10.0 ** (DIGITS - 1 - np.clip(np.nan_to_num(size), -100, 100))
    rounded: npt.NDArray[np.float64] = np.round(values * unit) / unit
    return rounded


def _cut(rows: ir.Table, name: str) -> ir.FloatingValue:
    """The outcome, cut at the top amount of its campaign; as it is where no amount lies above 0."""
    value = rows["y_" + name.removeprefix(CUT)]
    top = rows[f"top_{name}"]
    cut: ir.FloatingValue = ibis.ifelse((value > top).fill_null(False), top, value)
    return cut


def _logs(rows: ir.Table) -> dict[str, ir.FloatingValue]:
    """Days as logarithms, 0 where missing, and indicators of the missing."""
    recency, known = rows.recency_days, rows.days_known
    return {
        "z_recency": (recency.fill_null(0.0) + 1).ln(),
        "z_never": recency.isnull().ifelse(1, 0).cast("float64"),
        "z_known": (known.fill_null(0.0) + 1).ln(),
        "z_unknown": known.isnull().ifelse(1, 0).cast("float64"),
    }
