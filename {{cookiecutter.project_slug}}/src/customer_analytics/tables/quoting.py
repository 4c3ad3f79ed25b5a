"""A value of the client's in a message: to the letter where it can name nobody, else only how it is written."""

from __future__ import annotations

import re
import unicodedata

# Of the tables that hold people, every value may name one.
ABOUT_PEOPLE = frozenset({"customers", "identities", "feedback"})
LONGEST = 40
# A day, a time, an amount: digits and what stands between them, too few for a phone or a card.
_PLAIN = re.compile(r"[\d\s.,:/+()%年月日时分秒T\u20ac$£¥-]*")
_MOST_DIGITS, _DIGITS_OF_A_MOMENT = 8, 20


def quoted(value: str, table: str) -> str:
    """For example '31/02/2024', or "of the form 'xxxx@xxxxxxx.xxx'" where the value could name somebody."""
    if table not in ABOUT_PEOPLE and _names_nobody(value):
        return repr(value[:LONGEST])
    return f"of the form {form_of(value)!r}"


def form_of(value: str) -> str:
    """The value with x for each letter and 9 for each digit."""
    return "".join(map(_stand_in, value[:LONGEST]))


def _names_nobody(value: str) -> bool:
    digits = sum(character.isdigit() for character in value)
    return bool(_PLAIN.fullmatch(value)) and digits <= (_DIGITS_OF_A_MOMENT if ":" in value else _MOST_DIGITS)


def _stand_in(character: str) -> str:
    """Letters and their marks, digits, punctuation as it is; symbols and what cannot be seen."""
    kind = unicodedata.category(character)[0]
    kept = kind in "PZ" or (character.isascii() and character.isprintable())
    return {"L": "x", "M": "x", "N": "9"}.get(kind, character if kept else "?")
