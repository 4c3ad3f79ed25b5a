"""The products: names from the industry pack, heavy-tailed prices, margins, popularity by persona and season."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from customer_analytics.packs import side
from customer_analytics.tables.sample.people import PERSONAS
from customer_analytics.tables.sample.world import Floats, Ints, World

TASTE = 0.6  # power of the tastes: above it, products of one category go together more than any planted pair
CONFOUNDED_FACTOR = 9.0  # how much more the two high-season products sell in the high season


@dataclass(frozen=True)
class Catalogue:
    """One entry a product. Money in cents of the currency. `demand`: phase (low, high season) x persona x product."""

    names: tuple[str, ...]
    categories: tuple[str, ...]  # name of each product's category
    category: Ints
    price: Ints
    margin: Floats
    demand: Floats

    def __len__(self) -> int:
        return len(self.names)

    @property
    def codes(self) -> Ints:
        """The numeric part of the client's product codes."""
        return self.category * 100 + np.arange(len(self)) + 1_000

    @property
    def cost(self) -> Ints:
        """Cost of one unit in cents."""
        return np.round(self.price * (1 - self.margin)).astype(np.int64)


@dataclass(frozen=True)
class Planted:
    """Products that carry a truth, as positions in the catalogue; no product carries two."""

    affinities: tuple[tuple[int, int, float], ...]  # (a, b, probability that b is added where a was chosen)
    substitutes: tuple[tuple[int, int, float], ...]  # (a, b, probability that b is put back where a was chosen)
    sequences: tuple[tuple[int, int, float], ...]  # (a, b, probability of b in the next order within 30 days)
    confounded: tuple[int, int]  # two products that share the high season and nothing else


def make_catalogue(world: World) -> Catalogue:
    """Draw prices and popularity for the words of the pack."""
    rng = world.stream("catalogue")
    pack = world.pack.sample
    category = np.concatenate([np.full(len(c.listed), row) for row, c in enumerate(pack.categories)])
    typical = np.array([c.price for c in pack.categories])[category] * world.scale
    price = np.maximum(100, np.round(typical * rng.lognormal(0, 0.55, len(category)) * 10) * 10 - 1).astype(np.int64)
    usual = np.array([c.margin for c in pack.categories])[category]
    margin = np.clip(usual + rng.normal(0, 0.05, len(category)), 0.05, 0.95)
    # Popularity within a category falls with the rank, which is drawn: the first word is not the best seller.
    rank = np.concatenate([rng.permutation(len(c.listed)) for c in pack.categories])
    popularity = 1 / (rank + 2.0) ** 0.8
    return Catalogue(
        names=tuple(side(product, world.language) for c in pack.categories for product in c.listed),
        categories=tuple(side(pack.categories[row].name, world.language) for row in category),
        category=category,
        price=price,
        margin=np.round(margin, 4),
        demand=_demand(world, category, price / typical / 100, popularity),
    )


def choose_planted(catalogue: Catalogue) -> Planted:
    """Pick the products that carry a truth: of middling demand, and the two of a pair from different categories."""
    overall = catalogue.demand[0].mean(axis=0)
    order = np.argsort(-overall, kind="stable")
    middle = [int(p) for p in order[len(order) // 8 :]]
    pairs: list[tuple[int, int]] = []
    while len(pairs) < 8 and middle:
        first = middle.pop(0)
        rest = middle[len(middle) // 3 :] or middle  # the second sells less: a high lift, a lasting count
        second = next((p for p in rest if catalogue.category[p] != catalogue.category[first]), None)
        if second is None:
            break
        middle.remove(second)
        pairs.append((first, second))
    shares = (0.36, 0.30, 0.24, 0.18)
    return Planted(
        affinities=tuple((a, b, share) for (a, b), share in zip(pairs[:4], shares, strict=True)),
        substitutes=((*pairs[4], 0.85), (*pairs[5], 0.6)),
        sequences=((*pairs[6], 0.4),),
        confounded=pairs[7],
    )


def with_high_season(catalogue: Catalogue, pair: tuple[int, int]) -> Catalogue:
    """The catalogue with two products that sell far better in the high season, each on its own account."""
    demand = catalogue.demand.copy()
    demand[1, :, list(pair)] *= CONFOUNDED_FACTOR
    demand /= demand.sum(axis=2, keepdims=True)
    return Catalogue(
        catalogue.names, catalogue.categories, catalogue.category, catalogue.price, catalogue.margin, demand
    )


def _demand(world: World, category: Ints, relative_price: Floats, popularity: Floats) -> Floats:
    demand = np.empty((2, len(PERSONAS), len(category)))
    for row, persona in enumerate(PERSONAS):
        taste = np.array([persona.tastes[c % len(persona.tastes)] for c in category]) ** TASTE
        demand[:, row] = taste * popularity * relative_price**persona.spend
    demand /= demand.sum(axis=2, keepdims=True)
    return demand
