"""How a command ends: in words and with an exit code, whatever came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from customer_analytics.pipeline.terminal import Terminal

ALERTS = 3
BAD_INPUT = 2
UNEXPECTED = 1
INTERRUPTED = 130
INSTALL = 'pip install -c constraints.txt -e ".[lab]"'


@contextlib.contextmanager
def reported(quiet: bool, debug: bool) -> Iterator[Terminal]:
    """Turn what ends a command into words and an exit code."""
    from customer_analytics.engagement.errors import UserError
    from customer_analytics.pipeline.terminal import Terminal

    terminal = Terminal(quiet=quiet, debug=debug)
    try:
        yield terminal
        _all_said(terminal)
    except typer.Exit as end:
        if not end.exit_code:
            _all_said(terminal)
        raise
    except UserError as error:
        terminal.problems(error.problems)
        raise typer.Exit(BAD_INPUT) from None
    except KeyboardInterrupt:
        terminal.error("Interrupted. Nothing was left half-done.")
        raise typer.Exit(INTERRUPTED) from None
    except (BrokenPipeError, ModuleNotFoundError):
        raise
    except Exception as error:
        if debug:
            raise
        from customer_analytics.engagement.hindrances import hindrance
        from customer_analytics.pipeline.trouble import log_unexpected

        if problem := hindrance(error):
            terminal.problems([problem])
            raise typer.Exit(BAD_INPUT) from None
        log = log_unexpected(error)
        where = "It could not be logged: see --debug." if log is None else f"Log: {log}"
        terminal.error(f"An unexpected error ({type(error).__name__}) stopped the command. {where}")
        raise typer.Exit(UNEXPECTED) from None


def _all_said(terminal: Terminal) -> None:
    """End with a code where the work was done and its words could not be written, as into a file on a full disk."""
    if terminal.unsaid is not None:
        terminal.error(f"The work was done, but what it printed could not be written: {terminal.unsaid.strerror}.")
        raise typer.Exit(UNEXPECTED)
