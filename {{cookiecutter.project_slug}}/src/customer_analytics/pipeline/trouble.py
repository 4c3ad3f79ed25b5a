"""Unexpected errors: a log file for whoever mends the program, without a single value of the client's data."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

from customer_analytics.engagement.project import FILE_NAME


def write_traceback(project: Path | None, error: BaseException) -> Path:
    """Write where an error came from, without its message: a message may quote the data.

    Args:
        project: the project's folder, whose .analytics/log takes the file; None: the system's temporary folder.
        error: the error.

    Returns:
        The log file.
    """
    folder = Path(tempfile.gettempdir()) if project is None else project / ".analytics" / "log"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = dt.datetime.now().strftime("%Y-%m-%d_%H%M%S_%f")
    path = folder / f"analytics-error-{stamp}.txt"
    path.write_text("\n".join(_lines(error)) + "\n", encoding="utf-8", newline="\n")
    return path


def log_unexpected(error: BaseException) -> Path | None:
    """Write a traceback into the project that the working folder lies in, or into the temporary folder.

    None where neither can be written.
    """
    with contextlib.suppress(OSError):  # the working folder is gone, or must not be written
        here = Path.cwd()
        project = next((folder for folder in (here, *here.parents) if (folder / FILE_NAME).is_file()), None)
        return write_traceback(project, error)
    with contextlib.suppress(OSError):
        return write_traceback(None, error)
    return None


def _lines(error: BaseException) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _lines(cause)
        yield "which led to:"
    yield f"{type(error).__module__}.{type(error).__qualname__} (message left out: it may quote data; see --debug)"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}, line {frame.lineno}, in {frame.name}"
        if frame.line:
            yield f"    {frame.line}"
