"""For assistants: mcp."""

from __future__ import annotations

from customer_analytics.cli.app import Debug, app, this_project
from customer_analytics.pipeline.ending import reported


@app.command()
def mcp(debug: Debug = False) -> None:
    """Serve assistants over standard input and output, read-only.

    It speaks the Model Context Protocol and needs the extra mcp. The assistant starts it; see the guide.

    \b
    Examples:
      analytics mcp
    """
    with reported(True, debug):
        from customer_analytics.engagement.errors import Problem, UserError

        project = this_project()
        try:
            from customer_analytics.assistant.server import make_server
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("mcp"):
                raise
            mend = 'Install it: pip install -c constraints.txt -e ".[mcp]"'
            raise UserError([Problem("analytics mcp", "needs the extra mcp.", mend)]) from None
        make_server(project).run("stdio")
