"""Who was there at a cut-off, and who left after it: expressions over the days on which people were there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.silence_study import ALL, rhythm_of
from customer_analytics.analysis.churn.windows import Windows


def known_people(spells: ir.Table, windows: Windows, cut: int) -> ir.Table:
    """Everybody seen before the cut-off: person_id, silent (days since the last day), rhythm and left.

    `left`: 1 where nothing happened in the label window, 0 where something did; 0 for everybody at `now`.
    """
    start, end = windows.label(cut)
    before = spells.day < cut
    people = (
        spells.filter(spells.day < end)
        .group_by("person_id")
        .aggregate(
            last=spells.day.max(where=before),
            begun=spells.day.min(where=before),
            days=before.ifelse(1, 0).sum(),
            came=((spells.day >= start) & (spells.day < end)).ifelse(1, 0).max(),
        )
    )
    return _shaped(people.select("person_id", "last", "begun", "days", "came"), cut)


def standing(spells: ir.Table, windows: Windows, cuts: Sequence[int]) -> ir.Table:
    """The same of several cut-offs in one pass, materialised: person_id, begun, and for each cut-off last_<cut>,
    days_<cut> and came_<cut>. For `known_at`."""
    columns: dict[str, ir.Value] = {"begun": spells.day.min()}
    for cut in cuts:
        start, end = windows.label(cut)
        before = spells.day < cut
        columns[f"last_{cut}"] = spells.day.max(where=before).cast("int32")
        columns[f"days_{cut}"] = before.ifelse(1, 0).sum().cast("int32")
        columns[f"came_{cut}"] = ((spells.day >= start) & (spells.day < end)).ifelse(1, 0).max().cast("int8")
    return spells.group_by("person_id").aggregate(**columns).cache()


def known_at(table: ir.Table, cut: int) -> ir.Table:
    """known_people, from the table that `standing` made of this cut-off and others."""
    own = {name: table[f"{name}_{cut}"] for name in ("last", "days", "came")}
    return _shaped(table.select("person_id", "begun", **own), cut)


def _shaped(people: ir.Table, cut: int) -> ir.Table:
    people = people.filter(people["last"].notnull())
    return people.select(
        "person_id",
        silent=(ibis.literal(cut) - people["last"]).cast("int32"),
        rhythm=rhythm_of(people.days, people["last"] - people.begun),
        left=(1 - people.came).cast("int32"),
    )


def longest_silence(rhythm: ir.StringValue, limits: Mapping[str, int]) -> ir.IntegerValue:
    """Days of silence up to which each rhythm counts as here."""
    own = [(rhythm == name, days) for name, days in limits.items() if name != ALL]
    return ibis.cases(*own, else_=limits[ALL]) if own else ibis.literal(limits[ALL])


def population(spells: ir.Table, windows: Windows, limits: Mapping[str, int], cut: int) -> ir.Table:
    """Who is here at the cut-off: those of known_people whose silence is no longer than their rhythm allows."""
    return still_here(known_people(spells, windows, cut), limits)


def still_here(people: ir.Table, limits: Mapping[str, int]) -> ir.Table:
    """Those of known_people or known_at whose silence is no longer than their rhythm allows."""
    return people.filter(people.silent <= longest_silence(people.rhythm, limits))


def silent_counts(spells: ir.Table, windows: Windows, cut: int) -> pd.DataFrame:
    """Everybody seen before the cut-off, counted: rhythm, silent, people, left."""
    people = known_people(spells, windows, cut)
    counted: pd.DataFrame = (
        people.group_by("rhythm", "silent").aggregate(people=people.count(), left=people.left.sum()).to_pandas()
    )
    counted[["silent", "people", "left"]] = counted[["silent", "people", "left"]].astype(np.int64)
    return counted.sort_values(["rhythm", "silent"], ignore_index=True)
