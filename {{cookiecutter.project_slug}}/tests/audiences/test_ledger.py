"""The ledger: the union of all assignments, nothing forgotten, nothing seen before its day."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from any_engine import connect

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.ledger import COLUMNS, open_ledger

from .conftest import AS_OF, MakeProject
from .ledgers import assign


def rows(project: Project, as_of: dt.date = AS_OF) -> list[dict[str, Any]]:
    ledger = open_ledger(project, connect(), as_of)
    assert ledger is not None
    found: list[dict[str, Any]] = ledger.order_by("audience", "version", "customer_id").to_pyarrow().to_pylist()
    return found


def test_a_project_without_audiences_has_no_ledger(make: MakeProject) -> None:
    project = make({})
    assert open_ledger(project, connect(), AS_OF) is None
    project.audiences.mkdir()
    (project.audiences / "README.md").write_text("lists\n", encoding="utf-8")
    assert open_ledger(project, connect(), AS_OF) is None


def test_the_ledger_is_the_union_of_the_assignments_in_the_shape_of_touches(make: MakeProject) -> None:
    project = make({})
    assign(project, "spring", {"a": "treatment", "b": "control"}, days=9, campaign="C-1")
    assign(project, "夏季", {"a": "control"}, days=5, expires=AS_OF)
    ledger = open_ledger(project, connect(), AS_OF)
    assert ledger is not None
    assert tuple(ledger.columns) == COLUMNS
    assert {"campaign_id", "customer_id", "arm", "assigned_at"} <= set(COLUMNS)
    found = [(one["campaign_id"], one["customer_id"], one["arm"], one["current"]) for one in rows(project)]
    assert found == [
        ("C-1", "a", "treatment", True),
        ("C-1", "b", "control", True),
        ("夏季", "a", "control", True),
    ]


def test_what_was_replaced_stays_and_is_not_current(make: MakeProject) -> None:
    project = make({})
    assign(project, "spring", {"a": "control"}, days=9, earlier=True, version=1)
    assign(project, "spring", {"a": "treatment"}, days=2, version=2)
    found = [(one["version"], one["arm"], one["current"]) for one in rows(project)]
    assert found == [(1, "control", False), (2, "treatment", True)]


def test_an_assignment_after_the_as_of_day_is_not_seen(make: MakeProject) -> None:
    project = make({})
    assign(project, "spring", {"a": "control"}, days=9)
    assign(project, "summer", {"a": "control"}, days=5)
    day = AS_OF - dt.timedelta(days=5)
    assert len(rows(project, day)) == 2
    assert [one["audience"] for one in rows(project, day - dt.timedelta(days=1))] == ["spring"]
    assert rows(project, day - dt.timedelta(days=5)) == []


def test_a_damaged_record_is_named_and_not_passed_over(make: MakeProject) -> None:
    project = make({})
    assign(project, "spring", {"a": "control"}, days=9)
    assign(project, "summer", {"a": "control"}, days=9)
    (project.audiences / "spring" / "assignment.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(UserError, match=r"audiences/spring/assignment\.parquet"):
        open_ledger(project, connect(), AS_OF)


def test_an_audience_whose_swap_was_cut_short_is_put_back(make: MakeProject) -> None:
    project = make({})
    assign(project, "spring", {"a": "control"}, days=9)
    (project.audiences / "spring").rename(project.audiences / ".spring-old")
    shutil.copytree(project.audiences / ".spring-old", project.audiences / ".spring-new")
    assert [one["audience"] for one in rows(project)] == ["spring"]
    assert (project.audiences / "spring" / "assignment.parquet").is_file()


def test_folders_that_a_killed_command_left_are_no_audiences(make: MakeProject) -> None:
    project = make({})
    assign(project, "spring", {"a": "control"}, days=9)
    assign(project, ".summer-new", {"a": "control"}, days=9)
    assign(project, ".spring-old", {"z": "control"}, days=9)
    assert [one["customer_id"] for one in rows(project)] == ["a"]


def test_who_was_held_out_under_an_old_number_stays_held_out_after_a_merge(make: MakeProject) -> None:
    project = make({}, identity={"resolve": True})
    assign(project, "spring", {"old": "control", "other": "treatment", "alone": "control"}, days=9)
    persons = [("old", "other"), ("other", "other"), ("new", "new")]
    columns = {"account_id": [a for a, _ in persons], "customer_id": [c for _, c in persons]}
    pq.write_table(pa.table(columns), project.tables / "identity_map.parquet")
    found = sorted((one["customer_id"], one["arm"]) for one in rows(project))
    assert found == [("alone", "control"), ("other", "control"), ("other", "treatment")]
    without = make({}, identity={"resolve": False})
    assert {one["customer_id"] for one in rows(without)} == {"old", "other", "alone"}
