"""Tables: sortable, searchable, printable, and still tables for a screen reader on a phone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from customer_analytics.language import Language
from customer_analytics.report import desk
from customer_analytics.report.blocks import how_computed_box
from customer_analytics.report.show import show
from customer_analytics.report.theme import ROLE

SEARCH_FROM = 15  # rows
SHORT = 12
Kind = Literal["text", "number", "name", "swatch"]
_ROW_HEADERS = ("name", "swatch")


@dataclass(frozen=True)
class Column:
    """A column: its heading and what it holds.

    text: words; number: right-aligned figures; name: the name of the row; swatch: the same with a coloured square.
    """

    label: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Cell:
    """A cell that is sorted by something else than its text. `swatch`: theme role of a coloured square before it."""

    shown: str
    sort_key: float | int | str | None = None
    swatch: str | None = None


Value = str | float | int | Cell | tuple[str, float | int | str | None] | None
AnyColumn = Column | tuple[str, Kind]


def table(
    columns: Sequence[AnyColumn],
    rows: Iterable[Sequence[Value]],
    *,
    caption: str,
    how: Iterable[tuple[str, str]] | None = None,
    foot: Sequence[Value] | None = None,
    search: bool | None = None,
    limit: int = 20,
    file: str | None = None,
) -> None:
    """Display a table.

    Args:
        columns: headings with their kinds, as Column or (label, kind).
        rows: one sequence of cells a row: texts, plain numbers, Cell, or (shown, sort key).
        caption: what the table shows.
        how: the "How it was computed" box: (unit, window, denominator, exclusions, time zone, data cut-off) as pairs.
        foot: the row of totals.
        search: a search box; when not given, from 15 rows.
        limit: rows shown; a note says that the rest is in the CSV file.
        file: name of that CSV file.

    Raises:
        ValueError: a row does not fit the columns.
    """
    language = desk.current().language
    headings = [column if isinstance(column, Column) else Column(*column) for column in columns]
    every = [list(row) for row in rows]
    for row in [*every, *([list(foot)] if foot else [])]:
        if len(row) != len(headings):
            raise ValueError(f"a row of the table {str(caption)!r} has {len(row)} cells for {len(headings)} columns")
    shown = every[:limit]
    with_search = len(shown) >= SEARCH_FROM if search is None else search
    body = Markup("").join(_row(headings, row, language) for row in shown)
    totals = Markup("<tfoot>{}</tfoot>").format(_row(headings, foot, language)) if foot else ""
    markup = Markup(
        '<div class="scroll" role="region" aria-label="{}" tabindex="0"><table{}><caption>{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody>{}</table></div>"
    ).format(
        caption,
        Markup(' data-search="{}"').format(language.say("Search the table")) if with_search else "",
        caption,
        Markup("").join(_heading(column) for column in headings),
        body,
        totals,
    )
    notes = _rest(language, len(shown), len(every), file)
    short = " short" if len(shown) <= SHORT else ""  # a short table stays on one sheet of paper
    box = how_computed_box(how, language) if how else ""
    show(Markup('<div class="table{}">{}{}{}</div>').format(short, markup, notes, box))


def _heading(column: Column) -> Markup:
    return Markup('<th scope="col" class="{}">{}</th>').format(column.kind, column.label)


def _row(columns: Sequence[Column], row: Sequence[Value], language: Language) -> Markup:
    cells = [_cell(column, value, language) for column, value in zip(columns, row, strict=True)]
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def _cell(column: Column, value: Value, language: Language) -> Markup:
    cell = value if isinstance(value, Cell) else Cell(*(value if isinstance(value, tuple) else _plain(value, language)))
    role = cell.swatch or (str(cell.sort_key) if column.kind == "swatch" and str(cell.sort_key) in ROLE else None)
    key = None if cell.sort_key is None or str(cell.sort_key) == role else cell.sort_key
    key = _digits(key) if isinstance(key, float) else key  # seven digits sort as seventeen do, in less of the page
    square = Markup('<i class="{}"></i>').format(role) if role else ""
    # Cells are most of a page: a key that is the text itself, and the kind that most are of, are not written out.
    is_text = isinstance(cell.sort_key, str) and cell.sort_key == str(cell.shown)
    data = Markup(' data-key="{}"').format(key) if key is not None and not is_text else ""
    if column.kind in _ROW_HEADERS:
        return Markup('<th scope="row" class="{}"{}>{}{}</th>').format(column.kind, data, square, cell.shown)
    kind = "" if column.kind == "number" else Markup(' class="{}"').format(column.kind)
    return Markup('<td{} data-label="{}"{}>{}{}</td>').format(kind, column.label, data, square, cell.shown)


def _digits(key: float) -> str | None:
    """A number to sort by; none for what is not a number, which then sorts as the dash that is shown for it."""
    return None if math.isnan(key) else f"{key:.7g}"


def _plain(value: str | float | int | None, language: Language) -> tuple[str, float | int | None]:
    """A bare value as (shown, sort key)."""
    if isinstance(value, str):
        return value, None
    if value is None or math.isnan(value):
        return language.number(None), None
    decimals = 0 if float(value).is_integer() else 1
    return language.number(value, decimals), value


def _rest(language: Language, shown: int, total: int, file: str | None) -> Markup | str:
    if shown == total:
        return ""
    counts = {"shown": language.number(shown), "total": language.number(total)}
    if file is None:
        note = language.say(
            "The first {shown} of {total} rows. All of them are in the tables beside this report.", **counts
        )
    else:
        note = language.say("The first {shown} of {total} rows. All of them are in {file}.", file=file, **counts)
    return Markup('<p class="source">{}</p>').format(note)
