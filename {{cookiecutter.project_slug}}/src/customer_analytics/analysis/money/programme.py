"""The programme ledger: what all sound campaigns together brought, quarter by quarter.

`measured` adds up what each campaign showed. Those sums are right on average as long as every campaign is counted;
adding up only the campaigns that looked good is not. `adjusted` adds up the effects after shrinkage (shrinkage.py),
which may also be read campaign by campaign.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.money.blocks import ends
from customer_analytics.statistics import Z95

Floats = npt.NDArray[np.float64]
COLUMNS = (
    "quarter", "campaigns", "contacted", "measured", "measured_low", "measured_high", "adjusted", "adjusted_low",
    "adjusted_high", "cost", "cumulative", "cumulative_low", "cumulative_high", "cumulative_adjusted",
    "cumulative_adjusted_low", "cumulative_adjusted_high", "cumulative_cost",
)  # fmt: skip
UNDATED = ""


def quarter(day: dt.date | None) -> str:
    """2025-Q2; "" without a day."""
    return UNDATED if day is None else f"{day.year}-Q{(day.month + 2) // 3}"


def programme(arms: pd.DataFrame, drawn: Floats, adjusted: Floats | None, covariance: Floats | None) -> pd.DataFrame:
    """COLUMNS, one row a quarter in order; campaigns without a day come first.

    Args:
        arms: campaign, quarter, n, value (incremental, total) and cost (NaN: unknown), one row an arm.
        drawn: value in the resamples, draws x arms.
        adjusted: the value after shrinkage of each arm, totals; None where there was none.
        covariance: of what is not known of `adjusted`.
    """
    rows: list[dict[str, object]] = []
    for name in sorted(arms["quarter"].unique()):
        now, until = (arms["quarter"] == name).to_numpy(), (arms["quarter"] <= name).to_numpy()
        row: dict[str, object] = {
            "quarter": name, "campaigns": int(arms.loc[now, "campaign"].nunique()),
            "contacted": int(arms.loc[now, "n"].sum()), "cost": arms.loc[now, "cost"].sum(skipna=False),
            "cumulative_cost": arms.loc[until, "cost"].sum(skipna=False),
        }  # fmt: skip
        for measured, shrunken, mask in (
            ("measured", "adjusted", now), ("cumulative", "cumulative_adjusted", until),
        ):  # fmt: skip
            low, high = ends(drawn[:, mask].sum(axis=1))
            row |= {measured: float(arms.loc[mask, "value"].sum()), f"{measured}_low": low, f"{measured}_high": high}
            row |= _adjusted(shrunken, mask, adjusted, covariance)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _adjusted(
    name: str, mask: npt.NDArray[np.bool_], adjusted: Floats | None, covariance: Floats | None
) -> dict[str, object]:
    if adjusted is None or covariance is None:
        return {name: math.nan, f"{name}_low": math.nan, f"{name}_high": math.nan}
    total = float(adjusted[mask].sum())
    half = Z95 * math.sqrt(float(covariance[np.ix_(mask, mask)].sum()))
    return {name: total, f"{name}_low": total - half, f"{name}_high": total + half}
