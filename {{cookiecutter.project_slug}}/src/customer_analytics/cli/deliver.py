"""What leaves the house: deliver."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from customer_analytics.cli.app import Debug, Quiet, app, this_project
from customer_analytics.pipeline.ending import reported

if TYPE_CHECKING:
    from customer_analytics.documents import delivering
    from customer_analytics.pipeline.terminal import Terminal


@app.command()
def deliver(
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="A run in reports/; the newest when none.")] = None,
    password: Annotated[
        bool, typer.Option("--password", help="Lock the documents; asks twice, or CUSTOMER_ANALYTICS_PASSWORD.")
    ] = False,
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Lock with the password that FILE holds in its one line.")
    ] = None,
    generate_password: Annotated[
        bool, typer.Option("--generate-password", help="Lock with a new password, which is printed once.")
    ] = False,
    locked_html: Annotated[
        bool, typer.Option("--locked-html", help="With a password: the pages too, each opening itself with it.")
    ] = False,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Each page as PDF; printed now where missing.")] = True,
    output: Annotated[Path | None, typer.Option(metavar="DIR", help="Instead of deliveries/RUN.")] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Put what the client gets of a run into deliveries/.

    Pages, PDF, workbook and slides go in, with a list of contents and their SHA-256; customer-level tables, notebooks
    and run.json do not. With a password: locked PDF, and locked pages on request; nothing that is open.

    \b
    Examples:
      analytics deliver
      analytics deliver 2026-07-01_1 --password
      analytics deliver --generate-password --locked-html
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.documents import delivering

        project = this_project()
        _agreeing(password, password_file, generate_password, locked_html, pdf, quiet)
        secret = _secret(password, password_file, generate_password)
        made = delivering.deliver(project, run, output=output, password=secret, locked_html=locked_html, pdf=pdf)
        for line in made.left_out:
            terminal.line(line)
        _show(terminal, made, secret if generate_password else None)


def _agreeing(asked: bool, file: Path | None, generate: bool, locked_html: bool, pdf: bool, quiet: bool) -> None:
    from customer_analytics.engagement.errors import Problem, UserError

    ways = asked + (file is not None) + generate
    problems = []
    if ways > 1:
        problems.append(Problem("the password", "comes from one place.", "Name one option for it."))
    if locked_html and not ways:
        problems.append(Problem("--locked-html", "needs a password.", "Add --password or --generate-password."))
    if ways and not pdf and not locked_html:
        problems.append(Problem("--no-pdf", "leaves nothing to lock.", "Add --locked-html, or leave it out."))
    if generate and quiet:
        problems.append(Problem("--quiet", "would hide the generated password.", "Leave it out."))
    if problems:
        raise UserError(problems)


def _secret(asked: bool, file: Path | None, generate: bool) -> str | None:
    from customer_analytics.documents.locking import password

    if file is not None:
        return password.read(file)
    return password.ask() if asked else password.generate() if generate else None


def _show(terminal: Terminal, made: delivering.Delivery, secret: str | None) -> None:
    from customer_analytics.pipeline.screens import near

    terminal.line(f"{len(made.files)} files in {near(made.folder, Path.cwd())}, listed in contents.txt.")
    if secret is not None:
        terminal.line(f"Password, shown this once; send it by another way than the files: {secret}")
