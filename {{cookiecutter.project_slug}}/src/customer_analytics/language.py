"""Words, numbers, money and dates in the language of a report.

English is the source. The catalogues are plain .po files, one for each area, read as they are. A message is a format
string with named values: `language.say("{count} customers", count=12)`. Values are data: they are escaped wherever
the text meets HTML, and `**bold**` is read in the message only, never in a value.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale, dates, numbers
from babel.lists import format_list
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from customer_analytics.packs.wording import OURS, Wording, reworded

_CATALOGUES = Path(__file__).parent / "locale"
_FORMATTER = string.Formatter()
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_WIDE_END = re.compile(rf"[{_HAN}\u3000-\u303f\uff00-\uffef]\Z")
_WIDE_START = re.compile(rf"[{_HAN}\u3000-\u303f\uff00-\uffef]|\d{{4}}年|\d{{1,2}}月\d")  # a date stands like a word
_NARROW_END = re.compile(r"[A-Za-z0-9%]\Z")
_NARROW_START = re.compile(rf"(?!{_WIDE_START.pattern})[A-Za-z0-9<>+−]")
NOT_ESTIMABLE = "–"


class Text(str):
    """A sentence in a report's language. As `str` it is plain text; as HTML its values are escaped.

    `pieces`: the same text as data: plain and bold pieces in turn, beginning with a plain one.
    """

    pieces: list[str]

    def __new__(cls, text: str = "", pieces: list[str] | None = None) -> Text:
        """A plain text; with `pieces`, a text with emphasis."""
        made = super().__new__(cls, text if pieces is None else "".join(pieces))
        made.pieces = [str(text)] if pieces is None else pieces
        return made

    @classmethod
    def build(cls, message: str, values: dict[str, Any], *, chinese: bool = False) -> Text:
        """Fill a catalogue message with values. Only the message's own `**` are emphasis.

        `chinese`: where message and value meet, a space parts Han from Latin letters and digits, and none Han from Han.
        """
        pieces = [""]
        for place, fragment in enumerate(_BOLD.split(message)):
            _append(pieces, place % 2 == 1, "")
            for literal, field, spec, _ in _FORMATTER.parse(fragment):
                _append(pieces, place % 2 == 1, _beside(pieces, literal) if chinese else literal)
                if field is not None:
                    value = _FORMATTER.get_field(field, (), values)[0]
                    inner = value.pieces if isinstance(value, Text) else [format(value, spec or "")]
                    if chinese:
                        _space_before(pieces, "".join(inner))
                    for position, text in enumerate(inner):
                        _append(pieces, place % 2 == 1 or position % 2 == 1, text)
        return cls(pieces=pieces)

    def __getnewargs__(self) -> tuple[str, list[str]]:  # type: ignore[override]  # so that copies keep the emphasis
        return str(self), self.pieces

    def __html__(self) -> Markup:
        return emphasised(self.pieces)


def emphasised(pieces: list[str]) -> Markup:
    """Plain and bold pieces in turn as escaped HTML."""
    marked = [Markup("<strong>{}</strong>").format(piece) if i % 2 else escape(piece) for i, piece in enumerate(pieces)]
    return Markup("").join(marked)


def _append(pieces: list[str], bold: bool, text: str) -> None:
    """Add text to the last piece, or begin a new one where the emphasis changes."""
    if bold != (len(pieces) % 2 == 0):
        pieces.append(text)
    else:
        pieces[-1] += text


def _beside(pieces: list[str], literal: str) -> str:
    """The words after a value, a space apart from it where its end is narrow and they are Han."""
    before = "".join(pieces[-2:])
    if literal[:1] == " " and _WIDE_END.search(before) and _WIDE_START.match(literal[1:]):
        return literal[1:]
    return f" {literal}" if _NARROW_END.search(before) and re.match(f"[{_HAN}]", literal) else literal


def _space_before(pieces: list[str], value: str) -> None:
    """Put in, or take away, the space between the words so far and the value that follows."""
    before = "".join(pieces[-2:])
    if before[-1:] == " " and pieces[-1] and _WIDE_END.search(before[:-1]) and _WIDE_START.match(value):
        pieces[-1] = pieces[-1][:-1]
    elif re.search(rf"[{_HAN}]\Z", before) and _NARROW_START.match(value):
        pieces[-1] += " "


@dataclass(frozen=True)
class Language:
    """How to write in one language for one engagement. `code`: en or zh_CN; `currency`: ISO 4217.

    `wording`: the nouns of the client's industry, in place of ours in each message (never in a value).
    """

    code: str = "en"
    currency: str = "EUR"
    wording: Wording = OURS

    @property
    def html_code(self) -> str:
        """The code for the lang attribute of a page."""
        return self.code.replace("_", "-")

    @property
    def is_chinese(self) -> bool:
        """Whether the language counts in 万 and 亿."""
        return self.code.startswith("zh")

    def say(self, message: str, **values: Any) -> Text:
        """The message in this language, with its values filled in."""
        return Text.build(self.translated(message), values, chinese=self.is_chinese)

    def say_count(self, one: str, many: str, count: int, **values: Any) -> Text:
        """The singular or plural message; both may use {count}, already formatted."""
        message = _catalogue(self.code).get(one, one if count == 1 else many)
        return Text.build(
            reworded(message, self.wording.nouns), {"count": self.number(count), **values}, chinese=self.is_chinese
        )

    def translated(self, message: str) -> str:
        """The message as the catalogue and the industry have it, with nothing filled in: for prose without values."""
        return reworded(_catalogue(self.code).get(message, message), self.wording.nouns)

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A plain number with group separators; None or NaN as a dash."""
        if value is None or math.isnan(value):
            return NOT_ESTIMABLE
        return _minus(numbers.format_decimal(value, format=_pattern("#,##0", decimals), locale=self._locale))

    def percent(self, share: float | None, decimals: int = 0) -> str:
        """A share (0.38) as a percentage (38%). What is not nothing is never 0%, what is not all never 100%."""
        if share is None or math.isnan(share):
            return NOT_ESTIMABLE
        least = 10.0**-decimals
        rounded = float(numbers.format_decimal(share * 100, format=_pattern("0", decimals), locale="en"))
        if rounded == 0 and share > 0:
            return f"<{self.number(least, decimals)}%"
        if rounded == 100 and share < 1:
            return f">{self.number(100 - least, decimals)}%"
        return _minus(numbers.format_percent(share, format=_pattern("#,##0", decimals) + "%", locale=self._locale))

    def points(self, difference: float | None, decimals: int = 1) -> str:
        """A difference of two shares (0.032) in percentage points with its sign: +3.2 points; +3.2 个百分点."""
        if difference is None or math.isnan(difference):
            return NOT_ESTIMABLE
        return self.say("{n} points", n=self.signed(difference * 100, decimals))

    def signed(self, change: float | None, decimals: int = 0) -> str:
        """A change with its sign: +12, −12; no sign where it rounds to zero."""
        if change is None or math.isnan(change):
            return NOT_ESTIMABLE
        shown = self.number(change, decimals)
        if not shown.strip("−0.,"):
            return shown.removeprefix("−")
        return shown if change < 0 else f"+{shown}"

    def signed_percent(self, change: float | None, decimals: int = 0) -> str:
        """A relative change (0.12) with its sign: +12%."""
        if change is None or math.isnan(change):
            return NOT_ESTIMABLE
        return self.signed(change * 100, decimals) + "%"

    def money(self, value: float | None, *, compact: bool = True) -> str:
        """Money: $484k and 48.4 万美元 when compact, otherwise to the cent."""
        if value is None or math.isnan(value):
            return NOT_ESTIMABLE
        if not compact:
            digits = self.number(abs(value), numbers.get_currency_precision(self.currency))
            sign = "−" if value < 0 and digits.strip("0.,") else ""
            return (
                f"{sign}{digits} {_currency_name(self.currency)}"
                if self.is_chinese
                else f"{sign}{self._symbol}{digits}"
            )
        sign = "−" if value < 0 else ""
        amount, suffix, decimals = _scaled(abs(float(value)), self.is_chinese)
        digits = self.number(amount, decimals)
        if not digits.strip("0.,"):
            sign = ""
        if self.is_chinese:
            return f"{sign}{digits} {suffix}{_currency_name(self.currency)}"
        return f"{sign}{self._symbol}{digits}{suffix}"

    def bytes(self, size: int | None) -> str:
        """A file size: 812 KB, 4.1 MB."""
        if size is None:
            return NOT_ESTIMABLE
        for unit, step in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
            if size >= step:
                return f"{self.number(size / step, 1 if size < 100 * step else 0)} {unit}"
        return f"{self.number(size)} B"

    def duration(self, seconds: float | None) -> str:
        """A duration in its largest unit: 45 seconds, 12 minutes, 3.5 hours, 12 days; 3.5 小时."""
        if seconds is None or math.isnan(seconds):
            return NOT_ESTIMABLE
        (one, many), size = next((words, size) for words, size, until in _DURATIONS if abs(seconds) < until)
        amount = seconds / size
        decimals = 0 if abs(amount) >= 10 or round(amount, 1).is_integer() else 1
        shown = self.number(amount, decimals)
        message = one if shown == "1" or self.is_chinese else many
        return self.say(message, n=shown)

    def date(self, day: dt.date | None) -> str:
        """A day in words: 9 December 2011; 2011年12月9日."""
        if day is None:
            return NOT_ESTIMABLE
        return dates.format_date(day, format="y年M月d日" if self.is_chinese else "d MMMM y", locale=self._locale)

    def period(self, first: dt.date, last: dt.date) -> str:
        """Two days, both included: 1 December 2010 to 9 December 2011; 2010年12月1日至2011年12月9日."""
        if first == last:
            return self.date(first)
        if self.is_chinese:
            ending = f"{last.month}月{last.day}日" if first.year == last.year else self.date(last)
            return f"{self.date(first)}至{ending}"
        same_year = first.year == last.year
        beginning = dates.format_date(first, format="d MMMM" if same_year else "d MMMM y", locale=self._locale)
        return f"{beginning} to {self.date(last)}"

    def short_date(self, day: dt.date) -> str:
        """A day for an axis: Dec 2011 on the first of a month, otherwise 9 Dec; 2011年12月, 12月9日."""
        first_of_month = day.day == 1
        if self.is_chinese:
            return dates.format_date(day, format="y年M月" if first_of_month else "M月d日", locale=self._locale)
        return dates.format_date(day, format="MMM y" if first_of_month else "d MMM", locale=self._locale)

    def month(self, day: dt.date) -> str:
        """A month in words: December 2011; 2011年12月."""
        return dates.format_date(day, format="y年M月" if self.is_chinese else "MMMM y", locale=self._locale)

    def listing(self, items: Sequence[str]) -> str:
        """Items in a sentence: a, b and c; a、b和c."""
        if self.is_chinese and len(items) > 1:
            first, last = "、".join(str(item) for item in items[:-1]), str(items[-1])
            return str(Text.build("{first}和{last}", {"first": first, "last": last}, chinese=True))
        return format_list([str(item) for item in items], locale=self._locale)

    def joined(self, clauses: Iterable[str]) -> str:
        """Clauses one after another, the empty ones left out: a; b. In Chinese with the full-width sign."""
        return ("；" if self.is_chinese else "; ").join(str(clause) for clause in clauses if clause)

    @property
    def currency_name(self) -> str:
        """The engagement's currency in words: British pounds; 英镑."""
        return numbers.get_currency_name(self.currency, count=2, locale=self._locale)

    @property
    def _symbol(self) -> str:
        """$, £, €, ¥: one engagement has one currency, so CN¥ or US$ is only noise. Letters stand apart: CHF 12."""
        symbol: str = "¥" if self.currency == "CNY" else numbers.get_currency_symbol(self.currency, locale="en")
        return f"{symbol}\u00a0" if symbol[-1:].isalpha() else symbol

    @property
    def _locale(self) -> Locale:
        return _locale(self.code)


@functools.cache
def _locale(code: str) -> Locale:
    return Locale.parse("en_GB" if code == "en" else code)


@functools.cache
def _catalogue(code: str) -> dict[str, str]:
    """Message -> translation from every area's .po file; empty for the source language."""
    messages: dict[str, str] = {}
    for path in sorted((_CATALOGUES / code).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=code):
                if not message.id or message.fuzzy:
                    continue
                source = message.id if isinstance(message.id, str) else message.id[0]
                target = message.string
                if target:
                    messages[source] = target if isinstance(target, str) else target[0]
    return messages


@functools.cache
def _currency_name(currency: str) -> str:
    """元, 美元, 英镑: what Chinese puts after an amount."""
    return "元" if currency == "CNY" else numbers.get_currency_name(currency, locale=_locale("zh_CN"))


def _minus(shown: str) -> str:
    """A hyphen before a number is a minus sign; what rounds to zero has none."""
    if not shown.startswith("-"):
        return shown
    digits = shown.removeprefix("-")
    return f"−{digits}" if digits.strip("0.,%") else digits


def _pattern(base: str, decimals: int) -> str:
    return base + ("." + "0" * decimals if decimals else "")


def _scaled(amount: float, chinese: bool) -> tuple[float, str, int]:
    """Shorten an amount to three digits or so: (484, "k", 0), (48.4, "万", 1), (27, "", 0), (3.2, "", 2)."""
    steps = [(1e8, "亿"), (1e4, "万")] if chinese else [(1e9, "bn"), (1e6, "m"), (1e3, "k")]
    for size, suffix in steps:
        if amount >= size * 0.9995:
            return amount / size, suffix, 0 if amount >= 99.95 * size else 1
    return amount, "", 2 if 0 < amount < _SMALL_AMOUNT else 0


_SMALL_AMOUNT = 10  # below it, cents matter
_DURATIONS = (
    (("{n} second", "{n} seconds"), 1, 60),
    (("{n} minute", "{n} minutes"), 60, 3_600),
    (("{n} hour", "{n} hours"), 3_600, 86_400),
    (("{n} day", "{n} days"), 86_400, math.inf),
)
Say = Callable[..., Text]
