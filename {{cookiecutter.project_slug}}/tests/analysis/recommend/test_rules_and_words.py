"""Rules as a way to choose, and what is said and written of the lists."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_shops import Basket, Shop, baskets_of, no_tables, shop_of

from customer_analytics.analysis.association import Rules
from customer_analytics.analysis.baskets.result import BasketRulesResult
from customer_analytics.analysis.recommend import Recommendation, outputs, recommend
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.language import Language
from customer_analytics.narrative import basket_rules as words

PARAMETERS = BasketRulesParameters()
ITEMS = 16
NAMES = {0: "<b>{lamp}</b>", 8: "=cmd|' /C calc'!A0", 1: "茶", 2: "a + b"}


def shop_of_pairs(planted: bool) -> Shop:
    """Baskets of two items by chance; if planted, whoever takes one below 8 often takes the one eight further on."""
    random = np.random.default_rng(6)
    rows: list[Basket] = []
    for number in range(1_500):
        first = int(random.integers(0, 8))
        follows = planted and random.random() < 0.6
        second = first + 8 if follows else int(random.choice([one for one in range(ITEMS) if one != first]))
        rows.append((f"c{number % 250:03}", int(random.integers(0, 300)), frozenset({first, second})))
    return shop_of(rows)


def pair_rules(baskets: list[frozenset[int]]) -> Rules:
    """All rules of one item on each side; significant where the lift is 1.5 or more."""
    rows = []
    for left, right in itertools.permutations(range(ITEMS), 2):
        with_left = [own for own in baskets if left in own]
        confidence = sum(right in own for own in with_left) / len(with_left)
        share = sum(right in own for own in baskets) / len(baskets)
        rows.append(((left,), (right,), confidence, confidence >= 1.5 * share))
    table = pd.DataFrame(rows, columns=["antecedent", "consequent", "confidence", "significant"])
    return Rules(table, len(baskets), len(table), len(table), 0.05, 0.05)


def recommended(planted: bool) -> tuple[Shop, Recommendation]:
    shop = shop_of_pairs(planted)
    every = [own for _, _, own in shop.rows]
    found = baskets_of(shop, NAMES)
    return shop, recommend(found, pair_rules(every), pair_rules(every[: shop.cut]), no_tables(), PARAMETERS)


@pytest.fixture(scope="module")
def planted() -> tuple[Shop, Recommendation]:
    return recommended(planted=True)


def view_of(shop: Shop, found: Recommendation, code: str) -> Any:
    result = BasketRulesResult(PARAMETERS, baskets_of(shop, NAMES), recommend=found)
    return words.View(result, Language(code, "EUR"), 10)


def test_planted_pairs_make_rules_and_neighbours_beat_popularity(planted: tuple[Shop, Recommendation]) -> None:
    test = planted[1].completion
    assert set(test.table["method"]) == {"popular", "recent", "similar", "rules"} and test.beaten
    assert test.measure("gain_low", "rules") > 0.1 and test.measure("gain_low", "similar") > 0.1


def test_without_planted_pairs_neither_does() -> None:
    _, found = recommended(planted=False)
    assert not found.completion.beaten and not found.next_test.beaten


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_the_section_is_said_in_both_languages(planted: tuple[Shop, Recommendation], code: str) -> None:
    view = view_of(*planted, code)
    found = planted[1]
    told = words.next_items.findings(view)
    assert {one.id for one in told} >= {"next_items", "completion"}
    assert sum(one.notable for one in told) <= 1
    cart = next(one for one in told if one.id == "completion")
    assert view.language.percent(found.completion.measure("hit_rate")) in str(cart.statement)
    rows = words.next_items.bars(view)
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)
    assert len(words.next_items.tables(view)) == 3
    shown = [str(cell) for table in words.next_items.tables(view) for row in table.rows for cell, _ in row]
    assert "<b>{lamp}</b>" in shown  # a plain text here: the page escapes it


def test_lists_are_written_with_a_reason_in_words(planted: tuple[Shop, Recommendation]) -> None:
    shop, found = planted
    lists = words.next_items.customer_tables(view_of(shop, found, "en"))
    written = lists["next_best"]
    assert list(written) == ["customer_id", "rank", "item", "product", "score", "method", "reason", "consent"]
    assert len(written) == len(found.next_best) and not written["reason"].isna().any()
    for reason, because in zip(written["reason"], found.next_best["because"], strict=True):
        assert reason == (f"bought {because}" if isinstance(because, str) else reason)
    assert set(written["consent"]) == {"unknown"}  # nothing is recorded


def test_no_table_rests_on_fewer_customers_than_may_be_shown(planted: tuple[Shop, Recommendation]) -> None:
    made = outputs.tables(planted[1], 40)
    assert (made["similar_items"]["together"] >= 40).all()
    again = made["bought_again"]
    assert (again["buyers"] >= 40).all()
    few = again["again"].dropna().astype(int)
    assert ((few >= 40) | (few == 0)).all() and again.loc[again["again"].isna(), "share"].isna().all()
    assert not any("customer_id" in table.columns for table in made.values())


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_without_customers_the_section_says_why(code: str) -> None:
    shop = shop_of_pairs(planted=True)
    unknown = Shop([(None, day, own) for _, day, own in shop.rows], shop.cut)
    found = recommend(baskets_of(unknown), None, None, no_tables(), PARAMETERS)
    view = view_of(unknown, found, code)
    deck = str(words.next_items.section(view).deck)
    assert ("do not say whose" in deck) if code == "en" else ("属于谁" in deck)
    assert words.next_items.customer_tables(view) == {}
    assert [one.id for one in words.next_items.findings(view)] == ["completion"]
