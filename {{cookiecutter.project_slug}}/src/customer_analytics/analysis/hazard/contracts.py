"""Contracts as spells: when each was under observation, whether it ended then, and what was known of it.

A contract that begins within a week of the end of the customer's contract before is its continuation: a renewal, or
another plan. The customer's relation goes on, and what changed counts from then on. A relation that runs is censored on
the last day known. Where the export has no dates, each row is a relation with its tenure in the export's own unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.hazard.columns import (
    AGE,
    COMPLAINT,
    Source,
    age_decades,
    early_complaints,
)
from customer_analytics.analysis.survival.lives import QUARTER
from customer_analytics.tables.store import Tables

RENEWED_WITHIN = 7  # days
DAYS, TENURE = "days", "tenure"


def contract_unit(tables: Tables) -> str:
    """ "days" where contracts have dates, "tenure" where only their length is known, "" without contracts."""
    if tables.has("subscriptions", "customer_id", "started_on"):
        return DAYS
    return TENURE if tables.has("subscriptions", "customer_id", "tenure", "ended") else ""


def contract_spells(tables: Tables, end: int, sources: Sequence[Source], reason: str | None) -> ir.Table:
    """One row a contract, usable ones only.

    Args:
        tables: the engagement's tables, with contracts.
        end: last day known.
        sources: columns of the model.
        reason: column that says why a contract ended.

    Returns:
        customer_id, relation (number within the customer, from 1), start (day number of the relation's beginning, null
        without dates), entry and time (ages of the relation at the row's beginning and end), gone (1: the relation
        ended then), reason (text, null unless gone), complaint_age (age at the early complaint, null without one), and
        the sources by their names as c0, c1, …
    """
    rows = tables["subscriptions"]
    rows = rows.filter(rows.customer_id.notnull())
    raw = {f"c{place}": rows[each.name] for place, each in enumerate(sources) if each.table == "subscriptions"}
    why = rows[reason].cast("string") if reason else ibis.null("string")
    if contract_unit(tables) == DAYS:
        over = rows.ended_on.epoch_days() if "ended_on" in rows.columns else ibis.null("int64")
        shaped = rows.select(
            customer_id=rows.customer_id, begun=rows.started_on.epoch_days().cast("int32"),
            over=ibis.ifelse(over <= end, over, None).cast("int32"), why=why, **raw,
        )  # fmt: skip
        shaped = shaped.filter(shaped.begun <= end, (shaped.over >= shaped.begun).fill_null(True))
        spells = _related(shaped, end)
    else:
        length = rows.tenure.round().cast("int32")
        shaped = rows.select(
            customer_id=rows.customer_id, start=ibis.null("int32"), entry=ibis.literal(-1, "int32"), time=length,
            gone=rows.ended.fill_null(False).ifelse(1, 0), why=why, **raw,
        )  # fmt: skip
        order = [shaped[name].cast("string") for name in shaped.columns if name not in ("customer_id", "entry")]
        within = ibis.window(group_by=shaped.customer_id, order_by=order)
        spells = shaped.mutate(relation=(ibis.row_number().over(within) + 1).cast("int32"))
        spells = spells.filter(spells.time >= 0)
    spells = spells.mutate(reason=ibis.ifelse(spells.gone == 1, spells.why, None)).drop("why")
    return _with_customers(tables, spells, sources, end)


def _related(shaped: ir.Table, end: int) -> ir.Table:
    """Contracts with their relation: renewals joined to what they continue."""
    others = [name for name in shaped.columns if name not in ("customer_id", "begun", "over")]
    order = [shaped.begun, ibis.coalesce(shaped.over, end + 1), *(shaped[name].cast("string") for name in others)]
    within = ibis.window(group_by=shaped.customer_id, order_by=order)
    known = shaped.mutate(before=shaped.over.lag().over(within), place=ibis.row_number().over(within))
    is_new = ~((known.begun >= known.before) & (known.begun <= known.before + RENEWED_WITHIN)).fill_null(False)
    known = known.mutate(first=is_new.ifelse(1, 0))
    running = ibis.window(group_by=known.customer_id, order_by=known.place, preceding=None, following=0)
    known = known.mutate(relation=known.first.sum().over(running).cast("int32"))
    of_relation = ibis.window(group_by=[known.customer_id, known.relation])
    last = ibis.window(group_by=[known.customer_id, known.relation], order_by=known.place)
    known = known.mutate(start=known.begun.min().over(of_relation).cast("int32"), goes_on=known.begun.lead().over(last))
    until = ibis.coalesce(known.goes_on, known.over, end)
    return known.select(
        "customer_id", "relation", "start",
        *others,
        entry=ibis.ifelse(known.begun > known.start, known.begun - known.start, -1).cast("int32"),
        time=(until - known.start).cast("int32"),
        gone=(known.goes_on.isnull() & known.over.notnull()).ifelse(1, 0),
    )  # fmt: skip


def _with_customers(tables: Tables, spells: ir.Table, sources: Sequence[Source], end: int) -> ir.Table:
    """The spells with the customers' columns, their age and their early complaint."""
    wanted = [(place, each) for place, each in enumerate(sources) if each.table == "customers"]
    made = {each.name: place for place, each in enumerate(sources) if not each.table}
    if wanted or AGE in made:
        own = one_row_each(tables["customers"], {f"c{place}": each.name for place, each in wanted}, AGE in made)
        spells = spells.left_join(own, "customer_id").drop("customer_id_right")
    if AGE in made:
        start = ibis.coalesce(spells.start, end)
        spells = spells.mutate(**{f"c{made[AGE]}": age_decades(spells.birth_year, start)}).drop("birth_year")
    if COMPLAINT in made:
        spells = spells.left_join(early_complaints(tables), "customer_id").drop("customer_id_right")
        since = (spells.complained_on - spells.start).cast("int32")
        return spells.mutate(complaint_age=since).drop("complained_on")
    return spells.mutate(complaint_age=ibis.null("int32"))


def one_row_each(customers: ir.Table, names: Mapping[str, str], with_birth_year: bool) -> ir.Table:
    """The customers' columns under new names, one row a customer: an export may hold some of them twice."""
    wanted = {**names, **({"birth_year": "birth_year"} if with_birth_year else {})}
    values = {}
    for new, name in wanted.items():
        column = customers[name]
        values[new] = (column.ifelse("yes", "no") if column.type().is_boolean() else column).max()
    return customers.group_by("customer_id").aggregate(**values)


def relation_rows(spells: ir.Table) -> ir.Table:
    """One row a relation for the curves: customer_id, time, gone, quarter of its beginning, reason, and the columns as
    they were at its beginning."""
    columns = [name for name in spells.columns if name.startswith("c") and name[1:].isdigit()]
    within = ibis.window(group_by=[spells.customer_id, spells.relation])
    first = spells.mutate(
        whole=spells.time.max().over(within), ended=spells.gone.max().over(within),
        why=spells.reason.max().over(within), begins=spells.entry.min().over(within),
    )  # fmt: skip
    first = first.filter(first.entry == first.begins)
    return first.select(
        "customer_id", "relation", "start", *columns,
        time=first.whole.cast("int32"), gone=first.ended, reason=first.why,
        quarter=(ibis.coalesce(first.start, 0) // QUARTER).cast("int32"),
    )  # fmt: skip
