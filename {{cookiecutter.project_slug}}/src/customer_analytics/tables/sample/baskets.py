"""The lines of the orders, with planted affinities, substitutes, a sequence, and a pair that only shares a season.

A basket starts with n independent draws from the demand of the customer's persona and the season; so the chance that
it holds a product is known, and with it the true lift of every pair. Planted additions come after the draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from customer_analytics.tables.sample.catalogue import Catalogue, Planted
from customer_analytics.tables.sample.people import PERSONAS, People
from customer_analytics.tables.sample.shopping import Orders
from customer_analytics.tables.sample.world import DAY, Flags, Floats, Ints, World

SEQUENCE_DAYS = 30
PRICE_RISE = (270, 0.04)  # days before the end at which all prices rose, and by which share


@dataclass(frozen=True)
class Lines:
    """One entry a line, by order. Money in cents. `draws`: independent draws of each order, before planting."""

    order: Ints
    product: Ints
    quantity: Ints
    unit_price: Ints
    cost: Ints
    draws: Ints
    amount: Ints  # of each order: lines less discount
    discount: Ints  # of each order


@dataclass(frozen=True)
class PairTruth:
    """What the generator's probabilities say about a pair: expected shares of orders, and the lift."""

    share_a: float
    share_b: float
    share_both: float

    @property
    def lift(self) -> float:
        """Expected share of both over the product of the shares."""
        return self.share_both / (self.share_a * self.share_b)


def make_lines(world: World, people: People, orders: Orders, catalogue: Catalogue, planted: Planted) -> Lines:
    """Draw the baskets and price them."""
    rng = world.stream("baskets")
    persona = people.persona[orders.customer]
    mean = np.array([p.basket for p in PERSONAS])[persona]
    draws = 1 + rng.poisson((mean - 1) * rng.gamma(2.0, 0.5, len(orders)))
    order = np.repeat(np.arange(len(orders)), draws)
    product = _draw_products(rng, catalogue, persona[order], world.peak[world.day_index(orders.placed)][order])
    key, quantity = np.unique(order * len(catalogue) + product, return_counts=True)
    if world.planted:
        key, quantity = _plant(rng, key, quantity, orders, len(catalogue), planted)
    order, product = key // len(catalogue), key % len(catalogue)
    quantity = quantity + rng.geometric(0.82, len(quantity)) - 1
    if world.industry == "b2b":
        quantity = np.maximum(1, np.round(quantity * rng.lognormal(1.6, 1.1, len(quantity)))).astype(np.int64)
    return _price(world, orders, catalogue, order, product, quantity, draws)


def _draw_products(rng: np.random.Generator, catalogue: Catalogue, persona: Ints, peak: Flags) -> Ints:
    product = np.empty(len(persona), dtype=np.int64)
    point = rng.random(len(persona))
    for phase in (0, 1):
        for row in range(len(PERSONAS)):
            lines = (peak == bool(phase)) & (persona == row)
            cumulative = np.cumsum(catalogue.demand[phase, row])
            product[lines] = np.searchsorted(cumulative / cumulative[-1], point[lines], side="right")
    return product


def _plant(
    rng: np.random.Generator, key: Ints, quantity: Ints, orders: Orders, products: int, planted: Planted
) -> tuple[Ints, Ints]:
    """Add what goes together, take out what does not, and carry the sequence into the next order."""
    order, product = key // products, key % products
    added, kept = [], np.ones(len(key), dtype=bool)

    def holds(which: int) -> Flags:
        flags = np.zeros(len(orders), dtype=bool)
        flags[order[product == which]] = True
        return flags

    for a, b, share in planted.affinities:
        candidates = np.flatnonzero(holds(a) & ~holds(b))
        added.append(candidates[rng.random(len(candidates)) < share] * products + b)
    for a, b, share in planted.substitutes:
        lines = np.flatnonzero((product == b) & holds(a)[order])
        kept[lines[rng.random(len(lines)) < share]] = False
    following, gap = next_order(orders)
    for a, b, share in planted.sequences:
        sources = np.flatnonzero(holds(a) & (following >= 0) & (gap <= SEQUENCE_DAYS * DAY))
        targets = np.unique(following[sources[rng.random(len(sources)) < share]])
        added.append(targets[~holds(b)[targets]] * products + b)
    extra = np.unique(np.concatenate(added))
    key = np.concatenate((key[kept], extra))
    quantity = np.concatenate((quantity[kept], np.ones(len(extra), dtype=quantity.dtype)))
    by_key = np.argsort(key, kind="stable")
    return key[by_key], quantity[by_key]


def next_order(orders: Orders) -> tuple[Ints, Ints]:
    """For each order the position of the same customer's next one (-1: none) and the seconds until then."""
    by_customer = np.lexsort((np.arange(len(orders)), orders.placed, orders.customer))
    following = np.full(len(orders), -1, dtype=np.int64)
    gap = np.full(len(orders), np.iinfo(np.int64).max)
    here, there = by_customer[:-1], by_customer[1:]
    same = orders.customer[here] == orders.customer[there]
    following[here[same]] = there[same]
    gap[here[same]] = orders.placed[there[same]] - orders.placed[here[same]]
    return following, gap


def _price(
    world: World, orders: Orders, catalogue: Catalogue, order: Ints, product: Ints, quantity: Ints, draws: Ints
) -> Lines:
    days_before_end, rise = PRICE_RISE
    risen = orders.placed > world.last_second - days_before_end * DAY
    unit = np.where(risen[order], np.round(catalogue.price * (1 + rise))[product], catalogue.price[product])
    unit = unit.astype(np.int64)
    goods = np.bincount(order, weights=unit * quantity, minlength=len(orders)).astype(np.int64)
    discount = np.round(goods * orders.discount).astype(np.int64)
    return Lines(order, product, quantity, unit, catalogue.cost[product] * quantity, draws, goods - discount, discount)


def pair_truth(
    world: World,
    people: People,
    orders: Orders,
    lines: Lines,
    catalogue: Catalogue,
    pair: tuple[int, int],
    *,
    attach: float = 0.0,
    put_back: float = 0.0,
    peak: bool | None = None,
) -> PairTruth:
    """Expected shares of the orders that hold a, b and both, given each order's persona, season and size.

    With n draws, P(a in basket) = 1 - (1 - q_a)^n and P(neither) = (1 - q_a - q_b)^n. `attach` adds b to a share of
    the baskets with a and without b; `put_back` takes b out of a share of those with both. `peak`: only the orders
    of the high season, or only the others.
    """  # fmt: skip
    a, b = pair
    in_peak = world.peak[world.day_index(orders.placed)]
    rows = np.flatnonzero(in_peak == peak) if peak is not None else np.arange(len(orders))
    persona, phase, n = people.persona[orders.customer[rows]], in_peak[rows].astype(int), lines.draws[rows]
    chance_a: Floats = catalogue.demand[phase, persona, a]
    chance_b: Floats = catalogue.demand[phase, persona, b]
    with_a, with_b = 1 - (1 - chance_a) ** n, 1 - (1 - chance_b) ** n
    both = with_a + with_b - (1 - (1 - chance_a - chance_b) ** n)
    only_a = with_a - both
    with_b = with_b + only_a * attach - both * put_back
    both = both * (1 - put_back) + only_a * attach
    return PairTruth(float(with_a.mean()), float(with_b.mean()), float(both.mean()))
