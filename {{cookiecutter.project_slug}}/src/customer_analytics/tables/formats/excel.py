"""Excel workbooks: the sheets are written out as one text file each, which the engine reads like any other."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

from ibis.backends.duckdb import Backend
from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.settings import Source, SourceFormat
from customer_analytics.tables.formats.delimited import numbered_where_empty
from customer_analytics.tables.formats.delimited_rows import open_delimited
from customer_analytics.tables.formats.head import Head
from customer_analytics.tables.formats.raw import Raw, internal
from customer_analytics.tables.formats.workbook import damaged, open_workbook, rows_of

LINE = "__line"


def heads_of_excel(path: Path, name: str, source: Source) -> list[Head]:
    """One head a sheet: the stated sheets, or all visible ones that hold something.

    Raises:
        UserError: it is no workbook, or a stated sheet is missing.
    """
    workbook = open_workbook(path, name)
    visible = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    missing = [sheet for sheet in source.sheets or [] if sheet not in workbook.sheet_names]
    if missing:
        what = f"no sheet {', '.join(map(repr, missing))}."
        raise UserError([Problem(name, what, f"Sheets: {', '.join(workbook.sheet_names)}.")])
    heads = []
    for sheet in source.sheets or visible:
        try:
            rows = rows_of(workbook, sheet)[source.skip_lines :]
        except (CalamineError, OSError, ValueError) as error:
            raise damaged(f"{name}, sheet {sheet}") from error
        if not rows and not source.sheets:
            continue
        first = rows[0] if rows else []
        columns = source.names or ([_text(cell) for cell in first] if source.header else None)
        columns = columns or [f"column_{i + 1}" for i in range(len(first))]
        place = f"{name}, sheet {sheet}"
        first_row = source.skip_lines + int(source.header) + 1
        cleaned = numbered_where_empty(columns)
        heads.append(Head(path, place, SourceFormat.EXCEL, cleaned, sheet=sheet, first_row=first_row))
    if not heads:
        mend = "Name the sheet that does: sheets: [<its name>]."
        raise UserError([Problem(name, "no visible sheet holds anything.", mend)])
    return heads


def open_excel(backend: Backend, heads: list[Head], folder: Path) -> Raw:
    """The rows of the sheets; empty rows are left out, and each row keeps the number that Excel shows."""
    copies = []
    for i, head in enumerate(heads):
        copy = folder / f"sheet-{i}.csv"
        rows = rows_of(open_workbook(head.path, head.name), head.sheet)
        with copy.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows(_written(rows, head))
        copies.append(
            Head(copy, head.name, SourceFormat.CSV, (*head.columns, LINE), "utf-8", ",", head.sheet, first_row=1)
        )
    raw = open_delimited(backend, copies, folder)
    place = raw.columns.index(LINE)
    return Raw(raw.columns, raw.heads, raw.scan, internal(place))


def first_rows(path: Path, sheet: str, most: int) -> list[list[str]]:
    """The first rows of a sheet as text."""
    return [[_text(cell) for cell in row] for row in rows_of(open_workbook(path, path.name), sheet)[:most]]


def _written(rows: Sequence[Sequence[object]], head: Head) -> Iterator[list[str]]:
    width = len(head.columns)
    for number, row in enumerate(rows[head.first_row - 1 :], start=head.first_row):
        cells = [_text(cell) for cell in row[:width]]
        if any(cells):
            yield [*cells, *[""] * (width - len(cells)), str(number)]


def _text(cell: object) -> str:
    """A cell as text: whole numbers without a decimal point, dates as ISO, an empty cell as nothing."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    return str(cell)
