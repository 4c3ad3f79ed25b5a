"""Connections to DuckDB: what does not fit into memory goes to the project's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from customer_analytics.tables.engines import JOBS, connect


def test_a_sort_beyond_the_memory_limit_spills_into_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    scratch = tmp_path / ".analytics" / "scratch"
    engine = connect("duckdb", {"memory_limit": "60MB", "threads": 1}, scratch)
    engine.raw_sql("CREATE TABLE sorted AS SELECT hash(range) AS n, range AS m FROM range(8000000) ORDER BY n")
    assert engine.table("sorted").count().to_pyarrow().as_py() == 8_000_000
    assert [path.name for path in scratch.glob("spill-*/*")], "nothing was spilled, or somewhere else"


def test_reports_made_at_once_share_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(JOBS, "2")
    engine = connect("duckdb", {"memory_limit": "1GB"}, tmp_path)
    limit = engine.raw_sql("SELECT current_setting('memory_limit')").fetchone()[0]
    assert limit == "476.8 MiB"  # 500 MB
