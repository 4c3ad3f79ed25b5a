"""Open an Excel workbook that can be opened: what is none, or would take all memory, is refused before it is read."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO

from python_calamine import CalamineError, CalamineWorkbook

from customer_analytics.engagement.errors import Problem, UserError

LARGEST = 1 << 30  # bytes of the parts of a workbook when unpacked
MOST_CELLS = 40_000_000  # the reader holds every cell up to the last one, whether it is empty or not
BLOCK = 1 << 20
_COLUMN = re.compile(rb'<c\b[^>]{0,200}?\br="([A-Z]{1,3})[0-9]')
_ROW = re.compile(rb'<(?:row|c)\b[^>]{0,200}?\br="[A-Z]{0,3}([0-9]{1,7})"')
_RESAVE = "Open and save it in Excel as .xlsx, or ask for the file again."


def open_workbook(path: Path, name: str) -> CalamineWorkbook:
    """The workbook, whatever the ending of its name.

    Raises:
        UserError: it is no workbook, or one that cannot be read.
    """
    with path.open("rb") as file:
        begin = file.read(BLOCK)
    if begin.startswith(b"PK"):
        _check_parts(path, name)
    elif begin.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in begin:
            what = "the workbook is protected by a password."
            raise UserError([Problem(name, what, "Remove the password in Excel and save it.")])
    elif b"\0" not in begin:
        kind, mend = ("a web page or XML", _RESAVE) if begin.lstrip()[:1] == b"<" else ("text", "Say `format: csv`.")
        raise UserError([Problem(name, f"this is {kind} under the name of an Excel workbook.", mend)])
    try:
        with path.open("rb") as file:
            return CalamineWorkbook.from_filelike(file)
    except (CalamineError, OSError, ValueError) as error:
        raise damaged(name) from error


def rows_of(workbook: CalamineWorkbook, sheet: str) -> Sequence[Sequence[object]]:
    """All rows of a sheet from its first on, with the empty cells before and between the others."""
    return workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def damaged(name: str) -> UserError:
    """A workbook, or a sheet of it, that cannot be read."""
    return UserError([Problem(name, "not a whole Excel workbook.", _RESAVE)])


def _check_parts(path: Path, name: str) -> None:
    """Refuse what unpacks to more than memory holds, and sheets whose last cell lies far beyond the others."""
    try:
        with zipfile.ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
            if size > LARGEST:
                what = f"the workbook unpacks to more than {LARGEST:,} bytes."
                raise UserError([Problem(name, what, "Ask for CSV or Parquet.")])
            state = path.stat()
            for part in parts.namelist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part):
                    _check_extent(path, part, name, (state.st_size, state.st_mtime_ns))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
        raise damaged(name) from error


@lru_cache(maxsize=256)
def _check_extent(path: Path, part: str, name: str, state: tuple[int, int]) -> None:
    """Refuse a sheet that reaches too far; asked once of a file in a `state` (size, time of change)."""
    del state
    with zipfile.ZipFile(path) as parts, parts.open(part) as file:
        row, column = _last_cell(file)
    if row * column > MOST_CELLS:
        what = f"a sheet reaches to row {row:,} and column {column:,}: too many cells to hold."
        raise UserError([Problem(name, what, "Delete the rows and columns beyond the table, or ask for CSV.")])


def _last_cell(file: IO[bytes]) -> tuple[int, int]:
    """The number of the last row and of the last column in which a cell lies."""
    row, column, rest = 0, 0, b""
    while block := file.read(BLOCK):
        text = rest + block
        row = max([row, *map(int, set(_ROW.findall(text)))])
        column = max([column, *map(_number, set(_COLUMN.findall(text)))])
        rest = text[-300:]
    return row, column


def _number(letters: bytes) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
