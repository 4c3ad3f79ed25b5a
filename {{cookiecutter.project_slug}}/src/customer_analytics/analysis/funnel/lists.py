"""The engine for closed funnels and for any order: the moments of a unit as lists, and each step as the first moment of
a list that fits.

Two scans whatever the number of steps: one for the entries, one for the rows of all later steps near an entry. With
one attempt a unit the rows are limited to its window before they are listed; with many attempts a unit is listed once
and each entry looks into the lists. Where a funnel is counted under several rules, the lists are kept (rows.Rows.lists)
and all that remains is to look into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.funnel.definition import Definition, Step
from customer_analytics.analysis.funnel.matching import held, key, on_unit, with_key
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.times import later


def in_order(rows: Rows, begun: ir.Table) -> ir.Table:
    """The attempts that have any row of a later step: the key, entered_at, at_1 … at_K of an ordered or strict funnel.

    `begun`: the entries (matching.entries).
    """
    definition = rows.definition
    is_kept = has_lists(rows)
    table = begun if is_kept else _listed(rows, begun, definition.steps[1:])
    if definition.order == "strict":
        table = _with_others(rows, begun, table)
    table = table.mutate(at_1=table.entered_at)
    for step in definition.steps[1:]:
        if is_kept or not is_at_once(step, definition):
            first = _first_of(table, step, definition)
        else:
            first = table[f"list_{step.number}"]
        table = table.mutate(**{f"first_{step.number}": first})
        first, before = table[f"first_{step.number}"], table[f"at_{step.number - 1}"]
        table = table.mutate(**{f"at_{step.number}": ibis.ifelse(first < before, before, first)})
    moments = [f"at_{step.number}" for step in definition.steps]
    return table.select(*dict.fromkeys([*key(definition), "entered_at", *moments]))


def whatever_order(rows: Rows, begun: ir.Table) -> ir.Table:
    """The attempts that have any row of a step: the key, entered_at and done_1 … done_K, when each step was first made;
    without done_1 in a closed funnel, of which it is the entry."""
    definition = rows.definition
    is_closed = definition.entry == "closed"
    steps = definition.steps[1:] if is_closed else definition.steps
    is_kept = has_lists(rows)
    table = begun if is_kept else _listed(rows, begun, steps)
    done: dict[str, ir.Value] = {}
    for step in steps:
        first = table[f"list_{step.number}"]
        if is_kept or not is_at_once(step, definition):
            first = _within(table, f"list_{step.number}", definition, table.entered_at).mins()
        done[f"done_{step.number}"] = ibis.ifelse(first < table.entered_at, table.entered_at, first)
    return table.select(*dict.fromkeys([*key(definition), "entered_at"]), **done)


def has_lists(rows: Rows) -> bool:
    """Whether the entries, and all that follows, are read from the kept lists."""
    definition = rows.definition
    is_plain = not definition.exclude and definition.occurrence == "first_matching"
    return rows.lists is not None and is_plain and not (definition.attempt == "best" and definition.entry == "open")


def listed_entries(rows: Rows) -> ir.Table:
    """The entries with the lists of their unit: unit_id, list_1 …, entered_at and, where there is a window, until."""
    assert rows.lists is not None
    lists, definition = rows.lists, rows.definition
    steps = definition.steps if definition.entry == "open" else definition.steps[:1]
    if definition.attempt == "best":
        found = lists.mutate(entered_at=lists.list_1.unique().unnest())
    else:
        firsts = [lists[f"list_{step.number}"].mins() for step in steps]
        found = lists.mutate(entered_at=firsts[0] if len(firsts) == 1 else ibis.least(*firsts))
    found = found.filter(found.entered_at.notnull())
    if definition.window_seconds is None:
        return found
    return found.mutate(until=later(found.entered_at, definition.window_seconds))


def open_lists(rows: Rows) -> ir.Table:
    """An ordered open funnel from the kept lists: the columns of attempts.match."""
    assert rows.lists is not None
    definition, table = rows.definition, rows.lists
    # Units that made any step. Asked of the moments found below, Spark would look into all lists again for each.
    table = table.filter(
        reduce(lambda a, b: a | b, [table[f"list_{step.number}"].mins().notnull() for step in definition.steps])
    )
    for step in definition.steps:
        number, own = step.number, table[f"list_{step.number}"].mins()
        if number == 1:
            table = table.mutate(at_1=own, entry_1=own)
            continue
        before, entry = table[f"at_{number - 1}"], table[f"entry_{number - 1}"]
        reached = (
            table if definition.window_seconds is None else table.mutate(until=later(entry, definition.window_seconds))
        )
        gone = _within(reached, f"list_{number}", definition, before).mins()
        table = reached.mutate(gone=ibis.ifelse(gone < before, before, gone), own=own)
        went_on = table.gone.notnull()
        table = table.mutate(
            **{
                f"at_{number}": ibis.coalesce(table.gone, table.own),
                f"entry_{number}": ibis.ifelse(went_on, table[f"entry_{number - 1}"], table.own),
                f"went_on_{number}": went_on,
            }
        ).drop("gone", "own", *(["until"] if "until" in table.columns else []))
    return table.drop(*(f"list_{step.number}" for step in definition.steps))


def _listed(rows: Rows, begun: ir.Table, steps: Sequence[Step]) -> ir.Table:
    """The entries with list_<step>: the moments of the unit's rows that serve a step and no earlier one that shares
    names with it; list_<step>_<earlier>: of those that serve the earlier one as well (the last of several). Where
    the first of them is all that is asked for, list_<step> is that moment."""
    definition = rows.definition
    found = rows.marked(steps)
    shared = {step.number: sharing(step, definition) for step in steps}

    def lists(table: ir.Table) -> dict[str, ir.Value]:
        named: dict[str, ir.Value] = {}
        for step in steps:
            if is_at_once(step, definition):
                named[f"list_{step.number}"] = table["at"].min(where=table[f"serves_{step.number}"])
                continue
            free = table[f"serves_{step.number}"]
            for earlier in reversed(shared[step.number]):  # a row that serves several belongs to the last
                also = table[f"serves_{earlier.number}"]
                named[f"list_{step.number}_{earlier.number}"] = table["at"].collect(where=free & also)
                free = free & ~also
            named[f"list_{step.number}"] = table["at"].collect(where=free)
        return named

    if definition.attempt == "first":
        joined = on_unit(begun, found, definition)
        joined = joined.filter(joined["at"] >= later(joined.entered_at, -definition.tolerance_seconds))
        if "until" in begun.columns:
            joined = joined.filter(joined["at"] <= joined.until)
        return joined.group_by("unit_id").aggregate(entered_at=joined.entered_at.min(), **lists(joined))
    return on_unit(begun, found.group_by("unit_id", *held(definition)).aggregate(**lists(found)), definition)


def is_at_once(step: Step, definition: Definition) -> bool:
    """Whether the first row near the entry is the step, so that its moment stands in place of a list."""
    if definition.attempt == "best":
        return False
    return definition.order == "any" or (
        definition.order == "ordered" and step.number == 2 and not sharing(step, definition)
    )


def sharing(step: Step, definition: Definition) -> list[Step]:
    """The earlier steps that an event of this step may serve as well. In any order one event may serve several."""
    if definition.order == "any":
        return []
    return [other for other in definition.steps[: step.number - 1] if set(other.names) & set(step.names)]


def _with_others(rows: Rows, begun: ir.Table, table: ir.Table) -> ir.Table:
    """The table with list_other: the moments of everything that the unit did."""
    definition = rows.definition
    others = rows.stream()
    if definition.attempt == "first":
        others = others.rename(of_unit="unit_id")
        begun = begun.select(*(name for name in ("unit_id", "entered_at", "until") if name in begun.columns))
        others = begun.inner_join(others, begun.unit_id == others.of_unit)
        others = others.filter(others["at"] > others.entered_at)
        if "until" in begun.columns:
            others = others.filter(others["at"] <= others.until)
    listed = others.group_by("unit_id").aggregate(list_other=others["at"].collect())
    return with_key(table, listed, ["unit_id"], {"list_other": "list_other"}, "left")


def _first_of(table: ir.Table, step: Step, definition: Definition) -> ir.TimestampValue:
    """The first moment at which a step is reached after the one before; null: not."""
    before, tolerance = table[f"at_{step.number - 1}"], definition.tolerance_seconds
    firsts = [_after(table, f"list_{step.number}", definition, before).mins()]
    for earlier in sharing(step, definition):
        moments = _after(table, f"list_{step.number}_{earlier.number}", definition, before)
        taken = later(table[f"at_{earlier.number}"], tolerance)
        firsts.append(moments.filter(lambda moment, taken=taken: moment > taken).mins())
    return reduce(_earlier, firsts)


def _after(table: ir.Table, name: str, definition: Definition, before: ir.TimestampValue) -> ir.ArrayValue:
    """The moments of a list that come after a step: within the tolerance, the limits and, if strict, at once."""
    moments = _within(table, name, definition, before)
    if definition.order != "strict":
        return moments
    tolerance = definition.tolerance_seconds
    beyond = later(before, tolerance)
    following = table.list_other.filter(lambda moment: moment > beyond).mins()
    latest = later(ibis.coalesce(following, before), tolerance)
    return moments.filter(lambda moment: moment <= latest)


def _within(table: ir.Table, name: str, definition: Definition, before: ir.TimestampValue) -> ir.ArrayValue:
    """The moments of a list not more than the tolerance before a moment, and up to the end of the attempt."""
    begin = later(before, -definition.tolerance_seconds)
    moments: ir.ArrayValue
    if "until" in table.columns:
        moments = table[name].filter(lambda moment: (moment >= begin) & (moment <= table.until))
    else:
        moments = table[name].filter(lambda moment: moment >= begin)
    return moments


def _earlier(one: ir.TimestampValue, other: ir.TimestampValue) -> ir.TimestampValue:
    earlier: ir.TimestampValue = ibis.least(ibis.coalesce(one, other), ibis.coalesce(other, one))
    return earlier
