"""Text into tokens, and mistakes that point at the word.

Everything that a condition or a rule may hold is listed here; anything else is an error. Text from a command line or a
file is hostile until it is proven otherwise: its length is checked first, and no part of it is ever executed.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from customer_analytics.engagement.errors import Problem, UserError

LONGEST_TEXT = 10_000  # characters
MOST_TOKENS = 3_000
LONGEST_WORD = 400  # characters of one name or text
MOST_DIGITS = 15  # what a double holds exactly
FIRST_YEAR, LAST_YEAR = 1900, 2199
_EXCERPT = 76  # characters of the line that an error shows
_PLAIN = str.maketrans("（），＝％＋－＊／＜＞．：", "(),=%+-*/<>.:")
_QUOTES = {"'": "'", '"': '"', "‘": "’", "“": "”", "’": "’", "”": "”", "＇": "＇", "＂": "＂"}
_SIGNS = ("!=", "<>", "<=", ">=", "..", "=", "<", ">", "+", "-", "*", "/", "(", ")", ",", "%", ".")
_SAME_SIGN = {"<>": "!=", "≠": "!=", "≤": "<=", "≥": ">=", "≦": "<=", "≧": ">=", "–": "-", "−": "-", "…": ".."}
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?!\w)", re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_NAME = re.compile(r"[^\W\d]\w*")
_WORD = re.compile(r"\w+")
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class TokenKind(StrEnum):
    """What a token is."""

    NAME = "name"  # a bare word: it may be a keyword
    QUOTED_NAME = "quoted name"  # `a name` in backticks: never a keyword
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True)
class Place:
    """Where something stands in the text: first character and the one after the last, and the text itself."""

    start: int = 0
    end: int = 0
    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class Token:
    """One token. `value`: the name, the text without its quotes, or the sign; `number` and `date` where it is one."""

    kind: TokenKind
    value: str
    place: Place
    number: float = 0.0
    date: dt.date = dt.date(1970, 1, 1)

    @property
    def keyword(self) -> str:
        """The word as a keyword is compared: lower case; empty where it can be none."""
        return self.value.lower() if self.kind is TokenKind.NAME else ""


def is_plain_name(word: str) -> bool:
    """Whether a name can stand without backticks, keywords apart."""
    return _NAME.fullmatch(word) is not None


def mistake(place: Place, where: str, what: str, mend: str = "") -> UserError:
    """An error that shows the line with a caret under the word."""
    return UserError([pointing_problem(place, where, what, mend)])


def pointing_problem(place: Place, where: str, what: str, mend: str = "") -> Problem:
    """The same as a problem, to be collected with others; without a picture for a node that was not read from text."""
    text = place.text
    if not text:
        return Problem(where, f"{what} {mend}".rstrip())
    before = text[: place.start]
    line_start = before.rfind("\n") + 1
    line_end = text.find("\n", place.start)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    column = place.start - line_start
    lines = before.count("\n") + 1
    position = f"column {column + 1}" if "\n" not in text.strip() else f"line {lines}, column {column + 1}"
    shown_from = max(0, min(column - _EXCERPT // 2, len(line) - _EXCERPT))
    excerpt = line[shown_from : shown_from + _EXCERPT]
    width = max(1, min(place.end - place.start, shown_from + len(excerpt) - column))
    lead, marked = _visible(excerpt[: column - shown_from]), _visible(excerpt[column - shown_from :][:width])
    caret = " " * _columns(lead) + "^" * max(1, _columns(marked))
    picture = f"\n    {_visible(excerpt)}\n    {caret}"
    return Problem(f"{where}, {position}", f"{what} {mend}".rstrip() + picture)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest of the known names; empty where none is near."""
    lowered = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower()[:60], list(lowered), n=1, cutoff=0.6)
    return f"Did you mean `{lowered[found[0]]}`?" if found else ""


def tokenize(text: str, where: str) -> list[Token]:
    """The tokens of a text, closed by an END token.

    Raises:
        UserError: the text is too long, or holds something that is no token; the error points at it.
    """
    if len(text) > LONGEST_TEXT:
        what = f"the text has {len(text):,} characters; the limit is {LONGEST_TEXT:,}."
        raise mistake(Place(0, 0, text[:_EXCERPT]), where, what, "Define tags for its parts and name them here.")
    tokens: list[Token] = []
    position = 0
    while True:
        while position < len(text) and text[position] in " \t\r\n\u3000\u00a0":
            position += 1
        if position == len(text):
            break
        token = _token_at(text, position, where)
        tokens.append(token)
        position = token.place.end
        if len(tokens) > MOST_TOKENS:
            what = f"this is longer than {MOST_TOKENS:,} words and signs."
            raise mistake(token.place, where, what, "Define tags for its parts and name them here.")
    tokens.append(Token(TokenKind.END, "", Place(len(text), len(text), text)))
    return tokens


def _token_at(text: str, start: int, where: str) -> Token:
    character = text[start]
    if character in _QUOTES:
        return _quoted(text, start, _QUOTES[character], TokenKind.TEXT, where)
    if character in "`｀":
        return _quoted(text, start, character, TokenKind.QUOTED_NAME, where)
    if found := _DATE.match(text, start):
        return _date(text, Place(start, found.end(), text), where)
    if found := _NUMBER.match(text, start):
        return _number(text, Place(start, found.end(), text), where)
    if found := _NAME.match(text, start):
        if found.end() - start > LONGEST_WORD:
            raise mistake(Place(start, found.end(), text), where, "this name is too long.")
        return Token(TokenKind.NAME, found.group(), Place(start, found.end(), text))
    plain = text[start : start + 2].translate(_PLAIN)
    for sign in _SIGNS:
        if plain.startswith(sign):
            return Token(TokenKind.SIGN, _SAME_SIGN.get(sign, sign), Place(start, start + len(sign), text))
    if character in _SAME_SIGN:
        return Token(TokenKind.SIGN, _SAME_SIGN[character], Place(start, start + 1, text))
    raise mistake(Place(start, start + 1, text), where, *_unreadable(character))


def _unreadable(character: str) -> tuple[str, str]:
    if character in _DIRECTION_MARKS:
        return f"here stands an invisible direction mark ({_code(character)}).", "Delete it, or type the line anew."
    if not character.isprintable():
        return f"here stands an invisible character ({_code(character)}).", "Delete it, or type the line anew."
    if character == ";":
        return "a `;` has no meaning here.", "Join conditions with `and` or `or`."
    return f"{character!r} has no meaning here.", "Put texts in quotes: 'text', and unusual names in backticks: `name`."


def _quoted(text: str, start: int, closing: str, kind: TokenKind, where: str) -> Token:
    """A text or name between quotes; the closing quote doubled stands for itself."""
    pieces: list[str] = []
    position = start + 1
    while True:
        end = text.find(closing, position)
        if end < 0:
            what = f"the quote {text[start]} that opens here is never closed."
            mend = "A quote within a text is written twice: 'it''s'."
            raise mistake(Place(start, start + 1, text), where, what, mend)
        pieces.append(text[position:end])
        if text[end + 1 : end + 2] != closing:
            break
        pieces.append(closing)
        position = end + 2
    value = "".join(pieces)
    place = Place(start, end + 1, text)
    if kind is TokenKind.QUOTED_NAME and not value:
        raise mistake(place, where, "a name cannot be empty.")
    if len(value) > LONGEST_WORD:
        raise mistake(place, where, f"a text here has at most {LONGEST_WORD} characters.")
    for offset, character in enumerate(text[start:end]):
        if unicodedata.category(character) in ("Cc", "Cs") or character in _DIRECTION_MARKS:
            raise mistake(Place(start + offset, start + offset + 1, text), where, *_unreadable(character))
    return Token(kind, value, place)


def _date(text: str, place: Place, where: str) -> Token:
    word = text[place.start : place.end]
    try:
        date = dt.date.fromisoformat(word)
    except ValueError:
        raise mistake(place, where, f"there is no day {word}.", "Dates are written 2025-03-01.") from None
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        raise mistake(place, where, f"years run from {FIRST_YEAR} to {LAST_YEAR} here.")
    return Token(TokenKind.DATE, word, place, date=date)


def _number(text: str, place: Place, where: str) -> Token:
    if (after := _WORD.match(text, place.end)) is not None:
        place = Place(place.start, after.end(), text)
        what = f"{text[place.start : place.end][:40]!r} is neither a number nor a name."
        raise mistake(place, where, what, "Names that begin with a digit stand in backticks: `3_month_buyer`.")
    word = text[place.start : place.end]
    if len(word.replace(".", "")) > MOST_DIGITS:
        raise mistake(place, where, f"a number here has at most {MOST_DIGITS} digits.")
    return Token(TokenKind.NUMBER, word, place, number=float(word))


def _visible(text: str) -> str:
    """The text with everything invisible, and everything that changes the direction of writing, as a dot."""
    return "".join(character if character.isprintable() else "·" for character in text)


def _columns(text: str) -> int:
    """Columns that a text takes on a terminal: Chinese characters and emoji take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
