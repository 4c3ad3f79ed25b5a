"""The synthetic client, loaded once for every test of baskets."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path

import pytest
import yaml

from customer_analytics.analysis.baskets import Baskets, baskets
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import Tables, open_tables

CUSTOMERS, SEED = 1_000, 7
SETTINGS = {"language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}
sys.path.insert(0, str(Path(__file__).resolve().parent))  # tables written down by hand


class SampleClient:
    """A loaded project of the synthetic client. `tables` and `baskets` are worked out once."""

    def __init__(self, folder: Path) -> None:
        raw = folder / "data" / "raw" / "sample"
        made = make_sample(raw, customers=CUSTOMERS, seed=SEED, **SETTINGS)
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


@pytest.fixture(scope="session")
def sample_client(tmp_path_factory: pytest.TempPathFactory) -> SampleClient:
    return SampleClient(tmp_path_factory.mktemp("baskets") / "client")
