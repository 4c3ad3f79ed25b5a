"""Files that are there whole or not at all: after a killed command, and after the machine itself went down.

A rename alone is not enough for the second: some file systems remember the new name before the content, and the file
is empty when the machine comes back. So the content is brought to the disk first.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

_TRIES = 6  # within a second and a half


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old or the new one, never a part; its permissions stay.

    One writer at a time, as under the project's lock: what a killed one left aside is written over by the next.
    """
    aside = path.with_name(f".{path.name}.new")
    try:
        with aside.open("wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, aside)
        patiently(lambda: aside.replace(path))
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
    _settle_one(path.parent)


def settle(folder: Path) -> None:
    """Bring everything below a folder to the disk, before the folder takes its final name."""
    for path in folder.rglob("*"):
        _settle_one(path)
    _settle_one(folder)


def rename_settled(source: Path, target: Path) -> None:
    """Rename, and let the disk know the name as well."""
    patiently(lambda: source.rename(target))
    _settle_one(target.parent)


def patiently(step: Callable[[], object]) -> None:
    """Take a step that Windows refuses for a moment: virus scanners and indexers open what is new, and let it go."""
    for attempt in range(_TRIES):
        try:
            step()
            return
        except PermissionError:
            if os.name == "posix" or attempt == _TRIES - 1:
                raise
        time.sleep(0.05 * 2**attempt)


def _settle_one(path: Path) -> None:
    """Where the system cannot (folders on Windows, some network drives) its own care has to do."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
