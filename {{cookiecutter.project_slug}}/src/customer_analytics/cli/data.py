"""From exports to tables: demo, sample, check, load."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from customer_analytics.cli.app import Debug, Jobs, Quiet, app, this_project
from customer_analytics.pipeline.ending import reported

Customers = Annotated[int, typer.Option(help="How many customers the synthetic client has.")]
Seed = Annotated[int, typer.Option(help="Same seed, same client.")]
Force = Annotated[bool, typer.Option("--force", help="Replace sources of your own in engagement.yml; a copy is kept.")]


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

        project = this_project()
        if not sample_client.has_sample(project):
            terminal.line("Making the synthetic client.")
            with exclusive(project, "demo"):
                sample_client.make_sample_client(project, customers=customers, seed=seed, force=force)
            project = this_project()
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

        project = this_project()
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

        project = this_project()
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

        screens.show_load(terminal, load_tables(this_project(), terminal))
