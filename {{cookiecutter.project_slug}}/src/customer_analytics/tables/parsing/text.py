"""Text as clients export it: blanks around values, words for "nothing here"."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

from customer_analytics.tables.parsing.functions import byte_length, character, list_contains, trim_of

# Words that stand for a missing value in ids, dates, numbers and flags; in free text they may be words.
MISSING = ("", "NULL", "null", "Null", "\\N", "NaN", "nan", "None", "NaT", "<NA>")
MISSING_VALUES = (
    *MISSING, "N/A", "n/a", "NA", "#N/A", "-", "--", "—", "none", "nil", "0000-00-00", "0000-00-00 00:00:00",
    "无", "空",
)  # fmt: skip
_LONGEST = max(map(len, MISSING))
_WIDE_BLANKS = ("\u00a0", "\u3000", "\ufeff", "\u200b", "\u2060")
_BLANKS = " \t\r\n" + "".join(_WIDE_BLANKS)


def tidy(text: ir.StringValue, *, wide: bool = True) -> ir.StringValue:
    """Text without blanks at its ends; null when nothing is left.

    Trimming every value costs more than reading the file, so only values with a blank at an end are trimmed. What
    sorts before "!" begins with a blank, or with zero bytes. `wide`: also look for no-break and full-width blanks, and
    for those that cannot be seen: a byte order mark in the middle of a file.
    """
    has_blank = (text < "!") | text.endswith(" ") | text.endswith("\t")
    if wide:
        has_blank = has_blank | _has_wide_blank(text)
    trimmed: ir.StringValue = ibis.ifelse(has_blank, trim_of(text, _blanks()).nullif(""), text)
    return trimmed


def _has_wide_blank(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a text begins or ends with a blank that is none of ASCII."""
    tests = [end for blank in _WIDE_BLANKS for end in (text.startswith(blank), text.endswith(blank))]
    found: ir.BooleanValue = reduce(lambda left, right: left | right, tests)
    return found


def is_untidy(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a text still has a wide blank at an end; asked only of what is not ASCII, so that it costs little."""
    untidy: ir.BooleanValue = (byte_length(text) != text.length()) & _has_wide_blank(text)
    return untidy


def _blanks() -> ir.StringValue:
    """All that is cut off; the engine's text of a query cannot hold a zero byte itself."""
    blanks: ir.StringValue = ibis.literal(_BLANKS) + character(0)
    return blanks


def tidy_id(text: ir.StringValue, *, wide: bool = True) -> ir.StringValue:
    """An identifier to the letter, without blanks at its ends and without words for a missing value."""
    tidied = tidy(text, wide=wide)
    word = ibis.ifelse(is_one_of(tidied, MISSING), ibis.null("string"), tidied)
    present: ir.StringValue = ibis.ifelse(byte_length(tidied) <= _LONGEST, word, tidied)
    return present


def is_missing(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a value of a date, number or flag column is empty, or a word for it; never null."""
    missing: ir.BooleanValue = text.isnull() | is_one_of(trim_of(text, _blanks()), MISSING_VALUES)
    return missing


def is_one_of(text: ir.StringValue, words: Sequence[str]) -> ir.BooleanValue:
    """Whether a text is one of some words; false where there is no text.

    Not `isin`: the engine makes a join of that, which looks at every row even where the question is asked of a few.
    """
    found: ir.BooleanValue = list_contains(ibis.array(list(words)), text).fill_null(False)
    return found
