"""One pass over a source: what the fast ways find is what a walk over every row finds."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.formats.head import Head
from customer_analytics.tables.formats.lines import record_lines
from customer_analytics.tables.load import load
from customer_analytics.tables.one_pass import FILE, GROUP, REASON, ROW, TEXTS, split_rows
from customer_analytics.tables.parsing.dates import _ISO, ISO, parse_time
from customer_analytics.tables.parsing.functions import full_match
from customer_analytics.tables.parsing.text import MISSING_VALUES, is_missing, tidy_id

Make = Callable[..., Project]
Rows = Callable[[Project, str], list[dict[str, Any]]]
Source = Callable[..., dict[str, Any]]
Values = Callable[..., list[Any]]
STREAM = pa.schema(
    [("k0", pa.int64()), (REASON, pa.int16()), (TEXTS, pa.list_(pa.string())), (FILE, pa.string())]
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([None, 0, 1]), st.sampled_from("ab")), max_size=60).map(
        lambda rows: sorted(rows, key=lambda row: row[1])
    ),
    st.integers(1, 20),
)
def test_rows_are_parted_numbered_and_counted_by_file(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int | None, str]], size: int
) -> None:
    folder = tmp_path_factory.mktemp("split")
    entries = [
        {"k0": i, REASON: reason, TEXTS: None if reason is None else [f"x{i}", None], FILE: file}
        for i, (reason, file) in enumerate(rows)
    ]
    batches = [pa.RecordBatch.from_pylist(entries[i : i + size], STREAM) for i in range(0, len(entries), size)]
    stream = pa.RecordBatchReader.from_batches(STREAM, batches)
    split = split_rows(stream, ["amount"], ["c0", "c1"], folder / "kept.parquet", folder / "aside.parquet")
    kept = [i for i, (reason, _) in enumerate(rows) if reason is None]
    aside = [(i, reason) for i, (reason, _) in enumerate(rows) if reason is not None]
    assert (split.read, split.kept, split.aside) == (len(rows), len(kept), len(aside))
    assert dict(split.by_file) == {file: n for file in "ab" if (n := sum(one == file for _, one in rows))}
    assert pq.read_table(folder / "kept.parquet").to_pylist() == [{"amount": i} for i in kept]
    assert (folder / "aside.parquet").exists() == bool(aside)
    if aside:
        found = pq.read_table(folder / "aside.parquet").to_pylist()
        assert [(row[ROW], row[REASON], row["c0"], row["c1"]) for row in found] == [
            (i, reason, f"x{i}", None) for i, reason in aside
        ]


def test_a_large_file_gives_even_row_groups_and_true_lines(make: Make, orders: Source) -> None:
    """Read in parallel, the rows still come in the order of the file."""
    long = "n" * 120
    rows = [f"{i},{'X' if i % 50_000 == 49_999 else 'C'},2024-01-01,{i},{long}\n" for i in range(GROUP + 30_000)]
    rule = {"reason": "test", "when": [{"column": "who", "equals": "X"}]}
    project = make({"a.csv": "no,who,when,total,note\n" + "".join(rows)}, orders(set_aside=[rule], attributes="none"))
    load(project)
    with (project.tables / "set_aside" / "orders.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["no"], row["line"]) for row in csv.DictReader(file)] == [
            (str(i), str(i + 2)) for i in range(49_999, GROUP + 30_000, 50_000)
        ]
    kept = pq.ParquetFile(project.tables / "orders.parquet")
    assert kept.metadata.num_row_groups <= 2
    numbers = kept.read(columns=["order_id"])["order_id"].to_pylist()
    assert numbers == sorted(numbers, key=int), "not in the order of the export"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["1,2\n", '"a\nb",2\n', "\n", "1,2,3\n", '"",2\n', '"x""y",2\n']), max_size=25))
def test_the_line_of_a_record_is_the_same_with_and_without_a_walk(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("lines") / "a.csv"
    path.write_text("a,b\n" + "".join(parts), encoding="utf-8", newline="")
    head = Head(path, "a.csv", "csv", ("a", "b"), "utf-8", ",", first_row=2)  # type: ignore[arg-type]
    expected, line = [], 2
    for part in parts:
        if part not in ("\n", "1,2,3\n"):
            expected.append(line)
        line += part.count("\n")
    positions = list(range(len(expected)))
    assert record_lines(path, head, positions, len(expected)) == dict(enumerate(expected))


def test_the_quick_look_at_a_date_reads_what_the_expression_reads(engine_values: Values) -> None:
    days = ["2024-01-31", "2024-01-31 10:00:00", "2024-1-1 10:00:00.5", "-024-01-01 10:00:00", "2024-01-01 10:00+02"]
    days += ["2024-02-30 10:00:00", "2024-01-01T10:00:00", "epoch", "infinity", "2024-01-01 10:00", "20240131", ""]
    days += ["2024-01-31 10:00:00+01", "2024/01/31 10:00:00", "a024-01-31 10:00:00"]
    slow = engine_values(days, lambda text: full_match(text, _ISO) & text.try_cast("timestamp").notnull())
    fast = engine_values(days, lambda text: parse_time(text, ISO).notnull())
    assert fast == slow


def test_words_for_nothing_are_found_one_by_one(engine_values: Values) -> None:
    texts = [*MISSING_VALUES, "nulls", "0", " NULL ", "NONE"]
    missing = engine_values(texts, is_missing)
    assert missing == [text.strip() in MISSING_VALUES for text in texts]
    assert engine_values(["NULL", "NULLS", " <NA> ", "7"], tidy_id) == [None, "NULLS", None, "7"]


def test_folders_by_day_are_a_column(make: Make, rows: Rows, tmp_path: Path) -> None:
    """`day=2024-01-31/*.parquet` as an engine writes it: the day is in the folder alone; a value may be encoded."""
    for day, shop, name in (("2024-01-30", "Bath%20Spa", "a"), ("2024-01-31", "__HIVE_DEFAULT_PARTITION__", "b")):
        folder = tmp_path / "data" / "raw" / "events" / f"day={day}" / f"shop={shop}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"who": [name], "what": ["visit"]}), folder / "part-0.parquet")
    source = {
        "table": "events",
        "files": "data/raw/events/**/*.parquet",
        "columns": {"customer_id": "who", "event": "what", "occurred_at": "day"},
    }
    project = make({}, source)
    log = load(project)
    assert rows(project, "events") == [
        {"customer_id": "a", "event": "visit", "occurred_at": dt.datetime(2024, 1, 30), "shop": "Bath Spa"},
        {"customer_id": "b", "event": "visit", "occurred_at": dt.datetime(2024, 1, 31), "shop": None},
    ]
    assert len(log.tables["events"].sources[0].files) == 2
    with pytest.raises(UserError, match=r"data/raw/events/\*\*/\*\.parquet"):
        load(make({}, source | {"files": "data/raw/events"}))


def test_a_column_of_the_file_comes_before_one_of_its_folder(make: Make, rows: Rows, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "raw" / "day=2024-01-31"
    folder.mkdir(parents=True)
    table = pa.table({"customer_id": ["a"], "event": ["visit"], "day": [dt.date(2024, 1, 30)]})
    pq.write_table(table, folder / "x.parquet")
    source = {"table": "events", "files": "data/raw/*/*.parquet", "columns": {"occurred_at": "day"}}
    project = make({}, source)
    load(project)
    assert rows(project, "events")[0]["occurred_at"] == dt.datetime(2024, 1, 30)
