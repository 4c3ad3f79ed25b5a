"""The sheets of a workbook."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from customer_analytics.documents.workbook.charts import add_chart
from customer_analytics.documents.workbook.formats import Kind, kind_of, number_format
from customer_analytics.documents.workbook.reading import Report, Table, Value
from customer_analytics.language import Language
from customer_analytics.narrative.glossary import term_of
from customer_analytics.report.report_names import report_name

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

CELL = 32_767  # characters that a cell holds
MOST_ROWS = 2_000  # of a sheet: whoever needs more works with the file
LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_WIDEST = 60
_SAMPLE = 200  # rows by which a column's width is chosen
_TOP = 2  # row of the headings of a table, from 0


class Sheets:
    """The sheets of one workbook: unique names, shared formats."""

    def __init__(self, book: Workbook, language: Language) -> None:
        self.book = book
        self.language = language
        self._names: set[str] = set()
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def add(self, name: str) -> Worksheet:
        """A new sheet; its name is cut and numbered until Excel takes it."""
        plain = _FORBIDDEN.sub(" ", name).strip() or "sheet"
        chosen, number = plain[:LONGEST_NAME], 1
        while chosen.lower() in self._names or chosen.lower() == "history":
            number += 1
            end = f" {number}"
            chosen = plain[: LONGEST_NAME - len(end)] + end
        self._names.add(chosen.lower())
        return self.book.add_worksheet(chosen)

    def style(self, **properties: Any) -> Format:
        """A format; the same properties give the same one."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"font_name": _font(self.language), **properties})
        return self._formats[key]

    def of_kind(self, kind: Kind) -> Format:
        """The format of a kind of column."""
        return self.style(num_format=number_format(kind, self.language.currency))

    def title(self, sheet: Worksheet, text: str, back: str | None = None, note: str = "") -> None:
        """The first row of a sheet, with the way back to the contents, and a note in the second."""
        if note:
            sheet.write_string(1, 1, note[:CELL], self.style(font_color="#4a5566"))
        sheet.write_string(0, 0, text[:CELL], self.style(bold=True, font_size=14, font_color="#0b5563"))
        if back is not None:
            sheet.write_url(1, 0, f"internal:'{back}'!A1", self.style(font_color="#0b5563", underline=1), back)

    def table(
        self, sheet: Worksheet, columns: Sequence[str], rows: Sequence[Sequence[Value]], kinds: Sequence[Kind]
    ) -> None:
        """A table of Excel's own from row `_TOP` on: filters, bands, headings that stay."""
        shown = rows[:MOST_ROWS]
        headings = _unique(columns)
        if shown:
            options = {"columns": [{"header": heading} for heading in headings], "style": "Table Style Light 1"}
            sheet.add_table(_TOP, 0, _TOP + len(shown), len(headings) - 1, options)
        for place, heading in enumerate(headings):
            sheet.write_string(_TOP, place, heading[:CELL], self.style(bold=True, bottom=1))
        formats = [self.of_kind(kind) for kind in kinds]
        for number, row in enumerate(shown, start=_TOP + 1):
            for place, value in enumerate(row):
                _write(sheet, number, place, value, formats[place])
        for place, heading in enumerate(headings):
            texts = [heading, *(_length_of(row[place]) for row in shown[:_SAMPLE])]
            sheet.set_column(place, place, min(_WIDEST, max(8, max(map(_width, texts)) + 3)))
        sheet.freeze_panes(_TOP + 1, 1)


def contents_sheet(
    sheets: Sheets, sheet: Worksheet, heading: str, notes: Sequence[str], entries: Sequence[Mapping[str, str]]
) -> None:
    """The first sheet: what the workbook is, and a link to each sheet.

    Args:
        sheets: of the workbook.
        sheet: the first one.
        heading: client and run.
        notes: lines on how to read it.
        entries: with `sheet`, `report`, `what`.
    """
    sheets.title(sheet, heading)
    row = 1
    for note in notes:
        row += 1
        sheet.write_string(row, 0, note[:CELL], sheets.style(font_color="#4a5566"))
    row += 2
    say = sheets.language.say
    for place, word in enumerate((say("Sheet"), say("Report"), say("What it holds"))):
        sheet.write_string(row, place, str(word), sheets.style(bold=True, bottom=1))
    link = sheets.style(font_color="#0b5563", underline=1)
    for entry in entries:
        row += 1
        sheet.write_url(row, 0, f"internal:'{entry['sheet']}'!A1", link, entry["sheet"])
        sheet.write_string(row, 1, entry["report"], sheets.style())
        sheet.write_string(row, 2, entry["what"][:CELL], sheets.style())
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 2, 90)


def findings_sheet(sheets: Sheets, sheet: Worksheet, reports: Sequence[Report], back: str) -> None:
    """Every finding with its evidence, and columns to fill in."""
    say, language = sheets.language.say, sheets.language
    words = (
        "Report",
        "Evidence",
        "Finding",
        "In a sentence",
        "Value",
        "Low",
        "High",
        "Unit of the value",
        "Base",
        "What it means",
        "What to do",
        "Owner",
        "Due date",
    )
    columns = [str(say(word)) for word in words]
    rows: list[list[Value]] = []
    for report in reports:
        for finding in report.findings:
            numbers = [finding.get(key) for key in ("value", "low", "high")]
            rows.append(
                [
                    report_name(report.name, language), finding["grade"], finding["head"], finding["statement"],
                    *(None if number is None else float(number) for number in numbers), finding.get("unit") or None,
                    None if finding.get("n") is None else float(finding["n"]), finding.get("meaning") or None,
                    finding.get("action") or None, None, None,
                ]
            )  # fmt: skip
    kinds = [Kind.TEXT] * 4 + [Kind.NUMBER] * 3 + [Kind.TEXT, Kind.WHOLE] + [Kind.TEXT] * 4
    sheets.title(sheet, str(say("Findings of all reports")), back)
    sheets.table(sheet, columns, rows, kinds)


def metrics_sheet(sheets: Sheets, sheet: Worksheet, reports: Sequence[Report], back: str) -> None:
    """Every metric with what it means."""
    say, language = sheets.language.say, sheets.language
    columns = [str(say(word)) for word in ("Report", "Metric", "Value", "Term", "What it means", "Formula")]
    rows: list[list[Value]] = []
    for report in reports:
        for name, value in report.metrics.items():
            term = term_of(report.name, name, language.code)
            words = (None, None, None) if term is None else (term.name, term.meaning, term.formula)
            rows.append([report_name(report.name, language), name, None if value is None else float(value), *words])
    kinds = [Kind.TEXT, Kind.TEXT, Kind.NUMBER, Kind.TEXT, Kind.TEXT, Kind.TEXT]
    sheets.title(sheet, str(say("Metrics of all reports")), back)
    sheets.table(sheet, columns, rows, kinds)


def table_sheet(sheets: Sheets, sheet: Worksheet, table: Table, back: str) -> None:
    """A published table, with its chart where people want one."""
    title = f"{report_name(table.report, sheets.language)}: {table.name}"
    columns = list(zip(*table.rows, strict=True)) if table.rows else [() for _ in table.columns]
    kinds = [
        kind_of(table.report, table.name, name, values) for name, values in zip(table.columns, columns, strict=True)
    ]
    note = ""
    if len(table.rows) > MOST_ROWS:
        number = sheets.language.number
        note = str(
            sheets.language.say(
                "The first {shown} of {all} rows; the file holds all.",
                shown=number(MOST_ROWS),
                all=number(len(table.rows)),
            )
        )
    sheets.title(sheet, title, back, note)
    sheets.table(sheet, table.columns, table.rows, kinds)
    add_chart(sheets.book, sheet, table, top=_TOP, beside=len(table.columns) + 1)


def triangle_sheet(sheets: Sheets, sheet: Worksheet, cohorts: Table, back: str) -> None:
    """The cohort triangle: a row a cohort, a column a period, rates in colours. Months not yet over are empty."""
    cohort, period, rate, complete = (cohorts.column(name) for name in ("cohort", "period", "rate", "complete"))
    periods = sorted({value for row in cohorts.rows if isinstance(value := row[period], float)})
    by_cohort: dict[Value, dict[Value, Value]] = {}
    for row in cohorts.rows:
        if row[complete] is not False:
            by_cohort.setdefault(row[cohort], {})[row[period]] = row[rate]
    columns = [str(sheets.language.say("Cohort")), *(f"{number:.0f}" for number in periods)]
    rows = [[name, *(values.get(number) for number in periods)] for name, values in by_cohort.items()]
    kind = Kind.DAY if rows and isinstance(rows[0][0], dt.date) else Kind.TEXT
    sheets.title(sheet, str(sheets.language.say("Cohort triangle")), back)
    sheets.table(sheet, columns, rows, [kind, *([Kind.SHARE] * len(periods))])
    if rows and len(periods) > 1:
        colours = {"type": "2_color_scale", "min_color": "#edf4f4", "max_color": "#2a7783"}
        sheet.conditional_format(_TOP + 1, 2, _TOP + len(rows), len(periods), colours)


def _write(sheet: Worksheet, row: int, place: int, value: Value, style: Format) -> None:
    """A value by its own kind; a text never becomes a formula, a number or a link."""
    if value is None:
        sheet.write_blank(row, place, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, place, value, style)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, place, dt.datetime.combine(value, dt.time()), style)
    elif isinstance(value, float):
        sheet.write_number(row, place, value, style)
    else:
        sheet.write_string(row, place, value[:CELL], style)


def _unique(columns: Sequence[str]) -> list[str]:
    """Headings as a table of Excel asks for them: none empty, none twice whatever the capitals."""
    seen: dict[str, int] = {}
    headings = []
    for column in columns:
        plain = column or "–"
        count = seen[plain.lower()] = seen.get(plain.lower(), 0) + 1
        headings.append(plain if count == 1 else f"{plain} ({count})")
    return headings


def _length_of(value: Value) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else "" if value is None else str(value)


def _width(text: str) -> int:
    """Characters as wide as Latin ones; a Chinese one takes two."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _font(language: Language) -> str:
    return "Microsoft YaHei" if language.is_chinese else "Calibri"
