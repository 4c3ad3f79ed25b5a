"""The heavy expressions of paths are plain Ibis: they compile for every engine that the product names."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir
import pytest

from customer_analytics.analysis.paths import friction, onward, routes
from customer_analytics.analysis.paths.comparing import by_asked_ways, by_usual_ways
from customer_analytics.analysis.paths.places import clean_page
from customer_analytics.analysis.paths.rates import clustered
from customer_analytics.analysis.paths.visits import by_silence, stops, visits

ACTIONS = ibis.table(
    {
        "visit": "string",
        "person_id": "string",
        "at": "timestamp",
        "place": "int16",
        "cell": "int16",
        "error": "boolean",
    },
    name="actions",
)
ATTEMPTS = ibis.table(
    {
        "unit_id": "string", "person_id": "string", "at_1": "timestamp", "at_2": "timestamp", "furthest": "int32",
        "mature": "boolean", "last_seen_at": "timestamp",
    },
    name="attempts",
)  # fmt: skip
GOAL = 9


def _stops() -> ir.Table:
    return stops(ACTIONS, GOAL)


def _dropped() -> ir.Table:
    dropped = ATTEMPTS.select("unit_id", "person_id", step="furthest", stopped_at="at_1")
    return onward.traced(dropped, _stops())


EXPRESSIONS: dict[str, Callable[[], ir.Table]] = {
    "stops": _stops,
    "stops of visits by silence": lambda: stops(by_silence(ACTIONS.drop("visit")), GOAL),
    "visits": lambda: visits(_stops()),
    "rates": lambda: clustered(visits(_stops()), ["first_1"], visits(_stops()).goal_number.notnull()),
    "friction": lambda: friction.at_places(
        _stops(), ACTIONS.filter(ACTIONS.error).select("visit", "place").distinct(), {3: 90.0}
    ),
    "ways in": lambda: by_usual_ways(visits(_stops()), [(1, 2), (1, 3)], GOAL),
    "ways that were asked for": lambda: by_asked_ways(visits(_stops()), _stops(), [(1, 2), (3,)]),
    "drop-offs": _dropped,
    "transitions": lambda: routes.moves(_stops()),
    "pages": lambda: ACTIONS.select(page=clean_page(ACTIONS.visit)),
}


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_expression_compiles(name: str, engine: str) -> None:
    sql = str(ibis.to_sql(EXPRESSIONS[name](), dialect=engine))
    assert "OVER ()" not in sql  # no window over the whole table
