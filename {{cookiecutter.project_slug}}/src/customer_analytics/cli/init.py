"""The sources of a new project: from a preset, or from what lies in data/raw."""

from __future__ import annotations

from typing import Annotated

import typer

from customer_analytics.cli.app import Debug, Quiet, app, this_project
from customer_analytics.pipeline.ending import reported

From = Annotated[str | None, typer.Option("--from", help="The platform whose exports these are; --list shows them.")]
Listed = Annotated[bool, typer.Option("--list", help="List the platforms that are known, and write nothing.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the sources in engagement.yml; a copy is kept.")]


@app.command()
def init(
    from_: From = None, list_: Listed = False, force: Force = False, quiet: Quiet = False, debug: Debug = False
) -> None:
    """Write the sources of engagement.yml.

    From the exports of a known platform, or from what lies in data/raw: known exports are recognised by their
    headings, for others a mapping is proposed, with what is unsure as questions in comments.

    \\b
    Examples:
      analytics init
      analytics init --from shopify
      analytics init --list
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.presets import screen

        if list_:
            screen.show_presets(terminal)
            return
        from customer_analytics.pipeline.lock import exclusive
        from customer_analytics.presets.init import initialise

        project = this_project()
        with exclusive(project, "init"):
            made = initialise(project, from_, force=force)
        screen.show_initialised(terminal, made)
