"""Numbers of two runs, and the change from one to the other, in the unit of the finding."""

from __future__ import annotations

import math

from customer_analytics.analysis.changes.compared import Row
from customer_analytics.analysis.changes.difference import RATIO_UNITS, Difference, Estimate
from customer_analytics.language import NOT_ESTIMABLE, Language

_SHARES = ("share", "rate", "percent", "%")
_MONEY = ("money", "currency")
_SMALL = 0.01  # a difference of shares below it is told with two decimals
_FINE = 10  # numbers below it are told with two decimals, ones above with one


def value(language: Language, estimate: Estimate | None) -> str:
    """A number of one run; a dash where there is none."""
    if estimate is None or estimate.value is None:
        return NOT_ESTIMABLE
    number, unit = estimate.value, estimate.unit
    if unit in _SHARES:
        return language.percent(number, 1)
    if unit == "points_as_fraction":
        return language.points(number)
    if unit == "points":
        return language.points(number / 100)
    if unit in _MONEY or unit == language.currency:
        return language.money(number)
    return language.number(number, _decimals(number, unit))


def change(language: Language, row: Row) -> str:
    """The change of a row with its interval; without one where there is no interval; a dash where there is none."""
    unit = row.told.estimate.unit
    found = row.difference
    if row.hidden:
        return NOT_ESTIMABLE
    if found is not None:
        size = max(abs(found.low), abs(found.high))
        shown, least, most = (
            _difference(language, each, unit, found.is_ratio, size) for each in (found.change, found.low, found.high)
        )
        word = _word(language, unit)
        low, high = least.removesuffix(word), most.removesuffix(word)
        return language.say("{change} ({low} to {high})", change=shown, low=low, high=high)
    before, now = row.before, row.now
    if before is None or now is None or before.estimate.value is None or now.estimate.value is None:
        return NOT_ESTIMABLE
    if before.estimate.unit != unit or row.why == "subject":
        return NOT_ESTIMABLE
    return _difference(language, now.estimate.value - before.estimate.value, unit, ratio=False)


def _word(language: Language, unit: str) -> str:
    """The word for points behind a number, which an interval does not repeat."""
    return language.points(0, 0).removeprefix("0") if unit in (*_SHARES, "points", "points_as_fraction") else ""


def unseen(language: Language, row: Row, level: float) -> str:
    """The smallest change of a row that would have been seen."""
    found: Difference | None = row.difference
    if found is None:
        return NOT_ESTIMABLE
    least = found.detectable(level)
    unit = row.told.estimate.unit
    if found.is_ratio:
        return _difference(language, least, unit, ratio=True)
    return _difference(language, least, unit, ratio=False).removeprefix("+")


def _difference(language: Language, number: float, unit: str, ratio: bool, size: float | None = None) -> str:
    """A difference with its sign. `size`: the largest of those that stand together, which have as many decimals."""
    if not math.isfinite(number):
        return NOT_ESTIMABLE
    if ratio:
        return f"× {language.number(number, 2)}"
    if unit in _SHARES or unit == "points_as_fraction":
        return language.points(number, 2 if size is not None and size < _SMALL else 1)
    if unit == "points":
        return language.points(number / 100)
    if unit in _MONEY or unit == language.currency:
        shown = language.money(number)
        return f"+{shown}" if number > 0 else shown
    decimals = _decimals(number, unit) if size is None else (2 if size < _FINE else 1)
    return language.signed(number, decimals)


def _decimals(number: float, unit: str) -> int:
    if unit not in RATIO_UNITS and float(number).is_integer():
        return 0
    return 2 if abs(number) < _FINE else 1
