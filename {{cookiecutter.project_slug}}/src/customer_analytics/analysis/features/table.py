"""The feature table: one row a person, every feature as of a cut-off, in one expression of the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
        self._features: tuple[Feature, ...] | None = None

    def moment(self, people: ir.Table, cuts: Sequence[int], observation_days: int) -> Moment:
        """Cut-offs with their people (person_id, cut); features look `observation_days` back, 0: to the beginning."""
        start: ir.IntegerValue = ibis.literal(self.life.first if self.life.first is not None else min(cuts), "int32")
        shaped = people.select("person_id", cut=people.cut.cast("int32"))
        if observation_days:
            start = ibis.greatest(shaped.cut - observation_days, start).cast("int32")
        return Moment(self.tables, self.life, shaped.mutate(start=start), tuple(cuts), self.facts)

    def blocks(self, moment: Moment) -> list[Block]:
        """The features of each source that the data hold."""
        found = [block for blocks in BLOCKS for block in blocks(moment)]
        self._features = tuple(feature for block in found for feature in block.features)
        return found

    def features(self) -> tuple[Feature, ...]:
        """Every feature of these data."""
        if self._features is None:
            nobody = ibis.memtable([], schema={"person_id": "string", "cut": "int32"})
            self.blocks(self.moment(nobody, (0,), 0))
        assert self._features is not None
        return self._features

    def table(
        self, people: ir.Table, cuts: Sequence[int], observation_days: int = 0,
        wanted: Callable[[Feature], bool] | None = None,
    ) -> ir.Table:  # fmt: skip
        """All features of these people (person_id, cut) as of their cut-off: the columns of `people` and a column a
        feature. `wanted`: which features; None: all.

        People of many cut-offs in one table are cheaper than a table for each: the engine reads the data once.
        """
        blocks = self.blocks(self.moment(people, cuts, observation_days))
        columns: dict[str, ir.Value] = {}
        chain: ir.Table = people
        for place, block in enumerate(blocks):
            names = [one.name for one in block.features if wanted is None or wanted(one)]
            if not names:
                continue
            person, cut = f"person_{place}", f"cut_{place}"
            right = block.table.select(*names, **{person: "person_id", cut: "cut"})
            chain = chain.left_join(right, [("person_id", person), ("cut", cut)])
            for name in names:
                columns[name] = chain[name].fill_null(0.0) if name in block.zero else chain[name]
        return chain.select(*people.columns, **columns)


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
    asked = people.select("person_id", cut=ibis.literal(cut, "int32"))
    return prepared.table(asked, (cut,), observation_days).drop("cut")


def dictionary(tables: Tables, kind: str, source: FeatureSource | None = None) -> pd.DataFrame:
    """Every feature of these data: feature, family, meaning_id (key of its words), unit, source, dated, actionable,
    kind (numeric, category or flag)."""
    prepared = source if source is not None else FeatureSource(tables, kind)
    rows = [
        (each.name, each.family, each.meaning, each.unit, each.source, each.dated, each.actionable, each.kind)
        for each in prepared.features()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
