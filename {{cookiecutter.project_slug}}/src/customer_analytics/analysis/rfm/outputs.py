"""What the report leaves for machines: metrics, tables behind the charts, lists of customers. Names are a contract."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm import moving_outputs
from customer_analytics.analysis.rfm.concentration import TOPS
from customer_analytics.analysis.rfm.result import RfmResult
from customer_analytics.analysis.rfm.scores import Scale
from customer_analytics.analysis.rfm.segments import SEGMENTS, segment_of
from customer_analytics.disclosure.hiding import small_groups

Metrics = dict[str, float | int | None]
_SCORES = ["customer_id", "recency_days", "frequency", "monetary", "r", "f", "m", "segment"]


def metrics(result: RfmResult, minimum_group: int) -> Metrics:
    """Flat name -> number; None where not estimable. Revenue of a segment too small to be shown is None."""
    spread, totals = result.concentration, result.totals
    enough = len(result.customers) >= result.parameters.minimum_base
    numbers: Metrics = {
        "customers": len(result.customers),
        "revenue": result.revenue,
        "orders": result.orders,
        "purchase_days": int(result.customers["purchase_days"].sum()),
        "one_time_share": result.one_time / len(result.customers) if enough else None,
        **{f"top_{round(100 * top)}_share": _known(spread.tops[top]) if enough else None for top in TOPS},
        "gini": _known(spread.gini) if enough else None,
        "customers_without_purchase": result.unscored.customers,
        "customers_negative": spread.negatives,
        "revenue_all": totals.revenue,
        "revenue_without_customer": totals.revenue_without_customer,
        "orders_without_customer": totals.without_customer,
        "returned_money": totals.returned_money,
        "refunded_money": totals.refunded_money,
        "regrouped_share": result.regrouped / len(result.customers) if enough else None,
    }  # fmt: skip
    hidden = small_groups(result.segments["customers"].to_numpy(), minimum_group)
    columns = (result.segments[name] for name in ("segment", "customers", "revenue"))
    for segment, customers, revenue, is_hidden in zip(*columns, hidden, strict=True):
        numbers[f"segment.{segment}.customers"] = int(customers)
        numbers[f"segment.{segment}.revenue"] = None if is_hidden else float(revenue)
    for name, stages in (("stage", result.stages), ("phase", result.phases)):
        if stages is not None:
            for stage, customers in zip(stages["stage"], stages["customers"], strict=True):
                numbers[f"{name}.{stage}.customers"] = int(customers)
    if result.rhythm is not None:
        numbers["rhythm.median_days"] = result.rhythm.median_days
        numbers["rhythm.active_days"] = result.rhythm.active_days
        numbers["rhythm.lost_days"] = result.rhythm.lost_days
    for step in result.steps:
        is_known = step.base >= result.parameters.minimum_base
        numbers[f"repeat_rate.{step.purchase}"] = step.rate if is_known else None
    for name, listed in (("quiet_regulars", result.slipping), ("one_time_buyers", result.once)):
        if listed is not None:
            numbers[f"{name}.customers"] = listed.customers
            numbers[f"{name}.return_rate"] = None if listed.unprompted is None else listed.unprompted.rate
    return numbers | moving_outputs.metrics(result.movement, minimum_group, result.parameters.minimum_base)


def tables(result: RfmResult, actions: Mapping[str, str], minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> the table behind a chart. Cells of groups too small to be shown are empty but for their count.

    The outer ends of the thresholds are left open: the highest value of all is one customer's own figure.
    """
    made = {
        "segments": _segments(result, actions, minimum_group),
        "grid": _grid(result.grid),
        "eight_types": _without_small(result.types, minimum_group),
        "classes": _without_small(result.classes, minimum_group),
        "concentration": pd.DataFrame(
            result.concentration.points(minimum_group), columns=["share_customers", "share_revenue"]
        ),
        "thresholds": _thresholds(result, minimum_group),
    }
    for name, stages in (("lifecycle_stages", result.stages), ("lifecycle_phases", result.phases)):
        if stages is not None:
            made[name] = _without_small(stages, minimum_group)
    if result.steps:
        made["repeat_ladder"] = pd.DataFrame(
            [
                (step.purchase, step.base, step.taken, step.rate, *step.interval, step.median_days)
                if step.base >= result.parameters.minimum_base
                else (step.purchase, step.base, None, None, None, None, None)
                for step in result.steps
            ],
            columns=["purchase", "base", "taken", "rate", "low", "high", "median_days"],
        )
    if result.change is not None:
        made["changes"] = result.change.table
    if result.holdout is not None:
        made["holdout"] = result.holdout.table
    return made | moving_outputs.tables(result.movement, minimum_group)


def customer_tables(result: RfmResult) -> dict[str, pd.DataFrame]:
    """File name -> one row a customer: all scores, further groups, a list a segment, and the lists to act on."""
    customers = result.customers
    made = {"rfm_scores": customers[_SCORES]}
    groups = ["customer_id", "eight_type", "abc", *(name for name in ("stage", "phase") if name in customers)]
    made["rfm_groups"] = customers[groups]
    facts = ["customer_id", "recency_days", "frequency", "monetary"]
    for segment in SEGMENTS:
        here = customers["segment"] == segment
        if here.any():
            made[f"segment_lists/{segment}"] = customers.loc[here, facts].sort_values(
                "monetary", ascending=False, kind="stable"
            )
    for flag, name in (("slipping", "quiet_regulars"), ("once", "one_time_buyers")):
        if flag in customers and customers[flag].any():
            made[f"segment_lists/{name}"] = customers.loc[customers[flag], facts].sort_values(
                "monetary", ascending=False, kind="stable"
            )
    if (customers["monetary"] < 0).any():
        made["segment_lists/negative_money"] = customers.loc[customers["monetary"] < 0, facts].sort_values("monetary")
    return made | moving_outputs.customer_tables(result.movement, customers["monetary"])


def _grid(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells with the segment that each belongs to."""
    names = [segment_of(int(recency), int(value)) for recency, value in zip(cells["r5"], cells["fm5"], strict=True)]
    table = cells.copy()
    table.insert(2, "segment", names)
    return table


def _segments(result: RfmResult, actions: Mapping[str, str], minimum_group: int) -> pd.DataFrame:
    columns = [
        "segment", "customers", "share_customers", "revenue", "share_revenue", "recency_median", "frequency_median",
        "monetary_median",
    ]  # fmt: skip
    table = _without_small(result.segments[columns], minimum_group)
    return table.assign(action=table["segment"].map(lambda segment: actions.get(segment, "")))


def _without_small(table: pd.DataFrame, minimum_group: int) -> pd.DataFrame:
    hidden = small_groups(table["customers"].to_numpy(), minimum_group)
    kept = table.copy()
    for column in kept.columns:
        if column not in ("customers", "share_customers") and pd.api.types.is_float_dtype(kept[column]):
            kept.loc[hidden, column] = np.nan
    return kept


def _thresholds(result: RfmResult, minimum_group: int) -> pd.DataFrame:
    columns = ["measure", "score", "low", "high", "customers"]
    if result.scheme is None:
        return pd.DataFrame(columns=columns)
    scales: tuple[tuple[str, Scale], ...] = (
        ("recency_days", result.scheme.recency),
        ("frequency", result.scheme.frequency),
        ("monetary", result.scheme.monetary),
    )
    parts = [
        _without_small(
            pd.DataFrame(
                [(measure, one.score, *scale.bounds(one), one.customers) for one in scale.classes], columns=columns
            ),
            minimum_group,
        )
        for measure, scale in scales
    ]
    return pd.concat(parts, ignore_index=True)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
