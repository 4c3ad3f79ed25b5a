"""Rules give what a slow, obvious evaluation gives, on random tables."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.query import Query, parse_value

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]
RULES = 10  # a query compiles slowly and runs fast: many rules at once


def plain(value: Any) -> Any:
    """A cell of a data frame as plain Python; None where it is missing."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value


def same(found: Any, expected: Any) -> bool:
    if isinstance(found, float) and isinstance(expected, float):
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    return bool(found == expected)


@settings(max_examples=8, suppress_health_check=QUIET)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_values_and_conditions_are_those_of_the_slow_reference(
    world: ModuleType, slow: ModuleType, rules: ModuleType, data: st.DataObject, seed: int
) -> None:
    drawn = data.draw(st.lists(rules.values(), min_size=RULES, max_size=RULES))
    chosen = {f"rule_{number}": parse_value(str(node), where="rule") for number, node in enumerate(drawn)}
    rows = world.make_rows(seed)
    tables, ledger = world.make_tables(rows)
    reference = slow.Slow(rows, world, world.AS_OF)
    table = Query(tables, chosen, ledger=ledger).values().to_pyarrow().to_pylist()
    assert sorted(row["customer_id"] for row in table) == reference.people
    for row in table:
        for name, node in chosen.items():
            expected = reference.value(node, row["customer_id"])
            assert same(plain(row[name]), expected), (str(node), row["customer_id"], row[name], expected)


@settings(max_examples=3, suppress_health_check=QUIET)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_a_condition_and_its_negation_part_all_customers(
    world: ModuleType, slow: ModuleType, rules: ModuleType, data: st.DataObject, seed: int
) -> None:
    condition = data.draw(rules.conditions())
    rows = world.make_rows(seed)
    tables, ledger = world.make_tables(rows)
    query = Query(tables, ledger=ledger)
    those = set(query.customers(condition).to_pyarrow()["customer_id"].to_pylist())
    others = set(query.customers(rules.n.Not(condition)).to_pyarrow()["customer_id"].to_pylist())
    everyone = set(slow.Slow(rows, world, world.AS_OF).people)
    assert those | others == everyone and not those & others
