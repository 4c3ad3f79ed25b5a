"""Numbers in a question: digits, English words up to ninety-nine, Chinese numerals."""

from __future__ import annotations

import re

_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_DIGITS = {letter: value for value, letter in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN = "零〇一二两三四五六七八九十百千万"
_SPELT = "|".join(sorted(_WORDS, key=len, reverse=True))
NUMBER = rf"(?:\d{{1,9}}(?:,\d{{3}}){{0,3}}(?:\.\d{{1,6}})?\s?[万k]?(?![a-z])|[{_HAN}]{{1,12}}|\b(?:{_SPELT})\b)"
YEAR = r"(?:19|20)\d\d"


def number(text: str) -> float:
    """The value of what NUMBER matches.

    Raises:
        ValueError: numerals in an order that makes no number.
    """
    text = text.strip().replace(",", "")
    if text in _WORDS:
        return float(_WORDS[text])
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s?([万k]?)", text)
    if match:
        return float(match[1]) * {"": 1, "万": 10_000, "k": 1_000}[match[2]]
    return float(_chinese(text))


def written(value: float) -> str:
    """A number as the query language writes it."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _chinese(text: str) -> int:
    total, part, digit = 0, 0, None
    for letter in text:
        if letter in _DIGITS:
            if digit not in (None, 0):
                raise ValueError(text)
            digit = _DIGITS[letter]
        elif letter in _UNITS:
            part += (1 if digit is None else digit) * _UNITS[letter]
            digit = None
        elif letter == "万":
            total = (total + part + (digit or 0)) * 10_000
            part, digit = 0, None
        else:
            raise ValueError(text)
    return total + part + (digit or 0)
