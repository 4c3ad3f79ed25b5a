"""Lists of words as people type them: a YAML list, `-p steps="[a, b]"`, or plain text with commas for papermill."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

_QUOTES = "'\""


def read_list(value: Any) -> Any:
    """The words of a text, `a, b` or `[a, b]`; anything else as it is, for pydantic to judge.

    A comma within quotation marks or parentheses does not divide. Quotation marks around a whole word are taken off;
    those inside, as in `view where page = '/a, b'`, stay.
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    return tuple(word for part in _parts(text) if (word := _unquoted(part.strip())))


def _parts(text: str) -> list[str]:
    parts, begin, quote, depth = [], 0, "", 0
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in _QUOTES and not text[begin:place].rstrip().endswith(tuple("abcdefghijklmnopqrstuvwxyz")):
            quote = sign  # an apostrophe after a letter, as in `don't`, opens nothing
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign in ",，、" and depth <= 0:
            parts.append(text[begin:place])
            begin = place + 1
    return [*parts, text[begin:]]


def _unquoted(word: str) -> str:
    is_quoted = len(word) >= 2 and word[0] in _QUOTES and word[0] == word[-1] and word[0] not in word[1:-1]
    return word[1:-1].strip() if is_quoted else word


Words = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(read_list)]
