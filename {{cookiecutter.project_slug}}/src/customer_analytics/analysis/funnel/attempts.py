"""All attempts of a funnel: one row a unit, with the moment of each step that it reached."""

from __future__ import annotations

from functools import reduce

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.funnel.lists import (
    has_lists,
    in_order,
    listed_entries,
    open_lists,
    whatever_order,
)
from customer_analytics.analysis.funnel.matching import entries, held, is_mature, keep, key, reached, with_key
from customer_analytics.analysis.funnel.rows import Rows


def match(rows: Rows) -> ir.Table:
    """The attempts: unit_id, held_1 …, entered_at, last_entry_at, at_1 … at_K, furthest; in an ordered or strict open
    funnel went_on_2 … went_on_K; with best attempts furthest_ever.

    last_entry_at decides whether an attempt is mature: the entry, in open funnels the latest one that counts.
    """
    definition = rows.definition
    if definition.entry == "open" and definition.order != "any":
        return _open(rows)
    found = attempts_of_entries(rows)
    reached = [found[f"at_{number}"].notnull().cast("int16") for number in range(1, definition.length + 1)]
    furthest = reduce(lambda a, b: a + b, reached).cast("int16")
    found = found.mutate(furthest=furthest, last_entry_at=found.entered_at)
    return _best(found, rows) if definition.attempt == "best" else found


def attempts_of_entries(rows: Rows) -> ir.Table:
    """The attempt of each entry of a closed funnel, or of any order: unit_id, held_1 …, entered_at, at_1 … at_K."""
    definition = rows.definition
    begun = begin(rows)
    if has_lists(rows):
        return _of_lists(rows, begun)
    names = key(definition)
    base = begun.drop("until") if "until" in begun.columns else begun
    if definition.order == "any":
        listed = whatever_order(rows, begun)
        base = base.mutate(done_1=base.entered_at) if definition.entry == "closed" else base
        done = {name: name for name in listed.columns if name.startswith("done_")}
        return _by_rank(with_key(base, listed, names, done, "left"), definition.length)
    moments = {f"at_{step.number}": f"at_{step.number}" for step in definition.steps[1:]}
    return with_key(base.mutate(at_1=base.entered_at), in_order(rows, begun), names, moments, "left")


def _of_lists(rows: Rows, begun: ir.Table) -> ir.Table:
    """The attempts of entries that bring the lists of their unit."""
    definition = rows.definition
    if definition.order != "any":
        return in_order(rows, begun)
    listed = whatever_order(rows, begun)
    listed = listed.mutate(done_1=listed.entered_at) if definition.entry == "closed" else listed
    return _by_rank(listed, definition.length)


def begin(rows: Rows) -> ir.Table:
    """The entries, in the engine: those of the first step, in an open funnel of any step."""
    if has_lists(rows):
        return listed_entries(rows)
    steps = rows.definition.steps
    return keep(entries(rows, steps if rows.definition.entry == "open" else steps[:1]), rows)


def _best(found: ir.Table, rows: Rows) -> ir.Table:
    """Of each unit the attempt that got furthest; of equals the earliest, then that with the first held values.

    A mature attempt goes before one whose window is open: what a young one comes to is not known. `furthest_ever` is
    that of all attempts, young ones with them.
    """
    mature = is_mature(rows, found.entered_at).cast("int8")
    order = [mature.desc(), found.furthest.desc(), found.entered_at.asc()]
    order += [found[name].asc() for name in held(rows.definition)]
    placed = found.mutate(
        place=ibis.row_number().over(ibis.window(group_by=found.unit_id, order_by=order)),
        furthest_ever=found.furthest.max().over(ibis.window(group_by=found.unit_id)),
    )
    return placed.filter(placed.place == 0).drop("place")


def _by_rank(found: ir.Table, length: int) -> ir.Table:
    """done_1 … (one a step, in any order) as at_1 … (in the order of time)."""
    moments = {number: found[f"done_{number}"] for number in range(1, length + 1)}
    ranks = {}
    for number, moment in moments.items():
        earlier = [
            ((other < moment) | ((other == moment) & (place < number))).fill_null(False).cast("int16")
            for place, other in moments.items()
            if place != number
        ]
        ranks[number] = reduce(lambda a, b: a + b, earlier) + 1 if earlier else ibis.literal(1)
    ordered = {
        f"at_{rank}": ibis.cases(
            *[(moment.notnull() & (ranks[number] == rank), moment) for number, moment in moments.items()]
        )
        for rank in moments
    }
    names = [name for name in found.columns if not name.startswith("done_") and name != "until"]
    return found.select(*names, **ordered)


def _open(rows: Rows) -> ir.Table:
    """An open funnel: everybody who makes a step counts there; who makes it in time after the step before has gone on,
    who does not enters there."""
    definition = rows.definition
    names = held(definition)
    if has_lists(rows) and definition.order == "ordered":
        return _assembled(open_lists(rows), definition.length, names)
    state: ir.Table | None = None
    per_step: list[ir.Table] = []
    for step in definition.steps:
        number, moment = step.number, f"at_{step.number}"
        begun = entries(rows, (step,))
        begun = begun.mutate(**{moment: begun.entered_at}, began=ibis.literal(number, "int16"))
        if state is None:
            state = keep(begun.mutate(went_on=ibis.literal(False)), rows)
        else:
            carried = [name for name in state.columns if name not in ("went_on", "unit_id")]
            gone = reached(rows, state, step, carried)
            state = keep(_one_of(begun, gone), rows)
        per_step.append(state)
    units = ibis.union(*[each.select("unit_id") for each in per_step]).distinct()
    found = units
    for step, each in zip(definition.steps, per_step, strict=True):
        number = step.number
        columns = {f"at_{number}": f"at_{number}", f"went_on_{number}": "went_on", f"entry_{number}": "entered_at"}
        columns |= {f"{name}_{number}": name for name in names}
        found = with_key(found, each, ["unit_id"], columns, "left")
    return _assembled(keep(found, rows), definition.length, names)


def _one_of(begun: ir.Table, gone: ir.Table) -> ir.Table:
    """Of each unit the attempt that went on to a step, else the one that enters there."""
    left = begun.select(**{f"own_{name}": begun[name] for name in begun.columns})
    joined = left.outer_join(gone, left.own_unit_id == gone.unit_id)
    went_on = joined.unit_id.notnull()
    fields = {
        name: ibis.ifelse(went_on, joined[name], joined[f"own_{name}"] if name in begun.columns else ibis.null(kind))
        for name, kind in gone.schema().items()
    }
    return joined.select(**fields, went_on=went_on)


def _assembled(found: ir.Table, length: int, names: list[str]) -> ir.Table:
    numbers = range(1, length + 1)
    moments = [found[f"at_{number}"] for number in numbers]
    furthest = reduce(
        lambda low, number: ibis.ifelse(found[f"at_{number}"].notnull(), ibis.literal(number, "int16"), low),
        numbers,
        ibis.literal(0, "int16"),
    )
    held_first = {name: ibis.coalesce(*[found[f"{name}_{number}"] for number in numbers]) for name in names}
    return found.select(
        "unit_id",
        **held_first,
        entered_at=ibis.least(*moments),
        last_entry_at=ibis.greatest(*[found[f"entry_{number}"] for number in numbers]),
        **{f"at_{number}": found[f"at_{number}"] for number in numbers},
        **{f"went_on_{number}": found[f"went_on_{number}"].fill_null(False) for number in numbers if number > 1},
        furthest=furthest,
    )
