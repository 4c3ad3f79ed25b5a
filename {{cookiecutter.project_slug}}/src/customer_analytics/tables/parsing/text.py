"""Text as clients export it: blanks around values, words for "nothing here"."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from customer_analytics.tables.parsing.functions import byte_length, list_contains, trim_of

# Words that stand for a missing value in ids, dates, numbers and flags; in free text they may be words.
MISSING = ("", "NULL", "null", "Null", "\\N", "NaN", "nan", "None", "NaT", "<NA>")
MISSING_VALUES = (
    *MISSING, "N/A", "n/a", "NA", "#N/A", "-", "--", "—", "none", "nil", "0000-00-00", "0000-00-00 00:00:00",
    "无", "空",
)  # fmt: skip
_LONGEST = max(map(len, MISSING))
_BLANKS = " \t\r\n\u00a0\u3000"


def tidy(text: ir.StringValue, *, wide: bool = True) -> ir.StringValue:
    """Text without blanks at its ends; null when nothing is left.

    Trimming every value costs more than reading the file, so only values with a blank at an end are trimmed. What
    sorts before "!" begins with a blank. `wide`: also look for no-break and full-width blanks.
    """
    has_blank = (text < "!") | text.endswith(" ") | text.endswith("\t")
    if wide:
        for blank in ("\u00a0", "\u3000"):
            has_blank = has_blank | text.startswith(blank) | text.endswith(blank)
    trimmed: ir.StringValue = ibis.ifelse(has_blank, trim_of(text, _BLANKS).nullif(""), text)
    return trimmed


def tidy_id(text: ir.StringValue, *, wide: bool = True) -> ir.StringValue:
    """An identifier to the letter, without blanks at its ends and without words for a missing value."""
    tidied = tidy(text, wide=wide)
    word = ibis.ifelse(is_one_of(tidied, MISSING), ibis.null("string"), tidied)
    present: ir.StringValue = ibis.ifelse(byte_length(tidied) <= _LONGEST, word, tidied)
    return present


def is_missing(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a value of a date, number or flag column is empty, or a word for it; never null."""
    missing: ir.BooleanValue = text.isnull() | is_one_of(trim_of(text, _BLANKS), MISSING_VALUES)
    return missing


def is_one_of(text: ir.StringValue, words: Sequence[str]) -> ir.BooleanValue:
    """Whether a text is one of some words; false where there is no text.

    Not `isin`: the engine makes a join of that, which looks at every row even where the question is asked of a few.
    """
    found: ir.BooleanValue = list_contains(ibis.array(list(words)), text).fill_null(False)
    return found
