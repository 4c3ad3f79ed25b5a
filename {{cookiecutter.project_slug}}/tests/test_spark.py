"""PySpark answers as DuckDB does: types, NULLs, moments, texts, kept tables, files. What is missing is named.

The analyses' own tests run on Spark as well: `pytest tests/analysis --engine pyspark`.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import any_engine
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import customer_analytics.tables
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.datasets import datasets
from customer_analytics.tables.engines import connect, shared_memory

ROWS = pa.table(
    {
        "who": ["a", "b", None, "d"],
        "n": pa.array([1, None, 3, -4], pa.int64()),
        "small": pa.array([7, 2, None, 3], pa.int32()),
        "x": pa.array([0.5, float("nan"), None, -1.0]),
        "at": pa.array([dt.datetime(2024, 3, 31, 1, 30), None, dt.datetime(1970, 1, 1), dt.datetime(2037, 1, 20)],
                       pa.timestamp("us")),
        "on": pa.array([dt.date(2024, 2, 29), dt.date(1969, 12, 31), None, dt.date(2024, 1, 1)]),
        "money": pa.array([Decimal("1.2500"), Decimal("-0.0100"), None, Decimal("99999999999.9999")],
                          pa.decimal128(18, 4)),
        "flag": [True, None, False, True],
        "text": ["  void\t", "failed\v", "\fok", "a'b\\v"],
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def engines(monkeypatch_module: pytest.MonkeyPatch) -> Iterator[dict[str, ibis.BaseBackend]]:
    pytest.importorskip("pyspark", reason="PySpark is not installed")
    if not shutil.which("java"):
        pytest.skip("there is no Java")
    default = ibis.get_backend()
    monkeypatch_module.setattr(any_engine, "chosen", "pyspark")
    yield {"duckdb": ibis.duckdb.connect(), "pyspark": any_engine.connect()}
    ibis.set_backend(default)


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture
def tables(engines: dict[str, ibis.BaseBackend]) -> Iterator[dict[str, ir.Table]]:
    yield {name: engine.create_table("held", ROWS) for name, engine in engines.items()}
    for engine in engines.values():
        engine.drop_table("held")


def _summary(table: ir.Table) -> ir.Table:
    known = table.group_by("flag").aggregate(
        rows=table.count(), people=table.who.nunique(), money=table.money.sum(), mean=table.n.mean(),
        last=table["at"].max(), share=table.n.sum() / table.small.sum(),
    )  # fmt: skip
    return known.order_by("flag")


QUESTIONS = {
    "everything": lambda table: table.order_by("n"),
    "of groups": _summary,
    "texts": lambda table: table.select("n", tidy=table.text.strip(), v=table.text.contains("\\v")).order_by("n"),
    "moments": lambda table: table.select(
        "n", day=table["at"].date(), later=table["at"] + ibis.interval(seconds=90), seconds=table["at"].epoch_seconds()
    ).order_by("n"),
    "places": lambda table: table.select(
        "n", before=table.n.lag().over(ibis.window(order_by="small", group_by="flag")),
        rank=ibis.row_number().over(ibis.window(order_by=["flag", "n"])),
    ).order_by("n"),
    "lists": lambda table: table.aggregate(found=table.n.collect(where=table.n > 0).sort()),
    "joined with memory": lambda table: table.join(
        ibis.memtable(pd.DataFrame({"who": ["a", "d"], "since": pd.to_datetime(["2024-01-01", None])})), "who"
    ).order_by("n"),
}  # fmt: skip


@pytest.mark.spark
@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_those_of_duckdb_in_value_and_type(tables: dict[str, ir.Table], question: str) -> None:
    asked = {name: QUESTIONS[question](table) for name, table in tables.items()}
    here, there = (asked[name].to_pandas() for name in ("duckdb", "pyspark"))
    assert list(here.dtypes.astype(str).str.replace("[ns]", "[us]")) == list(
        there.dtypes.astype(str).str.replace("[ns]", "[us]")
    )
    pd.testing.assert_frame_equal(here, there, check_dtype=False, check_exact=True)
    assert asked["duckdb"].to_pyarrow().to_pylist().__repr__() == asked["pyspark"].to_pyarrow().to_pylist().__repr__()


@pytest.mark.spark
def test_a_kept_table_is_worked_out_once_and_released(tables: dict[str, ir.Table]) -> None:
    table = tables["pyspark"]
    extra = ibis.memtable(pd.DataFrame({"who": ["a", "d"], "z": [1, 2]}))
    kept = table.join(extra, "who").mutate(lot=ibis.random()).cache()
    assert kept.lot.sum().execute() == kept.lot.sum().execute()  # drawn once
    sql = ibis.to_sql(kept.filter(kept.z == 1))
    assert "JOIN" not in sql
    kept.release()


@pytest.mark.spark
def test_a_column_found_from_lists_is_not_written_out_again(tables: dict[str, ir.Table]) -> None:
    lists = tables["pyspark"].aggregate(held=tables["pyspark"].n.collect())
    table = lists.mutate(first=lists.held.mins())
    for _ in range(20):  # twice as much at each step would be a million times
        table = table.mutate(first=ibis.ifelse(table.first < 0, table.first, table.held.filter(lambda n: n > 0).mins()))
    sql = tables["pyspark"].get_backend().compile(table)
    assert len(sql) < 20_000
    assert table.first.execute().tolist() == [-4]


@pytest.mark.spark
def test_connections_do_not_see_each_others_tables(engines: dict[str, ibis.BaseBackend]) -> None:
    other = any_engine.connect()
    other.create_table("own", ROWS)
    assert "own" not in engines["pyspark"].list_tables()


@pytest.mark.spark
def test_folders_by_day_are_one_table(engines: dict[str, ibis.BaseBackend], tmp_path: Path) -> None:
    rows = [
        {"customer_id": f"C{i}", "event": "view", "occurred_at": dt.datetime(2024, 1, 1 + i % 3, i)} for i in range(9)
    ]
    for day in (1, 2, 3):
        own = pa.Table.from_pylist([row for row in rows if row["occurred_at"].day == day])
        place = tmp_path / "events" / f"site=0{day % 2}" / f"day=2024-01-0{day}"
        place.mkdir(parents=True)
        pq.write_table(own, place / "part-0.parquet")
    found = datasets(tmp_path)["events"]
    assert (found.keys, found.days) == (("site",), ("day",))
    here, there = (found.open(engine, "folders").order_by("customer_id").to_pandas() for engine in engines.values())
    assert list(here["site"]) == ["01", "00", "01"] * 3  # a text stays one
    pd.testing.assert_frame_equal(here, there[list(here.columns)], check_dtype=False)


def test_without_java_the_message_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="PySpark is not installed")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UserError, match="needs Java 17"):
        connect("pyspark")


def test_without_pyspark_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "customer_analytics.tables.spark", raising=False)
    monkeypatch.delattr(customer_analytics.tables, "spark", raising=False)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "ibis.backends.pyspark", None)
    with pytest.raises(UserError, match="engine 'pyspark' cannot be used here"):
        connect("pyspark")


def test_a_setting_that_duckdb_does_not_know_is_named() -> None:
    with pytest.raises(UserError, match="memory_limits"):
        connect("duckdb", {"memory_limits": "4GB"})
    engine = connect("duckdb", {"memory_limit": "1GB", "threads": 1})
    assert str(engine.settings["threads"]) == "1"


def test_memory_is_divided_by_the_reports_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shared_memory("8GB") == "8.000GB"
    monkeypatch.setenv("CUSTOMER_ANALYTICS_JOBS", "4")
    assert shared_memory("8 GiB") == "2.000 GiB"
    assert shared_memory("70%") == "17.500%"
    assert shared_memory("much") == "much"
