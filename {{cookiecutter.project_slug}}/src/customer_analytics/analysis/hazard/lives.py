"""Lives of customers who have no contract: from their beginning to their last activity, and what goes with leaving.

Shown as curves they are judged by silence, as everywhere in the reports: gone is whoever was silent for longer than the
study of silence allows. The effects come from the model of dropout, which needs no such verdict; what the verdict alone
would have given stands beside them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.hazard.columns import (
    AGE,
    COMPLAINT,
    DISCOUNTED,
    EARLY_DAYS,
    Source,
    age_decades,
    early_complaints,
)
from customer_analytics.analysis.hazard.contracts import one_row_each
from customer_analytics.analysis.hazard.design import tidy
from customer_analytics.analysis.hazard.dropout import Histories
from customer_analytics.analysis.hazard.spells import SpellTable, part_of
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.churn.study import Study

EPOCH = dt.date(1970, 1, 1)
Floats = npt.NDArray[np.float64]
TRUNCATED_DAYS = 30  # who begins so soon after the data do may have been there before
SECONDS_OF_FIRST = 3_600  # an order so soon after the registration is made on it


@dataclass(frozen=True)
class Lives:
    """`table` (Ibis, materialised): person_id, origin, first_day, last_day (day numbers), days (active ones) and the
    sources as c0, c1, …; those whose beginning was seen are from `first` on. `silence`: days from which somebody counts
    as gone; `earlier`: people left out because they began before."""

    table: ir.Table
    first: int
    silence: int
    earlier: int


def make_lives(tables: Tables, study: Study, sources: Sequence[Source]) -> Lives | None:
    """The lives of everybody in the study; None where nobody is in it or no silence means leaving."""
    silence = int(study.windows.active_days)
    if study.life.first is None or silence <= 0:
        return None
    spells = study.life.spells
    people = spells.group_by("person_id").aggregate(
        first_day=spells.day.min(), last_day=spells.day.max(), days=spells.count()
    )
    origin, first = people.first_day, study.windows.first + TRUNCATED_DAYS
    table = people.mutate(origin=origin.cast("int32"))
    if tables.has("customers", "customer_id", "signed_up_on"):
        own = tables["customers"]
        since = own.filter(own.signed_up_on.notnull()).group_by(person_id=own.customer_id.cast("string"))
        joined = people.left_join(since.aggregate(since=own.signed_up_on.epoch_days().min()), "person_id")
        row = joined.aggregate(n=joined.count(), known=joined.since.notnull().ifelse(1, 0).sum()).to_pandas().iloc[0]
        if row["n"] and row["known"] >= row["n"] / 2:
            begun = ibis.least(ibis.coalesce(joined.since, joined.first_day), joined.first_day)
            table = joined.mutate(origin=begun.cast("int32")).drop("since", "person_id_right")
            first = study.windows.first
    table = _with_sources(tables, table, sources).cache()
    row = table.aggregate(n=table.count(), earlier=(table.origin < first).ifelse(1, 0).sum()).to_pandas().iloc[0]
    if row["n"] and row["earlier"] > row["n"] / 2:
        first = study.windows.first
        row = table.aggregate(n=table.count(), earlier=(table.origin < first).ifelse(1, 0).sum()).to_pandas().iloc[0]
    return Lives(table, first, silence, int(row["earlier"] or 0))


def _with_sources(tables: Tables, people: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """The people with the columns of the model."""
    made = {each.name: place for place, each in enumerate(sources) if not each.table}
    names = {f"c{place}": each.name for place, each in enumerate(sources) if each.table}
    if names or AGE in made:
        own = one_row_each(tables["customers"], names, AGE in made).rename(person_id="customer_id")
        people = people.left_join(own, "person_id").drop("person_id_right")
    if AGE in made:
        decades = age_decades(people.birth_year, people.origin)
        people = people.mutate(**{f"c{made[AGE]}": decades}).drop("birth_year")
    if COMPLAINT in made:
        said = early_complaints(tables).select(person_id="customer_id", complained=ibis.literal(1.0))
        people = people.left_join(said, "person_id").drop("person_id_right")
        people = people.mutate(**{f"c{made[COMPLAINT]}": people.complained.fill_null(0.0)}).drop("complained")
    if DISCOUNTED in made:
        people = people.left_join(_first_discounted(tables), "person_id").drop("person_id_right")
        people = people.mutate(**{f"c{made[DISCOUNTED]}": people.discounted.fill_null(0.0)}).drop("discounted")
    return people


def _first_discounted(tables: Tables) -> ir.Table:
    """person_id and discounted (1 or 0): whether the first order had a discount.

    Where registrations have times: whether an order made on the registration had one. A later first order is no part of
    how somebody came.
    """
    orders = tables["orders"]
    orders = orders.mutate(person_id=person_id(orders))
    orders = orders.filter(orders.person_id.notnull(), orders.discount.notnull())
    first = orders.group_by("person_id").aggregate(at=orders.ordered_at.min())
    firsts = orders.inner_join(first, ["person_id", orders.ordered_at == first.at])
    found = firsts.group_by("person_id").aggregate(
        discounted=(firsts.discount > 0).ifelse(1.0, 0.0).max(), at=firsts.at.min()
    )
    if not tables.has("customers", "customer_id", "signed_up_at"):
        return found.select("person_id", "discounted")
    own = tables["customers"]
    since = own.group_by(person_id=own.customer_id.cast("string")).aggregate(since=own.signed_up_at.min())
    joined = found.left_join(since, "person_id")
    late = ((joined.at.epoch_seconds() - joined.since.epoch_seconds()) > SECONDS_OF_FIRST).fill_null(False)
    return joined.select("person_id", discounted=ibis.ifelse(late, 0.0, joined.discounted))


def fetch_lives(
    lives: Lives, sources: Sequence[Source], end: int, share: float
) -> tuple[SpellTable, Histories, npt.NDArray[np.bool_]]:
    """Lives of a part of the people whose beginning was seen, sorted by person.

    Returns:
        spells as silence judges them (those who began too late to be judged are left out by the third), what the model
        of dropout needs of everybody seen for long enough, and which rows the verdicts hold for.
    """
    table = lives.table.filter(lives.table.origin >= lives.first, lives.table.origin <= end - EARLY_DAYS)
    frame = part_of(table, "person_id", share).to_pandas().sort_values("person_id", ignore_index=True)
    names = [source.name for source in sources]
    raw = tidy(frame[[f"c{place}" for place in range(len(sources))]].set_axis(names, axis=1))
    origin, first, last, days = (frame[name].to_numpy(float) for name in ("origin", "first_day", "last_day", "days"))
    histories = Histories(first - origin, last - first, end + 1 - first, days - 1)
    cut = end - lives.silence
    gone = last <= cut
    time = np.where(gone, last, cut) - origin + 1
    count = np.arange(len(frame), dtype=np.int64)
    spells = SpellTable(
        raw, np.full(len(frame), -1.0), np.maximum(time, 0.0), gone.astype(float), count, count, origin,
        frame["person_id"].to_numpy(object), (), share,
    )  # fmt: skip
    return spells, histories, origin <= cut


def dropout_effects(
    terms: pd.DataFrame, coefficients: Floats, covariance: Floats, silence: pd.DataFrame
) -> pd.DataFrame:
    """The table of effects (cox.TABLE) by the model of dropout, with `by_silence`: the hazard ratio of the same term in
    the Cox model on lives as silence judges them."""
    from customer_analytics.analysis.hazard.cox import effects_table

    made = effects_table(terms, coefficients, covariance)
    return made.merge(silence.rename(columns={"hazard_ratio": "by_silence"})[["covariate", "by_silence"]], how="left")
