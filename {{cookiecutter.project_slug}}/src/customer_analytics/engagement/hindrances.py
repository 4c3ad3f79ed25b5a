"""What stands in a command's way outside of the program: a full disk, a folder that must not be written, no memory.

Such an error is no fault of the program and has a mend, so it is told as a problem, with the place and what to do.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from customer_analytics.engagement.errors import Problem

_FULL = "there is no room left on the disk."
_DENIED = "must not be written by this user, or lies on something that is read-only."
_MEMORY = "the memory of this machine was not enough."
_FREE = "Free some space and try again: what was there before is unchanged."
_PERMIT = "Give this user the permission, or copy the project to a folder of your own."
_CLOSE = "Close other programs, set a memory_limit for the engine in engagement.yml, or use a machine with more memory."
_SHARED = (32, 33)  # Windows: another program holds the file, or a part of it
_WORDS = {
    errno.ENOSPC: (_FULL, _FREE),
    errno.EFBIG: ("a file grew larger than this system allows here.", _FREE),
    errno.EACCES: (_DENIED, _PERMIT),
    errno.EPERM: (_DENIED, _PERMIT),
    errno.EROFS: (_DENIED, _PERMIT),
    errno.EIO: ("the disk or the network drive reports an error.", "Check it, or copy the project to another one."),
    errno.EMFILE: ("too many files are open at once.", "Raise the limit (ulimit -n), then try again."),
    errno.ENFILE: ("too many files are open on this machine.", "Close other programs, then try again."),
    errno.ENOMEM: (_MEMORY, _CLOSE),
    errno.ENAMETOOLONG: ("the path is too long for this system.", "Move the project to a folder with a shorter path."),
    errno.ESTALE: ("the network drive has lost the file.", "Connect it again, then try again."),
}
if hasattr(errno, "EDQUOT"):
    _WORDS[errno.EDQUOT] = _WORDS[errno.ENOSPC]
# What an engine says of the same things; its errors carry no number.
_SAID = {
    "No space left on device": errno.ENOSPC,
    "not enough space on the disk": errno.ENOSPC,
    "max_temp_directory_size": errno.ENOSPC,
    "File too large": errno.EFBIG,
    "Permission denied": errno.EACCES,
    "Read-only file system": errno.EROFS,
    "Too many open files": errno.EMFILE,
    "Input/output error": errno.EIO,
}
_SQLITE = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_IOERR: errno.EIO,
}
_NO_TEMPORARY = -1  # Python's own word, with the number of a missing file
_WORDS[_NO_TEMPORARY] = (
    "there is no folder for temporary files that this user may write.",
    "Name one in the variable TMPDIR (TEMP on Windows).",
)
_SAID["No usable temporary directory"] = _NO_TEMPORARY
_ENGINES = ("duckdb", "_duckdb", "pyarrow")
_PRIMARY = 0xFF  # the low byte of an extended result code


def hindrance(error: BaseException, place: Path | None = None) -> Problem | None:
    """What stood in the way, as a problem; None for an error of any other kind.

    `place`: where it was, for an error that does not say so.
    """
    for one in _chain(error):
        if getattr(one, "winerror", None) in _SHARED:
            return Problem(_place(one, place), "is open in another program.", "Close it there, then try again.")
        number = _number(one)
        if number is not None and number in _WORDS:
            what, mend = _WORDS[number]
            return Problem(_place(one, place), what, mend)
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def _number(error: BaseException) -> int | None:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return errno.ENOSPC if "max_temp_directory_size" in str(error) else errno.ENOMEM
    if isinstance(error, OSError) and error.errno in _WORDS:
        return error.errno
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & _PRIMARY)
    if isinstance(error, OSError) or type(error).__module__.partition(".")[0] in _ENGINES:
        text = str(error)
        return next((number for said, number in _SAID.items() if said in text), None)
    return None


def _place(error: BaseException, place: Path | None) -> str:
    """The file that an error names, or the folder that was worked in."""
    name = error.filename if isinstance(error, OSError) else None
    if isinstance(name, bytes):
        name = name.decode("utf-8", "replace")
    if isinstance(name, str) and name:
        return name
    if place is not None:
        return str(place)
    try:
        return str(Path.cwd())
    except OSError:
        return "the working folder"
