"""What leaves the project: safe in a spreadsheet, exact for machines, whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from customer_analytics.audiences.files import next_version, write_audience
from customer_analytics.audiences.listing import list_audiences
from customer_analytics.audiences.options import read_request, share_text
from customer_analytics.audiences.platforms import BODY_BYTES, CALLS, write_braze, write_segment
from customer_analytics.audiences.record import Stamp
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.ledger import SCHEMA

from .conftest import AS_OF, MakeProject

END = dt.datetime(2024, 6, 30, 23, 59, 59)
IDS = ["007", "=1+1", "+8613800000000", "@x", "-5", 'a"b', "张三", "a,b\nc"]


def stamp(version: int = 1) -> Stamp:
    return Stamp(version, "active", AS_OF, END, "2024-07-01T08:00:00+00:00", None, "EUR", "0.1.0")


def frame() -> pd.DataFrame:
    n = len(IDS)
    return pd.DataFrame(
        {
            "customer_id": IDS,
            "held_out_of": ["", "=cmd", *[""] * (n - 2)],
            "city": ["=SUM(A1)", None, *["Port"] * (n - 2)],
            "age": [30.0, np.nan, *[41.5] * (n - 2)],
            "vip": pd.array([True, None, *[False] * (n - 2)], dtype="boolean"),
            "since": pd.to_datetime(["2024-01-02", None, *["2024-03-01 10:00"] * (n - 2)], format="ISO8601"),
            "born": [dt.date(1990, 1, 1), None, *[dt.date(1991, 2, 3)] * (n - 2)],
            "spent": [Decimal("12.5000"), None, *[Decimal("-3")] * (n - 2)],
        }
    )


def written(project: Project, version: int = 1, **options: Any) -> Path:
    request = read_request("active", name="春季", holdout="25%", **options)
    held = np.array([False] * 6 + [True] * 2)
    made = write_audience(
        project, request, stamp(version), frame(), held, np.array(["all"] * 8, object), {"name": "春季"}
    )
    assert made.marked_ids == 2  # =1+1 and @x; +86… and -5 are numbers, and a spreadsheet does not run them
    assert set(made.files) == {path.name for path in made.folder.iterdir() if path.is_file()}
    return made.folder


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_list_holds_those_to_contact_and_the_holdout_the_others(make: MakeProject) -> None:
    folder = written(make({}))
    contact, out = read(folder / "list.csv"), read(folder / "holdout.csv")
    assert [row["customer_id"] for row in contact] == ["007", "'=1+1", "+8613800000000", "'@x", "-5", 'a"b']
    assert [row["customer_id"] for row in out] == ["张三", "a,b\nc"]
    assert contact[0]["city"] == "'=SUM(A1)"
    assert contact[1]["held_out_of"] == "'=cmd"
    assert contact[2]["since"] == "2024-03-01T10:00:00"
    assert b"\r" not in (folder / "list.csv").read_bytes()


def test_no_cell_of_the_workbook_is_a_formula_and_ids_keep_their_zeros(make: MakeProject) -> None:
    folder = written(make({}), formats="xlsx")
    sheet = CalamineWorkbook.from_path(str(folder / "list.xlsx")).get_sheet_by_name("list").to_python()
    assert sheet[0] == list(frame().columns)
    assert [row[0] for row in sheet[1:]] == ["007", "'=1+1", "+8613800000000", "'@x", "-5", 'a"b']
    assert sheet[1][2:] == ["'=SUM(A1)", 30.0, True, "2024-01-02T00:00:00", "1990-01-01", 12.5]
    import zipfile

    with zipfile.ZipFile(folder / "list.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_the_assignment_holds_both_arms_in_the_shape_of_the_ledger(make: MakeProject) -> None:
    folder = written(make({}), campaign="C-7", expires="2024-12-31", seed=5)
    table = pq.read_table(folder / "assignment.parquet")
    assert table.schema.equals(SCHEMA)
    rows = table.to_pylist()
    assert {row["seed"] for row in rows} == {5}
    assert [row["customer_id"] for row in rows] == IDS  # to the letter
    assert [row["arm"] for row in rows] == ["treatment"] * 6 + ["control"] * 2
    assert {(row["campaign_id"], row["assigned_at"], row["assigned_on"], row["expires_on"]) for row in rows} == {
        ("C-7", END, AS_OF, dt.date(2024, 12, 31))
    }


def test_replacing_takes_the_earlier_assignments_along(make: MakeProject) -> None:
    project = make({})
    first = (written(project) / "assignment.parquet").read_bytes()
    assert next_version(project, "春季") == 2
    written(project, 2)
    assert next_version(project, "春季") == 3
    folder = written(project, 3)
    assert (folder / "earlier" / "assignment_1.parquet").read_bytes() == first
    assert sorted(path.name for path in (folder / "earlier").iterdir()) == [
        "assignment_1.parquet", "assignment_2.parquet", "audience_1.json", "audience_2.json",
    ]  # fmt: skip
    assert not list(project.audiences.glob(".*-new")) + list(project.audiences.glob(".*-old"))


def test_a_failure_half_way_leaves_the_audience_as_it_was(make: MakeProject) -> None:
    project = make({})
    folder = written(project)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    request = read_request("active", name="春季", formats="segment")
    long = frame().assign(city="x" * 40_000)
    with pytest.raises(UserError, match="Segment takes 32,000"):
        write_audience(project, request, stamp(2), long, np.zeros(8, bool), np.array(["all"] * 8, object), {})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert not list(project.audiences.glob(".*-new"))


def test_segment_gets_identify_calls_in_bodies_that_its_batch_endpoint_takes(tmp_path: Path) -> None:
    people = frame().drop(columns="held_out_of")
    many = pd.concat([people.assign(customer_id=[f"{n}{one}" for one in IDS]) for n in range(700)], ignore_index=True)
    write_segment(tmp_path, many, "春季", END)
    lines = (tmp_path / "segment.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(len(line.encode()) <= BODY_BYTES for line in lines)
    bodies = [json.loads(line)["batch"] for line in lines]
    assert all(len(body) <= CALLS for body in bodies)
    calls = [call for body in bodies for call in body]
    assert [call["userId"] for call in calls] == many["customer_id"].tolist()
    assert len({call["messageId"] for call in calls}) == len(calls)
    assert calls[0] == {
        "type": "identify",
        "messageId": calls[0]["messageId"],
        "userId": "0007",
        "timestamp": "2024-06-30T23:59:59Z",
        "traits": {
            "audience_春季": True, "city": "=SUM(A1)", "age": 30, "vip": True, "since": "2024-01-02T00:00:00",
            "born": "1990-01-01", "spent": 12.5,
        },
    }  # fmt: skip
    assert calls[1]["traits"] == {"audience_春季": True}  # nothing is no value: it must not wipe out what is there


def test_a_body_ends_before_the_bytes_run_out(tmp_path: Path) -> None:
    people = pd.DataFrame({"customer_id": [str(n) for n in range(60)], "note": ["中" * 10_000] * 60})
    write_segment(tmp_path, people, "a", END)
    lines = (tmp_path / "segment.jsonl").read_bytes().splitlines()
    assert len(lines) == 4  # 30 KB a call, sixteen to a body of 500 KB
    assert all(len(line) <= BODY_BYTES for line in lines)


def test_braze_gets_exact_ids_or_none(tmp_path: Path) -> None:
    left_out = write_braze(tmp_path, frame().drop(columns="held_out_of"), "春季")
    rows = read(tmp_path / "braze.csv")
    assert left_out == 2
    assert [row["external_id"] for row in rows] == ["007", "+8613800000000", "-5", 'a"b', "张三", "a,b\nc"]
    assert list(rows[0])[:2] == ["external_id", "audience_春季"]
    assert rows[0] | {"spent": ""} == {
        "external_id": "007", "audience_春季": "true", "city": "'=SUM(A1)", "age": "30.0", "vip": "true",
        "since": "2024-01-02T00:00:00", "born": "1990-01-01", "spent": "",
    }  # fmt: skip


def test_a_damaged_record_is_named(make: MakeProject) -> None:
    project = make({})
    folder = project.audiences / "spring"
    folder.mkdir(parents=True)
    (folder / "audience.json").write_text('{"name": "spring"}', encoding="utf-8")
    with pytest.raises(UserError, match=r"audiences/spring/audience\.json"):
        list_audiences(project)


@pytest.mark.parametrize(("share", "text"), [("10%", "10%"), ("12.5%", "12.5%"), ("33.333%", "33.333%"), ("0", "0%")])
def test_a_share_is_shown_as_it_was_given(share: str, text: str) -> None:
    assert share_text(read_request("active", name="a", holdout=share).share) == text
