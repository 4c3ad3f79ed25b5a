"""From parameters to the definition of a funnel: what was asked for, checked, and what the data decide."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from difflib import get_close_matches

import pandas as pd

from customer_analytics.analysis.funnel.definition import Definition, Entry, Step, Unit
from customer_analytics.analysis.funnel.found import Found, find_steps, usual_steps
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.steps import read_steps
from customer_analytics.analysis.stream.events import own_names, parts
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.tables.store import Tables

DAY = 86_400.0
SHARED_SESSIONS = 0.01  # of session ids that several people have: then they are counted by person
USUAL = {"session": 1.0, "order": 30.0, "events": 7.0, "orders": 30.0, "again": 90.0, "leads": 90.0}
SHORTER = (30.0, 7.0, 3.0, 1.0)  # usual windows to fall back on where the data are short
_WHERE = "reports.funnel"


def settle(tables: Tables, parameters: FunnelParameters, names: pd.DataFrame) -> Rows:
    """The funnel's rules and rows.

    Args:
        tables: the canonical tables.
        parameters: what was asked for.
        names: the events of the data (stream.event_names).

    Raises:
        UserError: unknown events or columns, rules that contradict each other; all at once.
    """
    if names.empty:
        mend = "Load events, orders or customers with a registration date."
        raise UserError([Problem(_WHERE, "there are no events, orders or registrations with a time.", mend)])
    own = own_names(tables)
    known = frozenset(names["event"])
    found = _found(tables, parameters, names)
    problems: list[Problem] = []
    steps = _read(tables, found.texts, known, "steps", problems)
    exclude = _read(tables, parameters.exclude, known, "exclude", problems)
    if len(steps) == 1 and len(found.texts) == 1:
        problems.append(Problem(f"{_WHERE}.steps", "one step makes no funnel.", "Name at least two."))
    entry: Entry = "open" if parameters.order == "any" else "closed"
    if parameters.entry != "auto":
        entry = parameters.entry
    _contradictions(parameters, entry, steps, problems)
    _excluded_steps(steps, exclude, problems)
    _held(tables, parameters.hold, steps, own, problems)
    if problems:
        raise UserError(problems)
    definition = Definition(
        steps=steps,
        order=parameters.order,
        unit=_unit(tables, parameters, names, steps, own),
        attempt=parameters.attempt,
        entry=entry,
        occurrence=parameters.occurrence,
        exclude=exclude,
        hold=parameters.hold,
        tolerance_seconds=parameters.tolerance_seconds,
        entry_from=tables.reference_day - dt.timedelta(days=parameters.entry_days) if parameters.entry_days else None,
        origin=found.origin,
        window_given=parameters.window_days > 0,
    )
    if definition.unit == "session":
        definition = replace(definition, shared_sessions=shared_sessions(tables))
    rows = Rows(tables, definition, own)
    _hold_has_values(rows)
    return replace(rows, definition=_with_window(rows, parameters))


def _found(tables: Tables, parameters: FunnelParameters, names: pd.DataFrame) -> Found:
    """What was asked for, else the industry's steps, else what the names and the data tell."""
    if parameters.steps:
        return Found(parameters.steps, "given")
    return usual_steps(parameters.usual_steps, names) or find_steps(tables, names)


def _read(
    tables: Tables, texts: tuple[str, ...], known: frozenset[str], name: str, problems: list[Problem]
) -> tuple[Step, ...]:
    try:
        return read_steps(tables, texts, known, f"{_WHERE}.{name}")
    except UserError as error:
        problems += error.problems
        return ()


def _contradictions(
    parameters: FunnelParameters, entry: Entry, steps: tuple[Step, ...], problems: list[Problem]
) -> None:
    if parameters.attempt == "best" and entry == "open" and parameters.order != "any":
        what = "an open funnel counts everybody who makes a step; there is no best attempt."
        problems.append(Problem(f"{_WHERE}.attempt", what, "Use `entry: closed`, or `attempt: first`."))
    if parameters.attempt == "best" and parameters.occurrence == "first_ever":
        what = "somebody's first event ever happens once; there is no choice of attempts."
        problems.append(Problem(f"{_WHERE}.attempt", what, "Use `occurrence: first_matching`, or `attempt: first`."))
    same = {(step.names, str(step.condition)) for step in steps}
    if parameters.order == "any" and len(same) < len(steps):
        what = "in any order the same step cannot stand twice: which of them came first?"
        problems.append(Problem(f"{_WHERE}.steps", what, "Use `order: ordered`, or name it once."))


def _excluded_steps(steps: tuple[Step, ...], exclude: tuple[Step, ...], problems: list[Problem]) -> None:
    """A step cannot end the attempt that it belongs to."""
    for place, other in enumerate(exclude, 1):
        for step in steps:
            same_rows = not other.condition or str(other.condition) == str(step.condition)
            if same_rows and set(step.names) & set(other.names):
                what = f"the events of the step {step.label!r} are excluded too."
                mend = "Take them out of exclude, or add a condition (where …) that tells them from the step."
                problems.append(Problem(f"{_WHERE}.exclude, entry {place}", what, mend))


def _held(
    tables: Tables, hold: tuple[str, ...], steps: tuple[Step, ...], own: frozenset[str], problems: list[Problem]
) -> None:
    """A column that is held constant must be there in the rows of every step: else nobody could pass."""
    for column in hold:
        for step in steps:
            for part in parts(tables, step.names, own):
                if column not in part.rows.columns:
                    near = get_close_matches(column, part.rows.columns, n=1)
                    mend = f"Did you mean {near[0]!r}?" if near else f"The step {step.label!r} comes from {part.table}."
                    problem = Problem(f"{_WHERE}.hold", f"{part.table} have no column {column[:60]!r}.", mend)
                    if problem not in problems:
                        problems.append(problem)


def _hold_has_values(rows: Rows) -> None:
    """Raises a UserError where no row of a step has a value that is to be held constant: nobody could pass it."""
    steps, hold = rows.definition.steps, rows.definition.hold
    if not hold:
        return
    problems = []
    for step in steps:
        found = rows.of(step)
        filled = {f"held_{place}": found[f"held_{place}"].count() for place in range(1, len(hold) + 1)}
        counts = found.aggregate(rows=found.count(), **filled).to_pyarrow().to_pylist()[0]
        for place, column in enumerate(hold, 1):
            if counts["rows"] and not counts[f"held_{place}"]:
                what = f"no row of the step {step.label!r} has a value in {column[:60]!r}."
                problems.append(Problem(f"{_WHERE}.hold", what, "Begin with a step that has one, or leave it out."))
    if problems:
        raise UserError(problems)


def _unit(
    tables: Tables, parameters: FunnelParameters, names: pd.DataFrame, steps: tuple[Step, ...], own: frozenset[str]
) -> Unit:
    """The unit asked for; else people where the first step knows any, then sessions, then orders.

    Raises:
        UserError: the rows of a step have no session_id or order_id.
    """
    if parameters.unit != "auto":
        _must_have(tables, parameters.unit, steps, own)
        return parameters.unit
    people = dict(zip(names["event"], names["people"], strict=True))
    if any(people.get(name, 0) for name in steps[0].names):
        return "customer"
    others: tuple[Unit, ...] = ("session", "order")
    for unit in others:
        try:
            _must_have(tables, unit, steps, own)
        except UserError:
            continue
        return unit
    return "customer"


def _must_have(tables: Tables, unit: Unit, steps: tuple[Step, ...], own: frozenset[str]) -> None:
    column = {"session": "session_id", "order": "order_id"}.get(unit)
    if column is None:
        return
    lacking = [
        step.label for step in steps if not any(column in part.rows.columns for part in parts(tables, step.names, own))
    ]
    if lacking:
        what = f"the rows of {', '.join(dict.fromkeys(lacking))} have no {column}."
        raise UserError([Problem(f"{_WHERE}.unit", what, "Use `unit: customer`, or map the column.")])


def shared_sessions(tables: Tables) -> bool:
    """Whether session ids are counted by person, so that the same id means different sessions."""
    events = tables["events"]
    person = next((name for name in ("visitor_id", "customer_id") if name in events.columns), None)
    if person is None:
        return False
    sessions = events.group_by("session_id").aggregate(people=events[person].nunique())
    sessions = sessions.filter(sessions.session_id.notnull())
    row = sessions.aggregate(all=sessions.count(), shared=(sessions.people > 1).sum()).to_pyarrow().to_pylist()[0]
    return bool(row["all"]) and (row["shared"] or 0) > SHARED_SESSIONS * row["all"]


def _with_window(rows: Rows, parameters: FunnelParameters) -> Definition:
    """The definition with its window.

    As asked for, even where it is longer than the data: then no entry is mature, and no rate is estimable. Else the
    usual one of such steps, shorter where the data are; and none where everybody entered so long ago that all were
    watched for twice the usual window: a closed group, as in the export of a campaign, is followed as far as the data
    reach.
    """
    definition = rows.definition
    if parameters.window_days > 0:
        return replace(definition, window_seconds=parameters.window_days * DAY)
    first = rows.of(definition.steps[0])
    entries = first.group_by("unit_id").aggregate(first=first["at"].min())
    ends = entries.aggregate(begin=entries["first"].min(), last=entries["first"].max()).to_pyarrow().to_pylist()[0]
    span = (rows.end - ends["begin"]).total_seconds() if ends["begin"] is not None else 0.0
    usual = USUAL[_kind(definition)]
    if definition.origin == "usual" and parameters.usual_window_days > 0:
        usual = parameters.usual_window_days
    if ends["last"] is not None and (rows.end - ends["last"]).total_seconds() >= 2 * usual * DAY:
        return replace(definition, window_seconds=None)
    fitting = [days for days in (usual, *SHORTER) if days <= usual and 2 * days * DAY <= span]
    return replace(definition, window_seconds=fitting[0] * DAY if fitting else None)


def _kind(definition: Definition) -> str:
    if definition.unit != "customer":
        return definition.unit
    labels = [name for step in definition.steps for name in step.names]
    stages = {step.stage for step in definition.steps}
    if stages & {"contact", "qualified"}:
        return "leads"
    if definition.origin == "orders":
        return "again" if len(labels) > len(set(labels)) else "orders"
    return "events"
