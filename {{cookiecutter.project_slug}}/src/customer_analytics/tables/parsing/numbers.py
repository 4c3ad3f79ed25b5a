"""Numbers as clients write them: signs, currencies, thousands, decimal commas, full-width digits, percent."""

from __future__ import annotations

from typing import Literal

import ibis
import ibis.expr.types as ir

from customer_analytics.tables.parsing.functions import full_match, regexp_replace

Decimal = Literal[".", ","]
MONEY = "decimal(18, 4)"

_FULL_WIDTH = ("０１２３４５６７８９．，－＋（）％−", "0123456789.,-+()%-")
_CURRENCY = (
    r"(?i)(US|HK|NT|NZ|MX|A|C|R|S)?\$|\p{Sc}|(EUR|USD|GBP|CNY|RMB|JPY|CHF|HKD|TWD|KRW|INR|RUB|AUD|CAD|NZD|SGD|SEK|NOK"
    r"|DKK|PLN|CZK|HUF|TRY|BRL|MXN|ZAR|TL|kr|Ft|Rs\.?|zł|Kč)|元|圆|人民币|руб\.?"
)
# Between digits these part thousands; elsewhere they are nothing. WeChat's bills begin each value with a backtick.
_BLANKS = r"[\s\x{00a0}\x{202f}\x{2009}'’`_]+"
_NO_CENTS = "[.,](-{1,2}|–|—)$"  # "5,-" is a price without cents, not below zero
# After signs and currency are gone: thousands in threes (in twos before the last three, as in India).
_SHAPES = {
    ".": r"([0-9]{1,3}([,_][0-9]{2,3})*[,_][0-9]{3}|[0-9]+)?(\.[0-9]*)?",
    ",": r"([0-9]{1,3}([._][0-9]{2,3})*[._][0-9]{3}|[0-9]+)?(,[0-9]*)?",
}
# One or two digits, or more than three, after the last mark; thousands before it; or two thousands' marks.
_PROOF = (
    r"[^0-9]*[0-9' %(group)s]*%(mark)s([0-9]{1,2}|[0-9]{4,})[^0-9,.]*"
    r"|[^0-9]*[0-9]{1,3}(%(group)s[0-9]{3})+%(mark)s[0-9]*[^0-9]*"
    r"|[^0-9]*[0-9]{1,3}(%(group)s[0-9]{3}){2,}[^0-9,.]*"
)


def parse_number(text: ir.StringValue, to: str, decimal: Decimal = ".", *, plain: bool = False) -> ir.NumericValue:
    """Text as a number of the type `to`, null where it is none; `plain`: only by the engine's own cast.

    The engine's own cast reads plain numbers; only what it refuses goes the long way, so that a clean column costs
    one cast. A decimal comma always goes the long way.
    """
    if plain and decimal == ".":
        return _finite(text.try_cast(to))
    long_way = _written_number(text, to, decimal)
    if decimal == ",":
        return long_way
    number: ir.NumericValue = ibis.coalesce(_finite(text.try_cast(to)), long_way)
    return number


def _finite(number: ir.NumericValue) -> ir.NumericValue:
    """ "nan" and "inf" are numbers for the engine and words for everyone else."""
    if not number.type().is_floating():
        return number
    return ibis.ifelse(number.isnan() | number.isinf(), ibis.null(number.type()), number)


def _written_number(text: ir.StringValue, to: str, decimal: Decimal) -> ir.NumericValue:
    # A blank in its place, because "5€50" is not 550.
    ascii_text = regexp_replace(text.translate(*_FULL_WIDTH), _CURRENCY, " ", "g")
    ascii_text = regexp_replace(regexp_replace(ascii_text, _BLANKS, "_", "g"), "^_|_$", "", "g")
    ascii_text = regexp_replace(ascii_text, _NO_CENTS, "", "")
    signed = ascii_text.startswith("-") | ascii_text.endswith("-")
    negative = signed | (ascii_text.startswith("(") & ascii_text.endswith(")"))
    percent = ascii_text.endswith("%")
    bare = regexp_replace(ascii_text, r"^\((.*)\)$", r"\1", "")
    bare = regexp_replace(regexp_replace(bare, r"^_?[+-]|[+-]_?$|%$", "", "g"), "^_+|_+$", "", "g")
    valid = full_match(bare, _SHAPES[decimal]) & full_match(bare, r".*[0-9].*")
    bare = bare.replace("_", "")
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
    return full_match(text, _PROOF % {"group": r"\.", "mark": ","})


def proves_point(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a value can only be read with a decimal point: "12.5", "1,234.56"."""
    return full_match(text, _PROOF % {"group": ",", "mark": r"\."})
