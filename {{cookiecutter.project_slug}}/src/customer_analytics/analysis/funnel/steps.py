"""Steps as text into steps as data: `view_item`, `search | browse`, `click where page = '/buy' as 'Buy button'`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches

from customer_analytics.analysis.funnel.definition import Step
from customer_analytics.analysis.funnel.known import stage_of
from customer_analytics.analysis.query import Condition, names_in, parse_condition
from customer_analytics.analysis.query.checking import Checker
from customer_analytics.analysis.query.names import Names
from customer_analytics.analysis.query.nodes import Aggregate
from customer_analytics.analysis.query.sources import DERIVED as ROW_TIMES
from customer_analytics.analysis.stream.events import DERIVED, Part, parts
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.store import Tables

MOST_STEPS = 12
_AS = re.compile(r"""\s+as\s+(?:'([^']+)'|"([^"]+)"|“([^”]+)”|‘([^’]+)’)\s*\Z""", re.IGNORECASE)
_WHERE = re.compile(r"\s+where\s+", re.IGNORECASE)
_SHOWN = 8  # names that an error lists
SOURCES = {"events": "events", "orders": "orders", "customers": "registrations"}


def read_steps(tables: Tables, texts: Sequence[str], known: Collection[str], where: str) -> tuple[Step, ...]:
    """The steps that texts describe.

    Args:
        tables: the canonical tables.
        texts: a step each: names joined by ` | `, then ` where ` and a condition on the event's row, then ` as ` and
            how it is shown, in quotes. A text that is the name of an event as it stands is that event.
        known: the names of all events, derived ones with them.
        where: the parameter, for messages.

    Raises:
        UserError: unknown names, conditions that cannot be read or do not fit, too many steps; all at once.
    """
    problems: list[Problem] = []
    steps = []
    if len(texts) > MOST_STEPS:
        problems.append(Problem(where, f"there are {len(texts)} entries; at most {MOST_STEPS} are possible."))
    for number, text in enumerate(texts, 1):
        place = f"{where}, entry {number}"
        try:
            step = _read(text.strip(), number, known, place)
        except UserError as error:
            problems += error.problems
            continue
        found = [_unknown(name, known, place) for name in step.names if name not in known]
        problems += found
        if step.condition is not None and not found:
            problems += _misfits(tables, step, place)
        steps.append(step)
    if problems:
        raise UserError(problems)
    return tuple(steps)


def _read(text: str, number: int, known: Collection[str], place: str) -> Step:
    if text in known:
        return Step(number, text, text, (text,), None, stage_of(text))
    label = ""
    if match := _AS.search(text):
        label = next(group for group in match.groups() if group)
        text_of_step = text[: match.start()].strip()
    else:
        text_of_step = text
    written, condition = text_of_step, None
    if text_of_step not in known and (split := _WHERE.search(text_of_step)):
        written = text_of_step[: split.start()].strip()
        condition = parse_condition(text_of_step[split.end() :], where=place)
    names = (written,) if written in known else tuple(_plain(name) for name in written.split("|"))
    names = tuple(dict.fromkeys(name for name in names if name))
    if not names:
        raise UserError([Problem(place, "names no event.", "For example: view_item | view_offer")])
    return Step(number, text, label or _label(names, text_of_step, condition), names, condition, stage_of(*names))


def _plain(name: str) -> str:
    name = name.strip()
    is_quoted = len(name) >= 2 and name[0] == name[-1] and name[0] in "'\"`"
    return name[1:-1] if is_quoted else name


def _label(names: tuple[str, ...], text: str, condition: Condition | None) -> str:
    return text if condition is not None else " / ".join(names)


def _unknown(name: str, known: Collection[str], place: str) -> Problem:
    near = get_close_matches(name.lower(), {each.lower(): each for each in known}, n=1, cutoff=0.6)
    spelled = {each.lower(): each for each in known}
    if near:
        mend = f"Did you mean {spelled[near[0]]!r}?"
    else:
        listed = sorted(known)[:_SHOWN]
        mend = f"There are: {', '.join(listed)}{' …' if len(known) > _SHOWN else ''}."
    return Problem(place, f"there is no event {name[:60]!r}.", mend)


def _misfits(tables: Tables, step: Step, place: str) -> list[Problem]:
    """What is wrong with the condition of a step, in any of the tables that its events come from."""
    assert step.condition is not None
    problems: list[Problem] = []
    for part in parts(tables, step.names):
        try:
            Checker(Names(tables)).check(Aggregate("count", SOURCES[part.table], where=step.condition), where=place)
        except UserError as error:
            problems += [problem for problem in error.problems if problem not in problems]
            continue
        missing = sorted(name for name in names_in(step.condition) if not has_value(part, name))
        if missing:
            problems.append(Problem(place, f"the data have no {', no '.join(f'{part.table}.{m}' for m in missing)}."))
    return problems


def has_value(part: Part, name: str) -> bool:
    """Whether rows of a part can say this column."""
    return name in ROW_TIMES or name in part.rows.columns or (name == "net" and part.table == "orders")


def derived_names(steps: Sequence[Step]) -> frozenset[str]:
    """The derived events that some steps ask for."""
    return frozenset(name for step in steps for name in step.names if name in DERIVED)
