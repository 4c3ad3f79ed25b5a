"""Small worlds of baskets as Baskets, and slow references."""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pandas as pd
from any_engine import connect

from customer_analytics.analysis.association import Rules, rules
from customer_analytics.analysis.baskets.basket import Baskets
from customer_analytics.analysis.itemsets import mine
from customer_analytics.analysis.rule_checks import Checks, check, earlier_rules
from customer_analytics.engagement.parameters import BasketRulesParameters

DAY = 19_723  # 2024-01-01


def world(
    contents: list[set[int]], *, days: list[int] | None = None, people: list[int] | None = None,
    promotion: list[bool] | None = None, later: list[bool] | None = None, **groups: list[str | None],
) -> Baskets:  # fmt: skip
    """Baskets that hold these items, in this order; the last 35 % are later where nothing else is said."""
    n = len(contents)
    last = later if later is not None else [place >= round(0.65 * n) for place in range(n)]
    lines = pd.DataFrame(
        [(basket, item) for basket, items in enumerate(contents) for item in sorted(items)], columns=["basket", "item"]
    )
    heads = pd.DataFrame(
        {
            "basket": np.arange(n), "person": pd.array(people or [None] * n, dtype="Int64"),
            "person_id": [None if people is None else f"p{people[place]}" for place in range(n)],
            "day": pd.array([None] * n if days is None else [DAY + day for day in days], dtype="Int64"),
            "size": [len(items) for items in contents], "value": 1.0, "later": last,
            "promotion": pd.array(promotion if promotion is not None else [None] * n, dtype="boolean"),
        }
    ).assign(**{f"group_{name}": values for name, values in groups.items()})  # fmt: skip
    kinds = {
        "basket": "int64", "person": "int64", "person_id": "string", "day": "int32", "size": "int32",
        "value": "float64", "later": "boolean", "promotion": "boolean",
        **{f"group_{name}": "string" for name in groups},
    }  # fmt: skip
    engine = connect()
    frame = heads.astype(object).where(heads.notna(), None)
    counts = lines.groupby("item")["basket"].agg(baskets="count").reset_index()
    early = lines[~np.array(last)[lines["basket"].to_numpy()]].groupby("item")["basket"].count()
    items = counts.assign(
        key=counts["item"].astype(str), label=counts["item"].map("item {}".format), level="item", category=None,
        earlier=counts["item"].map(early).fillna(0).astype("int64"), parent=-1, price=np.nan, margin_rate=np.nan,
    )  # fmt: skip
    empty = ibis.memtable([], schema={"basket": "int64", "item": "int32"})
    return Baskets(
        "order", engine.create_table("lines", ibis.memtable(lines, schema={"basket": "int64", "item": "int32"})),
        engine.create_table("heads", ibis.memtable(frame, schema=kinds)), empty, items, n, n - sum(last), sum(last),
        days is not None, people is not None, pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), 1_000, tuple(groups),
        "time" if days is not None else "chance",
    )  # fmt: skip


def checked(found: Baskets, floor: int = 5, **parameters: Any) -> tuple[Rules, Checks]:
    """Rules and their checks, pairs of single items unless told otherwise."""
    chosen = BasketRulesParameters(**{"maximum_length": 2, "minimum_confidence": 0.01, **parameters})
    itemsets = mine(found.lines, found.items[["item", "baskets"]], found.n, floor, chosen.maximum_length, {})
    made = rules(itemsets, found, chosen)
    told = check(found, made, earlier_rules(found, floor, chosen), chosen, floor)
    assert told is not None
    return made, told


def row_of(made: Rules, table: pd.DataFrame, one: int, other: int) -> pd.DataFrame:
    """Rows of the rule one → other."""
    sides = zip(made.table["antecedent"], made.table["consequent"], strict=True)
    number = next(rule for rule, side in zip(made.table["rule"], sides, strict=True) if side == ((one,), (other,)))
    return table[table["rule"] == number]


def curveball(contents: list[set[int]], random: np.random.Generator, trades: int) -> list[set[int]]:
    """Slow reference: items traded between random pairs of baskets, sizes and counts kept (Strona and others 2014)."""
    held = [set(items) for items in contents]
    for _ in range(trades):
        one, other = random.integers(len(held), size=2)
        mine_only, theirs_only = sorted(held[one] - held[other]), sorted(held[other] - held[one])
        if one == other or not mine_only or not theirs_only:
            continue
        both = held[one] & held[other]
        dealt = random.permutation(mine_only + theirs_only).tolist()
        held[one], held[other] = both | set(dealt[: len(mine_only)]), both | set(dealt[len(mine_only) :])
    return held


def uneven(n: int, items: int, random: np.random.Generator, heavy: float = 1.0) -> list[set[int]]:
    """Baskets of very unequal sizes with items of unequal popularity and nothing between them."""
    weights = 1 / np.arange(1, items + 1) ** 0.7
    sizes = np.clip(1 + random.geometric(1 / (1 + 3 * random.gamma(1 / heavy, heavy, n))) - 1, 1, items // 2)
    return [
        set(random.choice(items, size=int(size), replace=False, p=weights / weights.sum()).tolist()) for size in sizes
    ]
