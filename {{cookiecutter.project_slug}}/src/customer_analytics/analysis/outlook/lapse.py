"""Who is about to be lost: people with a rhythm of their own who are late by it, and not yet silent for too long."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm import due
from customer_analytics.analysis.rfm.customers import Window
from customer_analytics.analysis.rfm.due import Check, Pace
from customer_analytics.analysis.stream.people import VISITOR

REGULAR = 2  # gaps between active days from which a person has a rhythm of their own
AHEAD = 60  # days that the check looks ahead, from as many days before the end
_WHOLE = ["gaps", "last_day", "silent_days", "late_day", "gone_day"]


@dataclass(frozen=True)
class Lapse:
    """`people`: a row for each person at risk, the latest by their own measure first: customer_id or visitor_id (the
    other is missing), expected_days, gaps, last_day, silent_days, late_day, gone_day (from when they count as gone).

    `counts`: regulars by state: not_due, due, late (not yet gone), gone. `check`: what became of those who were late
    AHEAD days before the end, against the others; None where the history is too short.
    """

    pace: Pace
    silent_days: int
    people: pd.DataFrame
    counts: dict[str, int]
    check: Check | None


def lapse(own: ir.Table, end: int, silent_days: int, minimum: int) -> Lapse | None:
    """None with too few gaps for a rhythm.

    Args:
        own: active days with their gaps (see gaps).
        end: the reference day (the first that does not count).
        silent_days: days of silence from which a person counts as gone.
        minimum: gaps and people below which nothing is said.
    """
    future = Window("future", end - AHEAD, end)
    counts = due.rhythm_counts(own, future.start)
    pace = due.pace_of(counts, minimum)
    if pace is None:
        return None
    table = _regulars(own, future)
    gaps, last = table["gaps"].to_numpy(), table["last_day"].to_numpy()
    expected, due_after, late_after = due.marks(pace, last - table["first_day"].to_numpy(), gaps)
    silence = end - last
    states = due.states(silence, due_after, late_after)
    states = np.where(silence > silent_days, "gone", states)
    table = table.assign(expected_days=expected, silent_days=silence, late_day=last + late_after, state=states)
    regular = table[table["gaps"] >= REGULAR]
    numbers = {name: int((regular["state"] == name).sum()) for name in (*due.STATES, "gone")}
    then = due.pace_of(counts[counts["early"] == 1], minimum)
    check = _checked(table, future, then, silent_days, minimum) if then is not None else None
    return Lapse(pace, silent_days, _listed(regular, silent_days), numbers, check)


def _regulars(own: ir.Table, future: Window) -> pd.DataFrame:
    """A row a person with REGULAR gaps now or at the start of `future`: gaps, first_day, last_day, and then_gaps,
    then_last (as of that start; -1 and missing where there was nothing), returned (active in it)."""
    before, inside = own.day < future.start, own.day >= future.start
    each = own.group_by("person_id").aggregate(
        gaps=(own.count() - 1).cast("float64"),
        first_day=own.day.min().cast("float64"),
        last_day=own.day.max().cast("float64"),
        then_gaps=(own.count(where=before) - 1).cast("float64"),
        then_last=own.day.max(where=before).cast("float64"),
        returned=inside.ifelse(1, 0).max().cast("int32"),
    )
    each = each.filter((each.gaps >= REGULAR) | (each.then_gaps >= REGULAR))
    table: pd.DataFrame = each.to_pyarrow().to_pandas()
    return table.sort_values("person_id", ignore_index=True)


def _checked(table: pd.DataFrame, future: Window, pace: Pace, silent_days: int, minimum: int) -> Check | None:
    """Regulars of then who were not gone by then: did the late ones come back less often?"""
    here = table[(table["then_gaps"] >= REGULAR) & (future.start - table["then_last"] <= silent_days)]
    gaps, last = here["then_gaps"].to_numpy(), here["then_last"].to_numpy()
    silence = future.start - last
    _, due_after, late_after = due.marks(pace, last - here["first_day"].to_numpy(), gaps)
    flags = due.states(silence, due_after, late_after)
    return due.checked(flags, silence, here["returned"].to_numpy() > 0, future, minimum)


def _listed(regular: pd.DataFrame, silent_days: int) -> pd.DataFrame:
    made = regular[regular["state"] == "late"]
    is_visitor = made["person_id"].str.startswith(VISITOR)
    made = made.assign(
        customer_id=made["person_id"].where(~is_visitor, None),
        visitor_id=made["person_id"].str.slice(len(VISITOR)).where(is_visitor, None),
        gone_day=made["last_day"] + silent_days + 1,
        over=made["silent_days"] / made["expected_days"],
    )
    made = made.sort_values(["over", "person_id"], ascending=[False, True], ignore_index=True)
    return made.astype(dict.fromkeys(_WHOLE, np.int64))[["customer_id", "visitor_id", "expected_days", *_WHOLE]]
