"""What a question is cut into: each piece covers a phrase of it and says what the phrase means."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "filler",  # holds the sentence together and means nothing by itself
    "and",
    "or",
    "not",
    "act",  # verb
    "good",  # a category, product or campaign: what, name
    "time",  # when, or "ever"
    "often",  # how often
    "least",  # at least, at most: before an act whose number follows
    "condition",  # a whole condition
    "value",  # values of facts: one of several columns
    "measure",  # a number of the customer, to be compared
    "compare",  # a comparison with a number
    "fact",  # the name of a fact of the customer
    "which",  # asks for groups of the fact that follows
    "by",  # the same, written after
    "most",  # which group comes first
    "asks",  # how many, revenue, share, who
    "month",  # by month
]


@dataclass(frozen=True)
class Piece:
    """`start`, `end`: letters of the normal text. `value`: what it means, by kind; `options`: (column, value)s."""

    kind: Kind
    value: str = ""
    what: str = ""
    options: tuple[tuple[str, str], ...] = ()
    start: int = 0
    end: int = 0

    def put(self, start: int, end: int) -> Piece:
        """The piece at its place."""
        return dataclasses.replace(self, start=start, end=end)


def quoted(text: str) -> str:
    """A text as the query language quotes it."""
    return "'" + text.replace("'", "''") + "'"
