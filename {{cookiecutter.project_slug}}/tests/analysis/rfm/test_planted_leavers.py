"""The synthetic client knows on which day each customer left: do lateness, loss and moves find them?"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import yaml

from customer_analytics.analysis.rfm import RfmResult, analyse, customer_tables
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import RfmParameters
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import open_tables

SETTINGS: dict[str, Any] = {"language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> tuple[RfmResult, pd.DataFrame, pd.Timestamp]:
    """The RFM result, the scored customers with their true day of leaving, and the as-of day."""
    folder = tmp_path_factory.mktemp("leavers") / "client"
    raw = folder / "data" / "raw" / "sample"
    made = make_sample(raw, customers=2_500, seed=5, faults=False, **SETTINGS)
    settings = {"client": "A", "consultancy": "B", **SETTINGS, "as_of": made.as_of.isoformat(), "sources": made.sources}
    (folder / "engagement.yml").write_text(yaml.safe_dump(settings), encoding="utf-8", newline="\n")
    project = Project.find(folder)
    load(project)
    result = analyse(open_tables(project, as_of=made.as_of), RfmParameters())
    truth = pd.read_parquet(raw / "truth_customers.parquet")[["customer_id", "left_on"]]
    due = customer_tables(result)["due_list"][["customer_id", "state"]]
    known = result.customers[["customer_id", "stage"]].merge(truth, on="customer_id").merge(due, on="customer_id")
    return result, known.assign(left_on=pd.to_datetime(known["left_on"])), pd.Timestamp(made.as_of)


def test_late_and_lost_find_the_planted_leavers_without_naming_many_others(client: Any) -> None:
    _, known, as_of = client
    left = known["left_on"].notna()
    for flag in (known["state"] == "late", known["stage"] == "lost"):
        assert (flag & left).sum() / left.sum() > 0.7, "sensitivity"
        assert (flag & ~left).sum() / (~left).sum() < 0.35, "false alarms"
        assert (flag & left).sum() / flag.sum() > 0.75, "precision"
    long_gone = known["left_on"] < as_of - pd.Timedelta(days=365)
    assert (known["state"][long_gone] == "late").mean() > 0.97


def test_customers_who_left_between_the_pictures_move_down_more_often_than_those_who_stayed(client: Any) -> None:
    result, known, _ = client
    moved = result.movement.transitions
    assert moved is not None
    frame = moved.customers.merge(known[["customer_id", "left_on"]], on="customer_id")
    frame = frame[frame["direction"].isin(["up", "level", "down", "out"])]
    frame = frame[~frame["earlier"].isin(["hibernating", "lost"])]  # they have no lower level to go to
    between = frame["left_on"] >= pd.Timestamp(moved.earlier.last_day)
    down = frame["direction"].isin(["down", "out"])
    assert down[between].mean() > down[frame["left_on"].isna()].mean() + 0.08


def test_late_customers_come_back_less_often_in_days_not_used_for_the_marks(client: Any) -> None:
    result, _, _ = client
    check = result.movement.rhythm.check
    assert check is not None and check.interval.low > 0.3
