"""The engagement's own conditions for setting rows aside, as expressions over the client's columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

from customer_analytics.engagement.settings import Condition, SetAside
from customer_analytics.tables.formats import Raw, internal
from customer_analytics.tables.formats.delimited import clean_header
from customer_analytics.tables.parsing.flags import NO, YES
from customer_analytics.tables.parsing.functions import full_match
from customer_analytics.tables.parsing.numbers import Decimal, parse_number
from customer_analytics.tables.parsing.text import is_missing, is_one_of, tidy


def rule_holds(rule: SetAside, raw: Raw, table: ir.Table, *, decimals: dict[str, Decimal]) -> ir.BooleanValue:
    """Whether all conditions of a rule hold for a row; never null. `decimals`: decimal mark by client's column."""
    tests = [_holds(condition, raw, table, decimals) for condition in rule.when]
    return reduce(lambda left, right: left & right, tests)


def _holds(condition: Condition, raw: Raw, table: ir.Table, decimals: dict[str, Decimal]) -> ir.BooleanValue:
    name = clean_header(condition.column)
    column = table[internal(raw.columns.index(name))]
    text = tidy(column if column.type().is_string() else column.cast("string"))
    test, value = condition.test
    if test == "missing":
        return is_missing(text) if value else ~is_missing(text)
    if test == "not_equals":
        return ~_equals(text, value, decimals.get(name, ".")).fill_null(False)
    if test in ("equals", "one_of"):
        wanted = value if test == "one_of" else [value]
        return _any([_equals(text, one, decimals.get(name, ".")) for one in wanted]).fill_null(False)
    if test in ("starts_with", "contains", "matches"):
        found = {
            "starts_with": lambda: text.startswith(value),
            "contains": lambda: text.contains(value),
            "matches": lambda: full_match(text, value),
        }[test]()
        return found.fill_null(False)
    number = parse_number(text, "float64", decimals.get(name, "."))
    compared = {
        "less_than": number < value,
        "at_most": number <= value,
        "greater_than": number > value,
        "at_least": number >= value,
    }[test]
    return compared.fill_null(False)


def _equals(text: ir.StringValue, value: object, decimal: Decimal) -> ir.BooleanValue:
    """Text equals text to the letter; a number also equals other ways of writing it, a flag its words."""
    if isinstance(value, bool):
        return is_one_of(text.lower(), YES if value else NO)
    if isinstance(value, int | float):
        return (text == str(value)) | (parse_number(text, "float64", decimal) == value).fill_null(False)
    return text == ibis.literal(str(value))


def _any(tests: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    return reduce(lambda left, right: left | right, tests)
