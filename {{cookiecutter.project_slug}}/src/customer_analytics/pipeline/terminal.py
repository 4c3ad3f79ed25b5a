"""Writing to people: tables and colour on a terminal, plain aligned text in a pipe, never an encoding error."""

from __future__ import annotations

import io
import os
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from customer_analytics.pipeline.progress import (
    LiveLoading,
    LiveProgress,
    Loading,
    PlainLoading,
    PlainProgress,
    Progress,
)

if TYPE_CHECKING:
    from rich.console import Console

    from customer_analytics.engagement.errors import Problem


def prepare_streams() -> None:
    """Replace what a stream's encoding cannot say (a Windows code page, ASCII), and a stream that is not there."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed before the command began (`>&-`): it works on in silence
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8", newline="\n"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class Terminal:
    """Where a command writes. `quiet`: only problems are written; `debug`: unexpected errors in full."""

    def __init__(self, *, quiet: bool = False, debug: bool = False) -> None:
        self.quiet, self.debug = quiet, debug
        self.unsaid: OSError | None = None  # why something could not be written
        self._rich = not quiet and sys.stdout.isatty()

    def line(self, text: str = "") -> None:
        """One line of text."""
        if not self.quiet:
            self._say(clean(text))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int] = ()) -> None:
        """A table. `numbers`: the columns, from 0, that are set flush right."""
        if self.quiet:
            return
        cells = [[clean(cell) for cell in row] for row in rows]
        if self._rich:
            self._rich_table(columns, cells, numbers)
        else:
            for line in plain_table(columns, cells, numbers):
                self._say(line)

    def problems(self, problems: Sequence[Problem]) -> None:
        """What the reader has to mend, on stderr."""
        for problem in problems:
            _write(sys.stderr, "\n".join(clean(line) for line in str(problem).splitlines()))
        count = len(problems)
        if count > 1:
            _write(sys.stderr, f"{count} problems. Nothing was done.")

    def error(self, text: str) -> None:
        """One line on stderr."""
        _write(sys.stderr, clean(text))

    def progress(self) -> Progress:
        """How the steps of a run are shown here."""
        progress = Progress()
        if not self.quiet:
            progress = LiveProgress(self._console()) if self._rich else PlainProgress(self.line)
        progress.debug = self.debug
        return progress

    def loading(self) -> Loading:
        """How the steps of a load are shown here."""
        if self.quiet:
            return Loading()
        return LiveLoading(self._console()) if self._rich else PlainLoading(self.line)

    def _say(self, text: str) -> None:
        self.unsaid = _write(sys.stdout, text) or self.unsaid

    def _console(self) -> Console:
        from rich.console import Console

        return Console(highlight=False)

    def _rich_table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> None:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for index, column in enumerate(columns):
            table.add_column(Text(column), justify="right" if index in numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console().print(table)


def plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> list[str]:
    """A table as aligned text without lines; wide (Chinese) characters count as two."""
    lines = [list(columns), *(list(row) for row in rows)]
    widths = [max(width(line[index]) for line in lines) for index in range(len(columns))]

    def aligned(line: Sequence[str]) -> str:
        cells = []
        for index, cell in enumerate(line):
            gap = " " * (widths[index] - width(cell))
            cells.append(gap + cell if index in numbers else cell + gap)
        return "  ".join(cells).rstrip()

    return [aligned(line) for line in lines]


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def clean(text: str) -> str:
    """A text without control characters: a client's value must not move the cursor or colour the screen."""
    return "".join(letter if letter == "\n" or unicodedata.category(letter)[0] != "C" else "?" for letter in str(text))


def _write(stream: TextIO, text: str) -> OSError | None:
    """Write a line. When it cannot be written, the work goes on in silence; answers why, unless nobody reads any more.

    `analytics run | head` wants no more; `analytics run > file` on a full disk is to be told of in the end.
    """
    try:
        stream.write(text + "\n")
        stream.flush()
    except OSError as error:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        return None if isinstance(error, BrokenPipeError) else error
    return None
