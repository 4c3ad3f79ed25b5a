"""docs/guide/query-language.md: every example is read, checked and run, and every word of the language is there."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import ibis
import pytest

from customer_analytics.analysis.query import Query, parse_value
from customer_analytics.analysis.query.names import AGE, MODEL_FACTS, SHORTCUTS, TENURE
from customer_analytics.analysis.query.vocabulary import FUNCTIONS, SOURCES, VERBS
from customer_analytics.schema import SCHEMAS, Kind
from customer_analytics.tables.store import Tables

GUIDE = (Path(__file__).parents[1] / "docs" / "guide" / "query-language.md").read_text(encoding="utf-8")
TYPES = {
    Kind.ID: "string", Kind.TEXT: "string", Kind.TIME: "timestamp", Kind.DATE: "date", Kind.MONEY: "decimal(18, 4)",
    Kind.NUMBER: "float64", Kind.INTEGER: "int64", Kind.FLAG: "boolean",
}  # fmt: skip


def examples(kind: str) -> list[str]:
    blocks = re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Every canonical table with every column, without rows."""
    backend = ibis.duckdb.connect()
    made = {}
    for schema in SCHEMAS.values():
        columns = {column.name: TYPES[column.kind] for column in schema.columns}
        days = {name.removesuffix("_at") + "_on": "date" for name, kind in columns.items() if kind == "timestamp"}
        made[schema.name] = backend.create_table(schema.name, schema=columns | days)
    return Tables(backend, dt.date(2025, 6, 30), ZoneInfo("Asia/Shanghai"), made, dt.datetime(2023, 1, 1))


def test_every_condition_and_rule_of_the_guide_runs(tables: Tables) -> None:
    conditions, rules = examples("condition"), examples("rule")
    assert len(conditions) >= 40 and len(rules) >= 25
    definitions = {line: parse_value(line, where=line) for line in (*conditions, *rules)}
    query = Query(tables, definitions)
    kinds = {line: query.check(node, where=line) for line, node in definitions.items()}
    assert all(kinds[line] == "flag" for line in conditions)
    assert query.values().to_pyarrow().num_rows == 0


def test_the_guide_names_every_word_of_the_language() -> None:
    words = {*VERBS, *FUNCTIONS, *SOURCES, *SHORTCUTS, *MODEL_FACTS, AGE, TENURE}
    assert not [word for word in words if not re.search(rf"\b{word}\b", GUIDE)]


def test_every_verb_and_every_function_has_an_example() -> None:
    text = " ".join((*examples("condition"), *examples("rule")))
    assert not [verb for verb in VERBS if not re.search(rf"\b{verb}\b", text)]
    assert not [name for name in FUNCTIONS if f"{name}(" not in text]
