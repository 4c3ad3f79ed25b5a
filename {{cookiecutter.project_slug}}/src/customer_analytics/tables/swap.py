"""Swap a folder of new tables in as a whole: a failed or killed load leaves the previous tables."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from customer_analytics.durable import rename_settled, settle
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.hindrances import hindrance

ATTEMPTS = 5


def recover(tables: Path) -> None:
    """Put the previous tables back when a load was killed between its two renames.

    Called before tables are opened; it does nothing when all is well, and waits for a load that is just renaming.
    """
    for _ in range(ATTEMPTS):
        if tables.exists() or not _old(tables).is_dir():
            return
        with suppress(UserError), only_one_load(tables.parent):
            _put_back(tables)
        time.sleep(0.2)


def put_right(folder: Path) -> None:
    """Put back every folder inside `folder` whose swap was cut short, see `recover`."""
    if folder.is_dir():
        for old in sorted(folder.glob(".*-old")):
            recover(folder / old.name.removeprefix(".").removesuffix("-old"))


def _put_back(tables: Path) -> None:
    if _old(tables).is_dir() and not tables.exists():
        _rename(_old(tables), tables)


@contextmanager
def replaced_whole(tables: Path) -> Iterator[Path]:
    """An empty folder beside `tables` that takes its place when the block ends well, and vanishes when it fails.

    To be used while the load lock is held.
    """
    _put_back(tables)
    new = tables.with_name(f".{tables.name}-new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    old = _old(tables)
    try:
        yield new
        settle(new)
        shutil.rmtree(old, ignore_errors=True)
        if tables.exists():
            _rename(tables, old)
        _rename(new, tables)
    except BaseException:
        _put_back(tables)
        shutil.rmtree(new, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def only_one_load(data: Path) -> Iterator[None]:
    """Hold the project's load lock.

    An exclusive SQLite transaction is a lock that works on every system and that the system itself lets go of when
    the process is killed: there is no stale lock to clear.

    Raises:
        UserError: another load of this project is running.
    """
    data.mkdir(parents=True, exist_ok=True)
    owner = data / ".load-owner.json"
    lock = sqlite3.connect(data / ".load-lock", timeout=0, isolation_level=None)
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise UserError([hindrance(error, data) or _busy(owner)]) from error
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        owner.write_text(json.dumps({"process": os.getpid(), "since": now}), encoding="utf-8", newline="\n")
        try:
            yield
        finally:
            owner.unlink(missing_ok=True)
    finally:
        lock.close()


def _busy(owner: Path) -> Problem:
    try:
        who = json.loads(owner.read_text(encoding="utf-8"))
        holder = f" (process {who['process']}, since {who['since']})"
    except (OSError, ValueError, KeyError):
        holder = ""
    return Problem("data", f"another load of this project is running{holder}.", "Wait until it has ended.")


def _old(tables: Path) -> Path:
    return tables.with_name(f".{tables.name}-old")


def _rename(source: Path, target: Path) -> None:
    """Rename a folder; on Windows a file that someone has open needs a moment, or a word."""
    for attempt in range(ATTEMPTS):
        try:
            rename_settled(source, target)
            return
        except PermissionError as error:
            if attempt == ATTEMPTS - 1:
                what = f"{source.name} cannot be renamed: a program has a file in it open."
                raise UserError([Problem(str(source), what, "Close it and try again.")]) from error
            time.sleep(0.2 * (attempt + 1))
