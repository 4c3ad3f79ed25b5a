"""One command at a time in a project: loading while reports are made would mix two states of the data.

The lock is an exclusive transaction on a small SQLite file, which the operating system releases by itself when the
process ends, however it ends: a killed run leaves no lock behind, on any system. A note beside it says who holds it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.hindrances import hindrance


def state_folder(project: Project) -> Path:
    """The project's folder for the lock, the cache and logs; made when it is not there."""
    folder = project.folder / ".analytics"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def exclusive(project: Project, command: str) -> Iterator[None]:
    """Hold the project for one command.

    Raises:
        UserError: another command is at work in this project.
    """
    folder = state_folder(project)
    note = folder / "lock.json"
    connection = sqlite3.connect(folder / "lock", timeout=0, isolation_level=None)
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise UserError([hindrance(error, folder) or _busy(project, note)]) from None
        started = dt.datetime.now().astimezone().isoformat(timespec="seconds")
        holder = {"command": command, "process": os.getpid(), "started": started}
        note.write_text(json.dumps(holder) + "\n", encoding="utf-8", newline="\n")
        try:
            yield
        finally:
            note.unlink(missing_ok=True)
    finally:
        connection.close()


def _busy(project: Project, note: Path) -> Problem:
    who = "another command"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        holder = json.loads(note.read_text(encoding="utf-8"))
        who = f"`analytics {holder['command']}` (process {holder['process']}, since {holder['started']})"
    what = f"{who} is at work in this project."
    return Problem(str(project.folder), what, "Wait until it has ended, then try again.")
