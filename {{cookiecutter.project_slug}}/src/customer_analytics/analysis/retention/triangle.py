"""The cohort triangle and its mean curves as tables, from the counts of counts.py."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from customer_analytics.analysis.retention.counts import Counts, mean_limits, rates, wilson_limits

MEASURES = ("bounded", "unbounded", "on_or_before")
_OF_ELIGIBLE = ("active", "unbounded", "on_or_before", "continued", "previous")


def cohort_table(
    counts: Counts, begun: pd.Series, cycle: int, first_day: Callable[[int], int], truncated_until: int
) -> pd.DataFrame:
    """A row for each cohort and age that has begun; columns as RetentionResult says.

    Args:
        counts: of the cohorts.
        begun: cohort -> number of ages that have begun.
        cycle: periods after which people naturally come back: so many last periods of unbounded retention are not firm.
        first_day: first day of a cohort's number.
        truncated_until: cohorts that begin before this day may hold people from before the data.
    """
    longest = counts.active.shape[1] - 1
    many = np.minimum(begun.reindex(counts.cohorts).to_numpy(np.int64), longest + 1)
    row = np.repeat(np.arange(len(many)), many)
    age = np.concatenate([np.arange(count) for count in many]) if len(many) else np.zeros(0, dtype=np.int64)
    days = np.array([first_day(int(cohort)) for cohort in counts.cohorts], dtype="datetime64[D]")
    eligible = counts.eligible[row, age]
    table = pd.DataFrame(
        {
            "cohort": days[row].astype("datetime64[ns]"),
            "period": age,
            "size": counts.size[row],
            "eligible": eligible,
        }
    )
    observed = eligible > 0
    for name in _OF_ELIGIBLE:
        table[name] = np.where(observed, getattr(counts, name)[row, age], np.nan)
    table["so_far"] = counts.so_far[row, age]
    table["rate"] = rates(table["active"], eligible)
    table["low"], table["high"] = wilson_limits(table["active"], eligible)
    table["unbounded_rate"] = rates(table["unbounded"], eligible)
    table["on_or_before_rate"] = rates(table["on_or_before"], eligible)
    table.loc[age == 0, ["continued", "previous"]] = np.nan
    table["period_over_period"] = rates(table["active"], table["previous"].fillna(0))
    table["continued_rate"] = rates(table["continued"], table["previous"].fillna(0))
    last = (counts.eligible > 0).sum(axis=1)[row] - 1
    table["unbounded_firm"] = observed & (age <= last - cycle)
    table["complete"] = eligible == table["size"]
    table["truncated"] = days.astype(np.int64)[row] < truncated_until
    return table


def curve_table(cohorts: pd.DataFrame) -> pd.DataFrame:
    """Mean curves over the cohorts; columns as RetentionResult says.

    Weighted: everybody counts once, so that the interval is Wilson's on the sums (each person is either active in a
    period or not; a bootstrap of people gives the same). Simple: every cohort counts once.
    """
    seen = cohorts[cohorts["eligible"] > 0]
    rows = [_of_age(age, seen[seen["period"] == age]) for age in sorted(seen["period"].unique().tolist())]
    return pd.DataFrame(rows, columns=list(_of_age(0, seen.iloc[:0])))


def _of_age(age: int, own: pd.DataFrame) -> dict[str, float]:
    eligible = float(own["eligible"].sum())
    row: dict[str, float] = {"period": age, "cohorts": len(own), "eligible": int(eligible)}
    for measure, name in zip(MEASURES, ("active", "unbounded", "on_or_before"), strict=True):
        count = float(own[name].sum())
        low, high = wilson_limits([count], [eligible])
        row |= {measure: float(rates([count], [eligible])[0]), f"{measure}_low": low[0], f"{measure}_high": high[0]}
        shares = rates(own[name], own["eligible"])
        each = wilson_limits(own[name], own["eligible"])
        down, up = mean_limits(shares, *each)
        row[f"{measure}_simple"] = float(shares.mean()) if len(shares) else float("nan")
        row |= {f"{measure}_simple_low": down, f"{measure}_simple_high": up}
    previous = float(own["previous"].sum()) if age else 0.0
    for name, over in (("period_over_period", "active"), ("continued_rate", "continued")):
        row[name] = float(rates([own[over].sum()], [previous])[0])
    settled = own[~own["truncated"].astype(bool)]
    row["settled"] = float(rates([settled["active"].sum()], [settled["eligible"].sum()])[0])
    row["settled_eligible"] = int(settled["eligible"].sum())
    return row
