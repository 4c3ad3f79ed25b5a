"""Questions in plain words: ask."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from customer_analytics.cli.app import Debug, Quiet, app, this_project
from customer_analytics.pipeline.ending import reported


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(metavar="QUESTION", help="In English or Chinese.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Last day that counts, as 2011-12-09.")] = None,
    language: Annotated[
        str | None, typer.Option(metavar="en|zh_CN", help="Language of the answer; the question's when not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the answer as JSON.")] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the answer with its chart as a page, answer.html.")
    ] = None,
    examples: Annotated[bool, typer.Option("--examples", help="List questions that can be asked.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Ask a question about the customers in plain words.

    A fixed grammar turns it into a condition on tags and behaviour; nothing leaves this machine. What is not understood
    is named with its place, and nothing of a question is left out silently.

    \b
    Examples:
      analytics ask "who was active in the last 7 days, did not order, and is a woman born 1995 to 1999?"
      analytics ask "最近7天活跃但没有下单的95后女性有谁？"
      analytics ask "Which region has the most customers at risk?" --output answer.html
      analytics ask --examples
    """
    with reported(quiet, debug) as terminal:
        from customer_analytics.engagement.errors import Problem, UserError
        from customer_analytics.questions import command

        if examples:
            command.show_examples(terminal)
            return
        if question is None:
            example = 'For example: analytics ask "how many customers ordered in the last 30 days?"'
            raise UserError([Problem("the question", "is missing.", example)])
        command.ask(this_project(), question, terminal, as_of=as_of, language=language, as_json=as_json, output=output)
