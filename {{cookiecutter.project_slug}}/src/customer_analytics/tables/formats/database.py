"""Tables of a database, read through Ibis and staged as Parquet."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path

import duckdb
import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.settings import Source, SourceFormat
from customer_analytics.tables.formats.head import Head
from customer_analytics.tables.formats.parquet import open_parquet
from customer_analytics.tables.formats.raw import Raw

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_FILE_SCHEMES = ("sqlite", "duckdb")
BATCH = 100_000


def name_of_database(source: Source) -> str:
    """How messages call a database table: without user, password or query."""
    scheme, _, rest = (source.url or "").partition("://")
    place = rest.partition("?")[0].rpartition("@")[2]  # a password may hold a slash
    place = Path(place).name if scheme in _FILE_SCHEMES else place
    return f"{scheme}://{place} {source.database_table}"


def head_of_database(source: Source, folder: Path) -> Head:
    """Column names of a database table.

    Raises:
        UserError: a variable is not set, the server does not answer, or it has no such table.
    """
    table = _table(source, folder)
    return Head(folder, name_of_database(source), SourceFormat.DATABASE, tuple(table.columns))


def open_database(backend: Backend, head: Head, source: Source, project: Path, folder: Path) -> Raw:
    """The rows of a database table, copied in batches to a Parquet file and read from there."""
    table = _table(source, project)
    if getattr(table.get_backend(), "name", "") == "sqlite":  # a column of SQLite may hold values of any type
        table = table.select(**{name: table[name].cast("string") for name in table.columns})
    else:
        table = table.select(**{name: _plain(table[name]) for name in table.columns})
    staged = folder / "database.parquet"
    try:
        reader = table.to_pyarrow_batches(chunk_size=BATCH)
        with pq.ParquetWriter(staged, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)
    except pa.ArrowInvalid as error:
        what = "a value is not text (UTF-8)."
        mend = "Make a view of the columns that are wanted, without binary ones, and name it."
        raise UserError([Problem(head.name, what, mend)]) from error
    except Exception as error:  # each driver has its own errors, for example for a time without end
        what = f"a value cannot be read, or the database went away ({type(error).__name__})."
        mend = "Make a view of the columns that are wanted, with `infinity` and the like as null, and name it."
        raise UserError([Problem(head.name, what, mend)]) from None
    copy = Head(staged, head.name, SourceFormat.PARQUET, head.columns)
    return open_parquet(backend, [copy])


def _plain(column: ir.Value) -> ir.Value:
    """Numbers, times and flags as they are; decimals, JSON and the like as text, which loses nothing."""
    kind = column.type()
    kept = (dtypes.Integer, dtypes.Floating, dtypes.Timestamp, dtypes.Date, dtypes.Boolean, dtypes.String)
    return column if isinstance(kind, kept) else column.cast("string")


def _table(source: Source, folder: Path) -> ir.Table:
    url = _with_variables(source.url or "")
    scheme, mark, _ = url.partition("://")
    where = name_of_database(source)
    if not mark:
        mend = "For example sqlite:///crm.db, duckdb:///x.duckdb or postgres://user:${PASSWORD}@host/name."
        raise UserError([Problem("engagement.yml, sources, url", "the url names no kind of database.", mend)])
    if scheme in _FILE_SCHEMES:
        path = _file_of(url, folder)
        if not path.is_file():
            raise UserError([Problem(where, f"there is no database file {path.name}.", "Paths start at the project.")])
        try:
            connection = ibis.sqlite.connect(path) if scheme == "sqlite" else ibis.duckdb.connect(path, read_only=True)
        except (sqlite3.Error, duckdb.Error) as error:
            what = f"{path.name} is not a whole {scheme} database, or another program has it open."
            raise UserError([Problem(where, what, "Close that program, or ask for the file again.")]) from error
    else:
        try:
            connection = ibis.connect(url)
        except Exception as error:  # each driver has its own errors; none of their texts may show a password
            what = f"the database cannot be reached ({type(error).__name__})."
            mend = "Check server, port, database, user and password, and that the driver is installed."
            raise UserError([Problem(where, what, mend)]) from None
    schema, _, name = (source.database_table or "").rpartition(".")
    try:
        return connection.table(name, database=schema or None)
    except Exception as error:
        tables = sorted(connection.list_tables())
        if name in tables:  # for example a column whose type cannot be told, because it has none and no rows
            what = f"the table cannot be read ({type(error).__name__})."
            raise UserError([Problem(where, what, "Does it have rows, and do its columns have types?")]) from None
        known = ", ".join(tables[:20])
        raise UserError([Problem(where, f"no table {source.database_table!r}.", f"Tables: {known}.")]) from None


def _with_variables(url: str) -> str:
    """The URL with ${NAME} replaced from the environment."""
    missing = sorted({name for name in _VARIABLE.findall(url) if name not in os.environ})
    if missing:
        what = f"the environment has no variable {', '.join(missing)}."
        raise UserError([Problem("engagement.yml, sources, url", what, f"Set it: {missing[0]}=… analytics load")])
    return _VARIABLE.sub(lambda match: os.environ[match.group(1)], url)


def _file_of(url: str, folder: Path) -> Path:
    """sqlite:///crm.db lies in the project; sqlite:////data/crm.db is absolute."""
    return folder / url.split("://", 1)[1].removeprefix("/")
