"""What stands in a command's way is told as a problem with its place; what does not is no hindrance."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from customer_analytics.engagement.hindrances import hindrance


def windows(number: int) -> OSError:
    error = PermissionError(errno.EACCES, "sharing violation", "C:\\data\\orders.csv")
    error.winerror = number  # type: ignore[attr-defined]  # as Windows gives it
    return error


def sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("refused")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "x", "a.csv"), "a.csv: there is no room left on the disk."),
        (OSError(errno.EROFS, "x"), "here: must not be written by this user"),
        (PermissionError(errno.EACCES, "x", b"b.csv"), "b.csv: must not be written by this user"),
        (MemoryError(), "here: the memory of this machine was not enough."),
        (sqlite(sqlite3.SQLITE_FULL), "here: there is no room left"),
        (sqlite(sqlite3.SQLITE_READONLY | (5 << 8)), "here: must not be written"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in []"), "here: there is no folder"),
        (windows(32), "C:\\data\\orders.csv: is open in another program."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)  # fmt: skip
def test_it_is_told_with_its_place(error: BaseException, said: str) -> None:
    assert str(hindrance(error, Path("here"))).startswith(said)


def test_what_led_to_an_error_counts() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "x", "a.csv")
        except OSError as full:
            raise RuntimeError("not written") from full
    except RuntimeError as error:
        assert "no room" in str(hindrance(error))


@pytest.mark.parametrize(
    "error", [ValueError("x"), FileNotFoundError(errno.ENOENT, "x", "a"), sqlite(sqlite3.SQLITE_BUSY)]
)
def test_other_errors_are_none(error: BaseException) -> None:
    assert hindrance(error) is None
