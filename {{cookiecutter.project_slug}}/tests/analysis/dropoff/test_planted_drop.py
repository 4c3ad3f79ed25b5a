"""The synthetic client loses payments on one device: is it found, named first, with a prize that is right?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml

from customer_analytics.analysis import dropoff, funnel
from customer_analytics.analysis.dropoff import DropoffResult
from customer_analytics.analysis.dropoff.visits import units_of
from customer_analytics.analysis.funnel import FunnelResult
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.language import Language
from customer_analytics.narrative.funnel import View, portfolio, summary
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import open_tables

SETTINGS: dict[str, Any] = {"language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}
Made = tuple[Project, FunnelResult, DropoffResult, dict[str, Any]]


def made(folder: Path, customers: int, seed: int, *, planted: bool) -> Made:
    raw = folder / "data" / "raw" / "sample"
    sample = make_sample(raw, customers=customers, seed=seed, planted=planted, faults=False, **SETTINGS)
    sources = [one for one in sample.sources if one["table"] in ("events", "orders", "order_lines", "customers")]
    settings = {"client": "A", "consultancy": "B", **SETTINGS, "as_of": sample.as_of.isoformat(), "sources": sources}
    (folder / "engagement.yml").write_text(yaml.safe_dump(settings), encoding="utf-8", newline="\n")
    project = Project.find(folder)
    load(project)
    tables, parameters = open_tables(project), FunnelParameters()
    counted = funnel.analyse(tables, parameters)
    truth = json.loads((raw / "truth.json").read_text(encoding="utf-8"))["funnel"]
    return project, counted, dropoff.analyse(tables, counted, parameters), truth


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("drop") / "client", 2_000, 3, planted=True)


def test_the_planted_device_is_the_largest_prize_and_the_truth_lies_in_its_interval(client: Made) -> None:
    _, _, result, truth = client
    first = result.drivers.prizes.iloc[0]
    assert first["value"] == truth["drop"]["device"] and result.name_of(str(first["property"])) == "device"
    assert result.steps[int(first["step"]) - 1] == truth["drop"]["step"]
    assert first["extra_low"] <= truth["drop"]["lost_payments"] <= first["extra_high"]
    assert first["rate"] == pytest.approx(truth["drop"]["rate"], abs=0.03)
    assert first["rest_rate"] == pytest.approx(truth["drop"]["rate_elsewhere"], abs=0.03)
    assert first["adjusted_high"] < 0.4, "the true odds ratio is 0.23"
    assert result.reasons_of_group is not None
    assert "payment_timeout" in set(result.reasons_of_group.marked["said"])


def test_it_is_named_first_on_the_first_screen_in_both_languages(client: Made) -> None:
    _, counted, result, truth = client
    for code in ("en", "zh_CN"):
        view = View(counted, Language(code, "EUR"), 10, dropoff=result)
        first = summary(view).findings[0]
        assert first.id == "dropoff" and first.notable
        assert truth["drop"]["device"] in str(first.statement)
        assert first.low is not None and first.high is not None
        assert first.low <= truth["drop"]["lost_payments"] <= first.high
        plans = portfolio.documents(view)
        assert truth["drop"]["device"] in plans["test_plans/plan_1.md"]


def test_the_visits_are_those_that_plain_sql_counts(client: Made) -> None:
    project, counted, result, _ = client
    sql = f"""
        WITH s AS (
            SELECT session_id, min(occurred_at) FILTER (WHERE event = '{counted.definition.labels[0]}') AS begin,
                {", ".join(f"max(event = '{name}') AS has_{n}" for n, name in enumerate(counted.definition.labels, 1))}
            FROM '{(project.tables / "events.parquet").as_posix()}' GROUP BY 1)
        SELECT count(*) FILTER (WHERE begin < TIMESTAMP '2026-06-29 23:00:00') FROM s WHERE has_1
    """
    visits = duckdb.sql(sql).fetchone()
    assert visits is not None and result.totals["n_1"] == visits[0]
    units = units_of(open_tables(project), counted)
    frame = units.table.to_pandas()
    events = pd.read_parquet(project.tables / "events.parquet")
    entry = events[events["event"] == counted.definition.labels[0]].merge(
        frame, left_on=["session_id", "occurred_at"], right_on=["unit_id", "entered_at"]
    )
    device = next(each.column for each in units.properties if each.name == "device")
    by_unit = entry.groupby("unit_id").agg(device=("device", "max"), found=(device, "first"))
    assert (by_unit["device"] == by_unit["found"]).all() and len(by_unit) == len(frame)


def test_lost_visits_of_people_who_came_back_are_counted_as_row_by_row(client: Made) -> None:
    project, counted, result, _ = client
    frame = units_of(open_tables(project), counted).table.to_pandas().dropna(subset=["person_id"])
    window = pd.Timedelta(seconds=counted.definition.window_seconds or 0)
    last = len(result.steps)
    lost = frame[frame["furthest"] == last - 1][["unit_id", "person_id", "entered_at"]]
    done = frame[frame["furthest"] == last][["person_id", f"at_{last}", "entered_at"]]
    both = lost.merge(done, on="person_id", suffixes=("", "_of_done"))
    later = both[
        (both["entered_at_of_done"] >= both["entered_at"]) & (both[f"at_{last}"] <= both["entered_at"] + window)
    ]
    assert result.returned[last] == (len(lost), later["unit_id"].nunique())


def test_where_nothing_is_planted_nothing_is_claimed(tmp_path: Path) -> None:
    _, counted, result, truth = made(tmp_path / "client", 1_500, 1, planted=False)
    assert truth["drop"] is None
    assert not result.drivers.table["claimed"].any() and not len(result.drivers.prizes)
    assert result.drivers.tests > 30
    assert not len(result.anomalies.table)
    assert result.change is not None and not len(result.change.moved)
    assert result.breakdown is not None and not (result.breakdown.table["q"] <= 0.01).any()
    view = View(counted, Language("en", "EUR"), 10, dropoff=result)
    told = {finding.id: finding for finding in summary(view).findings}
    assert not told["dropoff"].notable and str(told["dropoff"].head) == "No group drops off more than the rest"
    assert not any(told[name].notable for name in ("dropoff_reason", "funnel_change") if name in told)
