"""Anchor items: against a walk through the baskets, with nothing to find, and with something planted."""

from __future__ import annotations

import numpy as np
import pytest
from small_shop import Basket, bought, shop

from customer_analytics.analysis.baskets.basket import Baskets
from customer_analytics.analysis.bundles.anchors import anchors, size_class
from customer_analytics.analysis.bundles.goods import goods


def found_in(baskets: Baskets) -> dict[int, dict[str, float]]:
    table = anchors(baskets, goods(baskets, 0.5), 0.05)
    return {int(row["item"]): row for row in table.to_dict("records")}  # type: ignore[misc]


def random_baskets(seed: int, n: int = 1_500) -> list[Basket]:
    """Items without regard to one another, of very different prices, in baskets of very different sizes."""
    draw = np.random.default_rng(seed)
    prices, weights = draw.lognormal(2, 1, 20), draw.dirichlet(np.full(20, 2.0))
    made = []
    for _ in range(n):
        items = draw.choice(20, size=min(1 + draw.geometric(0.35), 12), replace=False, p=weights)
        made.append(Basket({int(item): (1.0, float(prices[item])) for item in items}, int(draw.integers(0, n // 2))))
    return made


def slowly(baskets: list[Basket], item: int) -> tuple[float, float]:
    """Other margin a basket with the item, and what other items bring a place in baskets of that size, for each of the
    other places."""
    other, expected = 0.0, 0.0
    own = [one for one in baskets if item in one.lines]
    for one in own:
        group = size_class(len(one.lines))
        others = [
            0.5 * amount
            for each in baskets
            if size_class(len(each.lines)) == group
            for code, (_, amount) in each.lines.items()
            if code != item
        ]
        other += 0.5 * sum(amount for code, (_, amount) in one.lines.items() if code != item)
        expected += (len(one.lines) - 1) * sum(others) / max(len(others), 1)
    return other / len(own), expected / len(own)


def test_other_margin_and_its_benchmark_are_those_of_a_walk_through_the_baskets() -> None:
    baskets = random_baskets(1, 400)
    dearest = max(amount for one in baskets for _, amount in one.lines.values())
    baskets += [Basket({0: (1.0, dearest), 1: (1.0, dearest)})] * 3  # what is cut at the 99.9th percentile is not above
    found = found_in(shop(baskets))
    assert len(found) > 5
    for item, row in found.items():
        assert (row["other"], row["expected"]) == pytest.approx(slowly(baskets, item), rel=1e-5)
        assert row["difference"] == pytest.approx(row["other"] - row["expected"], abs=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_an_item_of_large_baskets_or_a_cheap_one_is_no_anchor_by_that(seed: int) -> None:
    """Where items do not regard one another no item is an anchor, though other margin in baskets differs by half."""
    found = found_in(shop(random_baskets(seed)))
    others = [row["other"] for row in found.values()]
    assert max(others) > 1.15 * min(others)
    assert sum(bool(row["significant"]) for row in found.values()) == 0


def test_an_item_that_brings_a_dear_one_is_an_anchor() -> None:
    draw = np.random.default_rng(4)
    baskets = random_baskets(4)
    for number, one in enumerate(baskets):
        if 3 in one.lines and draw.random() < 0.4:
            baskets[number] = Basket({**one.lines, 77: (1.0, 200.0)}, one.person)
    found = found_in(shop(baskets))
    best = next(iter(found))
    assert best == 3 and found[3]["significant"]
    assert found[3]["low"] < 0.4 * 100 < found[3]["high"] + 15  # some of the place was another item's


def test_customers_who_come_again_and_again_do_not_make_an_anchor_surer() -> None:
    once = random_baskets(5, 500)
    again = [Basket(one.lines, number) for number, one in enumerate(once) for _ in range(6)]
    single = found_in(shop([Basket(one.lines, number) for number, one in enumerate(once)]))
    repeated = found_in(shop(again))
    for item in set(single) & set(repeated):
        width = single[item]["high"] - single[item]["low"]
        assert repeated[item]["high"] - repeated[item]["low"] == pytest.approx(width, rel=0.05)


def test_one_wrong_price_makes_no_anchor() -> None:
    baskets = random_baskets(6)
    baskets[next(n for n, one in enumerate(baskets) if len(one.lines) == 3)] = Basket(
        {1: (1.0, 5.0), 2: (1.0, 1e6), 3: (1.0, 5.0)}, 1
    )
    assert not any(row["significant"] for row in found_in(shop(baskets)).values())


def test_without_money_there_are_no_anchors() -> None:
    assert not found_in(shop([bought(0, 1), bought(1, 2)] * 40, has_money=False))


def test_too_few_baskets_or_customers_give_no_anchor() -> None:
    assert not found_in(shop([bought(0, 1)] * 10))
    assert not found_in(shop([bought(0, 1, person=1)] * 60))


def test_classes_of_sizes_grow_by_half() -> None:
    assert [size_class(size) for size in (1, 12, 13, 19, 20, 29, 30, 44, 45)] == [1, 12, 13, 13, 20, 20, 30, 30, 45]
