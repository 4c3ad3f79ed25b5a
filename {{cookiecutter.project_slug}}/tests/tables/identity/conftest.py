"""Small tables of identifiers in an engine of their own, and one synthetic client that was loaded with resolution."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest
import yaml

from customer_analytics.engagement import Project
from customer_analytics.tables.load import LoadLog, load
from customer_analytics.tables.sample import make_sample

Pairs = set[tuple[str, str]]


@pytest.fixture(scope="session")
def engine() -> ibis.BaseBackend:
    return ibis.duckdb.connect()


@pytest.fixture(scope="session")
def table(engine: ibis.BaseBackend) -> Callable[..., ibis.Table]:
    """`table(account=[…], kind=[…])`: a table of text columns, None for nothing."""

    def make(**columns: list[Any]) -> ibis.Table:
        kinds = {name: pa.timestamp("us") if name == "registered" else pa.string() for name in columns}
        return ibis.memtable(pa.table({name: pa.array(values, kinds[name]) for name, values in columns.items()}))

    return make


def pairs_of(frame: pd.DataFrame, person: str, account: str) -> Pairs:
    """All pairs of accounts that are one person."""
    return {
        tuple(sorted(pair))  # type: ignore[misc]
        for _, members in frame.groupby(person)[account]
        for pair in combinations(members, 2)
    }


@pytest.fixture(scope="session")
def all_pairs() -> Callable[[pd.DataFrame, str, str], Pairs]:
    return pairs_of


class Client:
    """A synthetic client, its project folder and its truths."""

    def __init__(self, folder: Path, customers: int, seed: int) -> None:
        raw = folder / "data" / "raw" / "client"
        made = make_sample(raw, customers=customers, seed=seed, time_zone="Europe/London")
        self.folder, self.raw, self.sources, self.as_of = folder, raw, made.sources, made.as_of
        self.truth: dict[str, Any] = json.loads((raw / "truth.json").read_text(encoding="utf-8"))["identity"]
        self.people = pd.read_parquet(raw / "truth_customers.parquet")[["customer_id", "person_id"]]

    def load(self, **identity: Any) -> LoadLog:
        """Load with these settings of the block identity."""
        kept = ("customers", "orders", "events", "identities", "touches")
        settings = {
            "client": "Test", "consultancy": "Test", "time_zone": "Europe/London", "as_of": str(self.as_of),
            "sources": [source for source in self.sources if source["table"] in kept], "identity": identity,
        }  # fmt: skip
        text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
        (self.folder / "engagement.yml").write_text(text, encoding="utf-8")
        return load(self.project)

    @property
    def project(self) -> Project:
        return Project.find(self.folder)

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "data" / "tables" / f"{name}.parquet")


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(tmp_path_factory.mktemp("client"), 3_000, 2)


@pytest.fixture(scope="session")
def resolved(client: Client) -> LoadLog:
    """The log of the client's load with resolution, by the default rules; the tables are in the client's folder."""
    return client.load(resolve=True)
