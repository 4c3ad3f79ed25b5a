"""CSV and TSV: delimiter and header found in the head, rows read by the engine as text."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.settings import Source, SourceFormat
from customer_analytics.tables.formats.encoding import find_encoding, not_encoded
from customer_analytics.tables.formats.head import Head

if TYPE_CHECKING:
    import _csv

HEAD_BYTES = 1 << 18
LONGEST_VALUE = 1 << 24
LONGEST_NAME = 1_000  # characters of a heading
DELIMITERS = (",", ";", "\t", "|")
_UNSEEN = re.compile(r"[\ufeff\u200b\u2060\u200e\u200f\u00ad\u202a-\u202e\u2066-\u2069\x00]")
_TOLD_DELIMITER = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # a line that Excel writes for itself
_LINE_END = re.compile(rb"[\r\n]")


def head_of_delimited(path: Path, name: str, source: Source) -> Head:
    """Find encoding, delimiter and column names of a delimited text file; nothing but its head is read.

    Raises:
        UserError: the heading does not end where a heading does.
    """
    encoding = find_encoding(path, source.encoding, name)
    lines = first_lines(path, encoding, name)[source.skip_lines :]
    told = _TOLD_DELIMITER.fullmatch(lines[0]) if lines else None
    skip = source.skip_lines + int(told is not None)
    lines = lines[int(told is not None) :]
    delimiter = stated_delimiter(source) or (told[1] if told else find_delimiter(lines, path))
    rows = text_rows(lines, delimiter)
    first = next(rows, [])
    if source.header:
        _check_heading(first, "".join(lines[: rows.line_num]), f"{name}, line {skip + 1}")
    if source.names:
        columns = list(source.names)
    elif source.header:
        columns = first
    else:
        columns = [f"column_{i + 1}" for i in range(len(first))]
    first_row = skip + (rows.line_num if source.header else 0) + 1
    above = skip + int(source.header)
    cleaned = numbered_where_empty(columns)
    return Head(path, name, SourceFormat.CSV, cleaned, encoding, delimiter, first_row=first_row, records_above=above)


def _check_heading(columns: Sequence[str], text: str, place: str) -> None:
    """Refuse a heading that swallows rows, whose values would then be shown as names."""
    if "\n" in text.rstrip("\r\n") and text.count('"') % 2:
        what = "a quotation mark in the heading is not closed."
        raise UserError([Problem(place, what, "Close it in the export, or ask for the file again.")])
    longest = max(map(len, columns), default=0)
    if longest > LONGEST_NAME:
        what = f"a heading of {longest:,} characters."
        raise UserError([Problem(place, what, "Is the first line the heading, and does it end?")])


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


def first_lines(path: Path, encoding: str, name: str) -> list[str]:
    """The lines of a text file's head, decoded; a last line that may be cut off is left out.

    Raises:
        UserError: the file is not in its stated encoding.
    """
    with path.open("rb") as file:
        block = file.read(HEAD_BYTES)
        while len(block) < LONGEST_VALUE and not _LINE_END.search(block) and (more := file.read(len(block))):
            block += more
        cut = bool(file.read(1))
    try:
        text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(block).lstrip("\ufeff")
    except UnicodeError as error:
        raise UserError([not_encoded(name, encoding)]) from error
    # Not splitlines: a form feed or a line separator of Unicode within a value ends no line.
    lines = list(io.StringIO(text, newline=""))
    return lines[:-1] if cut and len(lines) > 1 else lines


def clean_header(header: str) -> str:
    """A column name without blanks around it, also full-width and no-break ones, and without what cannot be seen.

    Accents are composed: an "é" of two characters looks like that of one.
    """
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", header)).split())


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
