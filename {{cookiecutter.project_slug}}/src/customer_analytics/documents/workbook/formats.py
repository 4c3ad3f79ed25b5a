"""How the cells of a column are printed, by what the column is called and what it holds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from enum import StrEnum

from customer_analytics.documents.workbook.reading import Value


class Kind(StrEnum):
    """Kinds of columns."""

    TEXT = "text"
    DAY = "day"
    SHARE = "share"
    MONEY = "money"
    WHOLE = "whole"
    NUMBER = "number"
    CHANCE = "chance"  # p- and q-values


_BOUND = re.compile(r"_(low|high|earlier|now|previous|base|p25|p50|p75|p90)$")
_SHARES = {
    "rate", "share", "overall", "coverage", "conversion", "support", "confidence", "predicted", "observed", "captured",
    "gone", "survival", "probability", "unbounded", "bounded", "continued", "on_or_before", "attach", "kept", "r2",
    "precision", "recall", "grr", "nrr", "period_over_period", "stability", "rule_fidelity", "relative",
}  # fmt: skip
_MONEY = {
    "revenue", "money", "monetary", "monetary_median", "amount", "net", "margin", "cost", "spend", "worth", "change",
    "value_at_risk", "extra_money", "per_person", "cumulative_per_person", "order_value", "revenue_per_customer",
    "incremental_revenue", "incremental_margin", "price_a", "price_b", "bundle_price",
}  # fmt: skip
_CHANCES = re.compile(r"(^|_)[pq](_|$)|p_value|q_value|p_adjusted")
_LARGEST_SHARE = 1.5  # beyond it, it is an index and no share


def kind_of(report: str, table: str, column: str, values: Sequence[Value]) -> Kind:
    """The kind of a column of a report's table."""
    filled = [value for value in values if value is not None]
    if filled and all(isinstance(value, dt.date) for value in filled):
        return Kind.DAY
    if not filled or not all(isinstance(value, float) for value in filled):
        return Kind.TEXT
    numbers = [value for value in filled if isinstance(value, float)]
    name = _BOUND.sub("", column)
    if _CHANCES.search(column):
        return Kind.CHANCE
    is_share = name in _SHARES or name.endswith(("_rate", "_share")) or name.startswith("share_")
    if is_share and all(abs(number) <= _LARGEST_SHARE for number in numbers):
        return Kind.SHARE
    if (name in _MONEY and not _is_other_change(report, table, column)) or name.startswith("revenue_"):
        return Kind.MONEY
    return Kind.WHOLE if all(number.is_integer() for number in numbers) else Kind.NUMBER


def _is_other_change(report: str, table: str, column: str) -> bool:
    """`change` is money in the bridge of revenue only; elsewhere it is of whatever the table counts."""
    return _BOUND.sub("", column) == "change" and (report, table) != ("rfm", "value_bridge")


def number_format(kind: Kind, currency: str) -> str:
    """The format of Excel for a kind. The currency is written behind, so that no locale changes it."""
    return {
        Kind.TEXT: "@",
        Kind.DAY: "yyyy-mm-dd",
        Kind.SHARE: "0.0%",
        Kind.MONEY: f'#,##0.00 "{currency}"',
        Kind.WHOLE: "#,##0",
        Kind.NUMBER: "#,##0.00##",
        Kind.CHANCE: "0.0000",
    }[kind]
