"""A small synthetic client, loaded once, with the shipped catalogue opened to every industry."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import pytest
import yaml
from any_engine import connect

from customer_analytics.analysis.tags import TagPortrait, tag_portrait
from customer_analytics.engagement import Project
from customer_analytics.engagement.settings import Industry
from customer_analytics.engagement.tags import TagCatalogue, read_catalogue
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import Tables, open_tables

SHIPPED = Path(__file__).parents[3] / "tags.yml"
SETTINGS = {"language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A loaded project of 900 synthetic customers with the shipped tags.yml."""
    folder = tmp_path_factory.mktemp("tags") / "client"
    made = make_sample(folder / "data" / "raw" / "sample", customers=900, seed=5, **SETTINGS)
    engagement = {"client": "A", "consultancy": "B", **SETTINGS, "sources": made.sources}
    text = yaml.safe_dump(engagement | {"as_of": made.as_of.isoformat()}, allow_unicode=True)
    (folder / "engagement.yml").write_text(text, encoding="utf-8", newline="\n")
    shutil.copy(SHIPPED, folder / "tags.yml")
    project = Project.find(folder)
    load(project)
    return project


@pytest.fixture(scope="session")
def small_tables() -> Callable[..., Tables]:
    """A function: frames by table name -> Tables, with the day of each time, in UTC or another zone."""

    def make(as_of: dt.date = dt.date(2024, 6, 30), zone: str = "UTC", **frames: pd.DataFrame) -> Tables:
        backend = connect()
        bare = Tables(backend, as_of, ZoneInfo(zone), {}, dt.datetime(2000, 1, 1))
        tables = {}
        for name, frame in frames.items():
            table = backend.create_table(name, frame)
            for column in [column for column in table.columns if column.endswith("_at")]:
                if zone != "UTC":  # the frames hold wall-clock time
                    hours = ZoneInfo(zone).utcoffset(dt.datetime(2024, 1, 1))
                    table = table.mutate(**{column: table[column] - ibis.interval(seconds=int(hours.total_seconds()))})
                table = table.mutate(**{column.removesuffix("_at") + "_on": bare.local(table[column]).date()})
            tables[name] = table
        return dataclasses.replace(bare, tables=tables)

    return make


@pytest.fixture(scope="session")
def data(client: Project) -> Tables:
    return open_tables(client)


@pytest.fixture(scope="session")
def catalogue_of_all(client: Project) -> TagCatalogue:
    """The shipped catalogue with every tag for every industry, so that none goes untested."""
    shipped = read_catalogue(client)
    everywhere = {"industries": list(Industry)}
    tags = tuple(dataclasses.replace(tag, entry=tag.entry.model_copy(update=everywhere)) for tag in shipped.tags)
    return dataclasses.replace(shipped, tags=tags)


@pytest.fixture(scope="session")
def by_hand(client: Project, data: Tables) -> dict[str, pd.Series]:
    """Every tag as pandas computes it; those made by for_each as "pattern|value"."""
    spec = importlib.util.spec_from_file_location("by_hand", Path(__file__).with_name("by_hand.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tags: dict[str, pd.Series] = module.all_tags(module.Client(client.tables, data.as_of))
    return tags


@pytest.fixture(scope="session")
def portrait(data: Tables, catalogue_of_all: TagCatalogue) -> TagPortrait:
    return tag_portrait(data, catalogue_of_all)
