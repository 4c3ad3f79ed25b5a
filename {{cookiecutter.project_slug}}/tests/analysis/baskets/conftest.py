"""The synthetic client, loaded once for every test of baskets, and the same business with nothing planted in it."""

from __future__ import annotations

import json
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from customer_analytics.analysis.baskets import Baskets, baskets
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import Tables, open_tables

CUSTOMERS, SEED = 3_000, 7
SETTINGS = {"language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}
sys.path.insert(0, str(Path(__file__).resolve().parent))  # tables written down by hand


class SampleClient:
    """A loaded project of the synthetic client. `tables` and `baskets` are worked out once."""

    def __init__(self, folder: Path, *, planted: bool) -> None:
        raw = folder / "data" / "raw" / "sample"
        made = make_sample(raw, customers=CUSTOMERS, seed=SEED, planted=planted, **SETTINGS)
        engagement = {"client": "A", "consultancy": "B", **SETTINGS, "sources": made.sources}
        text = yaml.safe_dump(engagement | {"as_of": made.as_of.isoformat()}, allow_unicode=True, sort_keys=False)
        (folder / "engagement.yml").write_text(text, encoding="utf-8", newline="\n")
        self.raw, self.project = raw, Project.find(folder)
        load(self.project)

    @cached_property
    def tables(self) -> Tables:
        return open_tables(self.project)

    @cached_property
    def baskets(self) -> Baskets:
        return baskets(self.tables, BasketRulesParameters())

    @cached_property
    def truth(self) -> dict[str, Any]:
        return json.loads((self.raw / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def sample_client(tmp_path_factory: pytest.TempPathFactory) -> SampleClient:
    return SampleClient(tmp_path_factory.mktemp("baskets") / "client", planted=True)


@pytest.fixture(scope="session")
def plain_client(tmp_path_factory: pytest.TempPathFactory) -> SampleClient:
    """Nothing planted: products are drawn by persona and season alone."""
    return SampleClient(tmp_path_factory.mktemp("plain") / "client", planted=False)
