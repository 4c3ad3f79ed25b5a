"""Groceries gives the rules that are known of it, through a loaded project and its engagement.yml."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import make_project

from customer_analytics.analysis.association import Rules
from customer_analytics.analysis.baskets import Baskets
from customer_analytics.analysis.baskets.outputs import metrics
from customer_analytics.analysis.baskets.result import BasketRulesResult, analyse
from customer_analytics.engagement import Project
from customer_analytics.tables.store import open_tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("groceries") / "project"
    make_project(path, "groceries")
    return path


def analysed(folder: Path, **parameters: Any) -> BasketRulesResult:
    """The result with parameters as a client writes them into engagement.yml."""
    path = folder / "engagement.yml"
    known = yaml.safe_load(path.read_text(encoding="utf-8"))
    known["reports"] = {"basket_rules": {"level": "item", **parameters}}
    path.write_text(yaml.safe_dump(known, sort_keys=False), encoding="utf-8", newline="\n")
    project = Project.find(folder)
    return analyse(open_tables(project), project.engagement.reports.basket_rules)


def rules_of(found: BasketRulesResult) -> Rules:
    assert found.rules is not None
    return found.rules


def lengths(rules: Rules) -> dict[int, int]:
    return dict(Counter(rules.table["length"].tolist()))


def names(baskets: Baskets, codes: tuple[int, ...]) -> set[str]:
    return set(baskets.items.set_index("item").loc[list(codes), "label"])


@pytest.fixture(scope="module")
def usual(folder: Path) -> BasketRulesResult:
    return analysed(folder, minimum_support=0.006, minimum_confidence=0.25)


def test_463_rules_reach_six_in_a_thousand_and_a_quarter(usual: BasketRulesResult) -> None:
    table = rules_of(usual).table
    assert usual.baskets.n == 9_835 and len(usual.baskets.items) == 169
    assert lengths(rules_of(usual)) == {2: 150, 3: 297, 4: 16}
    best = table.loc[table["lift"].idxmax()]
    assert round(best["lift"], 3) == 3.956
    assert names(usual.baskets, best["antecedent"]) == {"herbs"}
    assert names(usual.baskets, best["consequent"]) == {"root vegetables"}
    assert (best["count"], best["count_antecedent"], best["count_consequent"]) == (69, 160, 1_072)
    assert table["count"].min() >= 60  # .006 of 9,835 is 59.01 baskets


def test_herbs_with_root_vegetables_are_beyond_chance_and_beyond_large_baskets(usual: BasketRulesResult) -> None:
    told = rules_of(usual).told
    pairs = [names(usual.baskets, a + c) for a, c in zip(told["antecedent"], told["consequent"], strict=True)]
    assert {"herbs", "root vegetables"} in pairs and {"beef", "root vegetables"} in pairs
    # Whole milk is in every fourth basket and in nearly every large one: most of its rules are those of size.
    table = rules_of(usual).table
    assert (table["q_fisher"] <= 0.05).sum() > 400 > 100 > table["significant"].sum()


@pytest.mark.parametrize(
    ("support", "confidence", "longest", "number", "highest"),
    [
        (0.001, 0.8, 6, {3: 29, 4: 229, 5: 140, 6: 12}, 11.235),
        (0.001, 0.5, 6, 5_668, None),
        (0.01, 0.5, 4, {3: 15}, None),
    ],
)
def test_the_known_numbers_of_rules(
    folder: Path, support: float, confidence: float, longest: int, number: Any, highest: float | None
) -> None:
    rules = rules_of(analysed(folder, minimum_support=support, minimum_confidence=confidence, maximum_length=longest))
    assert number in (lengths(rules), len(rules.table))
    if highest is not None:
        assert round(float(rules.table["lift"].max()), 3) == highest


def test_the_promised_metrics_say_what_is_known_of_groceries(folder: Path) -> None:
    made = metrics(analysed(folder, minimum_support=0.01, minimum_confidence=0.5))
    assert {name: made[name] for name in ("baskets", "items", "itemsets", "rules")} == {
        "baskets": 9_835, "items": 169, "itemsets": 333, "rules": 15
    }  # fmt: skip
    assert made["rules_told"] + made["rules_redundant"] <= 15 >= made["rules_significant"] >= made["rules_told"]
    assert {"rules_redundant", "replication"} <= set(made)
