"""Files that change, vanish or turn out to be damaged while they are read: said in words, and nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.settings import SourceFormat
from customer_analytics.tables.check import Inspected
from customer_analytics.tables.formats import Head


@contextmanager
def unchanged(sources: Sequence[Inspected]) -> Iterator[None]:
    """A block that reads the files of these sources.

    Raises:
        UserError: a file is not what it was when the block began; whatever else went wrong may come of that.
    """
    heads = {head.path: head for one in sources if one.source.url is None for head in one.heads}
    before = {path: _state(path) for path in heads}
    try:
        yield
    except Exception as error:
        if changed := _changed(heads, before):
            raise UserError(changed) from error
        raise
    if changed := _changed(heads, before):
        raise UserError(changed)


def damaged_inside(heads: Sequence[Head]) -> list[Problem]:
    """Parquet files that begin and end well, and cannot be read to their end."""
    problems = []
    for head in heads:
        if head.format != SourceFormat.PARQUET:
            continue
        try:
            for batch in pq.ParquetFile(head.path).iter_batches():
                batch.validate(full=True)
        except (pa.ArrowException, OSError):
            problems.append(Problem(head.name, "the Parquet file is damaged inside.", "Ask for the file again."))
    return problems


def _state(path: Path) -> tuple[int, int] | None:
    """Size and time of the last change; None where there is no such file."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns


def _changed(heads: dict[Path, Head], before: dict[Path, tuple[int, int] | None]) -> list[Problem]:
    problems = []
    for path, head in heads.items():
        now = _state(path)
        name = head.name.removesuffix(f", sheet {head.sheet}")
        if now is None:
            problems.append(Problem(name, "the file vanished while it was read.", "Put it back and load again."))
        elif now != before[path]:
            problems.append(Problem(name, "the file changed while it was read.", "Wait until it is whole, load again."))
    return problems
