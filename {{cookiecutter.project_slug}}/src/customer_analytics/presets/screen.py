"""What `analytics init` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.presets.model import presets

if TYPE_CHECKING:
    from customer_analytics.pipeline.terminal import Terminal
    from customer_analytics.presets.init import Initialised


def show_presets(terminal: Terminal) -> None:
    """The platforms that are known, and where their exports are found."""
    terminal.table(["--from", "platform", "export"], [[name, one.title, one.export] for name, one in presets().items()])


def show_initialised(terminal: Terminal, made: Initialised) -> None:
    """What was written, what was not understood, and what to do next."""
    rows = [[files, table, known, str(questions)] for files, table, known, questions in made.rows]
    terminal.table(["files", "table", "known by", "questions"], rows, numbers=(3,))
    for pattern, headings in made.unknown:
        terminal.line(f"Not mapped: {pattern} ({', '.join(headings[:8])}{' …' if len(headings) > 8 else ''})")
    for problem in made.problems:
        terminal.line(f"Not read: {problem}")
    for name in made.missing:
        terminal.line(f"Not there yet: {name}")
    for note in made.notes:
        terminal.line(f"- {note}")
    if made.kept:
        terminal.line(f"The file as it was is kept as {made.kept}.")
    questions = sum(row[3] for row in made.rows)
    if questions:
        terminal.line(f"engagement.yml holds {questions} question(s) as comments: answer them with the client.")
    terminal.line("Next: analytics check")
