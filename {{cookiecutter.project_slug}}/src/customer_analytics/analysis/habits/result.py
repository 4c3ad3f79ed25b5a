"""First deeds that go with coming back: the client's events, orders at a discount, feedback."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.habits.exposure import deed_counts, exposed_people, people_counts, windows_for
from customer_analytics.analysis.habits.search import Habits, no_habits, search
from customer_analytics.analysis.retention.result import RetentionResult
from customer_analytics.analysis.stream import event_stream, person_id
from customer_analytics.analysis.survival.result import StayingResult
from customer_analytics.tables.store import Tables

# Deeds that no event names. The blank before the name keeps them apart from the client's events, whose names have none.
DISCOUNT, FEEDBACK = " order at a discount", " feedback"
MOST_NAMES = 40  # of events, those of the most people
EVERYBODY = 0.9  # a deed of the first days that so many share is how people begin, not what some do


def analyse(tables: Tables, retention: RetentionResult, staying: StayingResult) -> Habits:
    """Search what people did in their first days for what goes with being active later."""
    first, end = staying.origin.first, retention.definition.end - 1
    windows = windows_for(end - first + 1)
    if windows is None:
        return no_habits("short")
    channel = next((name for name in ("channel", "campaign") if name in retention.attributes), None)
    people = exposed_people(retention.days, staying.lives, windows, first, end, channel).cache()
    everybody = people_counts(people)
    total = int(everybody["n"].sum())
    minimum = retention.parameters.minimum_base
    if total < 8 * minimum:
        return no_habits("few", windows, total)
    deeds = _named(tables, people, minimum)
    if deeds is None:
        return no_habits("nothing", windows, total)
    counts = deed_counts(people, deeds, windows)
    done = counts[counts["times_short"] > 0].groupby("deed")["n"].sum()
    shared = set(done.index[done >= EVERYBODY * total])
    return search(everybody, counts[~counts["deed"].isin(shared)], windows, minimum)


def _named(tables: Tables, people: ir.Table, minimum: int) -> ir.Table | None:
    """Every deed of these people: person_id, deed, day; the events of the most people, and what orders and feedback
    tell. None where there is nothing."""
    stream = event_stream(tables).semi_join(people, "person_id")
    names = stream.group_by("event").aggregate(people=stream.person_id.nunique()).to_pandas()
    names = names[names["people"] >= minimum].sort_values(["people", "event"], ascending=[False, True])
    kept = names["event"].tolist()[:MOST_NAMES]
    parts = []
    if kept:
        own = stream.filter(stream.event.isin(kept))
        parts.append(own.select("person_id", deed=own.event, day=own.day.epoch_days().cast("int32")))
    if tables.has("orders", "customer_id", "ordered_on", "discount"):
        orders = tables["orders"]
        parts.append(_deed(orders.filter(orders.discount > 0), "ordered_on", DISCOUNT))
    if tables.has("feedback", "customer_id", "given_on"):
        parts.append(_deed(tables["feedback"], "given_on", FEEDBACK))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _deed(rows: ir.Table, day: str, name: str) -> ir.Table:
    table = rows.select(person_id=person_id(rows), deed=ibis.literal(name), day=rows[day].epoch_days().cast("int32"))
    return table.filter(table.person_id.notnull(), table.day.notnull())


def metrics(result: Habits | None) -> dict[str, float | None]:
    """habits.tested (combinations tried), habits.found (in the searching half), habits.confirmed (in the other)."""
    if result is None:
        return {}
    return {
        "habits.tested": result.tested, "habits.found": len(result.table), "habits.confirmed": len(result.confirmed)
    }  # fmt: skip


def tables(result: Habits | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """habits: the deeds found, with whether they hold; none where a side is smaller than `minimum_group`."""
    if result is None or not len(result.table):
        return {}
    table = result.table[(result.table[["people", "people_other"]] >= minimum_group).all(axis=1)]
    return {"habits": table.assign(deed=table["deed"].str.strip())}
