"""What the page says of rules and replacements: every rule has its line, and no more is said than is known."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from slow_rules import itemsets_of, made_baskets, sizes_by_hand

from customer_analytics.analysis.association import rules_of
from customer_analytics.analysis.association.people import with_people
from customer_analytics.analysis.association.substitutes import substitutes
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.language import Language
from customer_analytics.narrative.basket_rules import View, categories, rule_table
from customer_analytics.narrative.basket_rules import substitutes as replacing

PARAMETERS = BasketRulesParameters(minimum_base=30)


def view_of(baskets: list[frozenset[int]], language: str = "en", minimum_group: int = 5, **more: Any) -> View:
    made = made_baskets(baskets, **more)
    itemsets, _ = itemsets_of(baskets, 5, 3)
    rules = rules_of(itemsets, made.items, made.n, PARAMETERS, lambda codes: sizes_by_hand(baskets, codes))
    object.__setattr__(rules, "table", with_people(rules.table, made))
    result = SimpleNamespace(
        parameters=PARAMETERS, baskets=made, rules=rules, itemsets=itemsets, checks=None,
        substitutes=substitutes(made, PARAMETERS),
    )  # fmt: skip
    return View(result, Language(language, "EUR"), minimum_group)  # type: ignore[arg-type]


def drawn(n: int = 1_500) -> list[frozenset[int]]:
    """1 with 2 mostly; whoever has 3 and 4 puts one of them back."""
    draw = np.random.default_rng(2)
    found = []
    for row in draw.random((n, 8)) < 0.3:
        held = set(np.flatnonzero(row).tolist())
        held |= {2} if 1 in held and draw.random() < 0.7 else set()
        held -= {int(draw.choice([3, 4]))} if {3, 4} <= held and draw.random() < 0.9 else set()
        found.append(frozenset(held or {7}))
    return found


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_rule_stands_in_one_line_of_what_became_of_them(language: str) -> None:
    view = view_of(drawn(), language)
    table = rule_table.whereabouts(view)
    assert sum(int(row[1][1]) for row in table.rows) == len(view.rules.table) == table.foot[1][1]  # type: ignore[union-attr, index]


def test_the_strongest_pair_leads_with_its_share_and_its_interval() -> None:
    table = rule_table.strongest(view_of(drawn()))
    first = [str(cell[0]) for cell in table.rows[0]]
    assert first[:2] == ["item 1", "item 2"]
    assert "%" in first[3] and " to " in first[4] and table.file == "rules.csv"


def test_a_rule_of_one_customer_is_not_on_the_page() -> None:
    baskets = drawn()
    assert (
        rule_table.tables(view_of(baskets, people=list(range(len(baskets)))))[0].caption == "The strongest combinations"
    )
    assert len(rule_table.tables(view_of(baskets, people=[1] * len(baskets)))) == 1  # what became of them, no names


def test_without_category_and_customers_nothing_is_called_a_replacement() -> None:
    baskets = drawn()
    unknown = replacing.findings(view_of(baskets))[0]
    assert "cannot be told" in unknown.meaning and "item 3" in unknown.head and "item 4" in unknown.head
    owners = [place % 150 for place in range(len(baskets))]
    same = replacing.findings(view_of(baskets, people=owners, parents={3: 90, 4: 90}))[0]
    assert "stands in for the other" in same.meaning and "sold out" in same.action
    apart = replacing.findings(view_of(baskets, people=owners))[0]
    assert "different occasions" in apart.meaning


def test_where_there_are_no_categories_nothing_is_said_of_them() -> None:
    view = view_of(drawn(300))
    assert not categories.has(view) and categories.tables(view) == []


def test_nothing_to_find_gives_no_table_and_no_finding() -> None:
    view = view_of([frozenset({1})] * 40)
    assert rule_table.tables(view) == [] and rule_table.findings(view) == []
    assert not replacing.has(view) and replacing.findings(view) == []
