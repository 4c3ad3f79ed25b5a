"""Numbers as clients write them: signs, currencies, thousands, decimal commas, full-width digits, percent."""

from __future__ import annotations

from typing import Literal

import ibis
import ibis.expr.types as ir

Decimal = Literal[".", ","]
MONEY = "decimal(18, 4)"

_FULL_WIDTH = ("０１２３４５６７８９．，－＋（）％−", "0123456789.,-+()%-")
_CURRENCY = (
    r"(?i)\p{Sc}|\b(EUR|USD|GBP|CNY|RMB|JPY|CHF|HKD|TWD|KRW|INR|RUB|AUD|CAD|NZD|SGD|SEK|NOK|DKK|PLN|CZK|HUF|TRY|BRL|MXN"
    r"|ZAR|kr|zł|Kč|Ft|Rs\.?)\b|R\$|元|圆|人民币|руб\.?|[\s\x{00a0}\x{202f}\x{2009}'’_]"
)
# After signs, currency and blanks are gone: thousands in threes (in twos before the last three, as in India).
_SHAPES = {
    ".": r"([0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}|[0-9]+)?(\.[0-9]*)?",
    ",": r"([0-9]{1,3}(\.[0-9]{2,3})*\.[0-9]{3}|[0-9]+)?(,[0-9]*)?",
}


@ibis.udf.scalar.builtin(name="regexp_replace", signature=(("string", "string", "string", "string"), "string"))
def _regexp_replace(text: str, pattern: str, by: str, options: str) -> str: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="regexp_full_match", signature=(("string", "string"), "boolean"))
def full_match(text: str, pattern: str) -> bool:  # type: ignore[empty-body]
    """Whether a regular expression matches the whole text."""


def parse_number(text: ir.StringValue, to: str, decimal: Decimal = ".") -> ir.NumericValue:
    """Text as a number of the type `to`, null where it is none.

    The engine's own cast reads plain numbers; only what it refuses goes the long way, so that a clean column costs
    one cast. A decimal comma always goes the long way.
    """
    long_way = _written_number(text, to, decimal)
    if decimal == ",":
        return long_way
    plain = ibis.ifelse(_is_word(text), ibis.null(to), text.try_cast(to))
    number: ir.NumericValue = ibis.coalesce(plain, long_way)
    return number


def _is_word(text: ir.StringValue) -> ir.BooleanValue:
    """"nan", "inf" and "infinity" are numbers for the engine and words for everyone else."""
    word: ir.BooleanValue = text.right(1).isin(["n", "N", "f", "F", "y", "Y"])
    return word


def _written_number(text: ir.StringValue, to: str, decimal: Decimal) -> ir.NumericValue:
    ascii_text = _regexp_replace(text.translate(*_FULL_WIDTH), _CURRENCY, "", "g")
    negative = ascii_text.startswith("(") & ascii_text.endswith(")") | ascii_text.startswith("-") | ascii_text.endswith("-")
    percent = ascii_text.endswith("%")
    bare = _regexp_replace(ascii_text, r"^\((.*)\)$", r"\1", "")
    bare = _regexp_replace(bare, r"^[+-]|[+-]$|%$", "", "g")
    valid = full_match(bare, _SHAPES[decimal]) & full_match(bare, r".*[0-9].*")
    plain = bare.replace(",", "") if decimal == "." else bare.replace(".", "").replace(",", ".")
    exact = ibis.ifelse(valid, plain, ibis.null("string")).try_cast("decimal(28, 10)")
    exact = ibis.ifelse(percent, (exact / 100).cast("decimal(28, 10)"), exact)
    return ibis.ifelse(negative, -exact, exact).try_cast(to)


def reads_two_ways(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a value could mean two numbers: "1,234" is 1234 or 1.234."""
    return full_match(text, r"[^0-9]*[1-9][0-9]{0,2},[0-9]{3}[^0-9]*")


def groups_by_points(text: ir.StringValue) -> ir.BooleanValue:
    """Whether points could part thousands: "1.234", which is 1234 where the decimal mark is a comma."""
    return full_match(text, r"[^0-9]*[1-9][0-9]{0,2}(\.[0-9]{3})+[^0-9]*")


def proves_comma(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a value can only be read with a decimal comma: "12,5", "1.234,56"."""
    return full_match(text, r"[^0-9]*[0-9.' ]*,([0-9]{1,2}|[0-9]{4,})[^0-9,.]*|[^0-9]*[0-9]{1,3}(\.[0-9]{3})+,[0-9]*[^0-9]*")


def proves_point(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a value can only be read with a decimal point: "12.5", "1,234.56"."""
    return full_match(text, r"[^0-9]*[0-9,' ]*\.([0-9]{1,2}|[0-9]{4,})[^0-9,.]*|[^0-9]*[0-9]{1,3}(,[0-9]{3})+\.[0-9]*[^0-9]*")
