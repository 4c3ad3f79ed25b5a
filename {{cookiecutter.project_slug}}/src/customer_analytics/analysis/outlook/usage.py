"""How often people come by nature, and which period and window of silence follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import ibis.expr.types as ir
import numpy as np
import pandas as pd

MOST = 0.8  # share of people whose usual gap the period must hold
DAYS = (1, 7, 14, 30, 60, 90, 180, 365)  # after how many days the share of returns is stated
Period = Literal["day", "week", "month", "quarter"]
_LONGEST: tuple[tuple[int, Period], ...] = ((1, "day"), (7, "week"), (31, "month"))


@dataclass(frozen=True)
class Usage:
    """`people`: those active on two days or more; `typical_days`: median over them of their own median gap between
    active days; `most_days`: the gap that MOST of them do not exceed; `period`: the shortest period that holds it;
    `returns`: days, share of active days after which another had followed by then, at_risk (Kaplan-Meier over gaps,
    those still open count as long as they last), as far as `minimum` gaps have been followed."""

    people: int
    typical_days: float
    most_days: float
    period: Period
    returns: pd.DataFrame


def usage(own: ir.Table, gaps: pd.DataFrame, minimum: int) -> Usage | None:
    """None where fewer than `minimum` people were active on two days or more.

    Args:
        own: active days with their gaps (see gaps).
        gaps: gap, returned (gaps that ended after so many days), waiting (open for so many days at the end).
        minimum: people and gaps below which nothing is said.
    """
    stepped = own.filter(own.next_day.notnull())
    stepped = stepped.mutate(gap=(stepped.next_day - stepped.day).cast("float64"))
    each = stepped.group_by("person_id").aggregate(median=stepped.gap.median())
    counted: pd.DataFrame = each.group_by("median").aggregate(n=each.count()).to_pyarrow().to_pandas()
    people = int(counted["n"].sum())
    if people < minimum:
        return None
    ordered = counted.sort_values("median", ignore_index=True)
    reached = ordered["n"].cumsum().to_numpy() / people
    typical, most = (float(ordered["median"][np.searchsorted(reached, share - 1e-12)]) for share in (0.5, MOST))
    period: Period = next((name for longest, name in _LONGEST if most <= longest), "quarter")
    return Usage(people, typical, most, period, returns_by(gaps, minimum))


def returns_by(gaps: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """days, share, at_risk: Kaplan-Meier of the gaps; a gap open for as long as another ended counts as longer."""
    ordered = gaps.sort_values("gap", ignore_index=True)
    gone = (ordered["returned"] + ordered["waiting"]).to_numpy(dtype=np.float64)
    at_risk = gone[::-1].cumsum()[::-1]
    staying = np.cumprod(1 - ordered["returned"].to_numpy(dtype=np.float64) / np.maximum(at_risk, 1.0))
    rows = []
    for day in DAYS:
        until = ordered["gap"] <= day
        followed = float(gone[(ordered["gap"] >= day).to_numpy()].sum())
        if followed < minimum:
            break
        rows.append((day, 1 - float(staying[until.to_numpy()][-1]) if until.any() else 0.0, int(followed)))
    return pd.DataFrame(rows, columns=["days", "share", "at_risk"])
