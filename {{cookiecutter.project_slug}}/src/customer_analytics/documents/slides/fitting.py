"""How large a text may be in its box: widths by a cautious rule, because the fonts of the reader's machine are unknown.

A character counts as wide as in Arial or a little wider; a Chinese one as a square. Lines have an exact height, so the
height of a text does not depend on the font either.
"""

from __future__ import annotations

import unicodedata

LINE = 1.28  # height of a line, in sizes
_NARROW = frozenset("iljtfrI.,:;'|!()[]{}-/ “”‘’·")
_BROAD = frozenset("mwMWOQGDHNU%@&—–…")


def size_for(text: str, width: float, height: float, largest: float, least: float) -> float | None:
    """The largest font size in points, in steps of a half, at which a text fits; None when it does not at the least.

    `width` and `height` of the box in points.
    """
    size = largest
    while size >= least:
        if lines(text, width, size) * size * LINE <= height:
            return size
        size -= 0.5
    return None


def fitted(text: str, width: float, height: float, largest: float, least: float) -> tuple[str, float]:
    """A text and its size; one that is too long for the box is cut at the end, with three dots."""
    found = size_for(text, width, height, largest, least)
    if found is not None:
        return text, found
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if size_for(_cut(text, middle), width, height, least, least) is None:
            high = middle - 1
        else:
            low = middle
    return _cut(text, low), least


def lines(text: str, width: float, size: float) -> int:
    """How many lines a text takes: Latin words stay whole where they fit a line, Chinese breaks anywhere."""
    count = 0
    for paragraph in text.split("\n"):
        count, at = count + 1, 0.0
        for word in _words(paragraph):
            long = _width(word) * size
            if at and at + _width(word.rstrip()) * size > width:
                count, at = count + 1, 0.0
            if long > width:
                more = int(long // width)
                count, at = count + more, long - more * width
            else:
                at += long
    return count


def _words(text: str) -> list[str]:
    found, word = [], ""
    for character in text:
        if unicodedata.east_asian_width(character) in "WF":
            found += [word, character] if word else [character]
            word = ""
        else:
            word += character
            if character == " ":
                found.append(word)
                word = ""
    return [*found, word] if word else found


def _width(text: str) -> float:
    """In sizes."""
    return sum(_of(character) for character in text)


def _of(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF" or ord(character) > 0xFFFF:
        return 1.0
    if character in _NARROW:
        return 0.36
    if character in _BROAD:
        return 0.88
    return 0.7 if character.isupper() else 0.57


def _cut(text: str, length: int) -> str:
    return text if length >= len(text) else text[:length].rstrip() + "…"
