"""Too little data gives an honest answer and no error."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from any_engine import connect

from customer_analytics.analysis import personas
from customer_analytics.analysis.personas.result import TOO_LITTLE_KNOWN
from customer_analytics.analysis.tags import TagPortrait
from customer_analytics.engagement.parameters import PersonasParameters
from customer_analytics.tables.store import Tables

AS_OF = dt.date(2024, 6, 30)
QUICK = PersonasParameters(resamples=19)


def client(counts: list[int]) -> Tables:
    """One row a purchase; customer i bought counts[i] times, on days before the as-of day."""
    who = [f"c{i:04}" for i, count in enumerate(counts) for _ in range(count)]
    days = [AS_OF - dt.timedelta(days=7 * (i % 50)) for i in range(len(who))]
    table = pa.table(
        {
            "order_id": pa.array([f"o{i}" for i in range(len(who))], pa.string()),
            "customer_id": pa.array(who, pa.string()),
            "ordered_at": pa.array([dt.datetime(day.year, day.month, day.day, 12) for day in days], pa.timestamp("us")),
            "ordered_on": pa.array(days, pa.date32()),
            "amount": pa.array([Decimal("10.0000")] * len(who), pa.decimal128(18, 4)),
        }
    )
    backend = connect()
    return Tables(backend, AS_OF, ZoneInfo("UTC"), {"orders": backend.create_table("orders", table)})


def portrait(values: pd.DataFrame, make_tags: Callable[..., list]) -> TagPortrait:
    tags = make_tags(values)
    ids = pd.DataFrame({"customer_id": [f"c{i:04}" for i in range(len(values))]})
    together = pd.concat([ids, values.reset_index(drop=True)], axis=1)
    return TagPortrait(AS_OF, together, tuple(tags), (), (), pd.DataFrame())


def tags(n: int, **columns: Any) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    made = {"a": generator.normal(size=n), "b": generator.normal(size=n)} | columns
    return pd.DataFrame(made, index=range(n))


@pytest.mark.parametrize("n", [0, 1, 30])
def test_few_customers_are_not_divided(n: int, make_tags: Callable[..., list]) -> None:
    answer = personas.analyse(client([5] * n), portrait(tags(n), make_tags), QUICK)
    assert (answer.structure.status, answer.structure.reason) == ("not_estimable", "too_few_customers")
    assert answer.personas == ()
    assert len(answer.customers) == n
    made = portrait(tags(n), make_tags)
    numbers = personas.metrics(answer, made, 10)
    assert numbers["customers"] == n
    assert numbers["silhouette"] is None
    assert numbers["validity"] is None
    assert personas.tables(answer, made, 10)["personas"].empty


def test_customers_who_are_all_alike_are_not_divided(make_tags: Callable[..., list]) -> None:
    values = pd.DataFrame({"a": np.full(200, 1.0), "b": np.full(200, 2.0), "c": ["x"] * 200})
    answer = personas.analyse(client([5] * 200), portrait(values, make_tags), QUICK)
    assert (answer.structure.status, answer.structure.reason) == ("not_estimable", "too_few_tags")
    assert {feature.status for feature in answer.preparation.features} <= {"constant"}


def test_one_tag_is_a_threshold_and_no_persona(make_tags: Callable[..., list]) -> None:
    values = pd.DataFrame({"a": np.repeat([0.0, 9.0], 100) + np.random.default_rng(0).normal(size=200)})
    answer = personas.analyse(client([5] * 200), portrait(values, make_tags), QUICK)
    assert answer.structure.reason == "too_few_tags"


def test_without_any_tag_there_is_an_answer(make_tags: Callable[..., list]) -> None:
    answer = personas.analyse(client([5] * 200), portrait(pd.DataFrame(index=range(200)), make_tags), QUICK)
    assert answer.structure.reason == "too_few_tags"
    assert answer.population.described == 200


def test_customers_with_too_few_purchases_are_named_and_not_dropped(make_tags: Callable[..., list]) -> None:
    answer = personas.analyse(client([1] * 70 + [5] * 130), portrait(tags(200), make_tags), QUICK)
    people = answer.population
    assert (people.described, people.too_little) == (130, 70)
    assert (people.described_revenue, people.too_little_revenue) == (6500.0, 700.0)
    assert (answer.customers["persona"] == TOO_LITTLE_KNOWN).sum() == 70


def test_texts_and_numbers_that_go_together_make_personas(
    make_tags: Callable[..., list],
) -> None:
    generator = np.random.default_rng(0)
    side = np.repeat([0, 1], 150)
    values = pd.DataFrame(
        {
            **{name: side * 3.5 + generator.normal(size=300) for name in "abcde"},
            "t": np.where(side == 1, "app", "web"),
        }
    )
    answer = personas.analyse(client([5] * 300), portrait(values, make_tags), QUICK)
    assert len(answer.personas) == 2
    assert all(persona.stability > 0.95 for persona in answer.personas)
    assert {one.code for persona in answer.personas for one in persona.standouts} >= {"is_t=app", "is_t=web"}
    assert all(persona.rule.fidelity > 0.9 for persona in answer.personas)
    assert answer.validity.status == "not_estimable"
    assert math.isnan(answer.movement.stayed)


def test_clients_without_orders_are_known_by_their_events(make_tags: Callable[..., list]) -> None:
    seen = [f"c{i:04}" for i in range(100) for _ in range(4)]
    moments = [dt.datetime(2024, 6, 1 + i % 28, i % 24) for i in range(len(seen))]
    events = pa.table({"customer_id": seen, "event": ["view"] * len(seen), "occurred_at": moments,
                       "occurred_on": [moment.date() for moment in moments]})  # fmt: skip
    backend = connect()
    tables = Tables(backend, AS_OF, ZoneInfo("UTC"), {"events": backend.create_table("events", events)})
    answer = personas.analyse(tables, portrait(tags(100), make_tags), QUICK)
    assert (answer.population.counted, answer.population.described) == ("events", 100)
