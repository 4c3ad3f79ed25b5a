"""The reports: run, open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from customer_analytics.cli.app import Debug, Jobs, Quiet, app, this_project
from customer_analytics.pipeline.ending import reported


@app.command()
def run(
    reports: Annotated[
        list[str] | None, typer.Argument(metavar="REPORT", help="All reports when none is named.")
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter", "-p", metavar="NAME=VALUE", help="bins=4 for each report that has it, rfm.bins=4 for one."
        ),
    ] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Last day that counts, as 2011-12-09.")] = None,
    language: Annotated[str | None, typer.Option(metavar="en|zh_CN", help="Language of this run.")] = None,
    for_each: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="One set of reports for each value of a column of customers or orders."),
    ] = None,
    jobs: Jobs = None,
    force: Annotated[bool, typer.Option("--force", help="Make every report again, changed or not.")] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Put this run into DIR instead of reports/.")
    ] = None,
    show_code: Annotated[bool, typer.Option("--show-code", help="Show the notebooks' code, for analysts.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print each page as PDF beside it.")] = False,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="All figures and tables as a workbook for Excel.")] = False,
    pptx: Annotated[bool, typer.Option("--pptx", help="Slides, one a finding, for PowerPoint.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make the reports and their front page, in reports/.

    Reports whose notebook, code, data, parameters and package versions are unchanged come from the cache.
    The exit code is 0 when all is well, 1 when a report or document failed, 2 for something to mend,
    3 when an alert of alerts.yml fires, 130 when interrupted.

    \b
    Examples:
      analytics run
      analytics run rfm -p bins=4 --as-of 2011-12-09
      analytics run --language zh_CN --show-code
      analytics run --pdf --xlsx --pptx
      analytics run --for-each region --jobs 4
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.documents import making
        from customer_analytics.pipeline import screens
        from customer_analytics.pipeline.plan import read_options
        from customer_analytics.pipeline.run import run as run_reports

        project = this_project()
        options = read_options(parameter or ())
        asked = {making.PDF: pdf, making.XLSX: xlsx, making.PPTX: pptx}
        with terminal.progress() as progress:
            result = run_reports(
                project,
                reports,
                options,
                as_of=as_of,
                language=language,
                for_each=for_each,
                jobs=jobs,
                force=force,
                output=output,
                show_code=show_code,
                documents=frozenset(name for name, wanted in asked.items() if wanted),
                progress=progress,
            )
        screens.show_run(terminal, result, Path.cwd())
        raise typer.Exit(result.exit_code)


@app.command("open")
def open_page(quiet: Quiet = False, debug: Debug = False) -> None:
    """Open the newest front page in the browser.

    Its path is printed as well; where there is no browser that is all.

    \b
    Examples:
      analytics open
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.pipeline.browser import open_in_browser
        from customer_analytics.pipeline.folders import require_front_page

        page = require_front_page(this_project())
        open_in_browser(page)
        terminal.line(str(page))
