"""What only this industry records of a customer: the tier of assets, how far the shop is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from customer_analytics.packs.model import Fact
from customer_analytics.tables.sample.people import PERSONAS, People
from customer_analytics.tables.sample.world import Ints, World


def drawn_facts(world: World, people: People) -> Iterator[tuple[Fact, Ints]]:
    """Each fact with the level of each customer, a position in `levels`."""
    rng = world.stream("facts")
    spend = np.array([persona.spend for persona in PERSONAS])[people.persona]
    for fact in world.pack.sample.facts:
        standing = rng.standard_normal(len(people)) + (spend if fact.by_spend else 0.0)
        place = np.argsort(np.argsort(standing, kind="stable"), kind="stable") / max(len(people), 1)
        yield fact, np.searchsorted(np.cumsum(fact.shares)[:-1], place, side="right").astype(np.int64)
