"""Items and categories: of two rules that say the same, the one that carries the news is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
from slow_rules import Basket, itemsets_of, sizes_by_hand

from customer_analytics.analysis.association import chance, rules_of
from customer_analytics.analysis.association.table import OF_CATEGORY, ON_ONE_ITEM
from customer_analytics.engagement.parameters import BasketRulesParameters

# Items 0 to 3 and 4 to 19, of the categories 100 and 200; 20 to 29 have none.
PARENTS = {item: 100 if item < 4 else 200 for item in range(20)}


def table_of(items: list[set[int]], floor: int = 10) -> pd.DataFrame:
    baskets: list[Basket] = [frozenset(one | {PARENTS[i] for i in one if i in PARENTS}) for one in items if one]
    itemsets, known = itemsets_of(baskets, floor, 2)
    keep = [k for k, (a, b) in enumerate(itemsets.sets[1].tolist()) if PARENTS.get(a) != b and PARENTS.get(b) != a]
    itemsets.sets[1], itemsets.counts[1] = itemsets.sets[1][keep], itemsets.counts[1][keep]
    known["parent"] = known["item"].map(PARENTS).fillna(-1).astype(int)
    known["level"] = np.where(known["item"] >= 100, "category", "item")

    def sizes(codes: np.ndarray) -> chance.Sizes:
        return sizes_by_hand(baskets, codes, largest_item=99)

    return rules_of(itemsets, known, len(baskets), BasketRulesParameters(minimum_confidence=0), sizes).table


def drawn(seed: int, n: int = 4_000) -> tuple[np.random.Generator, list[set[int]]]:
    draw = np.random.default_rng(seed)
    return draw, [set(draw.choice(30, draw.integers(1, 4), replace=False).tolist()) for _ in range(n)]


def rule(table: pd.DataFrame, a: int, b: int) -> pd.Series:
    return table[(table["antecedent"] == (a,)) & (table["consequent"] == (b,))].iloc[0]


def test_a_category_that_goes_with_something_because_of_one_item_is_not_told() -> None:
    draw, items = drawn(1)
    items = [one | {25} if 3 in one and draw.random() < 0.6 else one for one in items]
    table = table_of(items)
    found = rule(table, 100, 25)
    assert found["significant"] and found["redundant_why"] == ON_ONE_ITEM
    assert table.loc[table["rule"] == found["redundant_of"], "antecedent"].iloc[0] == (3,)
    assert not rule(table, 3, 25)["redundant"] and not rule(table, 25, 3)["redundant"]


def test_items_of_a_category_that_all_go_with_something_are_told_as_the_category() -> None:
    draw, items = drawn(2)
    items = [one | {25} if any(i < 4 for i in one) and draw.random() < 0.3 else one for one in items]
    table = table_of(items)
    assert not rule(table, 100, 25)["redundant"] and rule(table, 100, 25)["significant"]
    single = [rule(table, i, 25) for i in range(4)]
    told = [one for one in single if one["significant"]]
    assert told and all(one["redundant_why"] == OF_CATEGORY for one in told)
    assert {one["level"] for one in told} == {"item"} and rule(table, 100, 25)["level"] == "mixed"


def test_an_item_and_its_own_category_are_never_a_rule() -> None:
    table = table_of(drawn(3)[1])
    sides = zip(table["antecedent"], table["consequent"], strict=True)
    assert not any(PARENTS.get(a[0]) == c[0] or PARENTS.get(c[0]) == a[0] for a, c in sides)
