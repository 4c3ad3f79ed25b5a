"""Rules for a source in engagement.yml that go beyond the type of a value."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from customer_analytics.engagement.mistakes import Mistake, nearest
from customer_analytics.schema import SCHEMAS, Kind

if TYPE_CHECKING:
    from customer_analytics.engagement.settings import Source

FILE_KEYS = ("encoding", "delimiter", "header", "skip_lines", "names", "fixed_columns", "sheets")
DIRECTIVES = frozenset("aAbBcdfgHIjmMnpSuUwWxXyYzZG%-")
DATE_DIRECTIVES = frozenset("bBcdjmxyYG")
# RE2, which reads the patterns, has neither look-arounds nor back-references.
NOT_IN_RE2 = re.compile(r"\(\?(?:=|!|<=|<!|P=|>)|(?<!\\)(?:\\\\)*\\[1-9]")


def check_pattern(pattern: str) -> None:
    """Raise ValueError for a regular expression that cannot be read, or that the engine does not know."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"matches: not a regular expression ({error})") from error
    if NOT_IN_RE2.search(pattern):
        raise ValueError("matches: look-arounds and back-references are not read; use several conditions")
    import pyarrow as pa  # its expressions are RE2's as well; imported only where there is a pattern
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.scalar(""), pattern=pattern)
    except pa.ArrowInvalid as error:
        raise ValueError(f"matches: the engine does not read this regular expression ({error})") from error


def check_encoding(encoding: str) -> str:
    """The encoding, or ValueError where Python knows none of this name."""
    if encoding != "auto":
        try:
            codecs.getincrementaldecoder(encoding)("replace").decode("12".encode(encoding), True)
        except Exception as error:  # codecs that are no text encodings, such as hex, fail each in its own way
            raise ValueError(
                f"no such encoding: {encoding!r}. For example auto, utf-8, gb18030, utf-16, latin-1"
            ) from error
    return encoding


def check_delimiter(delimiter: str) -> str:
    """The delimiter, or ValueError where it is not one character."""
    if delimiter not in {"auto", "\\t"} and (len(delimiter) != 1 or delimiter in '\r\n"'):
        raise ValueError(f"must be auto, one character, or \\t for a tab; given: {delimiter!r}")
    return delimiter


def check_date_format(text: str) -> str:
    """What is wrong with a date format such as %d.%m.%Y, or nothing."""
    letters = re.findall(r"%-?(.?)", text)
    unknown = sorted({letter for letter in letters if letter not in DIRECTIVES})
    if unknown:
        return f"no such directive: {', '.join('%' + letter for letter in unknown)}. For example %d.%m.%Y %H:%M."
    if not DATE_DIRECTIVES.intersection(letters):
        return f"{text!r} names no day, month or year. For example %d.%m.%Y."
    return ""


def check_origin(source: Source) -> list[Mistake]:
    """Files or a database, and only the keys that the choice uses."""
    mistakes: list[Mistake] = []
    given = source.model_fields_set
    kind = source.format.value
    if (source.files is None) == (source.url is None):
        mistakes.append(((), "takes either files or url.", ""))
    if source.url is not None:
        if source.database_table is None:
            mistakes.append((("url",), "also needs database_table.", "Name the table or view to read."))
        if kind not in {"auto", "database"}:
            mistakes.append((("format",), f"{kind} does not go with url.", "Leave format out."))
        mistakes += [((key,), "does nothing for a database.", "Delete it.") for key in FILE_KEYS if key in given]
    elif source.files is not None:
        if source.database_table is not None:
            mistakes.append((("database_table",), "does nothing without url.", "Delete it, or give url."))
        if kind == "database":
            mistakes.append((("format",), "database needs url, not files.", "Give url and database_table."))
    if (kind == "fixed_width") != (source.fixed_columns is not None):
        mistakes.append((("format",), "fixed_width and fixed_columns go together.", "Give both or neither."))
    if source.names is not None and source.header:
        mistakes.append((("names",), "is for files without a header.", "Also say `header: false`."))
    return mistakes


def check_columns(source: Source) -> list[Mistake]:
    """Names of our columns: a name that is almost a canonical one is a slip; other names rename an attribute."""
    schema = SCHEMAS[source.table]
    canonical = [column.name for column in schema.columns]
    mistakes: list[Mistake] = []
    for block in ("columns", "constants", "values", "formats"):
        for name in getattr(source, block):
            near = nearest(name, canonical, likeness=0.8)
            if name not in canonical and near is not None:
                mend = f"Did you mean {near}? Columns of {source.table}: {', '.join(canonical)}."
                mistakes.append(((block, name), f"{source.table} has no column {name!r}.", mend))
    for name in source.formats:
        column = schema.column(name)
        if column is not None and column.kind not in {Kind.TIME, Kind.DATE}:
            mistakes.append((("formats", name), "is no date: a format does nothing here.", "Delete it."))
    for name in source.constants.keys() & source.columns.keys():
        mistakes.append((("constants", name), "is also in columns.", "Keep one of them."))
    return mistakes
