"""The command `analytics ask`: a question read, answered, shown."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from customer_analytics.engagement import Project
from customer_analytics.engagement.days import read_day
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.language import Language
from customer_analytics.pipeline.terminal import Terminal
from customer_analytics.questions.examples import EXAMPLES

_BAR = 30  # blocks of the longest bar
_LANGUAGES = ("en", "zh_CN")


def show_examples(terminal: Terminal) -> None:
    """Questions of each kind, in both languages."""
    for language, examples in EXAMPLES.items():
        terminal.line(language)
        for example in examples:
            terminal.line(f"  {example}")


def ask(
    project: Project,
    text: str,
    terminal: Terminal,
    *,
    as_of: str | None = None,
    language: str | None = None,
    as_json: bool = False,
    output: Path | None = None,
) -> None:
    """Answer one question.

    Raises:
        UserError: the question lies outside the grammar, or the data lack what it needs.
    """
    day = None if as_of is None else read_day(as_of)
    problems = []
    if as_of is not None and day is None:
        problems.append(Problem("--as-of", "is not a date.", "For example: --as-of 2011-12-09"))
    if language is not None and language not in _LANGUAGES:
        problems.append(Problem(f"--language {language}", "is not known.", "Give en or zh_CN."))
    if output is not None and output.suffix.lower() != ".html":
        problems.append(Problem(f"--output {output}", "is not a page.", "For example: --output answer.html"))
    if problems:
        raise UserError(problems)
    from customer_analytics.questions.answering import Desk
    from customer_analytics.questions.saying import language_of, say_answer

    desk = Desk(project, day)
    answer = desk.answer(desk.read(text))
    words = Language(language or language_of(text), project.engagement.currency)
    said = say_answer(answer, words)
    if output is not None:
        from customer_analytics.questions.page import write_answer

        write_answer(output, text, said, answer, project, words)
    if as_json:
        terminal.line(json.dumps(_plain(answer, said), ensure_ascii=False, indent=2))
        return
    _show(terminal, said, words)
    if output is not None:
        terminal.line(str(output))


def _show(terminal: Terminal, said: Any, words: Language) -> None:
    from customer_analytics.questions.saying import text_bars

    say = words.say
    terminal.line(said.head)
    terminal.line()
    if said.understood:
        terminal.table([say("Phrase"), say("Understood as")], said.understood)
        terminal.line()
    if said.rows:
        terminal.table(["", say("These customers"), say("All customers")], said.rows, numbers=(1, 2))
        terminal.line()
    if said.bars:
        drawn = text_bars(said.bars, _BAR)
        terminal.table(
            [said.chart, "", ""],
            [[bar.name, bar.shown, blocks] for bar, blocks in zip(said.bars, drawn, strict=True)],
            numbers=(1,),
        )
        terminal.line()
    for note in said.notes:
        terminal.line(note)
    terminal.line(say("Audience: {expression}", expression=said.expression))
    terminal.line(said.command)


def _plain(answer: Any, said: Any) -> dict[str, Any]:
    """The answer as data: what is hidden on the screen is hidden here."""
    question = answer.question
    return {
        "question": question.source,
        "as_of": str(answer.as_of),
        "understood": [dataclasses.asdict(one) for one in question.understood],
        "audience": question.condition,
        "command": said.command,
        "answer": said.head,
        "minimum_group": answer.minimum_group,
        "chosen": None if answer.chosen is None else dataclasses.asdict(answer.chosen),
        "share": answer.share,
        "all": dataclasses.asdict(answer.everyone),
        "group_by": question.group or None,
        "groups": [
            {"name": one.name, "chosen": None if one.chosen is None else dataclasses.asdict(one.chosen), "all": one.all}
            for one in answer.groups
        ],
        "months": [
            {"month": one.first.isoformat()[:7], "buyers": one.buyers, "revenue": one.revenue} for one in answer.months
        ],
    }
