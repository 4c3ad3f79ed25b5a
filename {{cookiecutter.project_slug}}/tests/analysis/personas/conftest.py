"""A synthetic client of 3,000 with its true groups, loaded once; frames of tags for everything smaller."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import yaml

from customer_analytics.analysis import personas
from customer_analytics.analysis.personas import PersonasResult
from customer_analytics.analysis.tags import TagPortrait, TagResult, tag_portrait
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import PersonasParameters
from customer_analytics.engagement.tags import TagCatalogue, Words, read_catalogue
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import Tables, open_tables

SHIPPED = Path(__file__).parents[3] / "tags.yml"
SETTINGS = {"language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}


@dataclass(frozen=True)
class Client:
    """The client's tables, tags, catalogue, and the true group of each account."""

    tables: Tables
    portrait: TagPortrait
    catalogue: TagCatalogue
    truth: pd.Series


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = tmp_path_factory.mktemp("personas") / "client"
    raw = folder / "data" / "raw" / "sample"
    made = make_sample(raw, customers=3_000, seed=11, faults=False, **SETTINGS)
    engagement = {"client": "A", "consultancy": "B", **SETTINGS, "sources": made.sources}
    text = yaml.safe_dump(engagement | {"as_of": made.as_of.isoformat()}, allow_unicode=True)
    (folder / "engagement.yml").write_text(text, encoding="utf-8", newline="\n")
    shutil.copy(SHIPPED, folder / "tags.yml")
    project = Project.find(folder)
    load(project)
    tables, catalogue = open_tables(project), read_catalogue(project)
    truth = pd.read_parquet(raw / "truth_customers.parquet").set_index("customer_id")["persona"]
    return Client(tables, tag_portrait(tables, catalogue), catalogue, truth)


@pytest.fixture(scope="session")
def result(client: Client) -> PersonasResult:
    return personas.analyse(client.tables, client.portrait, PersonasParameters(), client.catalogue)


@pytest.fixture(scope="session")
def one_crowd(client: Client) -> tuple[Tables, TagPortrait]:
    """The same business without groups: each order and each visit belongs to a customer drawn at random."""
    generator = np.random.default_rng(1)
    orders = client.tables["orders"].to_pyarrow()
    orders = _with(orders, "customer_id", generator.permutation(orders["customer_id"].to_numpy(zero_copy_only=False)))
    events = client.tables["events"].to_pyarrow()
    whose = events.select(["session_id", "customer_id"]).to_pandas().drop_duplicates("session_id")
    mixed = dict(zip(whose["session_id"], generator.permutation(whose["customer_id"].to_numpy()), strict=True))
    events = _with(events, "customer_id", [mixed[session] for session in events["session_id"].to_pylist()])
    backend = client.tables.backend
    lines = client.tables["order_lines"]
    tables = dict(client.tables.tables) | {
        "orders": backend.create_table("crowd_orders", orders),
        "events": backend.create_table("crowd_events", events),
        "order_lines": lines.drop("customer_id") if "customer_id" in lines.columns else lines,
    }
    data = dataclasses.replace(client.tables, tables=tables)
    names = [tag.name for tag in client.portrait.for_personas]
    return data, tag_portrait(data, client.catalogue, like=client.portrait, only=names)


def _with(table: pa.Table, column: str, values: Any) -> pa.Table:
    return table.set_column(table.column_names.index(column), column, pa.array(values, pa.string()))


MakeTags = Callable[..., list[TagResult]]


@pytest.fixture(scope="session")
def make_tags() -> MakeTags:
    """A function: frame of tags -> what the catalogue would say of them; units by column name."""

    def make(values: pd.DataFrame, units: Mapping[str, str] | None = None, **more: Any) -> list[TagResult]:
        words = Words(en="x", zh_CN="x")
        made = []
        for name in values.columns:
            kind = values[name].dtype
            which = "flag" if kind == "boolean" else "number" if pd.api.types.is_float_dtype(kind) else "text"
            facts: dict[str, Any] = {
                "name": name, "tag_class": "behaviour", "rule": name, "source": ("orders",), "label": words,
                "meaning": words, "owner": "", "refresh": "daily", "persona": True, "sensitive": False,
                "unit": (units or {}).get(name), "kind": which, "status": "ran", "reason": None,
                "customers": len(values), "coverage": 1.0, "refreshed_at": None, "stale": False,
            }  # fmt: skip
            made.append(TagResult(**(facts | more)))
        return made

    return make


@pytest.fixture(scope="session")
def blobs() -> Callable[..., SimpleNamespace]:
    """A function: clearly separate groups in some dimensions, with their labels."""

    def make(k: int, n: int, dimensions: int = 4, apart: float = 6.0, seed: int = 0) -> SimpleNamespace:
        generator = np.random.default_rng(seed)
        centres = generator.normal(size=(k, dimensions)) * apart
        labels = np.repeat(np.arange(k), n)
        return SimpleNamespace(points=centres[labels] + generator.normal(size=(k * n, dimensions)), labels=labels)

    return make
