"""What the drop-off analysis leaves for machines: metrics, tables, lists. Names are a contract."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from customer_analytics.analysis.dropoff.result import DropoffResult
from customer_analytics.analysis.dropoff.units import OTHER
from customer_analytics.disclosure.hiding import small_groups

Metrics = dict[str, float | int | None]
ALL_OTHERS = "(others)"


def metrics(result: DropoffResult) -> Metrics:
    """Flat name -> number; None where there is nothing to say."""
    prizes = result.drivers.prizes
    first = prizes.iloc[0] if len(prizes) else None
    numbers: Metrics = {
        "dropoff.units": int(result.totals["n_1"]),
        "dropoff.tests": result.drivers.tests,
        "dropoff.claims": len(prizes),
        "dropoff.odd_days": len(result.anomalies.table),
    }
    fields = ("step", "n", "rate", "rest_rate", "difference", "odds_ratio", "adjusted", "q")
    for name in (*fields, "extra", "extra_low", "extra_high", "money", "margin"):
        value = None if first is None else float(first[name])
        numbers[f"dropoff.largest.{name}"] = None if value is None or math.isnan(value) else value
    for step, (lost, back) in result.returned.items():
        numbers[f"dropoff.returned.{step}"] = back / lost if lost >= result.minimum_base else None
    if result.change is not None:
        whole = result.change.table.iloc[-1]
        for name in ("change", "low", "high"):
            numbers[f"dropoff.change.{name}"] = float(whole[name])
    return numbers


def tables(result: DropoffResult, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> table. Groups too small to be shown are empty, and one more where a single one could be found."""
    made: dict[str, pd.DataFrame] = {}
    if result.breakdown is not None:
        made["breakdown"] = hide(result.breakdown.table, minimum_group)
        made["breakdown"].insert(3, "attribution", result.breakdown.attribution)
    made["dropoff_drivers"] = _named(result, result.drivers.table)
    made["dropoff_prizes"] = _named(result, result.drivers.prizes)
    reasons = result.reasons.table
    told = (reasons["lost_with"] + reasons["went_on_with"]) >= minimum_group
    made["dropoff_reasons"] = reasons[told]
    voices = result.voices.table
    made["dropoff_voices"] = voices[(voices["lost_with"] + voices["went_on_with"]) >= minimum_group]
    if result.change is not None:
        made["funnel_change"] = result.change.table
        made["funnel_change_split"] = _splits(result, minimum_group)
    odd = result.anomalies.table.assign(
        day=pd.to_datetime(result.anomalies.table["day"].astype("int64"), unit="D").dt.date
    )
    odd["property"] = [None if pd.isna(one) else result.name_of(str(one)) for one in odd["property"]]
    made["funnel_odd_days"] = odd
    made["fix_portfolio"] = result.portfolio
    return made


def customer_tables(result: DropoffResult) -> dict[str, pd.DataFrame]:
    """File name -> one row a customer."""
    return {"dropped_off": result.dropped}


def hide(table: pd.DataFrame, minimum_group: int) -> pd.DataFrame:
    """The breakdown without the values that too few entered with (their names may name somebody), and with the numbers
    of one more emptied where a single one would be left, so that no subtraction finds them."""
    entries = table[table["step"] == table.groupby("property")["step"].transform("min")]
    few = entries[entries["n"] < minimum_group]
    small = pd.MultiIndex.from_frame(few[["property", "value"]])
    shown = table[~pd.MultiIndex.from_frame(table[["property", "value"]]).isin(small)].reset_index(drop=True)
    numbers = [name for name in table.columns if name not in ("property", "value", "step")]
    shown[numbers] = shown[numbers].astype(object)
    for value in small_values(table, minimum_group):
        shown.loc[(shown["property"] == value[0]) & (shown["value"] == value[1]), numbers] = None
    return shown


def small_values(table: pd.DataFrame, minimum_group: int) -> set[tuple[str, str]]:
    """(property, value) of the breakdown that must not be shown: fewer entries than the minimum, and one more where a
    single one would be left."""
    found: set[tuple[str, str]] = set()
    for name, rows in table.groupby("property", sort=False):
        entries = rows[rows["step"] == rows["step"].min()]
        hidden = small_groups(entries["n"].to_numpy(np.int64), minimum_group)
        found |= {(str(name), str(value)) for value in entries["value"][hidden]}
    return found


def _splits(result: DropoffResult, minimum_group: int) -> pd.DataFrame:
    """The change by value, without the values of too few entries in a period."""
    assert result.change is not None
    named = _named(result, result.change.splits)
    for _, rows in named.groupby("property", sort=False):
        for side in ("n_earlier", "n_now"):
            few = rows.index[small_groups(rows[side].to_numpy(np.int64), minimum_group)]
            named.loc[few, ["rate_earlier", "rate_now", "mix", "rate"]] = math.nan
            named[side] = named[side].astype(float)
            named.loc[few, side] = math.nan
    return named


def _named(result: DropoffResult, table: pd.DataFrame) -> pd.DataFrame:
    """The client's names instead of our columns."""
    shown = table.copy()
    shown["property"] = [result.name_of(str(column)) for column in table["property"]]
    shown["value"] = [ALL_OTHERS if value == OTHER else value for value in table["value"]]
    if "best_value" in shown:
        shown["best_value"] = [ALL_OTHERS if value == OTHER else value for value in table["best_value"]]
    return shown
