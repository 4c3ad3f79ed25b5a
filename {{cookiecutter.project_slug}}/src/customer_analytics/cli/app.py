"""The command line: what all commands share. Each module beside this one holds the commands of one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from customer_analytics.pipeline.ending import BAD_INPUT, INSTALL, INTERRUPTED, UNEXPECTED

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


def this_project() -> Project:
    """The project that the working folder lies in.

    Raises:
        UserError: it lies in none, or engagement.yml is wrong.
    """
    from customer_analytics.engagement import Project

    return Project.find()
