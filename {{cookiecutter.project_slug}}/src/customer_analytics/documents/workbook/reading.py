"""What a workbook is made of: the findings, metrics and tables of a run's finished reports, as their files hold them.

Tables of customers stay out: a workbook is passed on, and the lists lie beside the reports for whoever may use them.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CUSTOMER = "customer_id"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_WHOLE_DIGITS = 15  # what Excel keeps of a number

Value = str | float | bool | dt.date | None


@dataclass(frozen=True)
class Table:
    """A published table. `rows` hold as many values as there are `columns`; None: an empty cell."""

    report: str
    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]

    def column(self, name: str) -> int:
        """The place of a column."""
        return list(self.columns).index(name)


@dataclass(frozen=True)
class Report:
    """A finished report of a run. `left_out`: names of its tables of customers."""

    name: str
    title: str
    findings: Sequence[Mapping[str, Any]]
    metrics: Mapping[str, float | None]
    tables: Sequence[Table]
    left_out: Sequence[str]


def read_reports(folder: Path, entries: Sequence[Mapping[str, Any]]) -> list[Report]:
    """The finished reports of one set.

    Args:
        folder: where the folders of the reports lie.
        entries: their entries of run.json.
    """
    return [_report(folder / str(entry["name"]), entry) for entry in entries if entry["status"] == "complete"]


def is_of_customers(path: Path, tables: Path) -> bool:
    """Whether a published CSV file has a row a customer: lists and imports for other systems lie in folders below."""
    if path.parent != tables:
        return True
    with path.open(encoding="utf-8", newline="") as file:
        return CUSTOMER in next(csv.reader(file), [])


def _report(folder: Path, entry: Mapping[str, Any]) -> Report:
    name = str(entry["name"])
    tables, left_out = [], []
    for path in sorted((folder / "tables").rglob("*.csv")):
        table_name = path.relative_to(folder / "tables").with_suffix("").as_posix()
        if is_of_customers(path, folder / "tables"):
            left_out.append(table_name)
        else:
            tables.append(read_table(name, table_name, path))
    return Report(
        name=name,
        title=str((entry.get("summary") or {}).get("title", "")),
        findings=json.loads((folder / "findings.json").read_text(encoding="utf-8")),
        metrics=json.loads((folder / "metrics.json").read_text(encoding="utf-8")),
        tables=tables,
        left_out=left_out,
    )


def read_table(report: str, name: str, path: Path) -> Table:
    """A published CSV file, its columns as numbers, days, truth values or texts."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        columns = next(lines, [])
        rows = list(lines)
    values = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in columns]
    read = [list(_values(column)) for column in values]
    return Table(report, name, columns, [list(row) for row in zip(*read, strict=True)])


def _values(column: Sequence[str]) -> Iterator[Value]:
    """A column is of one kind: all days, all numbers, all true or false; else text as it stands."""
    filled = [text for text in column if text]
    if filled and all(_DAY.fullmatch(text) for text in filled):
        yield from (_day(text) for text in column)
    elif filled and all(_NUMBER.fullmatch(text) and _fits(text) for text in filled):
        yield from (float(text) if text else None for text in column)
    elif filled and all(text in ("True", "False") for text in filled):
        yield from (text == "True" if text else None for text in column)
    else:
        yield from (text or None for text in column)


def _day(text: str) -> Value:
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return text
    return day if day.year >= 1900 else text  # Excel knows no day before


def _fits(text: str) -> bool:
    """Whether it is a number rather than a code: not with zeros in front, not with more digits than Excel keeps."""
    digits = text.lstrip("-").partition(".")[0]
    return not (len(digits) > 1 and digits.startswith("0")) and len(digits) <= _WHOLE_DIGITS
