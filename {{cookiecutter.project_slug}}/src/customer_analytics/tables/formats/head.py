"""What the beginning of a file tells: its format, encoding, delimiter and column names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from customer_analytics.engagement.settings import SourceFormat


@dataclass(frozen=True)
class Head:
    """One file (or sheet, or database table) of a source, as its beginning shows it.

    `name` is how messages call it; `first_row` is the line of its first data row, counted from 1. `records_above` are
    the records above it, where they are not its lines: a quoted heading may hold a line break. `one_line_end`: the
    file ends its lines in several ways, and is brought to one before it is read.
    """

    path: Path
    name: str
    format: SourceFormat
    columns: tuple[str, ...]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    first_row: int = 1
    records_above: int | None = None
    one_line_end: bool = False

    @property
    def shape(self) -> tuple[tuple[str, ...], str, int]:
        """Files of one shape are read together."""
        above = self.first_row - 1 if self.records_above is None else self.records_above
        return self.columns, self.delimiter, above
