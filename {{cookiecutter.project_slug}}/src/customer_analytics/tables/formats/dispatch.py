"""Choose the format of each file of a source."""

from __future__ import annotations

import glob
from pathlib import Path

from ibis.backends.duckdb import Backend

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.settings import Source, SourceFormat
from customer_analytics.tables.formats.baskets import head_of_baskets, open_baskets
from customer_analytics.tables.formats.database import head_of_database, open_database
from customer_analytics.tables.formats.delimited import head_of_delimited
from customer_analytics.tables.formats.delimited_rows import open_delimited
from customer_analytics.tables.formats.excel import heads_of_excel, open_excel
from customer_analytics.tables.formats.fixed_width import head_of_fixed_width, open_fixed_width
from customer_analytics.tables.formats.head import Head
from customer_analytics.tables.formats.json_lines import head_of_json_lines, open_json_lines
from customer_analytics.tables.formats.parquet import head_of_parquet, open_parquet
from customer_analytics.tables.formats.raw import Raw

_BY_SUFFIX = {
    ".xlsx": SourceFormat.EXCEL,
    ".xls": SourceFormat.EXCEL,
    ".xlsm": SourceFormat.EXCEL,
    ".xlsb": SourceFormat.EXCEL,
    ".ods": SourceFormat.EXCEL,
    ".parquet": SourceFormat.PARQUET,
    ".pq": SourceFormat.PARQUET,
    ".json": SourceFormat.JSON_LINES,
    ".jsonl": SourceFormat.JSON_LINES,
    ".ndjson": SourceFormat.JSON_LINES,
}


# What files begin with that are no text, whatever their names say.
_NO_TEXT = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "Unpack it; or say `format: excel`."),
    (b"\xd0\xcf\x11\xe0", "an old or protected Excel workbook", "Say `format: excel`; remove a password before."),
    (b"\x1f\x8b", "compressed (gzip)", "Unpack it."),
    (b"7z\xbc\xaf", "compressed (7z)", "Unpack it."),
    (b"Rar!", "compressed (rar)", "Unpack it."),
    (b"PAR1", "a Parquet file", "Say `format: parquet`."),
    (b"SQLite format 3", "a SQLite database", "Give `url: sqlite:///…` and `database_table` in place of `files`."),
    (b"%PDF", "a PDF document", "Ask for the data as CSV or Excel."),
    (b"\x89PNG", "a picture", "Ask for the data as CSV or Excel."),
)


def heads_of(source: Source, project: Path) -> list[Head]:
    """The heads of a source's files in the order of their names; nothing but their beginnings is read.

    Raises:
        UserError: every file that cannot be read, or that there is none.
    """
    if source.url is not None:
        return [head_of_database(source, project)]
    heads: list[Head] = []
    problems: list[Problem] = []
    for path in files_of(source, project):
        try:
            heads += _heads_of_file(path, shown(path, project), source)
        except UserError as error:
            problems += error.problems
    formats = {head.format for head in heads}
    if len(formats) > 1:
        what = f"the files are of several formats: {', '.join(sorted(formats))}."
        problems.append(Problem(source.files or "", what, "Make one source of each format."))
    if problems:
        raise UserError(problems)
    return heads


def open_raw(backend: Backend, heads: list[Head], source: Source, project: Path, folder: Path) -> Raw:
    """All rows of a source; `folder` takes temporary copies in other forms."""
    kind = heads[0].format
    if kind == SourceFormat.DATABASE:
        return open_database(backend, heads[0], source, project, folder)
    if kind == SourceFormat.PARQUET:
        return open_parquet(backend, heads)
    if kind == SourceFormat.EXCEL:
        return open_excel(backend, heads, folder)
    if kind == SourceFormat.JSON_LINES:
        return open_json_lines(backend, heads, folder)
    if kind == SourceFormat.FIXED_WIDTH:
        return open_fixed_width(backend, heads, source.fixed_columns or [], folder)
    if kind == SourceFormat.BASKETS:
        return open_baskets(backend, heads, folder)
    return open_delimited(backend, heads, folder)


def files_of(source: Source, project: Path) -> list[Path]:
    """The files that the pattern names, sorted by name; hidden ones are left out.

    Raises:
        UserError: the pattern names nothing, or a folder.
    """
    pattern = source.files or ""
    if (literal := project / pattern).is_file():  # a name with brackets, such as "orders [1].csv"
        return [literal]
    # Path.glob takes no absolute pattern, and data may lie beside the project.
    found = sorted(project / name for name in glob.glob(pattern, root_dir=project, recursive=True))  # noqa: PTH207
    files = [path for path in found if path.is_file()]
    if files:
        return files
    if found:
        what = "this is a folder, not a file."
        inside = "**/*.parquet" if any(found[0].rglob("*.parquet")) else "*.csv"
        raise UserError([Problem(pattern, what, f"Name its files, for example {pattern.rstrip('/')}/{inside}.")])
    parent = project / Path(pattern).parent
    near = sorted(path.name for path in parent.iterdir() if path.is_file())[:10] if parent.is_dir() else []
    mend = f"In that folder: {', '.join(near)}." if near else "Put the client's exports below data/raw."
    raise UserError([Problem(pattern, "no file matches.", mend)])


def shown(path: Path, project: Path) -> str:
    """How messages name a file: below the project folder where it lies there."""
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else path.as_posix()


def _heads_of_file(path: Path, name: str, source: Source) -> list[Head]:
    if path.stat().st_size == 0:
        raise UserError([Problem(name, "the file is empty.", "Ask for it again, or leave it out of `files:`.")])
    kind = source.format
    if kind == SourceFormat.AUTO:
        kind = _BY_SUFFIX.get(path.suffix.lower(), SourceFormat.CSV)
    try:
        if kind == SourceFormat.EXCEL:
            return heads_of_excel(path, name, source)
        if kind == SourceFormat.PARQUET:
            return [head_of_parquet(path, name)]
        _check_text(path, name)
        heads = {
            SourceFormat.JSON_LINES: head_of_json_lines,
            SourceFormat.FIXED_WIDTH: head_of_fixed_width,
            SourceFormat.BASKETS: head_of_baskets,
        }
        return [heads.get(kind, head_of_delimited)(path, name, source)]
    except OSError as error:
        raise UserError([Problem(name, f"the file cannot be read: {error.strerror}.", "")]) from error


def _check_text(path: Path, name: str) -> None:
    """Refuse what is no text before it is taken for text in a strange encoding."""
    with path.open("rb") as file:
        begin = file.read(16)
    for mark, what, mend in _NO_TEXT:
        if begin.startswith(mark):
            raise UserError([Problem(name, f"this is no text: it is {what}.", mend)])
