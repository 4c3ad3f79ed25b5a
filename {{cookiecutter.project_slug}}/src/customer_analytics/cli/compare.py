"""What changed from one run to another: compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from customer_analytics.cli.app import Debug, Quiet, app, this_project
from customer_analytics.pipeline.ending import reported


@app.command()
def compare(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A run by name or path, `latest` or `previous`.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The run that it is held against.")],
    as_json: Annotated[bool, typer.Option("--json", help="Write everything as JSON, and nothing else.")] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write a page, changes.csv and changes.json into DIR.")
    ] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say what changed from one run to another.

    Findings that are new, gone or moved, each with a test; a changed definition, data or version is named as the cause.
    The exit code is 0 whatever changed, and 2 for something to mend.

    \b
    Examples:
      analytics compare previous latest
      analytics compare 2011-11-30_1 2011-12-09_1 --output changes
      analytics compare previous latest --json
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.pipeline.compare_screen import show_changes, show_json
        from customer_analytics.pipeline.two_runs import compare_runs, write_comparison

        project = this_project()
        found = compare_runs(project, old, new)
        if output is not None:
            write_comparison(project, found, output)
        if as_json:
            show_json(terminal, project, found)
        else:
            show_changes(terminal, project, found, output)
