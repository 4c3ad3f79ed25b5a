"""Bring the client's exports into the canonical tables: `load` does it, `check` says what it would do."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import ibis
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.aside_files import AsideWriter
from customer_analytics.tables.check import CheckReport, Inspected, check, inspect
from customer_analytics.tables.derive import derive_customers, derive_orders
from customer_analytics.tables.fingerprint import fingerprint, input_file
from customer_analytics.tables.history import months
from customer_analytics.tables.identity.resolve import MAP, resolve
from customer_analytics.tables.load_log import (
    InputFile,
    LoadLog,
    SourceLog,
    TableLog,
    read_load_log,
    table_log,
    write_load_log,
)
from customer_analytics.tables.source import Loaded, load_source
from customer_analytics.tables.steady import damaged_inside, unchanged
from customer_analytics.tables.swap import only_one_load, replaced_whole

__all__ = ["CheckReport", "LoadLog", "check", "load", "read_load_log"]

Progress = Callable[[str, float], None]
MEMORY = "1400MB"


def load(
    project: Project, *, progress: Progress | None = None, beside: Callable[[Path], object] | None = None
) -> LoadLog:
    """Load every source of engagement.yml into data/tables; the previous tables stay until all is well.

    Args:
        project: the client project.
        progress: called with what is being done and the share done, 0 to 1.
        beside: called with the folder of the finished tables before they take their place, to add files of its own.

    Raises:
        UserError: every problem with the sources; the previous tables are untouched.
    """
    tell = progress or (lambda what, share: None)
    with only_one_load(project.folder / "data"):
        tell("look at the sources", 0.0)
        inspected = inspect(project)
        with replaced_whole(project.tables) as new:
            work = new / ".work"
            work.mkdir()
            backend = engine(work)
            with unchanged(inspected):
                with ThreadPoolExecutor(1) as hashing:
                    hashed = _hash_files(inspected, project, hashing)
                    loaded = _load_sources(project, inspected, work, tell)
                    inputs = {path: future.result() for path, future in hashed.items()}
                logs = _combine(backend, project, loaded, inputs, new, tell)
            logs |= _derive(backend, new, tell)
            tell("resolve accounts into persons", 0.95)
            logs, persons = resolve(backend, new, project.tables, project.engagement.identity, logs)
            history = months(backend, new)
            backend.disconnect()
            staged = [path for one in loaded for path in one.staged]
            identity_map = None if persons is None else new / MAP
            mark = fingerprint(project.engagement, list(inputs.values()), staged, identity_map)
            now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            settings = project.engagement
            log = LoadLog(
                now, mark, settings.currency, settings.time_zone, logs, identity=persons, history=history
            )  # fmt: skip
            write_load_log(log, new)
            if beside is not None:
                beside(new)
            shutil.rmtree(work)
        tell("done", 1.0)
    return log


def engine(folder: Path) -> Backend:
    """A DuckDB of its own that keeps to its memory and puts what does not fit into `folder`."""
    backend: Backend = ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=str(folder / "spill"))
    backend.settings["TimeZone"] = "UTC"
    backend.settings["autoinstall_known_extensions"] = False  # nothing is fetched from the network
    backend.settings["enable_progress_bar"] = False
    return backend


def _hash_files(
    inspected: list[Inspected], project: Project, pool: ThreadPoolExecutor
) -> dict[Path, Future[InputFile]]:
    """Hash each file once, beside the loading."""
    paths = dict.fromkeys(head.path for one in inspected if one.source.url is None for head in one.heads)
    return {path: pool.submit(input_file, path, project.folder) for path in paths}


def _load_sources(project: Project, inspected: list[Inspected], work: Path, tell: Progress) -> list[Loaded]:
    """Load all sources; the problems of all of them are raised together."""
    loaded: list[Loaded] = []
    problems: list[Problem] = []
    numbers: dict[str, int] = {}
    for position, one in enumerate(inspected):
        tell(f"load {one.name}", 0.05 + 0.75 * position / len(inspected))
        folder = work / f"source-{one.number}"
        folder.mkdir()
        try:
            result = _load_source(project, one, folder, numbers.get(one.source.table, 1))
        except UserError as error:
            problems += error.problems
            continue
        numbers[one.source.table] = numbers.get(one.source.table, 1) + result.rows_in
        loaded.append(result)
    if problems:
        raise UserError(problems)
    return loaded


def _load_source(project: Project, one: Inspected, folder: Path, first_number: int) -> Loaded:
    """Load a source; files whose lines end in several ways, which the engine refuses, are brought to one way first."""
    try:
        return load_source(engine(folder), project, one, folder, first_number)
    except duckdb.Error as error:
        if damaged := damaged_inside(one.heads):
            raise UserError(damaged) from error
        if not isinstance(error, duckdb.InvalidInputException):
            raise
        again = replace(one, heads=tuple(replace(head, one_line_end=True) for head in one.heads))
        if not one.heads[0].delimiter:
            raise
        return load_source(engine(folder), project, again, folder, first_number)


def _combine(
    backend: Backend,
    project: Project,
    loaded: list[Loaded],
    inputs: dict[Path, InputFile],
    new: Path,
    tell: Progress,
) -> dict[str, TableLog]:
    """One Parquet file and one file of set-aside rows for each table."""
    tell("write the tables", 0.8)
    by_table: dict[str, list[Loaded]] = {}
    for one in loaded:
        by_table.setdefault(one.log.table, []).append(one)
    logs = {}
    for table, parts in by_table.items():
        target = new / f"{table}.parquet"
        if len(parts) == 1:
            parts[0].kept.replace(target)
        else:
            backend.to_parquet(_union(backend, parts), target)
        writer = AsideWriter(new / "set_aside", table)
        for part in parts:
            writer.add(part.work, part.outcome, part.aside)
        writer.write()
        logs[table] = table_log(table, tuple(_with_files(part, inputs) for part in parts))
        for part in parts:
            part.work.backend.disconnect()
    return logs


def _union(backend: Backend, parts: list[Loaded]) -> ibis.Table:
    """The parts of a table one after the other, columns by name; a column that one part lacks is empty there."""
    tables = [backend.read_parquet(str(part.kept)) for part in parts]
    kinds: dict[str, ibis.DataType] = {}
    for table in tables:
        for name, kind in table.schema().items():
            kinds[name] = kind if kinds.get(name, kind) == kind else ibis.dtype("string")
    return ibis.union(
        *(
            table.select(
                **{
                    name: table[name].cast(kind) if name in table.columns else ibis.null(kind)
                    for name, kind in kinds.items()
                }
            )
            for table in tables
        )
    )


def _with_files(part: Loaded, inputs: dict[Path, InputFile]) -> SourceLog:
    files = tuple(inputs[path] for path in dict.fromkeys(part.files))
    return SourceLog(**{**part.log.__dict__, "files": files})


def _derive(backend: Backend, new: Path, tell: Progress) -> dict[str, TableLog]:
    tell("derive what no export gives", 0.9)
    logs = {}
    for name, derive in (("orders", derive_orders), ("customers", derive_customers)):
        origin = derive(backend, new)
        if origin is not None:
            rows = pq.read_metadata(new / f"{name}.parquet").num_rows
            logs[name] = TableLog(name, rows, rows, {}, None, None, {}, (), True, origin)
    return logs
