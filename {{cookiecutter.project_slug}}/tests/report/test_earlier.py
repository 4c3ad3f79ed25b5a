"""Earlier runs of the churn report: which of them can be held against what happened, and how their ids are read."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from customer_analytics.engagement import Project
from customer_analytics.report import csv_files
from customer_analytics.report.earlier import earlier_facts, earlier_runs, earlier_scores
from customer_analytics.report.privacy import with_hashed_ids

ENGAGEMENT = """\
client: Test
consultancy: Example
sources:
  - table: orders
    files: data/raw/orders.csv
    columns: {order_id: number, customer_id: customer, ordered_at: day}
"""
IDS = ["00123", "=cmd|' /C calc'!A0", "+49 30", "客户1", 'a,b"c', "@x", " cookie", "-7", "NA", "1e5"]
LAST = dt.date(2026, 6, 30)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "engagement.yml").write_text(ENGAGEMENT, encoding="utf-8")
    (tmp_path / "reports").mkdir()
    return Project.find(tmp_path)


def make_run(
    project: Project, name: str, as_of: str, *, group: str = "", ids: list[str] | None = None,
    created: str = "2026-07-01T09:00:00+00:00", **changed: Any,
) -> Path:  # fmt: skip
    """A finished run as the pipeline leaves it."""
    content = {"format": 1, "as_of": as_of, "subset": None, "kind": "orders", "gap_days": 0, "horizon_days": 30,
               "method": "trees", "customers": 10, "expected_rate": 0.3, "privacy": "analyst"} | changed  # fmt: skip
    run = project.reports / name
    folder = run / group / "churn"
    folder.mkdir(parents=True)
    (run / "run.json").write_text(json.dumps({"created_at": created}), encoding="utf-8")
    (folder / "promise.json").write_text(json.dumps(content), encoding="utf-8")
    if content["privacy"] != "executive":
        table = pd.DataFrame({"customer_id": ids or IDS})
        table["probability"] = [(place + 1) / (len(table) + 1) for place in range(len(table))]
        hashed = with_hashed_ids(table, project) if content["privacy"] == "analyst" else table
        csv_files.write(folder / "tables" / "scores.csv", hashed)
    return folder


def named(project: Project, as_of: dt.date | None = LAST, subset: str | None = None) -> list[str]:
    return [run.name for run in earlier_runs(project, as_of, subset)]


def opened(project: Project, subset: str | None = None) -> Any:
    return SimpleNamespace(project=project, tables=SimpleNamespace(as_of=LAST), subset=subset)


def test_a_promise_counts_from_the_day_on_which_its_time_is_over(project: Project) -> None:
    make_run(project, "over", "2026-05-31")
    make_run(project, "a_day_short", "2026-06-01")
    make_run(project, "with_a_gap", "2026-05-30", gap_days=2)
    make_run(project, "today", "2026-06-30")
    assert named(project) == ["over"]
    assert named(project, LAST + dt.timedelta(days=1)) == ["with_a_gap", "over", "a_day_short"]
    assert len(named(project, None)) == 4


def test_runs_that_are_not_finished_or_not_readable_promise_nothing(project: Project) -> None:
    make_run(project, ".x-partial", "2026-03-31")
    (make_run(project, "no_manifest", "2026-03-31").parent / "run.json").unlink()
    (make_run(project, "torn", "2026-03-31") / "promise.json").write_text("{", encoding="utf-8")
    make_run(project, "other_format", "2026-03-31", format=2)
    make_run(project, "no_day", "soon")
    make_run(project, "sound", "2026-03-31")
    assert named(project) == ["sound"]


def test_of_several_runs_for_one_day_the_newest_counts(project: Project) -> None:
    make_run(project, "2026-07-01_2", "2026-03-31")
    make_run(project, "2026-07-01_10", "2026-03-31")
    make_run(project, "2026-06-30_1", "2026-03-31", created="2026-06-30T23:00:00+00:00")
    assert named(project) == ["2026-07-01_10"]


def test_a_group_of_customers_meets_its_own_promises_only(project: Project) -> None:
    make_run(project, "all", "2026-03-31")
    make_run(project, "groups", "2026-03-31", group="north", subset="region=North")
    assert named(project) == ["all"]
    assert named(project, subset="region=North") == ["groups"]
    assert named(project, subset="region=South") == []


@pytest.mark.parametrize("privacy", ["analyst", "operations"])
def test_every_id_is_found_again_however_it_was_written(project: Project, privacy: str) -> None:
    make_run(project, "run", "2026-03-31", privacy=privacy)
    (run,) = earlier_scores(opened(project))
    assert run.scores is not None
    today = pd.DataFrame({"customer_id": run.written_as(IDS), "place": range(len(IDS))})
    joined = run.scores.merge(today, on="customer_id", validate="one_to_one")
    assert joined.sort_values("place")["probability"].tolist() == [(p + 1) / 11 for p in range(10)]


def test_an_executive_run_has_no_scores_and_says_why(project: Project) -> None:
    make_run(project, "run", "2026-03-31", privacy="executive")
    (run,) = earlier_scores(opened(project))
    assert run.scores is None
    assert run.withheld


@pytest.mark.parametrize("content", ["", "customer_id\nx\n", "customer_id,probability\nx,often\nx,0.5\ny,7\nx,0.6\n"])
def test_a_damaged_file_of_scores_never_stops_a_report(project: Project, content: str) -> None:
    folder = make_run(project, "run", "2026-03-31")
    (folder / "tables" / "scores.csv").write_text(content, encoding="utf-8")
    (run,) = earlier_scores(opened(project))
    assert run.scores is None or run.scores["probability"].tolist() == [0.5]


def test_the_cache_counts_exactly_the_files_that_are_read(project: Project) -> None:
    before = earlier_facts(project, LAST, None)
    make_run(project, "today", "2026-06-30")  # what a run leaves for itself does not change its own key
    make_run(project, "groups", "2026-03-31", group="north", subset="region=North")
    assert earlier_facts(project, LAST, None) == before == []
    folder = make_run(project, "first", "2026-03-31")
    once = earlier_facts(project, LAST, None)
    assert len(once) == 1
    make_run(
        project, "second", "2026-03-31", created="2026-07-02T09:00:00+00:00"
    )  # the same files, copied by the cache
    assert earlier_facts(project, LAST, None) == once
    (project.reports / "second" / "churn" / "tables" / "scores.csv").write_text("customer_id,probability\n")
    assert earlier_facts(project, LAST, None) != once
    assert folder.is_dir()
