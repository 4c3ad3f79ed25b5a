"""Run a case in a project of its own and say what came of it."""

from __future__ import annotations

import csv
import hashlib
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow.parquet as pq
import pytest
import yaml
from bad_inputs.case import Case, Loaded, Refused, orders

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.load import check, load
from customer_analytics.tables.load_log import LoadLog, read_load_log

SECONDS = 60  # a case takes a second; what hangs, hangs for ever


def project_of(case: Case, folder: Path) -> Project:
    """The case's files and engagement.yml in a folder."""
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for name, content in case.files.items():
        target = raw / name
        target.parent.mkdir(parents=True, exist_ok=True)
        made = content() if callable(content) else content
        target.write_bytes(made if isinstance(made, bytes) else made.encode())
    if case.arrange is not None:
        case.arrange(raw)
    settings = {"client": "Test", "consultancy": "Test", "time_zone": "UTC"} | dict(case.settings)
    settings["sources"] = [dict(source) for source in case.sources or (orders(),)]
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    (folder / "engagement.yml").write_text(text, encoding="utf-8")
    return Project.find(folder)


def tree_of(folder: Path) -> dict[str, str]:
    """Every file below a folder with a hash of its content, links and special files by their kind."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            found[name] = "special"
        elif path.is_file():
            found[name] = hashlib.sha256(_bytes(path)).hexdigest()
    return found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except PermissionError:
        return b"not to be read"


def in_time(work: Any) -> Any:
    """What `work()` returns or raises; a failure where it does not end.

    A thread and not an alarm, because Windows has none.
    """
    done: list[Any] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SECONDS)
    if thread.is_alive():
        pytest.fail(f"no end after {SECONDS} seconds")
    if raised:
        raise raised[0]
    return done[0]


def outcome_of(case: Case, project: Project) -> Refused | Loaded:
    """What `check` and `load` make of the case, in the form in which it is expected."""
    told = tuple(map(str, in_time(lambda: check(project)).problems))
    try:
        log: LoadLog = in_time(lambda: load(project))
    except UserError as error:
        problems = tuple(map(str, error.problems))
        assert not told or told == problems, f"check says {told}, load {problems}"
        return Refused(problems, late=not told)
    assert not told, f"check refuses what load takes: {told}"
    assert read_load_log(project) == log
    wanted = case.outcome if isinstance(case.outcome, Loaded) else Loaded(0)
    return _loaded(project, log, wanted)


def _loaded(project: Project, log: LoadLog, wanted: Loaded) -> Loaded:
    table = log.tables[wanted.table]
    assert table.rows_in == table.rows_kept + sum(table.rows_set_aside.values())
    if table.money_in is not None and table.money_kept is not None:
        assert table.money_in == table.money_kept + sum(table.money_set_aside.values())
    path = project.tables / f"{wanted.table}.parquet"
    names = pq.read_schema(path).names
    found = ibis.duckdb.connect().read_parquet(str(path)).to_pyarrow().to_pylist()
    assert len(found) == table.rows_kept
    rows = sorted(tuple("" if one[n] is None else str(one[n]) for n in wanted.shown if n in one) for one in found)
    return Loaded(
        rows=len(rows) if isinstance(wanted.rows, int) else tuple(rows),
        aside=dict(table.rows_set_aside),
        lines=_lines_aside(project, wanted.table),
        money=_money(table.money_kept, wanted),
        table=wanted.table,
        shown=wanted.shown,
        columns=None if wanted.columns is None else tuple(names),
        notes=tuple(note for source in table.sources for note in source.notes),
    )


def _money(kept: Decimal | None, wanted: Loaded) -> str | None:
    return None if kept is None or wanted.money is None else str(kept)


def _lines_aside(project: Project, table: str) -> tuple[int, ...]:
    path = project.tables / "set_aside" / f"{table}.csv"
    if not path.is_file():
        return ()
    csv.field_size_limit(1 << 24)
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(sorted(int(entry["line"]) for entry in csv.DictReader(file)))
