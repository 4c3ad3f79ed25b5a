"""Words, numbers, money and dates in the language of a report.

English is the source. The catalogues are plain .po files, one for each area, read as they are. A message is a format
string with named values: `language.say("{count} customers", count=12)`. Values are data: they are escaped wherever
the text meets HTML, and `**bold**` is read in the message only, never in a value.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

_CATALOGUES = Path(__file__).parent / "locale"
_FORMATTER = string.Formatter()
_BOLD = re.compile(r"\*\*(.+?)\*\*")
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
    def build(cls, message: str, values: dict[str, Any]) -> Text:
        """Fill a catalogue message with values. Only the message's own `**` are emphasis."""
        pieces = [""]
        for place, fragment in enumerate(_BOLD.split(message)):
            _append(pieces, place % 2 == 1, "")
            for literal, field, spec, _ in _FORMATTER.parse(fragment):
                _append(pieces, place % 2 == 1, literal)
                if field is not None:
                    value = _FORMATTER.get_field(field, (), values)[0]
                    inner = value.pieces if isinstance(value, Text) else [format(value, spec or "")]
                    for position, text in enumerate(inner):
                        _append(pieces, place % 2 == 1 or position % 2 == 1, text)
        return cls(pieces=pieces)

    def __getnewargs__(self) -> tuple[str, list[str]]:  # type: ignore[override]  # so that copies keep the emphasis
        return str(self), self.pieces

    def __html__(self) -> str:
        return str(emphasised(self.pieces))


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


@dataclass(frozen=True)
class Language:
    """How to write in one language for one engagement. `code`: en or zh_CN; `currency`: ISO 4217."""

    code: str = "en"
    currency: str = "EUR"

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
        return Text.build(_catalogue(self.code).get(message, message), values)

    def say_count(self, one: str, many: str, count: int, **values: Any) -> Text:
        """The singular or plural message; both may use {count}, already formatted."""
        message = _catalogue(self.code).get(one, one if count == 1 else many)
        return Text.build(message, {"count": self.number(count), **values})

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A plain number with group separators; None or NaN as a dash."""
        if _absent(value):
            return NOT_ESTIMABLE
        return numbers.format_decimal(value, format=_pattern("#,##0", decimals), locale=self._locale)

    def percent(self, share: float | None, decimals: int = 0) -> str:
        """A share (0.38) as a percentage (38%)."""
        if _absent(share):
            return NOT_ESTIMABLE
        return numbers.format_percent(share, format=_pattern("#,##0", decimals) + "%", locale=self._locale)

    def money(self, value: float | None, *, compact: bool = True) -> str:
        """Money: $484k and 48.4 万 when compact, otherwise to the cent."""
        if _absent(value):
            return NOT_ESTIMABLE
        assert value is not None
        if not compact:
            return numbers.format_currency(value, self.currency, locale=self._locale)
        amount, suffix = _scale(abs(float(value)), self.is_chinese)
        decimals = 0 if not suffix or amount >= 100 else 1
        symbol = numbers.get_currency_symbol(self.currency, locale=self._locale)
        sign = "-" if value < 0 else ""
        return f"{sign}{symbol}{self.number(amount, decimals)}{suffix}"

    def date(self, day: dt.date | None) -> str:
        """A day in words: 9 December 2011; 2011年12月9日."""
        if day is None:
            return NOT_ESTIMABLE
        return dates.format_date(day, format="y年M月d日" if self.is_chinese else "d MMMM y", locale=self._locale)

    def short_date(self, day: dt.date) -> str:
        """A day for an axis: Dec 2011 on the first of a month, otherwise 9 Dec; 2011年12月, 12月9日."""
        if self.is_chinese:
            form = "y年M月" if day.day == 1 else "M月d日"
        else:
            form = "MMM y" if day.day == 1 else "d MMM"
        return dates.format_date(day, format=form, locale=self._locale)

    def month(self, day: dt.date) -> str:
        """A month in words: December 2011; 2011年12月."""
        return dates.format_date(day, format="y年M月" if self.is_chinese else "MMMM y", locale=self._locale)

    def listing(self, items: list[str]) -> str:
        """Items in a sentence: a, b and c."""
        from babel.lists import format_list

        return format_list([str(item) for item in items], locale=self._locale)

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
                target = message.string if isinstance(message.string, str) else message.string[0]
                if target:
                    messages[source] = target
    return messages


def _absent(value: float | None) -> bool:
    return value is None or value != value


def _pattern(base: str, decimals: int) -> str:
    return base + ("." + "0" * decimals if decimals else "")


def _scale(amount: float, chinese: bool) -> tuple[float, str]:
    """Shorten an amount: (484, "k") or (48.4, " 万")."""
    steps: list[tuple[float, str]] = (
        [(1e8, " 亿"), (1e4, " 万")] if chinese else [(1e9, "bn"), (1e6, "m"), (1e3, "k")]
    )
    for size, suffix in steps:
        if amount >= size * 0.9995:
            return amount / size, suffix
    return amount, ""


Say = Callable[..., Text]
