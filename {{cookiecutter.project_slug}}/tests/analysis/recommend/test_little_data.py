"""Where there is too little: a reason, no list that cannot be, no traceback and no warning."""

from __future__ import annotations

import warnings

import pytest
from small_shops import Basket, Shop, baskets_of, no_tables, shop_of

from customer_analytics.analysis.recommend import Recommendation, outputs, recommend
from customer_analytics.engagement.parameters import BasketRulesParameters


def quiet(shop: Shop, **more: bool) -> Recommendation:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = recommend(baskets_of(shop, **more), None, None, no_tables(), BasketRulesParameters())
        assert outputs.metrics(result).keys() >= outputs.metrics(None).keys()
        outputs.tables(result, 10)
    return result


def many(customers: int, baskets: int, items: int, people: bool = True) -> list[Basket]:
    return [
        (f"c{one}" if people else None, 10 * number + one % 7, frozenset({(one + number) % items, one % items}))
        for one in range(customers)
        for number in range(baskets)
    ]


def test_without_customers_baskets_are_tested_and_nobody_gets_a_list() -> None:
    result = quiet(shop_of(many(60, 5, 6, people=False)))
    assert result.reason == "no_people" and not len(result.next_best) and result.again is None
    assert result.completion.reason == "" and set(result.similar["unit"]) == {"baskets"}


def test_without_dates_there_is_no_later_time() -> None:
    result = quiet(shop_of(many(60, 5, 6)), dated=False)
    assert result.reason == "no_dates" and not len(result.next_best)
    assert "recent" not in set(result.completion.table["method"])


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (many(1, 90, 5), "few_people"),
        (many(60, 1, 5), "few_people"),
        (many(3, 4, 5), "few_people"),
        ([(f"c{one % 50}", one, frozenset({0})) for one in range(200)], "few_people"),
    ],
    ids=["one customer with all baskets", "one basket each", "twelve baskets", "one item"],
)
def test_too_few_are_not_tested_and_everybody_gets_popular_items(rows: list[Basket], reason: str) -> None:
    result = quiet(shop_of(rows))
    assert result.next_test.reason == reason and not len(result.next_test.table)
    assert result.reason == "" and result.method in ("popular", "recent", "similar")
    assert not result.next_best.duplicated(["customer_id", "item"]).any()


def test_baskets_of_one_item_cannot_be_completed() -> None:
    rows: list[Basket] = [(f"c{one % 50}", one, frozenset({one % 9})) for one in range(400)]
    result = quiet(shop_of(rows))
    assert result.completion.reason == "few_baskets"


def test_all_baskets_on_one_day_have_no_later_part() -> None:
    rows: list[Basket] = [(f"c{one % 50}", 0, frozenset({one % 9, 3})) for one in range(400)]
    result = quiet(Shop(rows, 0))
    assert result.next_test.reason == "no_later"
