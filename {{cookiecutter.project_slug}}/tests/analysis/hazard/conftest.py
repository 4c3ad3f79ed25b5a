"""Small projects over contracts, loaded as a client's export is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import pandas as pd
import pytest
import yaml
from any_engine import connect

from customer_analytics.engagement import Project
from customer_analytics.tables.load import load
from customer_analytics.tables.store import Tables

LAST_DAY = dt.date(2026, 6, 30)


@pytest.fixture(scope="session")
def project_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Project]:
    """project_of(frame, {"customer_id": "id", …}): a loaded project whose subscriptions come from the frame."""

    def make(frame: pd.DataFrame, columns: dict[str, str]) -> Project:
        folder = tmp_path_factory.mktemp("contracts") / "client"
        (folder / "data" / "raw").mkdir(parents=True)
        frame.to_csv(folder / "data" / "raw" / "contracts.csv", index=False)
        source = {"table": "subscriptions", "files": "data/raw/contracts.csv", "columns": columns}
        text = yaml.safe_dump({"client": "A", "consultancy": "B", "sources": [source]}, sort_keys=False)
        (folder / "engagement.yml").write_text(text, encoding="utf-8", newline="\n")
        project = Project.find(folder)
        load(project)
        return project

    return make


@pytest.fixture(scope="session")
def tables_of() -> Callable[..., Tables]:
    """tables_of(subscriptions=frame, …): canonical tables straight in the engine, as of LAST_DAY."""

    def make(as_of: dt.date = LAST_DAY, **frames: pd.DataFrame) -> Tables:
        engine = connect()
        tables = {name: _with_days(engine.create_table(name, frame)) for name, frame in frames.items()}
        return Tables(engine, as_of, ZoneInfo("UTC"), tables)

    return make


def _with_days(table: ir.Table) -> ir.Table:
    return table.mutate(**{name: table[name].cast("date") for name in table.columns if name.endswith("_on")})
