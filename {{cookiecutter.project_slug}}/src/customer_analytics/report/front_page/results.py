"""What the reports of a run left in its folder: metrics and tables, as they were published; nothing is computed."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Entry = Mapping[str, Any]
Row = Mapping[str, str]


@dataclass(frozen=True)
class Results:
    """One complete report: its entry in run.json, metrics.json, and the way to its tables."""

    entry: Entry
    folder: Path
    metrics: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The report's name."""
        return str(self.entry["name"])

    @property
    def findings(self) -> list[Mapping[str, Any]]:
        """All findings, in the order of the report."""
        return list(self.entry["summary"]["findings"])

    def finding(self, wanted: str) -> Mapping[str, Any] | None:
        """The finding of that id, if the report has it."""
        return next((each for each in self.findings if each.get("id") == wanted), None)

    def metric(self, name: str) -> float | None:
        """A metric; None where it is not there or not estimable."""
        return known(self.metrics.get(name))

    def table(self, name: str) -> list[Row]:
        """The rows of a published table; none where the report has no such table."""
        path = self.folder / "tables" / f"{name}.csv"
        if not path.is_file():
            return []
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


def known(value: Any) -> float | None:
    """A number as it was published: an empty cell, a hidden one and one that is no number are None."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def read_results(run_folder: Path, entries: Sequence[Entry]) -> list[Results]:
    """The complete reports of a run, in its order."""
    return [_read(run_folder, entry) for entry in entries if entry["status"] == "complete" and entry.get("summary")]


def of(results: Sequence[Results], name: str) -> Results | None:
    """The report of that name; None where the run has none that is complete."""
    return next((one for one in results if one.name == name), None)


def _read(run_folder: Path, entry: Entry) -> Results:
    folder = (run_folder / str(entry["notebook"])).parent
    path = folder / "metrics.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return Results(entry, folder, found if isinstance(found, dict) else {})
