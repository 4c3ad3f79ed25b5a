"""What the value section leaves for machines: metrics, tables behind the charts, the list of customers."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.analysis.value.fitting import NAMES
from customer_analytics.analysis.value.holdout import TENTHS
from customer_analytics.analysis.value.result import ValueResult
from customer_analytics.disclosure.hiding import small_groups

Metrics = dict[str, float | int | None]
_MONEY = ("clv_mean", "clv_low", "clv_high", "clv_total", "total_low", "total_high")


def metrics(result: ValueResult) -> Metrics:
    """Flat name -> number; None where not estimable. Times in weeks, money in the engagement's currency.

    clv.mean: mean discounted value of a customer over clv.months months; margin where clv.is_margin is 1, else revenue.
    """
    numbers: Metrics = {}
    for kind, fitted in (("bgnbd", result.fits["bg_nbd"]), ("mbgnbd", result.fits["mbg_nbd"])):
        values = fitted.model.values if fitted.holds and fitted.model is not None else (None,) * len(NAMES)
        hidden = ("a", "b") if fitted.stays else ()
        numbers |= {
            f"{kind}.{name}": None if name in hidden else value for name, value in zip(NAMES, values, strict=True)
        }
        numbers[f"{kind}.log_likelihood"] = _known(fitted.log_likelihood) if fitted.holds else None
    model = result.spend.model if result.spend.holds else None
    for name in ("p", "q", "v"):
        numbers[f"gamma_gamma.{name}"] = getattr(model, name) if model is not None else None
    mean, (low, high) = result.mean
    numbers["clv.mean"], numbers["clv.low"], numbers["clv.high"] = _known(mean), _known(low), _known(high)
    numbers["clv.months"], numbers["clv.is_margin"] = result.months, int(result.is_margin)
    held = result.holdout
    numbers["value_holdout.days"] = held.days if held is not None else None
    for name in ("bias", "absolute_error", "capture"):
        numbers[f"value_holdout.{name}"] = _known(getattr(held.model, name)) if held is not None else None
    return numbers


def tables(result: ValueResult, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> the table behind a chart. Cells of groups too small to be shown are empty but for their count."""
    made = {"value_checks": _checks(result), "value_models": _models(result)}
    if result.segments is not None and result.kinds is not None:
        made["value_segments"] = without_small(result.segments, minimum_group)
        made["value_kinds"] = without_small(result.kinds, minimum_group)
    held = result.holdout
    if held is not None:
        made["value_holdout"] = pd.DataFrame(
            [
                (one.name, one.bias, *one.bias_interval, one.absolute_error, math.sqrt(one.squared_error), one.capture)
                for one in held.scores
            ],
            columns=["forecast", "bias", "low", "high", "mean_absolute_error", "root_mean_squared_error", "capture"],
        )
        few = (held.by_repeats["customers"] < max(minimum_group, result.parameters.minimum_base)).to_numpy()
        made["value_holdout_repeats"] = _emptied(held.by_repeats, few, ("repeats", "customers"))
        if held.customers >= TENTHS * max(minimum_group, 1):
            made["value_holdout_tenths"] = held.tenths
    if result.tracking is not None:
        days = [as_date(day).isoformat() for day in result.tracking["day"]]
        made["value_tracking"] = result.tracking.assign(day=days)
    if result.acquisition is not None:
        table = result.acquisition.table
        small = small_groups(table["customers"].to_numpy(), minimum_group)
        made["value_channels"] = _emptied(table, small, ("channel",))
        shown = set(table.loc[~small, "channel"])
        curves = result.acquisition.curves
        many = curves["customers"] >= result.parameters.minimum_base
        made["value_channel_curves"] = curves[curves["channel"].isin(shown) & many]
    return made


def customer_tables(result: ValueResult) -> dict[str, pd.DataFrame]:
    """The list `clv.parquet`: one row a customer with mean, low and high of the discounted value ahead."""
    if result.customers is None:
        return {}
    names = {"clv": "mean", "clv_low": "low", "clv_high": "high"}
    order = [
        "customer_id", "p_alive", "purchases_3", "purchases_6", "purchases_12", "purchases", "purchases_low",
        "purchases_high", "price", "clv", "clv_low", "clv_high",
    ]  # fmt: skip
    return {"clv.parquet": result.customers[order].rename(columns=names)}


def without_small(table: pd.DataFrame, minimum_group: int) -> pd.DataFrame:
    """Groups too small to be shown keep their count only."""
    hidden = small_groups(table["customers"].to_numpy(), minimum_group)
    return _emptied(table, hidden, (str(table.columns[0]), "customers"))


def _emptied(table: pd.DataFrame, hidden: npt.NDArray[np.bool_], kept: tuple[str, ...]) -> pd.DataFrame:
    others = [name for name in table.columns if name not in kept]
    emptied = table.astype(dict.fromkeys(others, float)) if others else table.copy()
    emptied.loc[hidden, others] = np.nan
    return emptied


def _checks(result: ValueResult) -> pd.DataFrame:
    rows = [(one.name, one.value, *one.interval, one.limit, one.n, one.passed) for one in result.checks]
    return pd.DataFrame(rows, columns=["check", "value", "low", "high", "limit", "n", "passed"])


def _models(result: ValueResult) -> pd.DataFrame:
    """Parameters with their intervals, log-likelihood and diagnostics of every fit."""
    rows: list[tuple[object, ...]] = []
    for kind, fitted in result.fits.items():
        for name, value in zip(NAMES, fitted.model.values if fitted.model is not None else (None,) * 4, strict=True):
            rows.append((kind, name, value, *fitted.intervals[name]))
        rows += [
            (kind, "log_likelihood", fitted.log_likelihood, None, None),
            (kind, "starts", fitted.starts, None, None),
        ]
        rows += [(kind, "starts_agreeing", fitted.agreeing, None, None), (kind, "leaving", fitted.leaving, None, None)]
    spend = result.spend
    for name in ("p", "q", "v"):
        value = getattr(spend.model, name) if spend.model is not None else None
        rows.append(("gamma_gamma", name, value, *spend.intervals[name]))
    rows.append(("gamma_gamma", "log_likelihood", spend.log_likelihood, None, None))
    return pd.DataFrame(rows, columns=["model", "name", "value", "low", "high"])


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
