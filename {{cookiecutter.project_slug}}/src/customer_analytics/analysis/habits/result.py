"""First deeds that go with coming back: the client's events, orders at a discount, feedback."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.habits.exposure import (
    deed_counts,
    deed_times,
    exposed_people,
    people_counts,
    windows_for,
)
from customer_analytics.analysis.habits.search import Habits, no_habits, search
from customer_analytics.analysis.retention.result import RetentionResult
from customer_analytics.analysis.stream import event_stream, person_id
from customer_analytics.analysis.survival.result import StayingResult
from customer_analytics.tables.store import Tables

# Deeds that no event names. The blank before the name keeps them apart from the client's events, whose names have none.
DISCOUNT, FEEDBACK = " order at a discount", " feedback"
MOST_NAMES = 40  # deeds, those of the most people
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
    deeds = _deeds(tables)
    times = deed_times(people, deeds, windows).cache()
    counts = deed_counts(people, times.filter(times.deed.isin(_frequent(times, minimum))))
    done = counts[counts["times_short"] > 0].groupby("deed")["n"].sum()
    shared = set(done.index[done >= EVERYBODY * total])
    return search(everybody, counts[~counts["deed"].isin(shared)], windows, minimum)


def _deeds(tables: Tables) -> ir.Table:
    """Every deed of everybody: person_id, deed, day. Events, and what orders and feedback tell."""
    stream = event_stream(tables)
    parts = [stream.select("person_id", deed=stream.event, day=stream.day.epoch_days().cast("int32"))]
    if tables.has("orders", "customer_id", "ordered_on", "discount"):
        orders = tables["orders"]
        parts.append(_deed(orders.filter(orders.discount > 0), "ordered_on", DISCOUNT))
    if tables.has("feedback", "customer_id", "given_on"):
        parts.append(_deed(tables["feedback"], "given_on", FEEDBACK))
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _frequent(times: ir.Table, minimum: int) -> list[str]:
    """The deeds of the most people, of at least `minimum`."""
    names = times.group_by("deed").aggregate(people=times.count()).to_pandas()
    names = names[names["people"] >= minimum].sort_values(["people", "deed"], ascending=[False, True])
    return [str(name) for name in names["deed"].tolist()[:MOST_NAMES]]


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
