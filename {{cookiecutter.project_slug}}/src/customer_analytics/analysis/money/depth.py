"""How deep an offer's discount is, from its words: "off_10", "10 % off", "九折", "95折", "半价", "no offer"."""

from __future__ import annotations

import re

_DIGITS = dict(zip("一二三四五六七八九", range(1, 10), strict=True))
_FOLD = re.compile(r"(?<![\d.])(\d(?:\.\d)?|\d{2}|[一二三四五六七八九]{1,2})\s*折")
_NUMBER = r"\d{1,2}(?:[.,]\d+)?(?![\d])"
_BETWEEN = r"\s*[%％]?\s*(?:,|，|、|/|;|\+|-|–|~|～|\bor\b|\band\b|\bto\b|\bvs\b|或|和|至|到)\s*(?:\bor\b|\band\b)?\s*"
_PERCENT = re.compile(rf"(?<![\d.,$€£¥￥])({_NUMBER}(?:{_BETWEEN}{_NUMBER})*)\s*[%％]")  # "5, 10 or 20 %"
_EACH = re.compile(r"\d{1,2}(?:[.,]\d+)?(?!\d)")
_OFF = re.compile(r"(?<![a-z])off[_\-]?(\d{1,2})(?![\d.,])|(?<![\d.,$€£¥￥])(\d{1,2})[_\-]?off(?![a-z])")
_HALF = re.compile(r"half[\s\-]*price|半价|半折")
_NONE = re.compile(
    r"(?<![a-z])no[\s_\-]*(?:offer|discount|coupon|voucher)\b|\bwithout[\s_\-]*(?:offer|discount)\b|无优惠|无折扣"
)


def depths(text: str) -> tuple[float, ...]:
    """All different discounts that the words name, as shares of the price in ascending order; 0 for "no offer".

    Amounts of money ("5 € off", "满100减20"), gifts and free delivery are no depth: what they take off a price depends
    on the order.
    """
    words = text.lower()
    found = {1 - _paid(match[1]) for match in _FOLD.finditer(words)}
    for match in _PERCENT.finditer(words):
        found |= {float(each.replace(",", ".")) / 100 for each in _EACH.findall(match[1])}
    found |= {float(match[1] or match[2]) / 100 for match in _OFF.finditer(words)}
    if _HALF.search(words):
        found.add(0.5)
    if not found and _NONE.search(words):
        return (0.0,)
    return tuple(sorted({round(depth, 6) for depth in found if 0 < depth < 1}))


def depth(text: str) -> float | None:
    """The one discount that the words name; None where they name none or several."""
    found = depths(text)
    return found[0] if len(found) == 1 else None


def _paid(figure: str) -> float:
    """Share of the price that is paid: 9 and 九 mean 0.9, 95 and 九五 mean 0.95, 8.5 means 0.85."""
    if figure[0] in _DIGITS:
        figure = "".join(str(_DIGITS[one]) for one in figure)
    return float(figure) / (10 if "." in figure or len(figure) == 1 else 100)
