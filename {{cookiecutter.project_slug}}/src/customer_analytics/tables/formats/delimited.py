"""CSV and TSV: delimiter and header found in the head, rows read by the engine as text."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from customer_analytics.engagement.settings import Source, SourceFormat
from customer_analytics.tables.formats.encoding import find_encoding
from customer_analytics.tables.formats.head import Head

if TYPE_CHECKING:
    import _csv

HEAD_BYTES = 1 << 18
LONGEST_VALUE = 1 << 24
DELIMITERS = (",", ";", "\t", "|")


def head_of_delimited(path: Path, name: str, source: Source) -> Head:
    """Find encoding, delimiter and column names of a delimited text file; nothing but its head is read."""
    encoding = find_encoding(path, source.encoding)
    lines = first_lines(path, encoding)[source.skip_lines :]
    delimiter = stated_delimiter(source) or find_delimiter(lines, path)
    rows = text_rows(lines, delimiter)
    first = next(rows, [])
    if source.names:
        columns = list(source.names)
    elif source.header:
        columns = first
    else:
        columns = [f"column_{i + 1}" for i in range(len(first))]
    first_row = source.skip_lines + (rows.line_num if source.header else 0) + 1
    above = source.skip_lines + int(source.header)
    cleaned = numbered_where_empty(columns)
    return Head(path, name, SourceFormat.CSV, cleaned, encoding, delimiter, first_row=first_row, records_above=above)


def text_rows(lines: Iterable[str], delimiter: str) -> _csv.Reader:
    """The rows of delimited text; a value may be as long as the engine takes a line."""
    csv.field_size_limit(LONGEST_VALUE)
    return csv.reader(lines, delimiter=delimiter)


def numbered_where_empty(columns: Sequence[str]) -> tuple[str, ...]:
    """Clean column names; where several have none, each gets a number, so that none is taken for another."""
    cleaned = [clean_header(column) for column in columns]
    if any(cleaned) and cleaned.count("") > 1:
        cleaned = [name or f"column_{i}" for i, name in enumerate(cleaned, start=1)]
    return tuple(cleaned)


def first_lines(path: Path, encoding: str) -> list[str]:
    """The lines of a text file's head, decoded; a last line that may be cut off is left out."""
    with path.open("rb") as file:
        block = file.read(HEAD_BYTES)
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(block).lstrip("\ufeff")
    lines = text.splitlines(keepends=True)
    return lines[:-1] if len(block) == HEAD_BYTES and len(lines) > 1 else lines


def clean_header(header: str) -> str:
    """A column name without the blanks around it, also the full-width and no-break ones."""
    return " ".join(header.replace("\ufeff", "").split())


def stated_delimiter(source: Source) -> str | None:
    """The delimiter that the engagement states, `\\t` understood as a tab."""
    return None if source.delimiter == "auto" else source.delimiter.replace("\\t", "\t")


def find_delimiter(lines: list[str], path: Path) -> str:
    """The delimiter that splits most lines into the same number of values, more than one where possible."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = [len(row) for row in text_rows(lines[:200], delimiter) if row]
        if not widths:
            continue
        width, rows = Counter(widths).most_common(1)[0]
        score = (rows / len(widths) if width > 1 else 0.0, width)
        if score > best_score:
            best, best_score = delimiter, score
    return best
