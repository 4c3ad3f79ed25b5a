"""Find the heading of a file in which none of the mapped columns was found: further down, or parted otherwise."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.settings import Source, SourceFormat
from customer_analytics.tables.formats.delimited import DELIMITERS, clean_header, first_lines, text_rows
from customer_analytics.tables.formats.excel import first_rows
from customer_analytics.tables.formats.head import Head

FURTHEST = 100  # lines to look at
_PARTED_BY = (*DELIMITERS, "^", "~", ":", "\x01")
_VALUE = re.compile(r"[\d\s.,:/+()%$€¥£-]*\d[\d\s.,:/+()%$€¥£-]*|\S+@\S+\.\S+")


def where_heading_is(head: Head, source: Source, wanted: Sequence[str]) -> str:
    """What to say in engagement.yml so that the wanted columns are found, or nothing."""
    for skip, delimiter, columns in _candidates(head):
        if not set(wanted) <= columns:
            continue
        said = [f"`skip_lines: {skip}`"] if skip != source.skip_lines else []
        if delimiter != head.delimiter:
            written = delimiter if delimiter.isprintable() else f"\\x{ord(delimiter):02x}"
            said.append(f'`delimiter: "{written}"`')
        return f"Line {skip + 1} has them: say {' and '.join(said)}." if said else ""
    return ""


def looks_like_data(columns: Sequence[str]) -> bool:
    """Whether a heading is rather a row: a number, a day or an e-mail address stands in it."""
    return any(_VALUE.fullmatch(column) for column in columns)


def _candidates(head: Head) -> Iterator[tuple[int, str, set[str]]]:
    """Lines above a possible heading, the delimiter, and the columns that the line would give."""
    if head.format == SourceFormat.EXCEL:
        for skip, row in enumerate(first_rows(head.path, head.sheet, FURTHEST)):
            yield skip, "", {clean_header(cell) for cell in row}
    elif head.format == SourceFormat.CSV:
        try:
            lines = first_lines(head.path, head.encoding, head.name)
        except UserError:
            return
        for skip, line in enumerate(islice(lines, FURTHEST)):
            for delimiter in dict.fromkeys((head.delimiter, *_PARTED_BY)):
                try:
                    columns = next(text_rows([line], delimiter), [])
                except csv.Error:
                    continue
                yield skip, delimiter, {clean_header(column) for column in columns}
