"""What those who were lost said afterwards: topics of feedback within a month, against those who went on."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from customer_analytics.analysis.dropoff import contrast
from customer_analytics.analysis.dropoff.contrast import Counts
from customer_analytics.analysis.dropoff.units import Units
from customer_analytics.statistics import benjamini_hochberg, wilson
from customer_analytics.tables.store import Tables

DAYS = 30  # after entry in which feedback is read
LEVEL = 0.01
COLUMNS = [
    "step", "topic", "lost", "lost_with", "share", "share_low", "share_high", "went_on", "went_on_with",
    "went_on_share", "p", "q",
]  # fmt: skip


@dataclass(frozen=True)
class Voices:
    """`table`: COLUMNS, a row a step and topic (the client's word for it).

    `lost`: units lost at the step whose customer gave feedback on any topic within DAYS; `lost_with`: on this one; the
    same for units that went on. Who gives feedback is no fair sample of either.
    """

    table: pd.DataFrame

    @property
    def marked(self) -> pd.DataFrame:
        """Topics that the lost speak of more often than those who went on, the most frequent first."""
        told = self.table[(self.table["q"] <= LEVEL) & (self.table["share"] > self.table["went_on_share"])]
        return told.sort_values(["lost_with", "topic"], ascending=[False, True], kind="stable")


def hear(tables: Tables, units: Units, *, minimum: int) -> Voices:
    """Topics of the lost and of those who went on; both sides need `minimum` units with feedback."""
    empty = Voices(pd.DataFrame(columns=COLUMNS))
    if not tables.has("feedback", "customer_id", "topic", "given_at"):
        return empty
    said = tables["feedback"].select(customer="customer_id", topic="topic", given="given_at")
    said = said.filter(said.topic.notnull(), said.given.notnull(), said.customer.notnull())
    own = units.table.select("unit_id", "person_id", "entered_at", "furthest")
    met = own.inner_join(said, own.person_id == said.customer)
    in_time = (met.given >= met.entered_at) & (met.given <= met.entered_at + ibis.interval(days=DAYS))
    met = met.filter(in_time).select("unit_id", "furthest", "topic").distinct()
    by_topic = met.group_by("furthest", "topic").aggregate(n=met.count())
    everybody = met.select("unit_id", "furthest").distinct()
    whole = everybody.group_by("furthest").aggregate(n=everybody.count())
    together = ibis.union(by_topic, whole.mutate(topic=ibis.null("string")).select("furthest", "topic", "n"))
    found: pd.DataFrame = together.to_pyarrow().to_pandas()
    rows = [row for step in range(2, units.last + 1) for row in _rows(found, step, minimum)]
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    table["q"] = benjamini_hochberg(table["p"].to_numpy(np.float64)) if len(table) else np.nan
    return Voices(table.sort_values(["step", "lost_with", "topic"], ascending=[True, False, True], ignore_index=True))


def _rows(found: pd.DataFrame, step: int, minimum: int) -> list[tuple[object, ...]]:
    lost, on = found[found["furthest"] == step - 1], found[found["furthest"] >= step]
    n_lost, n_on = (int(side.loc[side["topic"].isna(), "n"].sum()) for side in (lost, on))
    if min(n_lost, n_on) < minimum:
        return []
    with_lost, with_on = (side.dropna(subset=["topic"]).groupby("topic")["n"].sum() for side in (lost, on))
    rows: list[tuple[object, ...]] = []
    for topic in sorted({*with_lost.index, *with_on.index}):
        own = Counts(n_lost, int(with_lost.get(topic, 0)), n_on, int(with_on.get(topic, 0)))
        low, high = wilson(own.reached, own.n)
        numbers = (own.n, own.reached, own.rate, low, high, own.rest_n, own.rest_reached, own.rest_rate)
        rows.append((step, topic, *numbers, contrast.fisher(own)))
    return rows
