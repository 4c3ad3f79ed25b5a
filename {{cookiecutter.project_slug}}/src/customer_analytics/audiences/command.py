"""The command `analytics audience`: options in, the list made under the project's lock, its numbers shown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from customer_analytics.audiences import screens
from customer_analytics.audiences.listing import list_audiences
from customer_analytics.audiences.options import Request, read_request
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.pipeline.lock import exclusive
from customer_analytics.pipeline.terminal import Terminal

NOBODY = 2
LONGEST = 10_000  # characters of a condition


def read(condition: str | None, file: Path | None, *, name: str | None, **options: Any) -> Request:
    """The request that the options make.

    Raises:
        UserError: something is missing or cannot be read, all at once.
    """
    problems = []
    if (condition is None) == (file is None):
        what = "is missing." if condition is None else "is given twice, here and in --file."
        example = 'For example: analytics audience "not ordered within 90 days" --name quiet'
        problems.append(Problem("the condition", what, example))
    try:
        text = condition if file is None else _text_of(file)
        request = read_request("-" if text is None else text, name=name or "", **options)
    except UserError as error:
        raise UserError([*problems, *error.problems]) from None
    if problems:
        raise UserError(problems)
    return request


def make(project: Project, request: Request, terminal: Terminal, *, dry_run: bool) -> int:
    """Make and show one audience; returns the exit code: 2 when nobody is left on the list.

    Raises:
        UserError: the request cannot be met.
        KeyboardInterrupt: stopped; the audience is as it was before.
    """
    from customer_analytics.audiences.making import make_audience
    from customer_analytics.pipeline.staleness import stale
    from customer_analytics.tables.load_log import read_load_log

    with exclusive(project, "audience"):
        try:
            changed = stale(project, read_load_log(project))
        except UserError:  # tables that were put there by other means; a project without any is told so below
            changed = ""
        if changed:
            terminal.line(changed)
        now = dt.datetime.now(project.engagement.zone)
        made = make_audience(project, request, now=now, dry_run=dry_run)
    screens.show_made(terminal, made, project.engagement.currency, Path.cwd())
    return 0 if made.selection.counts.final else NOBODY


def list_all(project: Project, terminal: Terminal) -> None:
    """Show the audiences that there are."""
    screens.show_list(terminal, list_audiences(project))


def _text_of(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8 text." if isinstance(error, UnicodeDecodeError) else "cannot be read."
        raise UserError([Problem(f"--file {file}", why, "Name a text file with one condition.")]) from None
    if len(text) > LONGEST:
        raise UserError([Problem(f"--file {file}", f"is longer than {LONGEST:,} characters.", "Write less.")])
    return text
