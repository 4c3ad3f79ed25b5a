"""A small synthetic client of each industry, made from its pack and loaded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from customer_analytics.engagement import Project
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import Tables, open_tables

HERE = Path(__file__).parents[2]
LANGUAGES = {"education": "en", "finance": "zh_CN", "local_services": "en", "saas_content": "zh_CN", "b2b": "en"}


@dataclass(frozen=True)
class Client:
    """A loaded project, its tables, and the truths planted in them."""

    project: Project
    tables: Tables
    truth: dict[str, Any]


def make_client(folder: Path, industry: str, language: str, *, customers: int, pack: str | None = None) -> Client:
    """The project with the synthetic client of its industry, or of an own pack (YAML)."""
    settings = {
        "client": "A", "consultancy": "B", "language": language, "industry": industry,
        "currency": "CNY" if language == "zh_CN" else "EUR", "time_zone": "Europe/London",
    }  # fmt: skip
    folder.mkdir(parents=True)
    if pack is not None:
        (folder / "own.yml").write_text(pack, encoding="utf-8")
        settings["pack"] = "own.yml"
    path = folder / "engagement.yml"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    made = make_sample(
        folder / "data" / "raw" / "sample", customers=customers, seed=11, language=language, industry=industry,
        currency=settings["currency"], time_zone=settings["time_zone"], faults=False, days=560,
        pack=Project.find(folder).engagement.industry_pack,
    )  # fmt: skip
    text = yaml.safe_dump(settings | {"sources": made.sources, "as_of": str(made.as_of)}, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    shutil.copy(HERE / "tags.yml", folder)
    project = Project.find(folder)
    load(project)
    truth = json.loads((folder / "data" / "raw" / "sample" / "truth.json").read_text(encoding="utf-8"))
    return Client(project, open_tables(project), truth)


@pytest.fixture(scope="session")
def client_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Client]:
    """A function: industry -> its client, made once."""
    made: dict[str, Client] = {}

    def of(industry: str) -> Client:
        if industry not in made:
            folder = tmp_path_factory.mktemp("packs") / industry
            made[industry] = make_client(folder, industry, LANGUAGES[industry], customers=260)
        return made[industry]

    return of
