"""The feature table: one row a person, every feature as of a cut-off, in one expression of the engine."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.features import contracts, lines, messages, orders, profile, rhythm, visits, voice
from customer_analytics.analysis.features.facts import Facts, facts
from customer_analytics.analysis.features.feature import Block, Feature, Moment
from customer_analytics.analysis.features.life import Life, life
from customer_analytics.tables.store import Tables

BLOCKS: tuple[Callable[[Moment], list[Block]], ...] = (
    rhythm.blocks, orders.blocks, lines.blocks, voice.blocks, visits.blocks, messages.blocks, contracts.blocks,
    profile.blocks,
)  # fmt: skip
COLUMNS = ("feature", "family", "meaning_id", "unit", "source", "dated", "actionable", "kind")


class FeatureSource:
    """The tables of an engagement, prepared for any number of cut-offs.

    `lives`: the days on which people were there; `known`: what had to be read before. Made here where not given.
    """

    def __init__(self, tables: Tables, kind: str, lives: Life | None = None, known: Facts | None = None) -> None:
        self.tables, self.kind = tables, kind
        self.life = lives if lives is not None else life(tables, kind)
        self.facts = known if known is not None else facts(tables)

    def moment(self, people: ir.Table, cut: int, observation_days: int) -> Moment:
        """The cut-off with its people; features look `observation_days` back, 0: to the beginning."""
        first = self.life.first if self.life.first is not None else cut - 1
        start = max(cut - observation_days, first) if observation_days else first
        return Moment(self.tables, self.life, people.select("person_id"), cut, start, self.facts)

    def blocks(self, moment: Moment) -> list[Block]:
        """The features of each source that the data hold."""
        return [block for blocks in BLOCKS for block in blocks(moment)]

    def features(self) -> tuple[Feature, ...]:
        """Every feature of these data."""
        nobody = ibis.memtable([], schema={"person_id": "string"})
        last = self.life.last if self.life.last is not None else 0
        found = self.blocks(self.moment(nobody, last + 1, 0))
        return tuple(feature for block in found for feature in block.features)

    def table(self, people: ir.Table, cut: int, observation_days: int = 0) -> ir.Table:
        """All features of these people as of the cut-off: person_id and a column a feature."""
        moment = self.moment(people, cut, observation_days)
        joined = moment.people
        for block in self.blocks(moment):
            names = [feature.name for feature in block.features]
            # The view closes ibis's chain of joins: each block is joined to the rows and not to the chain's parts.
            right = block.table.select(other="person_id", **{name: block.table[name] for name in names})
            joined = joined.left_join(right, [("person_id", "other")]).drop("other")
            joined = joined.mutate(**{name: joined[name].fill_null(0.0) for name in names if name in block.zero})
        return joined


def feature_table(
    tables: Tables, people: ir.Table, cut: int, observation_days: int, kind: str, source: FeatureSource | None = None
) -> ir.Table:
    """One row a person of `people` (person_id): all features as of the cut-off.

    Args:
        tables: the engagement's tables.
        people: a table with person_id, one row a person.
        cut: day number of the first day that is not known.
        observation_days: how far features look back; 0: to the beginning of the data.
        kind: orders, activity, contracts or snapshot: what being there means.
        source: the tables prepared for several cut-offs; None: prepared for this one.

    Returns:
        person_id and the features: float64, or string for categories; null where unknown.
    """
    prepared = source if source is not None else FeatureSource(tables, kind)
    return prepared.table(people, cut, observation_days)


def dictionary(tables: Tables, kind: str, source: FeatureSource | None = None) -> pd.DataFrame:
    """Every feature of these data: feature, family, meaning_id (key of its words), unit, source, dated, actionable,
    kind (numeric, category or flag)."""
    prepared = source if source is not None else FeatureSource(tables, kind)
    rows = [
        (each.name, each.family, each.meaning, each.unit, each.source, each.dated, each.actionable, each.kind)
        for each in prepared.features()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
