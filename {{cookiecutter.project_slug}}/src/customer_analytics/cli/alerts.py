"""What has to be told: alerts."""

from __future__ import annotations

from typing import Annotated

import typer

from customer_analytics.cli.app import Debug, Quiet, app, this_project
from customer_analytics.pipeline.ending import ALERTS, reported


@app.command()
def alerts(
    run: Annotated[
        str, typer.Argument(metavar="[RUN]", help="A run in reports/; the newest when not given.")
    ] = "latest",
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    send: Annotated[bool, typer.Option("--send", help="Send what fired to the targets of alerts.yml again.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Hold a run against the rules of alerts.yml.

    Every run does so by itself. The exit code is 3 when an alert fires, 0 when none does.

    \b
    Examples:
      analytics alerts
      analytics alerts 2026-03-01_1 --json
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.alerts import command

        if command.show(this_project(), run, terminal, as_json=as_json, again=send):
            raise typer.Exit(ALERTS)
