"""A result of the basket analysis, built by hand: 10,000 baskets, six products and a category, five rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pandas as pd

from customer_analytics.analysis.association import Rules
from customer_analytics.analysis.association.measures import measures
from customer_analytics.analysis.association.pair_matrix import PairMatrix
from customer_analytics.analysis.baskets import Baskets
from customer_analytics.analysis.baskets.basket import no_baskets
from customer_analytics.analysis.baskets.result import BasketRulesResult
from customer_analytics.analysis.itemsets import Floor, Itemsets
from customer_analytics.analysis.rule_checks.result import Checks, HalfLife, Replication
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.language import Language
from customer_analytics.narrative.basket_rules import View

N = 10_000
NAMES = ("tea", "honey", "<b>jam</b> {0}", "red party bunting", "blue party bunting", "scarf", "Food")
# antecedent, consequent, baskets with both, with the left side, with the right side
SIDES = (
    ((0,), (1,), 400, 800, 1000), ((1,), (0,), 400, 1000, 800), ((3,), (4,), 150, 200, 260),
    ((2,), (0,), 90, 150, 800), ((0,), (5,), 110, 800, 900),
)  # fmt: skip


def baskets(**changes: Any) -> Baskets:
    """Baskets of which only the names and counts are known."""
    held = [800, 1000, 150, 200, 260, 900, 3000]
    items = pd.DataFrame(
        {
            "item": range(7), "key": [f"P{n}" for n in range(7)], "label": NAMES, "level": ["item"] * 6 + ["category"],
            "category": None, "baskets": held, "earlier": held, "parent": [6, 6, 6, -1, -1, -1, -1], "price": 2.0,
            "margin_rate": np.nan,
        }
    )  # fmt: skip
    plain: dict[str, Any] = {
        "items": items, "n": N, "n_earlier": 6500, "n_later": 3500, "dated": True, "has_people": True, "cap": 60,
        "split": "time", "cut_day": 20_300, "first_day": 20_000, "last_day": 20_454, "reason": None,
    }  # fmt: skip
    return replace(no_baskets("order", "few_baskets"), **(plain | changes))


def table(sides: Any = SIDES, n: int = N, **changes: Any) -> pd.DataFrame:
    """The rules with the measures that their counts give; all significant, none redundant."""
    counts = {name: np.array([side[place] for side in sides]) for place, name in enumerate(_COUNTS, 2)}
    of = measures(counts["count"], counts["count_antecedent"], counts["count_consequent"], n)
    plain = {
        "rule": range(1, len(sides) + 1), "antecedent": [side[0] for side in sides],
        "consequent": [side[1] for side in sides], "length": [len(side[0]) + len(side[1]) for side in sides],
        **counts, **of, "significant": True, "redundant": False, "redundant_why": "", "redundant_of": 0,
        "q_value": 1e-9, "size_lift": 1.1, "level": "item", "customers": 200, "clustered_low": np.nan,
        "clustered_high": np.nan, "q_fisher": 1e-9, "p_value": 1e-12,
    }  # fmt: skip
    return pd.DataFrame(plain | changes)


_COUNTS = ("count", "count_antecedent", "count_consequent")


def rules(found: pd.DataFrame | None = None) -> Rules:
    """Rules of a table."""
    return Rules(table() if found is None else found, N, 12_000, 400, 1e-4, 0.05)


def checks(found: pd.DataFrame | None = None, held: int = 48, of: int = 50, **columns: Any) -> Checks:
    """Checks in which every rule holds; `held` of `of` rules of the earlier part keep a lift above 1."""
    looked = table() if found is None else found
    own = {
        "rule": looked["rule"], "lift": looked["lift"], "lift_earlier": looked["lift"], "outcome": "held",
        "lift_later": looked["lift"] * 0.9, "lift_later_low": looked["lift"] * 0.7,
        "lift_later_high": looked["lift"] * 1.1, "verdict": "holds",
    }  # fmt: skip
    nothing = pd.DataFrame()
    replication = Replication(
        pd.DataFrame({"above": [True] * held + [False] * (of - held), "significant": True, "shrinkage": 0.95}),
        "time", 6500, 3500,
        (held / of, 0.86, 0.99), (0.8, 0.7, 0.9), 0.95,
    )  # fmt: skip
    half_life = HalfLife(0, 0, float("nan"), float("nan"), float("nan"), False, False, "few")
    return Checks(pd.DataFrame(own | columns), nothing, nothing, nothing, nothing, replication, half_life, None)


def matrix() -> PairMatrix:
    """Three products: one pair above chance, one below, one neither."""
    pairs = {
        "a": [0, 0, 1], "b": [1, 2, 2], "count": [400, 40, 90], "expected": [80.0, 72.0, 90.0],
        "lift": [5.0, 0.56, 1.0], "q_more": [0.0, 1.0, 0.6], "q_less": [1.0, 0.001, 0.6], "sure": [1, -1, 0],
    }  # fmt: skip
    return PairMatrix((1, 0, 5), "item", pd.DataFrame(pairs))


def result(found: pd.DataFrame | None = None, of: Baskets | None = None, **parts: Any) -> BasketRulesResult:
    """The whole result; parts that are not given are None."""
    itemsets = Itemsets([], [], [6], pair_rows=0, floor=20, longest=4, exhausted=True)
    plain: dict[str, Any] = {
        "floor": Floor(20, 0.002, True), "itemsets": itemsets, "rules": rules(found), "matrix": matrix(),
    }  # fmt: skip
    return BasketRulesResult(BasketRulesParameters(), of or baskets(), **(plain | parts))


def view(found: pd.DataFrame | None = None, of: Baskets | None = None, language: str = "en", **parts: Any) -> View:
    """What the report may show of it."""
    return View(result(found, of, **parts), Language(language, "GBP"), 10)


def empty(reason: str, language: str = "en") -> View:
    """Where no rules could be looked for."""
    return View(
        BasketRulesResult(BasketRulesParameters(), cast(Any, no_baskets("order", reason))),
        Language(language, "GBP"),
        10,
    )
