"""The synthetic client, loaded once for every test of churn, and the same business with nothing planted in it."""

from __future__ import annotations

import json
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from customer_analytics.engagement import Project
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import Tables, open_tables

CUSTOMERS, SEED = 3_000, 7
SETTINGS = {"language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}
sys.path.insert(0, str(Path(__file__).resolve().parent))  # slow references and small logs


class SampleClient:
    """A loaded project of the synthetic client. `tables` are opened once; truths as truth.json and its tables say."""

    def __init__(self, folder: Path, customers: int, seed: int, *, planted: bool) -> None:
        raw = folder / "data" / "raw" / "sample"
        made = make_sample(raw, customers=customers, seed=seed, planted=planted, **SETTINGS)
        engagement = {"client": "A", "consultancy": "B", **SETTINGS, "sources": made.sources}
        text = yaml.safe_dump(engagement | {"as_of": made.as_of.isoformat()}, allow_unicode=True, sort_keys=False)
        (folder / "engagement.yml").write_text(text, encoding="utf-8", newline="\n")
        self.raw, self.project = raw, Project.find(folder)
        load(self.project)

    @cached_property
    def tables(self) -> Tables:
        return open_tables(self.project)

    @cached_property
    def truth(self) -> dict[str, Any]:
        return json.loads((self.raw / "truth.json").read_text(encoding="utf-8"))

    def truth_table(self, name: str) -> pd.DataFrame:
        """truth_customers, truth_subscriptions or truth_feedback."""
        return pd.read_parquet(self.raw / f"truth_{name}.parquet")


@pytest.fixture(scope="session")
def sample_client(tmp_path_factory: pytest.TempPathFactory) -> SampleClient:
    return SampleClient(tmp_path_factory.mktemp("churn") / "client", CUSTOMERS, SEED, planted=True)


@pytest.fixture(scope="session")
def plain_client(tmp_path_factory: pytest.TempPathFactory) -> SampleClient:
    """Nothing planted: everybody leaves with the same hazard, whatever is known of them."""
    return SampleClient(tmp_path_factory.mktemp("plain") / "client", CUSTOMERS, SEED, planted=False)


@pytest.fixture(scope="session")
def make_client(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """make_client(customers=, seed=, planted=): another client, for tests over seeds."""

    def make(customers: int = CUSTOMERS, seed: int = SEED, *, planted: bool = True) -> SampleClient:
        return SampleClient(tmp_path_factory.mktemp("more") / "client", customers, seed, planted=planted)

    return make
