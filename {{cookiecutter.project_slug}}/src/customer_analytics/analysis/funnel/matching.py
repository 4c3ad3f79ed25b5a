"""Entries, and the engine for open funnels: plain joins and groupings that every engine runs (docs/methods/funnel.md).

An attempt begins with an entry. Step k is reached by the earliest row that serves it, not more than the tolerance
before step k - 1 was reached, within the window and not after an excluded event. Its moment is that of the row, or of
step k - 1 where the row is earlier by no more than the tolerance: moments never run backwards. A row that serves an
earlier step as well counts only if it comes more than the tolerance after that step.

analysis.funnel.lists does the same for closed funnels and for any order, in two scans.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.funnel.definition import Definition, Step
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.times import later

FOREVER = ibis.timestamp("9999-12-31")


def keep(table: ir.Table, rows: Rows) -> ir.Table:
    """The table as a temporary one of the engine, where there is an engine."""
    return table if rows.tables.backend is None else table.cache()


def held(definition: Definition) -> list[str]:
    """The columns of what is held constant."""
    return [f"held_{number}" for number in range(1, len(definition.hold) + 1)]


def key(definition: Definition) -> list[str]:
    """What identifies an attempt: the unit, and with several attempts of a unit its entry and what is held."""
    return ["unit_id"] if definition.attempt == "first" else ["unit_id", *held(definition), "entered_at"]


def is_mature(rows: Rows, moment: ir.TimestampValue) -> ir.BooleanValue:
    """Whether the whole window after an entry lies before the end of the data."""
    window = rows.definition.window_seconds
    if window is None:
        mature: ir.BooleanValue = moment.notnull()
    else:
        mature = later(moment, window) <= ibis.timestamp(rows.end)
    return mature


# --- entries ----------------------------------------------------------------------------------------------------------


def entries(rows: Rows, steps: tuple[Step, ...]) -> ir.Table:
    """The entries by some steps: unit_id, held_1 …, entered_at and, where anything limits an attempt, until.

    With attempt "first" the earliest row of each unit, of equals that with the first held values; with "best" every
    distinct one. With occurrence "first_ever" only rows at the unit's first moment of any event of these names.
    """
    definition = rows.definition
    found = rows.any_of(steps)
    names = held(definition)
    for name in names:
        found = found.filter(found[name].notnull())
    if definition.occurrence == "first_ever":
        firsts = [rows.of(step, everything=True) for step in steps]
        ever = firsts[0] if len(firsts) == 1 else ibis.union(*firsts)
        ever = ever.group_by(of_unit="unit_id").aggregate(first=ever["at"].min())
        found = found.inner_join(ever, [found.unit_id == ever.of_unit, found["at"] == ever["first"]])
        found = found.select("unit_id", "at", *names)
    if definition.attempt == "best":
        found = found.select("unit_id", *names, entered_at="at").distinct()
    elif names:
        window = ibis.window(
            group_by=found.unit_id, order_by=[found["at"].asc(), *(found[name].asc() for name in names)]
        )
        found = found.mutate(place=ibis.row_number().over(window))
        found = found.filter(found.place == 0).select("unit_id", *names, entered_at="at")
    else:
        found = found.group_by("unit_id").aggregate(entered_at=found["at"].min())
    return _limited(rows, found)


def _limited(rows: Rows, found: ir.Table) -> ir.Table:
    """Entries with `until`: the end of the window, or the first excluded event where that is earlier."""
    definition = rows.definition
    ends = [] if definition.window_seconds is None else [later(found.entered_at, definition.window_seconds)]
    if not definition.exclude:
        return found.mutate(until=ends[0]) if ends else found
    tolerance = definition.tolerance_seconds
    excluded = rows.any_of(definition.exclude).rename(of_unit="unit_id", excluded_at="at")
    excluded = excluded.rename(**{f"of_{name}": name for name in held(definition)})
    joined = found.inner_join(excluded, found.unit_id == excluded.of_unit)
    joined = joined.filter(joined.excluded_at > later(joined.entered_at, tolerance))
    for name in held(definition):
        joined = joined.filter(joined[f"of_{name}"].isnull() | (joined[name] == joined[f"of_{name}"]))
    names = key(definition)
    cuts = joined.group_by(names).aggregate(excluded_at=joined.excluded_at.min())
    joined = with_key(found, cuts, names, {"excluded_at": "excluded_at"}, "left")
    ends = [] if definition.window_seconds is None else [later(joined.entered_at, definition.window_seconds)]
    cut = later(joined.excluded_at, tolerance)
    limit = ibis.least(ends[0], cut) if ends else ibis.coalesce(cut, FOREVER)
    return keep(joined.mutate(until=limit).drop("excluded_at"), rows)


def with_key(left: ir.Table, right: ir.Table, names: list[str], columns: dict[str, str], how: str) -> ir.Table:
    """`left` with columns of `right` (new name -> name), joined on the key."""
    right = right.select(
        **{f"of_{name}": right[name] for name in names}, **{f"its_{n}": right[n] for n in columns.values()}
    )
    joined = left.join(right, [left[name] == right[f"of_{name}"] for name in names], how=how)
    return joined.select(*left.columns, **{new: joined[f"its_{name}"] for new, name in columns.items()})


# --- one step further -------------------------------------------------------------------------------------------------


def reached(rows: Rows, state: ir.Table, step: Step, carried: list[str]) -> ir.Table:
    """The attempts that reach a step after the one before: the key, `carried` columns of the state, and at_k.

    `state` has unit_id, entered_at, until where there is a limit, at_1 … of the steps before (at least those carried)
    and in open funnels `began`, the step that the attempt entered by.
    """
    definition = rows.definition
    number, tolerance = step.number, definition.tolerance_seconds
    shared = [other for other in definition.steps[: number - 1] if set(other.names) & set(step.names)]
    if definition.order == "strict":
        state = _with_next(rows, state, number)
    joined = on_unit(state, rows.of(step, earlier=shared), definition)
    before = joined[f"at_{number - 1}"]
    conditions = [joined["at"] >= later(before, -tolerance)]
    if "until" in state.columns:
        conditions.append(joined["at"] <= joined.until)
    if definition.order == "strict":
        conditions.append(joined["at"] <= later(ibis.coalesce(joined.next_at, before), tolerance))
    for other in shared:
        fresh = ~joined[f"also_{other.number}"] | (joined["at"] > later(joined[f"at_{other.number}"], tolerance))
        conditions.append(fresh | (joined.began > other.number) if "began" in state.columns else fresh)
    joined = joined.filter(conditions)
    names = key(definition)
    first = joined.group_by(names).aggregate(
        **{name: joined[name].min() for name in carried if name not in names},
        before=joined[f"at_{number - 1}"].min(),
        at=joined["at"].min(),
    )
    return first.mutate(**{f"at_{number}": ibis.greatest(first["at"], first.before)}).drop("before", "at")


def on_unit(state: ir.Table, found: ir.Table, definition: Definition) -> ir.Table:
    """The state joined to the rows of the same unit with the same held values; rows have `at` and `also_…`."""
    names = ["unit_id", *held(definition)]
    state = state.filter(state.entered_at.notnull())  # always so: it tells a planner that this is the smaller side
    found = found.rename(**{f"of_{name}": name for name in names})
    return state.inner_join(found, [state[name] == found[f"of_{name}"] for name in names])


def _with_next(rows: Rows, state: ir.Table, number: int) -> ir.Table:
    """The state with next_at: when the unit did anything after the step before, beyond the tolerance."""
    definition = rows.definition
    others = rows.stream().rename(of_unit="unit_id", other_at="at")
    joined = state.inner_join(others, state.unit_id == others.of_unit)
    joined = joined.filter(joined.other_at > later(joined[f"at_{number - 1}"], definition.tolerance_seconds))
    names = key(definition)
    following = joined.group_by(names).aggregate(next_at=joined.other_at.min())
    return with_key(state, following, names, {"next_at": "next_at"}, "left")
