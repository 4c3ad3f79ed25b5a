"""The exports go through engagement.yml and the loader: every row and every cent arrives, or is set aside by name."""

from __future__ import annotations

import json
from decimal import Decimal

import pandas as pd
import pytest
import yaml

from customer_analytics.engagement import Project
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample


@pytest.fixture(scope="module", params=["en", "zh_CN"])
def loaded(request, tmp_path_factory):
    """A small sample, loaded: the project, its log, and truth.json."""
    folder = tmp_path_factory.mktemp("loading")
    settings = {"language": request.param, "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}
    made = make_sample(folder / "data" / "raw" / "sample", customers=400, seed=9, **settings)
    engagement = {
        "client": "A",
        "consultancy": "B",
        **settings,
        "as_of": made.as_of.isoformat(),
        "sources": made.sources,
    }
    text = yaml.safe_dump(engagement, allow_unicode=True, sort_keys=False)
    (folder / "engagement.yml").write_text(text, encoding="utf-8", newline="\n")
    project = Project.find(folder)
    truth = json.loads((folder / "data" / "raw" / "sample" / "truth.json").read_text(encoding="utf-8"))
    return project, load(project), truth, made


def test_rows_and_money_are_those_of_the_exports(loaded):
    _, log, truth, made = loaded
    assert {name: table.rows_in for name, table in log.tables.items()} == made.rows
    assert log.tables["orders"].money_in == Decimal(str(truth["orders"]["amount"]))


def test_only_the_unreadable_dates_are_set_aside(loaded):
    _, log, truth, _ = loaded
    aside = {name: sum(table.rows_set_aside.values()) for name, table in log.tables.items()}
    assert aside == dict.fromkeys(log.tables, 0) | {"orders": truth["faults"]["order_date_unreadable"]["rows"]}


def test_words_of_the_client_become_ours(loaded):
    project, _, _, _ = loaded
    orders = pd.read_parquet(project.tables / "orders.parquet")
    customers = pd.read_parquet(project.tables / "customers.parquet")
    assert set(orders["status"]) <= {"paid", "unpaid", "cancelled", "refunded"}
    assert customers["consent"].notna().all()


def test_clocks_agree_between_sources_in_different_zones(loaded):
    project, _, _, _ = loaded
    events = pd.read_parquet(project.tables / "events.parquet")
    orders = pd.read_parquet(project.tables / "orders.parquet").drop_duplicates("order_id")
    # A payment online is an event at the second of the payment: exports in local time and in UTC meet.
    paid = orders.loc[orders["channel"].isin(["app", "APP", "web", "网站"]), "paid_at"].dropna()
    purchases = events.loc[events["event"] == "purchase", "occurred_at"]
    assert purchases.isin(paid).mean() > 0.9
