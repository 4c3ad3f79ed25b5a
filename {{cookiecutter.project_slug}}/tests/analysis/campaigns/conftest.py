"""The synthetic client, loaded once for every test of campaigns, with what was planted in it."""

from __future__ import annotations

import json
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pytest
import yaml

from customer_analytics.analysis.campaigns import Campaigns, prepare
from customer_analytics.analysis.campaigns.result import CampaignEvaluationResult, analyse
from customer_analytics.analysis.experiment import Experiments, experiments
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.ledger import open_ledger
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import Tables, open_tables

CUSTOMERS, SEED = 3_000, 7
SETTINGS = {"language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}
sys.path.insert(0, str(Path(__file__).resolve().parent))  # tables written down by hand


class CampaignClient:
    """A loaded project of the synthetic client. What is worked out is worked out once."""

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
    def ledger(self) -> ir.Table | None:
        return open_ledger(self.project, self.tables.backend, self.tables.as_of)

    @cached_property
    def campaigns(self) -> Campaigns:
        return prepare(self.tables, self.ledger, CampaignEvaluationParameters())

    @cached_property
    def experiments(self) -> Experiments:
        return experiments(self.campaigns, CampaignEvaluationParameters())

    @cached_property
    def result(self) -> CampaignEvaluationResult:
        """The whole report; tests of one part take that part alone."""
        return analyse(self.tables, self.ledger, CampaignEvaluationParameters())

    @cached_property
    def truth(self) -> dict[str, Any]:
        """What was planted: campaign -> its truth, beside definition and window_days."""
        return dict(json.loads((self.raw / "truth.json").read_text(encoding="utf-8"))["campaigns"])


@pytest.fixture(scope="session")
def campaign_client(tmp_path_factory: pytest.TempPathFactory) -> CampaignClient:
    return CampaignClient(tmp_path_factory.mktemp("campaigns") / "client")
