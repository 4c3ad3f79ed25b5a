"""The dimensions of the cube and the value of every customer in each: one crossing from the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_analytics.analysis.cube.partition import Cell, Fact, Floats, Ints, star
from customer_analytics.analysis.query import Query, Value, parse_value
from customer_analytics.analysis.tags import parse_rules
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.tags import TagCatalogue
from customer_analytics.tables.store import Tables

DAY_EDGES = (7, 30, 90, 180, 365)  # the last day of each span but the last
ORDER_EDGES = (0, 1, 2, 4, 9)  # the largest number of each span but the last
MOST_VALUES = 8  # of a text; the others are one value together
TIERS = 3  # values of the tag value_tier
TEXTS = ("region", "acquisition_channel", "value_tier")
NUMBERS: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "ordered": ("days_since_last(purchases)", DAY_EDGES),  # the hub
    "active": ("days_since_last(activity)", DAY_EDGES),
    "orders": ("count(purchases)", ORDER_EDGES),
}
HUB = "ordered"
_MONEY = "revenue"
_WHERE = "the box of questions"


@dataclass(frozen=True)
class Dimension:
    """`edges`: of numbers the last of each span; after the spans come all above, and for days those who never did.
    `values`: of texts the values; after them comes everything else, and what is not known."""

    name: str
    edges: tuple[int, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many values it has."""
        return len(self.values) + 1 if self.values else len(self.edges) + (1 if self.name == "orders" else 2)


@dataclass(frozen=True)
class Cube:
    """`hub`: the cells of the first dimension; `tables`: of each other one its cells within each cell of the hub.

    `sensitive`: dimensions left out because tags.yml calls them sensitive.
    """

    dimensions: tuple[Dimension, ...]
    hub: tuple[Cell, ...]
    tables: tuple[tuple[tuple[Cell, ...], ...], ...]
    customers: int
    sensitive: tuple[str, ...]


def make_cube(tables: Tables, catalogue: TagCatalogue | None, minimum: int) -> Cube:
    """The cube of all customers on the as-of day. It has no cells where there are too few customers to tell
    of, or no orders."""
    rules, sensitive = _rules(tables, catalogue)
    crossed = Query(tables, rules).values(_names(tables, rules)).to_pyarrow().to_pandas()
    crossed = crossed.sort_values("customer_id", ignore_index=True)
    dimensions: list[Dimension] = []
    codes: list[Ints] = []
    for name in (*NUMBERS, *TEXTS):
        if name not in crossed:
            continue
        made = _numbered(name, crossed[name]) if name in NUMBERS else _named(name, crossed[name], minimum)
        if made is not None:
            dimensions.append(made[0])
            codes.append(made[1])
    if not dimensions or dimensions[0].name != HUB:
        return Cube((), (), (), len(crossed), sensitive)
    money: Floats | None = None
    if _MONEY in crossed:
        money = crossed[_MONEY].to_numpy(dtype=np.float64, na_value=0.0)
    facts = [
        Fact(code, one.size, bool(one.edges), _WITHIN.get(one.name))
        for one, code in zip(dimensions, codes, strict=True)
    ]
    hub, tables_of = star(facts[0], facts[1:], money, minimum) if facts else ([], [])
    nested = tuple(tuple(tuple(cells) for cells in table) for table in tables_of)
    return Cube(tuple(dimensions), tuple(hub), nested, len(crossed), sensitive)


def _active_within(hub: int) -> int:
    """Who ordered in a span was active in it or later; of those who never did nothing follows."""
    never = 1 << (len(DAY_EDGES) + 1)
    return -1 if hub & never else (1 << hub.bit_length()) - 1


def _orders_within(hub: int) -> int:
    """Who never ordered has no order, all others have one."""
    never = 1 << (len(DAY_EDGES) + 1)
    return (1 if hub & never else 0) | (~1 if hub & ~never else 0)


def _tier_within(hub: int) -> int:
    """Who ordered has a tier, nobody else, as the catalogue comes; where a client changed it, `Fact.whole` sees it."""
    never = 1 << (len(DAY_EDGES) + 1)
    return (1 << TIERS if hub & never else 0) | ((1 << TIERS) - 1 if hub & ~never else 0)


_WITHIN = {"active": _active_within, "orders": _orders_within, "value_tier": _tier_within}


def _rules(tables: Tables, catalogue: TagCatalogue | None) -> tuple[dict[str, Value], tuple[str, ...]]:
    """Rules of the dimensions, with the tags that they rest on."""
    rules: dict[str, Value] = {}
    sensitive: list[str] = []
    if catalogue is not None:
        for entry in parse_rules(catalogue):
            if entry.tag.entry.for_each is None:
                rules[entry.name] = entry.rule
                if entry.tag.entry.sensitive and entry.name in (*TEXTS, "gender", "age_band", "birth_cohort"):
                    sensitive.append(entry.name)
    for name in ("region", "acquisition_channel"):
        if name not in rules and tables.has("customers", name):
            rules[name] = parse_value(name, where=_WHERE)
    own = {name: rule for name, (rule, _) in NUMBERS.items()} | {_MONEY: _MONEY}
    rules |= {name: parse_value(rule, where=_WHERE) for name, rule in own.items()}
    for name in sensitive:
        if name in TEXTS:
            del rules[name]
    return rules, tuple(sensitive)


def _names(tables: Tables, rules: Mapping[str, Value]) -> list[str]:
    """The dimensions that the data carry, and the money."""
    query = Query(tables, rules)
    there = []
    for name in (*NUMBERS, *TEXTS, _MONEY):
        if name not in rules:
            continue
        try:
            query.check(rules[name], where=_WHERE, name=name)
        except UserError:  # it rests on a fact that only a model gives
            continue
        if not query.missing(rules[name], name=name):
            there.append(name)
    return there


def _numbered(name: str, column: pd.Series) -> tuple[Dimension, Ints] | None:
    dimension = Dimension(name, edges=NUMBERS[name][1])
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    codes = np.searchsorted(np.array(dimension.edges, dtype=np.float64), np.nan_to_num(numbers)).astype(np.int64)
    if name == "orders":
        return dimension, codes
    codes[np.isnan(numbers)] = dimension.size - 1
    return dimension, codes


def _named(name: str, column: pd.Series, minimum: int) -> tuple[Dimension, Ints] | None:
    """The frequent values; whether a rare one exists is not told."""
    counted = column.value_counts()
    names: Sequence[str] = sorted(
        (str(value) for value, count in counted.items() if count >= minimum), key=lambda one: (-counted[one], one)
    )[:MOST_VALUES]
    if len(names) < 2:
        return None
    places = {value: place for place, value in enumerate(names)}
    codes = np.array([places.get(value, len(names)) for value in column.astype(object)], dtype=np.int64)
    return Dimension(name, values=tuple(names)), codes
