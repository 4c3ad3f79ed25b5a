"""Why a report was not made, in plain words, without any value of the client's data.

The message of an arbitrary exception may quote a customer's name. It is written nowhere: the page, the terminal,
run.json and the executed notebook get the kind of the error, where it came from, and what to do. Our own `UserError` is
written for readers and is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from customer_analytics.engagement.errors import UserError
from customer_analytics.language import Language

Place = tuple[int, int, str]  # cell from 1, number of cells, heading above it
_NAMES_ONLY = frozenset({"NameError", "AttributeError", "ImportError", "ModuleNotFoundError", "SyntaxError"})
_OWN_ERRORS = frozenset({"ExportError"})  # written for readers, without data
_LONGEST = 300


@dataclass(frozen=True)
class Failure:
    """A report that was not made: where it stopped, what happened, what to do."""

    cell: str
    message: str
    mend: str
    kind: str


def tells_no_data(kind: str) -> bool:
    """Whether the text of an error of this kind is about the program only, or written for readers."""
    return kind in _NAMES_ONLY or kind in _user_errors()


def stopped(language: Language, place: Place | None, kind: str, text: str) -> Failure:
    """A cell (none: the export) raised an exception of this kind with this text."""
    say = language.say
    if kind in _user_errors():
        mend = say("Mend what the message names, then run the report again.")
        return Failure(_cell(language, place), text, mend, kind)
    if kind == "MemoryError":
        full = say("The memory of this machine was not enough.")
        return Failure(_cell(language, place), full, _memory(language), kind)
    message: str = say("The cell stopped with an error of the kind {kind}.", kind=kind)
    if kind in _NAMES_ONLY:
        message = say("The cell stopped with an error of the kind {kind}: {text}", kind=kind, text=_line(text))
    mend = say("The message may quote the data and is left out. Open the notebook in JupyterLab and run it to see it.")
    return Failure(_cell(language, place), message, mend, kind)


def died(language: Language, place: Place, exit_code: int | None) -> Failure:
    """The kernel ended while this cell ran."""
    say = language.say
    if exit_code is None:
        message = say("The Python process of the report ended unexpectedly. The usual reason is that memory ran out.")
    elif exit_code < 0:
        message = say(
            "The system ended the Python process of the report (signal {signal}). The usual reason is that memory"
            " ran out.",
            signal=-exit_code,
        )
    else:
        message = say("The Python process of the report ended by itself (exit code {code}).", code=exit_code)
    return Failure(_cell(language, place), message, _memory(language), "DeadKernel")


def not_started(language: Language, attempts: int) -> Failure:
    """No kernel answered."""
    say = language.say
    return Failure(
        "",
        say("The Python process of the report did not start, in {attempts} attempts.", attempts=attempts),
        say("Check that ipykernel is installed in this environment and that the machine has memory left."),
        "KernelNotStarted",
    )


def not_exported(language: Language, kind: str, text: str) -> Failure:
    """The notebook ran, but no page could be made of it. `kind`, `text`: of the exporter's error."""
    say = language.say
    why = _line(text) if kind in _OWN_ERRORS else kind
    return Failure(
        "",
        say("The notebook ran to its end, but no page could be made of it ({why}).", why=why),
        say("The executed notebook holds every output. Run again with --debug to see the full error."),
        kind,
    )


def _memory(language: Language) -> str:
    return language.say(
        "Close other programs, run one report at a time (--jobs with the value one), or use a machine with more memory."
    )


def _cell(language: Language, place: Place | None) -> str:
    if place is None:
        return ""
    number, cells, heading = place
    if heading:
        return language.say("cell {number} of {cells}, {heading}", number=number, cells=cells, heading=heading)
    return language.say("cell {number} of {cells}", number=number, cells=cells)


def _line(text: str) -> str:
    first = text.strip().partition("\n")[0]
    return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 1]}…"


def _user_errors() -> set[str]:
    def below(kind: type[UserError]) -> Iterator[str]:
        yield kind.__name__
        for child in kind.__subclasses__():
            yield from below(child)

    return set(below(UserError))
