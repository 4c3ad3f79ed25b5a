"""What is in a basket, by hand: products once, services and returns out, every line under one reason."""

from __future__ import annotations

import pytest
from written import aside, baskets_of, lines_of, sets, tables_of

from customer_analytics.engagement.errors import UserError

SHOP = [
    # order, product, name, quantity, amount
    ("1", "10", "Milk", 2, 2.0), ("1", "10", "Milk", 1, 1.0), ("1", "11", "Bread", 1, 3.5),
    ("1", "P", "Postage", 1, 5.0),
    ("2", "10", "Milk", 1, 1.0), ("2", "11", "bread", -1, -3.5), ("2", "12", None, 1, 4.0),
    ("3", "P", "POSTAGE", 1, 5.0),
    ("4", "11", "Bread", 1, 3.5), ("4", "13", "Bread", 1, 9.0), ("4", None, "Loose", 1, 1.0),
    ("4", "14", "Free", 0, 0.0),
]  # fmt: skip


def shop_lines() -> list[dict[str, object]]:
    names = ("order_id", "product_id", "product_name", "quantity", "amount")
    return [dict(zip(names, row, strict=True)) for row in SHOP]


def test_a_basket_holds_each_product_once_and_no_postage() -> None:
    found = baskets_of(tables_of(order_lines=shop_lines()))
    assert sets(found) == [("12", "Milk"), ("Bread (11)", "Bread (13)"), ("Bread (11)", "Milk")]
    assert found.n == 3  # the order of postage alone is no basket
    assert found.unit == "order"


def test_every_line_that_is_left_out_stands_under_one_reason() -> None:
    found = baskets_of(tables_of(order_lines=shop_lines()))
    assert aside(found) == {
        ("service", "POSTAGE"): (2, 2), ("returned", ""): (1, 1), ("no_item", ""): (1, 1), ("no_units", ""): (1, 1),
    }  # fmt: skip
    kept = found.sold.count().execute()
    assert kept + found.set_aside["lines"].sum() == len(SHOP) - 1  # the milk of order 1 stands on two lines


def test_units_and_money_of_a_product_are_added_up_within_its_basket() -> None:
    found = baskets_of(tables_of(order_lines=shop_lines()))
    milk = found.items.loc[found.items["label"] == "Milk", "item"].item()
    sold = found.sold.filter(found.sold.item == milk).order_by("units").to_pandas()
    assert list(zip(sold["units"], sold["amount"], strict=True)) == [(1.0, 1.0), (3.0, 3.0)]
    heads = found.heads.order_by("value").to_pandas()
    assert list(heads["value"]) == [5.0, 6.5, 12.5]  # without 5.0 of postage, without the bread taken back
    assert list(heads["size"]) == [2, 2, 2]


def test_two_products_of_one_name_are_told_apart_by_their_codes() -> None:
    found = baskets_of(tables_of(order_lines=shop_lines()))
    assert sorted(found.items["label"]) == ["12", "Bread (11)", "Bread (13)", "Milk"]


def test_a_name_that_looks_like_name_and_code_does_not_make_two_products_one() -> None:
    names = {"a": "Tea", "b": "Tea", "c": "Tea (a)"}
    lines = [{"order_id": "1", "product_id": code, "product_name": name} for code, name in names.items()]
    found = baskets_of(tables_of(order_lines=lines))
    assert found.items["label"].is_unique
    assert len(found.items) == 3


def test_spellings_of_one_code_are_one_product_unless_their_names_differ() -> None:
    names = {"85A": "Heart", "85a": "HEART", "86A": "Red", "86a": "Blue"}
    lines = [
        {"order_id": order, "product_id": code, "product_name": names[code], "amount": 1, "quantity": 1}
        for order, codes in {"1": ["85A", "85a", "86A"], "2": ["85A", "86a"], "3": ["85a"]}.items()
        for code in codes
    ]
    found = baskets_of(tables_of(order_lines=lines))
    assert sets(found) == [("Blue", "Heart"), ("Heart",), ("Heart", "Red")]
    assert dict(zip(found.items["key"], found.items["baskets"], strict=True)) == {"85A": 3, "86A": 1, "86a": 1}
    assert found.sold.filter(found.sold.units == 2).count().execute() == 1  # both spellings in order 1


def named(names: dict[str, str], orders: dict[str, list[str]]) -> list[dict[str, object]]:
    return [
        {"order_id": order, "product_id": code, "product_name": names[code], "amount": 1, "quantity": 1}
        for order, codes in orders.items()
        for code in codes
    ]


SHELF = {"m1": "Milk", "m2": "Milk", "m3": "milk", "m4": "Milk", "b1": "Bread", "b2": "Bread", "b3": "Bread"}
TRIPS = {"1": ["m1", "b1"], "2": ["m2", "b1", "b2"], "3": ["m1", "m3"], "4": ["m4", "b3"]}


def test_many_codes_of_one_name_are_one_item_so_that_milk_goes_with_bread_and_not_carton_with_carton() -> None:
    found = baskets_of(tables_of(order_lines=named(SHELF, TRIPS)))
    assert sets(found) == [("Bread", "Milk")] * 3 + [("Milk",)]
    assert dict(zip(found.items["key"], found.items["baskets"], strict=True)) == {"b1": 3, "m1": 4}
    assert found.codes == 7
    assert found.sold.filter(found.sold.units == 2).count().execute() == 2  # two breads in order 2, two milks in 3


def test_codes_stay_items_where_that_is_asked_for_or_names_stand_for_few() -> None:
    asked = baskets_of(tables_of(order_lines=named(SHELF, TRIPS)), item="code")
    assert len(asked.items) == 7 and asked.codes is None
    few = {code: name for code, name in SHELF.items() if code in ("m1", "m2", "b1")}
    trips = {"1": ["m1", "b1"], "2": ["m2", "b1"]}
    assert len(baskets_of(tables_of(order_lines=named(few, trips))).items) == 3
    assert len(baskets_of(tables_of(order_lines=named(few, trips)), item="name").items) == 2


def test_a_code_left_out_does_not_take_its_name_along() -> None:
    found = baskets_of(tables_of(order_lines=named(SHELF, TRIPS)), item="name", exclude_items=["m1"])
    assert sets(found) == [("Bread",), ("Bread", "Milk"), ("Bread", "Milk"), ("Milk",)]
    assert "m1" not in set(found.items["key"])


def test_names_that_nothing_has_cannot_be_items() -> None:
    lines = [{"order_id": order, "product_id": code} for order, code in (("1", "a"), ("1", "b"), ("2", "a"))]
    with pytest.raises(UserError, match="no product of these data has a name"):
        baskets_of(tables_of(order_lines=lines), item="name")


def test_the_commonest_name_counts_and_of_several_the_first_in_the_alphabet() -> None:
    lines = [
        {"order_id": str(place), "product_id": code, "product_name": name}
        for place, (code, name) in enumerate([("1", "b"), ("1", "a"), ("2", "z"), ("2", "z"), ("2", "a"), ("3", None)])
    ]
    found = baskets_of(tables_of(order_lines=lines))
    assert dict(zip(found.items["key"], found.items["label"], strict=True)) == {"1": "a", "2": "z", "3": "3"}


def test_an_order_that_was_cancelled_or_never_paid_is_no_basket() -> None:
    lines = lines_of({"1": "ab", "2": "ab", "3": "abc", "4": "b"})
    orders = [{"order_id": str(n), "status": s} for n, s in enumerate(("paid", "cancelled", "unpaid", "refunded"), 1)]
    found = baskets_of(tables_of(order_lines=lines, orders=orders))
    assert sets(found) == [("a", "b"), ("b",)]  # goods that were sent back later were chosen together all the same
    assert aside(found) == {("cancelled", ""): (2, 1), ("unpaid", ""): (3, 1)}


def test_lines_of_an_order_that_is_not_listed_are_of_another_time_or_subset() -> None:
    """Lines without a day of their own are not limited by the as-of date: their orders are."""
    orders = [{"order_id": "1", "status": "paid", "customer_id": "x"}]
    found = baskets_of(tables_of(order_lines=lines_of({"1": "ab", "2": "bc"}), orders=orders))
    assert sets(found) == [("a", "b")]
    assert aside(found) == {("no_order", ""): (2, 1)}


def test_an_order_listed_twice_is_one_basket() -> None:
    orders = [{"order_id": "1", "customer_id": "x"}, {"order_id": "1", "customer_id": "x"}]
    found = baskets_of(tables_of(order_lines=lines_of({"1": "ab"}), orders=orders))
    assert found.n == 1
    assert found.sold.count().execute() == 2


def test_stock_entries_without_customer_and_money_are_no_baskets() -> None:
    lines = lines_of({"1": "ab"}, amount=1, quantity=1) + lines_of({"2": "ab", "3": "bc"}, amount=0, quantity=1)
    orders = [{"order_id": "1", "customer_id": "x"}, {"order_id": "2", "customer_id": None},
              {"order_id": "3", "customer_id": "y"}]  # fmt: skip
    found = baskets_of(tables_of(order_lines=lines, orders=orders))
    assert sets(found) == [("a", "b"), ("b", "c")]  # a gift to a known customer is one
    assert aside(found) == {("entry", ""): (2, 1)}


def test_codes_to_exclude_are_excluded_and_a_wrong_one_is_refused_with_the_nearest() -> None:
    tables = tables_of(order_lines=lines_of({"1": ["bag", "milk"], "2": ["bag", "bread"]}))
    found = baskets_of(tables, exclude_items=("bag",))
    assert sets(found) == [("bread",), ("milk",)]
    assert aside(found) == {("excluded", "bag"): (2, 2)}
    with pytest.raises(UserError, match="bread") as refused:
        baskets_of(tables, exclude_items=("bag", "braed", "xyz"))
    assert len(refused.value.problems) == 2


def test_an_odd_code_named_like_a_product_stays() -> None:
    codes = {f"{number:05d}": f"Thing {number}" for number in range(300)}
    codes |= {"DOT": "DOTCOM POSTAGE", "PADS": "PADS TO MATCH ALL CUSHIONS", "gift_20": "Shop Gift Voucher 20.00"}
    lines = [{"order_id": "1", "product_id": code, "product_name": name} for code, name in codes.items()]
    found = baskets_of(tables_of(order_lines=lines), maximum_basket=1_000)
    assert {key for key in codes if key not in set(found.items["key"])} == {"DOT", "gift_20"}


def test_categories_stand_beside_their_products_as_items_of_their_own() -> None:
    own = {"a": "Fruit", "b": "Fruit", "c": "Milk", "d": None}
    products = [{"product_id": code, "name": code.upper(), "category": group} for code, group in own.items()]
    tables = tables_of(order_lines=lines_of({"1": "abc", "2": "bd"}), products=products)
    both = baskets_of(tables)
    assert sets(both) == [("A", "B", "C", "Fruit", "Milk"), ("B", "D", "Fruit")]
    levels = dict(zip(both.items["label"], both.items["level"], strict=True))
    assert {label for label, level in levels.items() if level == "category"} == {"Fruit", "Milk"}
    items = both.items.set_index("label")
    assert items.loc["A", "parent"] == items.loc["Fruit", "item"]
    assert items.loc["D", "parent"] == -1
    assert items.loc["D", "category"] is None
    assert sets(baskets_of(tables, level="item")) == [("A", "B", "C"), ("B", "D")]
    categories = baskets_of(tables, level="category")
    assert sets(categories) == [("Fruit",), ("Fruit", "Milk")]
    assert sorted(categories.heads.to_pandas()["size"]) == [2, 3]  # sizes count products at every level


def test_a_category_and_a_product_of_one_name_are_two_items() -> None:
    products = [
        {"product_id": "a", "name": "Tea", "category": "Tea"},
        {"product_id": "b", "name": "x", "category": "y"},
    ]
    found = baskets_of(tables_of(order_lines=lines_of({"1": "ab"}), products=products), level="both")
    assert sorted(found.items["label"]) == ["Tea", "Tea (a)", "x", "y"]


def test_one_category_for_everything_says_nothing_and_is_not_used() -> None:
    products = [{"product_id": code, "name": code, "category": "All"} for code in "ab"]
    found = baskets_of(tables_of(order_lines=lines_of({"1": "ab"}), products=products))
    assert set(found.items["level"]) == {"item"}


def test_categories_that_were_asked_for_and_are_not_there_are_no_products_instead() -> None:
    with pytest.raises(UserError, match="category"):
        baskets_of(tables_of(order_lines=lines_of({"1": "ab"})), level="category")


def test_prices_are_medians_of_units_and_margins_what_costs_leave() -> None:
    lines = [
        {"order_id": str(place), "product_id": "a", "quantity": units, "amount": units * price, "cost": units * 3}
        for place, (units, price) in enumerate([(1, 10), (2, 8), (1, 4)])
    ]
    lines.append({"order_id": "9", "product_id": "b", "quantity": 1, "amount": 5, "cost": None})
    products = [{"product_id": "b", "margin": 0.3}]
    tables = tables_of(order_lines=lines, products=products)
    items = baskets_of(tables).items.set_index("key")
    assert items.loc["a", "price"] == 8.0
    assert items.loc["a", "margin_rate"] == pytest.approx(1 - 12 / 30)
    assert items.loc["b", "margin_rate"] == pytest.approx(0.3)
    assert set(baskets_of(tables, margin_share=0.4).items["margin_rate"]) == {0.4}


def test_hostile_names_and_codes_are_kept_to_the_letter() -> None:
    names = ["<script>alert(1)</script>", "=1+1", "{{ 7*7 }}", "a + b", "🎁", "../../etc", 'a"b', "%s {0}", "İx", "nan"]
    found = baskets_of(tables_of(order_lines=lines_of({"1": names, "2": names[:3]})))
    assert sets(found) == sorted([tuple(sorted(names)), tuple(sorted(names[:3]))])
