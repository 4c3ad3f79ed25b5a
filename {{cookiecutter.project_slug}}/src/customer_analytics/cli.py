"""The commands. Each one reads its options, calls the pipeline or the loader, and shows what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from customer_analytics.pipeline.ending import BAD_INPUT, INSTALL, INTERRUPTED, UNEXPECTED, reported

if TYPE_CHECKING:
    from customer_analytics.engagement import Project

app = typer.Typer(
    name="analytics",
    help="From a client's exports to reports and audiences.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Write nothing but problems.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")]
Customers = Annotated[int, typer.Option(help="How many customers the synthetic client has.")]
Seed = Annotated[int, typer.Option(help="Same seed, same client.")]
Force = Annotated[bool, typer.Option("--force", help="Replace sources of your own in engagement.yml; a copy is kept.")]
Jobs = Annotated[int | None, typer.Option(help="Reports made at a time; one for each core when not given.")]


def main() -> None:
    """Run the command line. Whoever is told to stop says so by the code, wherever that was."""
    from customer_analytics.pipeline.stopping import stoppable
    from customer_analytics.pipeline.terminal import prepare_streams

    with stoppable() as stop:
        prepare_streams()
        try:
            app(prog_name="analytics")
        except SystemExit as end:
            if stop.told and end.code == UNEXPECTED:  # before a command began, where typer says "Aborted"
                raise SystemExit(INTERRUPTED) from None
            raise
        except ModuleNotFoundError as error:  # an update may ask for a package that is not installed yet
            if (error.name or "customer_analytics").startswith("customer_analytics"):
                raise
            typer.echo(f"{error.name} is not installed. Install anew: {INSTALL}", err=True)
            raise SystemExit(BAD_INPUT) from None


@app.callback(invoke_without_command=True)
def _top(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if version:
        from customer_analytics import __version__

        typer.echo(f"analytics {__version__}")
        raise typer.Exit


@app.command()
def demo(
    customers: Customers = 5_000,
    seed: Seed = 7,
    jobs: Jobs = None,
    force: Force = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show everything on a synthetic client.

    It is made, loaded and reported on: sample, load, run.

    A synthetic client that is there already is used as it is. Sources of your own are never replaced without --force.

    \b
    Examples:
      analytics demo
      analytics demo --customers 20000 --seed 3
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.pipeline import sample_client, screens
        from customer_analytics.pipeline.loading import load_tables
        from customer_analytics.pipeline.lock import exclusive
        from customer_analytics.pipeline.run import run as run_reports

        project = _project()
        if not sample_client.has_sample(project):
            terminal.line("Making the synthetic client.")
            with exclusive(project, "demo"):
                sample_client.make_sample_client(project, customers=customers, seed=seed, force=force)
            project = _project()
        terminal.line("Loading its exports.")
        load_tables(project, terminal)
        terminal.line("Making the reports.")
        with terminal.progress() as progress:
            result = run_reports(project, jobs=jobs, progress=progress)
        screens.show_run(terminal, result, Path.cwd())
        raise typer.Exit(result.exit_code)


@app.command()
def sample(
    customers: Customers = 5_000,
    seed: Seed = 7,
    force: Force = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make a synthetic client's exports.

    They lie in data/raw/sample, and engagement.yml then reads them.

    \b
    Examples:
      analytics sample
      analytics sample --customers 100000 --seed 1
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.pipeline import screens
        from customer_analytics.pipeline.lock import exclusive
        from customer_analytics.pipeline.sample_client import make_sample_client

        project = _project()
        with exclusive(project, "sample"):
            made = make_sample_client(project, customers=customers, seed=seed, force=force)
        screens.show_sample(terminal, made)


@app.command()
def check(quiet: Quiet = False, debug: Debug = False) -> None:
    """Say what a load would do, and what is wrong.

    Only the heads of the sources are read.

    \b
    Examples:
      analytics check
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.pipeline import screens
        from customer_analytics.pipeline.upkeep import unfinished_update
        from customer_analytics.tables.check import check as check_sources

        project = _project()
        left = unfinished_update(project)
        raise typer.Exit(screens.show_check(terminal, check_sources(project), left))


@app.command()
def load(quiet: Quiet = False, debug: Debug = False) -> None:
    """Turn the client's exports into clean tables.

    The tables lie in data/tables; every row and all money is accounted for.

    \b
    Examples:
      analytics load
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.pipeline import screens
        from customer_analytics.pipeline.loading import load_tables

        screens.show_load(terminal, load_tables(_project(), terminal))


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
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make the reports and their front page, in reports/.

    Reports whose notebook, code, data, parameters and package versions are unchanged come from the cache.
    The exit code is 0 when all is well, 1 when a report failed, 2 for something to mend, 130 when interrupted.

    \b
    Examples:
      analytics run
      analytics run rfm -p bins=4 --as-of 2011-12-09
      analytics run --language zh_CN --show-code
      analytics run --for-each region --jobs 4
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.pipeline import screens
        from customer_analytics.pipeline.plan import read_options
        from customer_analytics.pipeline.run import run as run_reports

        project = _project()
        options = read_options(parameter or ())
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
                progress=progress,
            )
        screens.show_run(terminal, result, Path.cwd())
        raise typer.Exit(result.exit_code)


@app.command()
def tags(
    check_only: Annotated[bool, typer.Option("--check", help="Only read tags.yml and check its rules.")] = False,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Last day that counts, as 2011-12-09.")] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """List the tags of tags.yml, what they cover, and why some are skipped.

    Mistakes in tags.yml are named with their line, all at once; the exit code is then 2.

    \b
    Examples:
      analytics tags
      analytics tags --check
      analytics tags --as-of 2011-12-09
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.pipeline import tag_screen, tagging

        project = _project()
        if check_only:
            terminal.line(f"tags.yml is fine: {len(tagging.check_tags(project).tags)} entries.")
        else:
            engagement = project.engagement
            portrait = tagging.make_tags(project, as_of)
            tag_screen.show_tags(terminal, portrait, engagement.language.value, engagement.minimum_group)


@app.command()
def audience(
    condition: Annotated[
        str | None, typer.Argument(metavar="[CONDITION]", help="Who is meant, in the query language.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the list and of its folder in audiences/.")] = None,
    holdout: Annotated[str, typer.Option(metavar="SHARE", help="Share that is not contacted; 0% for none.")] = "10%",
    seed: Annotated[int | None, typer.Option(help="Of the draw; made from the name when not given.")] = None,
    strata: Annotated[
        str | None, typer.Option(metavar="COLUMN,…", help="Groups in each of which the same share is held out.")
    ] = None,
    contact_cap: Annotated[
        str | None, typer.Option(metavar="CAP", help='Leave out who was contacted so often, as "2 in 30 days".')
    ] = None,
    exclude_held_out: Annotated[
        bool, typer.Option("--exclude-held-out", help="Leave out who is held out of an earlier audience.")
    ] = False,
    columns: Annotated[
        str | None, typer.Option(metavar="COLUMN,…", help="Facts and tags to write beside the customer id.")
    ] = None,
    formats: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT,…", help="Beside list.csv: xlsx, segment, braze.")
    ] = None,
    campaign: Annotated[
        str | None, typer.Option(metavar="ID", help="Campaign number; the name when not given.")
    ] = None,
    expires: Annotated[str | None, typer.Option(metavar="DATE", help="Last day on which the holdout holds.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Last day that counts, as 2011-12-09.")] = None,
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="Read the condition from a text file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the numbers and write nothing.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the list of this name; the ledger keeps who was assigned before.")
    ] = False,
    show_list: Annotated[bool, typer.Option("--list", help="List the audiences that there are.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make a list of customers to contact, with a randomised holdout.

    The list lies in audiences/<name>/, beside who is held out and the record of both.

    \b
    Examples:
      analytics audience "region = 'North' and not ordered within 30 days" --name spring --holdout 10%
      analytics audience "top 20% by revenue" --name best --contact-cap "2 in 30 days" --format xlsx,braze
      analytics audience "not ordered within 90 days" --name quiet --dry-run
      analytics audience --list
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.audiences import command

        project = _project()
        if show_list:
            command.list_all(project, terminal)
            return
        request = command.read(
            condition,
            file,
            name=name,
            holdout=holdout,
            seed=seed,
            strata=strata,
            contact_cap=contact_cap,
            exclude_held_out=exclude_held_out,
            columns=columns,
            formats=formats,
            campaign=campaign,
            expires=expires,
            as_of=as_of,
            replace=replace,
        )
        raise typer.Exit(command.make(project, request, terminal, dry_run=dry_run))


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

        page = require_front_page(_project())
        open_in_browser(page)
        terminal.line(str(page))


def _project() -> Project:
    from customer_analytics.engagement import Project

    return Project.find()
