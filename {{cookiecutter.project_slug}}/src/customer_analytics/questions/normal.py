"""A question as it is matched: full-width signs as plain ones, small letters, and where each letter stood."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_SIGNS = {
    "。": ".",
    "、": ",",
    "，": ",",
    "；": ",",
    ";": ",",
    "：": ":",
    "～": "-",
    "~": "-",
    "–": "-",
    "—": "-",
    "−": "-",
}
_QUOTES = {"‘": "'", "’": "'", "“": '"', "”": '"', "「": '"', "」": '"', "『": '"', "』": '"', "`": "'"}


@dataclass(frozen=True)
class Normal:
    """`text`: what is matched; `places[i]`: where its letter i stands in `source`."""

    source: str
    text: str
    places: tuple[int, ...]

    def at(self, start: int, end: int) -> str:
        """What the reader wrote from one letter of `text` to before another."""
        return self.source[self.places[start] : self.places[end - 1] + 1] if end > start else ""


def normal(source: str) -> Normal:
    """The question letter by letter; what one letter becomes stays at its place."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(source):
        plain = _QUOTES.get(letter) or _SIGNS.get(letter) or unicodedata.normalize("NFKC", letter)
        for one in _SIGNS.get(plain, plain).casefold():
            letters.append(" " if one.isspace() else one)
            places.append(place)
    return Normal(source, "".join(letters), tuple(places))


def plain(text: str) -> str:
    """A value of the data as it is matched."""
    return " ".join(normal(text).text.split())


def is_han(letter: str) -> bool:
    """Whether a letter is Chinese: words of it stand without blanks between them."""
    return "\u3400" <= letter <= "\u9fff" or letter == "〇"


def edge(text: str, place: int) -> bool:
    """Whether a word may begin or end at a place: not within Latin letters or digits."""
    if place <= 0 or place >= len(text):
        return True
    before, after = text[place - 1], text[place]
    if before.isdigit() and after.isdigit():
        return False
    return not (_latin(before) and _latin(after))


def _latin(letter: str) -> bool:
    return letter.isalpha() and not is_han(letter)
