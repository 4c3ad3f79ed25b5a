"""What a number means: explain."""

from __future__ import annotations

from typing import Annotated

import typer

from customer_analytics.cli.app import Debug, Quiet, app
from customer_analytics.pipeline.ending import reported


@app.command()
def explain(
    metric: Annotated[str, typer.Argument(metavar="REPORT.METRIC", help="A name of metrics.json after its report.")],
    language: Annotated[str, typer.Option(metavar="en|zh_CN", help="Language of the words.")] = "en",
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say what a number means: formula, edge cases, source, and why another tool shows another one.

    The same words stand in the glossary of each run.

    \b
    Examples:
      analytics explain rfm.gini
      analytics explain retention.day_7 --language zh_CN
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.pipeline.explaining import explained

        for line in explained(metric, language):
            terminal.line(line)
