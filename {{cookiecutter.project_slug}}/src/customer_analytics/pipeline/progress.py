"""What a person sees while reports are made: a live table on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_SIGN_OF_LIFE_SECONDS = 30


class Progress:
    """Hears of every step and shows nothing. Methods are called from several threads.

    `debug`: show unexpected errors in full, with messages that may quote the data.
    """

    debug = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def planned(self, labels: list[str]) -> None:
        """These reports will be made or taken from the cache."""

    def cell(self, label: str, number: int, cells: int, heading: str) -> None:
        """A cell of a report starts; number counts from 1."""

    def finished(self, label: str, status: str, seconds: float) -> None:
        """A report is done: complete, cached, skipped or failed."""

    def note(self, text: str) -> None:
        """Something to know about the whole run."""

    def trouble(self, error: BaseException) -> None:
        """An unexpected error that does not end the run."""
        if self.debug:
            traceback.print_exception(error)


class PlainProgress(Progress):
    """One line when a report starts and ends, and a sign of life in between."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._said: dict[str, float] = {}

    def cell(self, label: str, number: int, cells: int, heading: str) -> None:
        """See Progress.cell."""
        with self._lock:
            now = time.monotonic()
            if label not in self._said:
                self._said[label] = now
                self._write(f"{label}: started")
            elif now - self._said[label] >= _SIGN_OF_LIFE_SECONDS:
                self._said[label] = now
                self._write(f"{label}: cell {number} of {cells}" + (f", {heading}" if heading else ""))

    def finished(self, label: str, status: str, seconds: float) -> None:
        """See Progress.finished."""
        with self._lock:
            self._write(f"{label}: {_ending(status, seconds)}")

    def note(self, text: str) -> None:
        """See Progress.note."""
        with self._lock:
            self._write(text)


@dataclass
class _Row:
    started: float | None = None
    number: int = 0
    cells: int = 0
    heading: str = ""
    ending: str = ""
    status: str = ""


@dataclass
class LiveProgress(Progress):
    """A table that shows each report with its cell and the time it has taken so far."""

    console: Console
    _rows: dict[str, _Row] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _live: Any = None

    def __enter__(self) -> Self:
        from rich.live import Live

        self._live = Live(get_renderable=self._table, console=self.console, refresh_per_second=4)
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def planned(self, labels: list[str]) -> None:
        """See Progress.planned."""
        with self._lock:
            for label in labels:
                self._rows.setdefault(label, _Row())

    def cell(self, label: str, number: int, cells: int, heading: str) -> None:
        """See Progress.cell."""
        with self._lock:
            row = self._rows.setdefault(label, _Row())
            row.started = row.started or time.monotonic()
            row.number, row.cells, row.heading = number, cells, heading

    def finished(self, label: str, status: str, seconds: float) -> None:
        """See Progress.finished."""
        with self._lock:
            row = self._rows.setdefault(label, _Row())
            row.status, row.ending = status, _ending(status, seconds)

    def note(self, text: str) -> None:
        """See Progress.note."""
        self.console.print(text, markup=False, highlight=False)

    def _table(self) -> Table:
        """The reports that are at work or failed, and the last ones that ended; many sets would not fit a screen."""
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        with self._lock:
            rows = list(self._rows.items())
        room = max(4, self.console.height - 4)
        if len(rows) > room:
            waiting = sum(row.started is None and not row.ending for _, row in rows)
            rows = [item for item in rows if item[1].started is not None or item[1].ending][-room:]
            table.add_row("", Text(f"{waiting} waiting"), "", "")
        for label, row in rows:
            if row.ending:
                mark = Text("!" if row.status == "failed" else "ok", style="red" if row.status == "failed" else "green")
                table.add_row(mark, Text(label), Text(row.ending), "")
            elif row.started is None:
                table.add_row("", Text(label, style="dim"), Text("waiting", style="dim"), "")
            else:
                taken = f"{time.monotonic() - row.started:.0f} s"
                where = f"cell {row.number} of {row.cells}"
                table.add_row(Spinner("line"), Text(label), Text(f"{where}  {taken}"), Text(row.heading, style="dim"))
        return table


class Loading:
    """Hears how far a load is, called with (what, share done), and shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, what: str, share: float) -> None:
        """`what` is at work, and `share` (0 to 1) of the load is done."""


class PlainLoading(Loading):
    """One line for each thing that is loaded."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._last = ""

    def __call__(self, what: str, share: float) -> None:
        """See Loading."""
        if what != self._last:
            self._last = what
            self._write(f"{share:4.0%} {what}")


class LiveLoading(Loading):
    """A bar with the thing that is loaded and the time it has taken."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
        self._bar = Bar(*columns, console=console, transient=True)
        self._task = self._bar.add_task("", total=1.0)

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.__exit__(kind, error, trace)

    def __call__(self, what: str, share: float) -> None:
        """See Loading."""
        self._bar.update(self._task, completed=share, description=what)


def _ending(status: str, seconds: float) -> str:
    return {"cached": "unchanged, from the cache", "skipped": "skipped"}.get(status, f"{status} in {seconds:.1f} s")
