"""What was known of a customer before a contact, as columns of numbers: of those assigned then and of those here today.

Days and money enter by their logarithms, recency also by the classes that effects are compared by: who bought lately
need not be changed in the same way as the rest. Text columns of the client enter as one column a value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Cut = tuple[float, float, float]  # what stands for a missing value, lower and upper bound
NUMBERS = ("recency_days", "days_known", "orders_before", "revenue_before", "x_orders", "x_revenue", "x_visits")
RECENCY = "recency_days"
PREFIX = "g_"
MOST_VALUES = 8  # of a text column that get a column of their own
LEAST_SHARE = 0.01  # of the assigned, from which a value or a class can say anything
TAIL = 0.005  # beyond these quantiles of the assigned, customers count as the quantile


@dataclass(frozen=True)
class Features:
    """How columns are made, settled by those who were assigned.

    columns: of NUMBERS those in use, each with what stands for a missing value and the bounds beyond which numbers are
    cut, all after taking logarithms; cuts: lower bounds of the classes of recency; values: of each text column; never:
    whether some of the assigned had never bought.
    """

    columns: dict[str, Cut]
    missing: tuple[str, ...]
    cuts: tuple[float, ...]
    values: dict[str, tuple[str, ...]]
    never: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of `matrix`."""
        values = [f"{column[len(PREFIX) :]} = {value}" for column, values in self.values.items() for value in values]
        missing = [f"{column}: not known" for column in self.missing]
        return (*self.columns, *missing, *(f"{RECENCY} >= {cut:g}" for cut in self.cuts), *values)

    def matrix(self, frame: pd.DataFrame) -> Floats:
        """(rows, features), finite."""
        made: list[Floats] = []
        for column, (fill, low, high) in self.columns.items():
            made.append(np.clip(np.nan_to_num(_logarithm(frame[column]), nan=fill), low, high))
        made += [_numbers(frame[column].isna()) for column in self.missing]
        if self.cuts:
            days = frame[RECENCY].to_numpy(np.float64, na_value=np.nan)
            made += [(np.nan_to_num(days, nan=-1.0) >= cut).astype(np.float64) for cut in self.cuts]
        for column, values in self.values.items():
            text = frame[column].astype("string")
            made += [_numbers((text == value).fillna(False)) for value in values]
        return np.column_stack(made) if made else np.zeros((len(frame), 0))

    def alike(self, frame: pd.DataFrame) -> Flags:
        """Who is of a kind that was assigned: not those who never bought, where all who were assigned had."""
        if self.never or RECENCY not in self.columns:
            return np.ones(len(frame), dtype=np.bool_)
        bought: Flags = frame[RECENCY].notna().to_numpy(dtype=np.bool_)
        return bought


def settle(frame: pd.DataFrame, before_days: int) -> Features:
    """The features of the assigned: columns that vary among them."""
    columns: dict[str, Cut] = {}
    missing = []
    for column in NUMBERS:
        if column not in frame.columns or frame[column].isna().all():
            continue
        number = _logarithm(frame[column])
        known = number[~np.isnan(number)]
        low, high = (float(value) for value in np.quantile(known, (TAIL, 1 - TAIL)))
        if high - low > 1e-9:
            columns[column] = (float(np.median(known)), low, high)
        gone = float(frame[column].isna().mean())
        if LEAST_SHARE <= gone <= 1 - LEAST_SHARE:
            missing.append(column)
    return Features(columns, tuple(missing), _recency(frame, columns, before_days), _values(frame), _never(frame))


def _recency(frame: pd.DataFrame, columns: dict[str, Cut], before_days: int) -> tuple[float, ...]:
    if RECENCY not in columns:
        return ()
    days = frame[RECENCY].to_numpy(np.float64, na_value=np.nan)
    cuts = (before_days / 2, float(before_days), 2.0 * before_days)
    shares = {cut: float((days >= cut).mean()) for cut in cuts}
    return tuple(cut for cut, share in shares.items() if LEAST_SHARE <= share <= 1 - LEAST_SHARE)


def _values(frame: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    found = {}
    for column in sorted(name for name in frame.columns if name.startswith(PREFIX)):
        shares = frame[column].astype("string").value_counts(normalize=True).sort_index()
        kept = shares[(shares >= LEAST_SHARE) & (shares <= 1 - LEAST_SHARE)].sort_values(ascending=False, kind="stable")
        if len(kept):
            found[column] = tuple(str(value) for value in kept.index[:MOST_VALUES])
    return found


def _never(frame: pd.DataFrame) -> bool:
    return RECENCY in frame.columns and float(frame[RECENCY].isna().mean()) >= LEAST_SHARE


def _numbers(flags: pd.Series) -> Floats:
    numbers: Floats = flags.to_numpy(dtype=np.float64)
    return numbers


def _logarithm(column: pd.Series) -> Floats:
    """Sign x log(1 + size); NaN where missing."""
    number = column.to_numpy(np.float64, na_value=np.nan)
    made: Floats = np.sign(number) * np.log1p(np.abs(number))
    return made
