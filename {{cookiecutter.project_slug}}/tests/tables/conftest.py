from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ibis
import pytest
import yaml

from customer_analytics.engagement import Project
from customer_analytics.tables.store import open_tables

MakeProject = Callable[..., Project]
ORDERS = {"order_id": "no", "customer_id": "who", "ordered_at": "when", "amount": "total"}


@pytest.fixture
def make(tmp_path: Path) -> MakeProject:
    """A project in tmp_path with these files below data/raw and these sources."""

    def project(files: dict[str, str | bytes], *sources: dict[str, Any], **settings: Any) -> Project:
        raw = tmp_path / "data" / "raw"
        raw.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            target = raw / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        engagement = {"client": "Test", "consultancy": "Test", "time_zone": "UTC"} | settings
        engagement["sources"] = list(sources)
        text = yaml.safe_dump(engagement, allow_unicode=True, sort_keys=False)
        (tmp_path / "engagement.yml").write_text(text, encoding="utf-8")
        return Project.find(tmp_path)

    return project


@pytest.fixture
def orders() -> Callable[..., dict[str, Any]]:
    """A source of orders with the columns no, who, when, total."""

    def source(files: str = "data/raw/*.csv", **more: Any) -> dict[str, Any]:
        return {"table": "orders", "files": files, "columns": dict(ORDERS)} | more

    return source


def _by_values(row: dict[str, Any]) -> list[tuple[int, str]]:
    """Order of rows by their values, the first column first, 2 before 10."""
    return [(len(str(value)), str(value)) for value in row.values()]


@pytest.fixture
def rows() -> Callable[[Project, str], list[dict[str, Any]]]:
    """All rows of a loaded table, sorted by their values: an engine gives rows in no fixed order."""

    def read(project: Project, table: str) -> list[dict[str, Any]]:
        path = project.tables / f"{table}.parquet"
        found: list[dict[str, Any]] = ibis.duckdb.connect().read_parquet(str(path)).to_pyarrow().to_pylist()
        return sorted(found, key=_by_values)

    return read


@pytest.fixture
def column() -> Callable[[Project, str, str], list[Any]]:
    """One column of a loaded table as the analyses see it, in the order of its rows' values."""

    def read(project: Project, table: str, name: str) -> list[Any]:
        return [row[name] for row in sorted(open_tables(project)[table].to_pyarrow().to_pylist(), key=_by_values)]

    return read


@pytest.fixture(scope="session")
def engine_values() -> Callable[..., list[Any]]:
    """`engine_values(texts, build)`: what the engine makes of an expression over texts."""
    backend = ibis.duckdb.connect()
    backend.settings["TimeZone"] = "UTC"

    def evaluate(values: Sequence[str], build: Callable[[Any], Any]) -> list[Any]:
        frame = ibis.memtable({"position": list(range(len(values))), "text": list(values)})
        table = backend.create_table("texts", frame, overwrite=True)
        found = table.select(table.position, value=build(table.text)).order_by("position").to_pyarrow()
        return list(found["value"].to_pylist())

    return evaluate
