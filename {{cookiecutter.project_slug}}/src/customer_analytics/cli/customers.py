"""Whom it is about: tags, audience."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from customer_analytics.cli.app import Debug, Quiet, app, this_project
from customer_analytics.pipeline.ending import reported


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

        project = this_project()
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

        project = this_project()
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
