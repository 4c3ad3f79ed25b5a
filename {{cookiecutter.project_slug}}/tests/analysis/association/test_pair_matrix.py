"""The matrix of frequent pairs, against counting by hand and scipy's Fisher test."""

from __future__ import annotations

import itertools
from dataclasses import replace

import ibis
import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, fisher_exact

from customer_analytics.analysis.association.pair_matrix import PairMatrix, pair_matrix, tables
from customer_analytics.analysis.association.variants import are_variants
from customer_analytics.analysis.baskets import Baskets
from customer_analytics.analysis.baskets.basket import no_baskets


def made(held: list[set[int]], categories: tuple[int, ...] = ()) -> Baskets:
    """Baskets of item numbers; `categories`: which of them are categories."""
    rows = pd.DataFrame([(number, item) for number, basket in enumerate(held) for item in sorted(basket)])
    rows.columns = pd.Index(["basket", "item"])
    counts = rows.groupby("item").size()
    items = pd.DataFrame({
        "item": counts.index.astype("int32"), "label": [f"item {item}" for item in counts.index],
        "level": ["category" if item in categories else "item" for item in counts.index], "baskets": counts.to_numpy(),
    })  # fmt: skip
    heads = pd.DataFrame({"basket": range(len(held)), "size": [len(basket) for basket in held]}).astype("int32")
    lines = ibis.memtable(rows.astype({"basket": "int64", "item": "int32"}))
    return replace(
        no_baskets("order", "few_baskets"), lines=lines, heads=ibis.memtable(heads), items=items, n=len(held),
        reason=None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def baskets() -> tuple[list[set[int]], Baskets]:
    """Twelve items at random; 7 brings 3 with it, and 1 drives 2 out."""
    rng = np.random.default_rng(7)
    held = []
    for _ in range(1500):
        own = {int(item) for item in np.flatnonzero(rng.random(12) < np.linspace(0.32, 0.1, 12))} | {0}
        if 7 in own and rng.random() < 0.7:
            own.add(3)
        if 1 in own and rng.random() < 0.8:
            own.discard(2)
        held.append(own)
    return held, made(held)


def found(baskets: tuple[list[set[int]], Baskets]) -> PairMatrix:
    matrix = pair_matrix(baskets[1], 0.05)
    assert matrix is not None
    return matrix


def test_the_pairs_are_counted_as_by_hand(baskets: tuple[list[set[int]], Baskets]) -> None:
    held, matrix = baskets[0], found(baskets)
    own = {item: sum(item in basket for basket in held) for item in range(12)}
    assert list(matrix.items) == sorted(own, key=lambda item: (-own[item], item))[:10]
    expected = [
        sum({matrix.items[a], matrix.items[b]} <= basket for basket in held)
        for a, b in itertools.combinations(range(10), 2)
    ]
    table = matrix.table.sort_values(["a", "b"])
    assert table["count"].tolist() == expected
    lifts = [n * 1500 / (own[matrix.items[a]] * own[matrix.items[b]]) for n, a, b in
             zip(expected, table["a"], table["b"], strict=True)]  # fmt: skip
    assert table["lift"].tolist() == pytest.approx(lifts)


def test_what_was_planted_is_sure_and_little_else(baskets: tuple[list[set[int]], Baskets]) -> None:
    matrix = found(baskets)
    sure = {
        frozenset((matrix.items[a], matrix.items[b])): way
        for a, b, way in zip(matrix.table["a"], matrix.table["b"], matrix.table["sure"], strict=True)
    }
    assert sure[frozenset((3, 7))] == 1 and sure[frozenset((1, 2))] == -1
    assert sum(way != 0 for way in sure.values()) <= 4
    assert all(way == 0 for pair, way in sure.items() if 0 in pair)  # in every basket, so with everything by chance


def test_no_pair_is_surer_than_fishers_test_alone_makes_it(baskets: tuple[list[set[int]], Baskets]) -> None:
    held, matrix = baskets[0], found(baskets)
    own = {item: sum(item in basket for basket in held) for item in range(12)}
    p = []
    for tail in ("greater", "less"):
        for a, b, both in zip(matrix.table["a"], matrix.table["b"], matrix.table["count"], strict=True):
            one, other = own[matrix.items[a]], own[matrix.items[b]]
            square = [[both, one - both], [other - both, 1500 - one - other + both]]
            p.append(fisher_exact(square, alternative=tail).pvalue)
    q = false_discovery_control(p)
    assert (matrix.table["q_more"].to_numpy() >= q[:45] - 1e-9).all()
    assert (matrix.table["q_less"].to_numpy() >= q[45:] - 1e-9).all()


def test_categories_are_taken_where_three_are_known(baskets: tuple[list[set[int]], Baskets]) -> None:
    held = baskets[0]
    three = pair_matrix(made(held, (9, 10, 11)), 0.05)
    two = pair_matrix(made(held, (10, 11)), 0.05)
    assert three is not None and (three.level, set(three.items)) == ("category", {9, 10, 11})
    assert two is not None and two.level == "item" and not {10, 11} & set(two.items)


def test_one_item_has_no_pairs() -> None:
    alone = made([{1}, {1}])
    assert pair_matrix(alone, 0.05) is None
    assert len(tables(alone, None)["pair_matrix"]) == 0


def test_the_table_names_both_items(baskets: tuple[list[set[int]], Baskets]) -> None:
    table = tables(baskets[1], found(baskets))["pair_matrix"]
    assert table["a"].iloc[0] == "item 0" and set(table.columns) == set(found(baskets).table.columns)


def test_a_code_in_brackets_is_no_word_of_a_name() -> None:
    assert are_variants("FLUID MILK (12)", "FLUID MILK (47A)")
    assert not are_variants("Cups (12)", "Plates (12)")
