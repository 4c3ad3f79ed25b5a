"""CSV files that are safe to open in a spreadsheet.

Texts that begin like a formula get a leading apostrophe, in cells and in column names. Numbers are numbers, also
negative ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from customer_analytics.spreadsheet import safe_text


def safe_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with safe texts in its cells and column names."""
    safe = frame.copy(deep=False)
    for place in range(frame.shape[1]):
        values = frame.iloc[:, place]
        if values.dtype == object or isinstance(values.dtype, pd.StringDtype | pd.CategoricalDtype):
            safe.isetitem(place, values.astype(object).map(safe_text).to_numpy())
        elif values.dtype.kind == "M":
            safe.isetitem(place, _iso(values).to_numpy())
        elif values.dtype.kind == "f":
            safe.isetitem(place, (values + 0.0).to_numpy())  # no minus before zero
    safe.columns = pd.Index([safe_text(str(column)) for column in frame.columns])
    return safe


def write(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame: UTF-8, LF, header, ISO dates, plain numbers, no index."""
    path.parent.mkdir(parents=True, exist_ok=True)
    safe_frame(frame).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _iso(values: pd.Series[Any]) -> pd.Series[Any]:
    """Days as 2011-12-09, moments as 2011-12-09T12:50:00."""
    known = values.dropna()
    days_only = bool((known.dt.normalize() == known).all())
    shown: pd.Series[Any] = values.dt.strftime("%Y-%m-%d" if days_only else "%Y-%m-%dT%H:%M:%S")
    return shown
