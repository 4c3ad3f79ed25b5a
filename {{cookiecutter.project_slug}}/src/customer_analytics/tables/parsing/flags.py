"""Yes and no in the words of exports."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.tables.parsing.text import is_one_of

YES = (
    "true", "t", "yes", "y", "1", "1.0", "on", "x", "是", "有", "真", "对", "ja", "oui", "si", "sí", "sim", "da", "да",
)  # fmt: skip
NO = ("false", "f", "no", "n", "0", "0.0", "off", "否", "无", "没有", "假", "不是", "nein", "non", "não", "нет")


def parse_flag(text: ir.StringValue) -> ir.BooleanValue:
    """TRUE, 1, yes, 是 … as true; FALSE, 0, no, 否 … as false; anything else as null."""
    word = text.lower()
    flag: ir.BooleanValue = ibis.cases(
        (is_one_of(word, YES), True), (is_one_of(word, NO), False), else_=ibis.null("boolean")
    )
    return flag
