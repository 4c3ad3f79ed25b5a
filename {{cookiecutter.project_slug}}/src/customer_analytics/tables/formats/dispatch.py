"""Choose the format of each file of a source."""

from __future__ import annotations

import codecs
import glob
import os
import re
from itertools import chain, islice
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

LONGEST_PATTERN = 100
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
    (b"BZh", "compressed (bzip2)", "Unpack it."),
    (b"\xfd7zXZ", "compressed (xz)", "Unpack it."),
    (b"\x28\xb5\x2f\xfd", "compressed (zstandard)", "Unpack it."),
    (b"{\\rtf", "a text document (RTF)", "Ask for the data as CSV or Excel."),
    (b"version https://git-lfs", "a placeholder of Git LFS", "Fetch the file itself: git lfs pull."),
    (b"%PDF", "a PDF document", "Ask for the data as CSV or Excel."),
    (b"\x89PNG", "a picture", "Ask for the data as CSV or Excel."),
    (b"\xff\xd8\xff", "a picture", "Ask for the data as CSV or Excel."),
    (b"GIF8", "a picture", "Ask for the data as CSV or Excel."),
)
# Markup begins so, after blanks and a byte order mark, in capitals or not.
_MARKUP = re.compile(rb"\s*<(!doctype|html|head|body|table|\?xml)\b", re.IGNORECASE)
_JSON = re.compile(rb'\s*(\[\s*)?\{\s*("|\})')
# What systems leave in a folder of files; what begins with a point is left out by the pattern itself.
_LEFT_BY_SYSTEMS = re.compile(r"~\$.*|thumbs\.db|desktop\.ini", re.IGNORECASE)


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
    try:
        if (literal := project / pattern).is_file():  # a name with brackets, such as "orders [1].csv"
            return [literal]
        # Path.glob takes no absolute pattern, and data may lie beside the project.
        found = sorted(project / name for name in glob.glob(pattern, root_dir=project, recursive=True))  # noqa: PTH207
        files = [path for path in found if path.is_file() and not _LEFT_BY_SYSTEMS.fullmatch(path.name)]
    except (OSError, ValueError) as error:
        problem = Problem(pattern[:LONGEST_PATTERN], "this cannot be a name of files.", "Shorten it.")
        raise UserError([problem]) from error
    odd = [path for path in files if not _is_text(str(path))]
    if odd:
        what = "the file's name is not text in this system's encoding."
        raise UserError([Problem(_in_question_marks(shown(path, project)), what, "Rename the file.") for path in odd])
    if files:
        return _each_once(files)
    raise UserError([_no_files(pattern, found, project)])


def _each_once(files: list[Path]) -> list[Path]:
    """The files without those that are another one under a second name: their rows would count twice.

    Links and folders that hold themselves give such names.
    """
    seen: dict[tuple[int, int] | str, Path] = {}
    for path in files:
        state = path.stat()
        seen.setdefault((state.st_dev, state.st_ino) if state.st_ino else str(path.resolve()), path)
    return list(seen.values())


def _no_files(pattern: str, found: list[Path], project: Path) -> Problem:
    """Why a pattern names no file."""
    if found and found[0].is_dir():
        # Only a look, as deep as days and shops lie, because a folder may be a whole disk.
        deep = chain.from_iterable(islice(found[0].glob(each), 1) for each in ("*/*.parquet", "*/*/*.parquet"))
        inside = "**/*.parquet" if any(deep) else "*.csv"
        mend = f"Name its files, for example {pattern.rstrip('/')}/{inside}."
        return Problem(pattern, "this is a folder, not a file.", mend)
    if found and found[0].is_symlink():
        return Problem(pattern, "this is a link that leads to no file.", "Put the file itself there.")
    if found:
        return Problem(pattern, "this is no ordinary file.", "Put the client's exports below data/raw.")
    parent = project / Path(pattern).parent
    near = sorted(path.name for path in parent.iterdir() if path.is_file())[:10] if parent.is_dir() else []
    mend = f"In that folder: {', '.join(near)}." if near else "Put the client's exports below data/raw."
    return Problem(pattern, "no file matches.", mend)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _in_question_marks(name: str) -> str:
    return os.fsencode(name).decode("utf-8", errors="replace")


def shown(path: Path, project: Path) -> str:
    """How messages name a file: below the project folder where it lies there."""
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else path.as_posix()


def _heads_of_file(path: Path, name: str, source: Source) -> list[Head]:
    kind = source.format
    if kind == SourceFormat.AUTO:
        kind = _BY_SUFFIX.get(path.suffix.lower(), SourceFormat.CSV)
    try:
        if path.stat().st_size == 0:
            raise UserError([Problem(name, "the file is empty.", "Ask for it again, or leave it out of `files:`.")])
        if kind == SourceFormat.EXCEL:
            return heads_of_excel(path, name, source)
        if kind == SourceFormat.PARQUET:
            return [head_of_parquet(path, name)]
        _check_text(path, name, kind)
        heads = {
            SourceFormat.JSON_LINES: head_of_json_lines,
            SourceFormat.FIXED_WIDTH: head_of_fixed_width,
            SourceFormat.BASKETS: head_of_baskets,
        }
        return [heads.get(kind, head_of_delimited)(path, name, source)]
    except OSError as error:
        mend = "Look at its rights, and whether another program has it open."
        raise UserError([Problem(name, f"the file cannot be read: {error.strerror}.", mend)]) from error


def _check_text(path: Path, name: str, kind: SourceFormat) -> None:
    """Refuse what is no text before it is taken for text in a strange encoding."""
    with path.open("rb") as file:
        begin = file.read(200)
    for mark, what, mend in _NO_TEXT:
        if begin.startswith(mark):
            raise UserError([Problem(name, f"this is no text: it is {what}.", mend)])
    begin = begin.removeprefix(codecs.BOM_UTF8)
    if kind == SourceFormat.CSV and _JSON.match(begin):
        raise UserError([Problem(name, "this is JSON.", "Say `format: json_lines`, which reads one object a line.")])
    if _MARKUP.match(begin):
        mend = "Open it: a page of a login or an error? A table can be opened in Excel and saved as .xlsx."
        raise UserError([Problem(name, "this is a web page or XML, not a table of values.", mend)])
