"""What clients really send: broken quotes, mixed line ends and encodings, odd names, dates at the calendar's ends."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.load import check, load
from customer_analytics.tables.store import open_tables

Make = Callable[..., Project]
Rows = Callable[[Project, str], list[dict[str, Any]]]
Source = Callable[..., dict[str, Any]]
HEADER = "no,who,when,total\n"


def lines(numbers: range, more: str = "") -> str:
    return "".join(f"{i},C{i},2024-01-05,{i}.50{more}\n" for i in numbers)


def parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def test_a_very_long_value_is_read(make: Make, orders: Source, rows: Rows) -> None:
    text = HEADER.replace("\n", ",note\n") + lines(range(30), ",a") + f'30,x,never,1,"{"y" * 200_000}"\n'
    project = make({"a.csv": text}, orders())
    assert check(project).fine
    log = load(project)
    assert log.tables["orders"].sources[0].examples[0].line == 32


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32", "gb18030"])
def test_rare_characters_in_each_wide_encoding(make: Make, orders: Source, rows: Rows, encoding: str) -> None:
    text = HEADER.replace("\n", ",city\n") + lines(range(9), ",𠮷㐂")
    project = make({"a.csv": text.encode(encoding)}, orders())
    load(project)
    assert {row["city"] for row in rows(project, "orders")} == {"𠮷㐂"}


@pytest.mark.parametrize("name", ["orders [1].csv", "orders {x}.csv", "订单 1.csv"])
def test_a_file_is_found_by_its_own_name(make: Make, orders: Source, rows: Rows, name: str) -> None:
    project = make(
        {name: HEADER + "7,a,2024-01-05,5\n", "orders 1.csv": HEADER + lines(range(3))}, orders(f"data/raw/{name}")
    )
    load(project)
    assert [row["order_id"] for row in rows(project, "orders")] == ["7"]


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_brackets_in_a_name_are_no_pattern_for_the_engine(make: Make, orders: Source, rows: Rows, ending: str) -> None:
    def content(number: int) -> bytes:
        if ending == "parquet":
            return parquet(pa.table({"no": [str(number)], "who": ["a"], "when": ["2024-01-05"], "total": [1.5]}))
        if ending == "jsonl":
            return f'{{"no": {number}, "who": "a", "when": "2024-01-05", "total": 1.5}}\n'.encode()
        return (HEADER + f"{number},a,2024-01-05,1.5\n").encode()

    project = make({f"o [1].{ending}": content(7), f"o 1.{ending}": content(8)}, orders(f"data/raw/*.{ending}"))
    load(project)
    assert {row["order_id"] for row in rows(project, "orders")} == {"7", "8"}


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai", "UTC"])
def test_dates_at_the_ends_of_the_calendar_load_in_each_zone(make: Make, orders: Source, rows: Rows, zone: str) -> None:
    text = HEADER + "1,a,0001-01-01 00:00,5\n2,b,9999-12-31 23:00,5\n3,c,2024-01-05 12:00,5\n"
    project = make({"a.csv": text}, orders(), time_zone=zone)
    load(project)
    years = [row["ordered_at"].year for row in rows(project, "orders")]
    assert years == [1, 9999, 2024]


def test_money_that_may_have_thousands_points_is_asked_about(make: Make, orders: Source, rows: Rows) -> None:
    files = {"a.csv": HEADER + "1,a,2024-01-05,1.234\n2,b,2024-01-05,12\n"}
    with pytest.raises(UserError, match=r"1.234 may be 1.234 or 1234"):
        load(make(files, orders()))
    project = make(files, orders(decimal=","))
    load(project)
    assert rows(project, "orders")[0]["amount"] == Decimal(1234)


@pytest.mark.parametrize(("name", "value"), [("ordered_at", "31.12.2024"), ("amount", "abc")])
def test_a_constant_that_is_no_value_is_refused(make: Make, orders: Source, name: str, value: str) -> None:
    source = orders()
    del source["columns"][name]
    project = make({"a.csv": HEADER + lines(range(3))}, source | {"constants": {name: value}})
    assert f"the constant '{value}' for {name}" in str(check(project).problems[0])


def test_blanks_around_parquet_columns_are_cut(make: Make, orders: Source, rows: Rows) -> None:
    table = pa.table({" no": ["1"], "who ": ["a"], "when": ["2024-01-05"], "total": [1.5]})
    project = make({"a.parquet": parquet(table)}, orders("data/raw/*.parquet"))
    load(project)
    assert (rows(project, "orders")[0]["order_id"], rows(project, "orders")[0]["customer_id"]) == ("1", "a")


def test_parquet_columns_that_differ_in_capitals_only_are_refused(make: Make, orders: Source) -> None:
    table = pa.table({"no": ["1"], "who": ["a"], "when": ["2024-01-05"], "total": [1.5], "Total": [2.5]})
    with pytest.raises(UserError, match="columns that differ only in capitals: 'total', 'Total'"):
        load(make({"a.parquet": parquet(table)}, orders("data/raw/*.parquet")))


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_damaged_database_file_is_named(make: Make, tmp_path: Path, kind: str) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database at all" * 200)
    source = {"table": "orders", "url": f"{kind}:///x.db", "database_table": "o", "columns": {"order_id": "no"}}
    assert f"x.db is not a whole {kind} database" in str(check(make({}, source)).problems[0])


@pytest.mark.parametrize("url", ["postgres://u:se/cret@[bad/x", "postgres://u:se/cret@localhost:1/x"])
def test_no_message_shows_a_password(make: Make, url: str) -> None:
    source = {"table": "orders", "url": url, "database_table": "o", "columns": {"order_id": "no"}}
    problems = " ".join(map(str, check(make({}, source)).problems))
    assert "cannot be reached" in problems
    assert "cret" not in problems


def test_a_url_without_a_kind_makes_no_file(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = {"table": "orders", "url": "crm.db", "database_table": "o", "columns": {"order_id": "no"}}
    assert "names no kind of database" in str(check(make({}, source)).problems[0])
    assert not (tmp_path / "crm.db").exists()


def test_parquet_times_with_a_zone_stay_the_same_moment(make: Make, orders: Source, rows: Rows) -> None:
    moments = pa.array([dt.datetime(2024, 1, 5, 10), dt.datetime(9999, 12, 31, 23)], pa.timestamp("us", tz="UTC"))
    table = pa.table({"no": ["1", "2"], "who": ["a", "b"], "when": moments, "total": [1.5, 2.5]})
    project = make({"a.parquet": parquet(table)}, orders("data/raw/*.parquet"), time_zone="Asia/Shanghai")
    load(project)
    assert rows(project, "orders")[0]["ordered_at"] == dt.datetime(2024, 1, 5, 10)


@pytest.mark.parametrize("block", [{"values": {"status": {"a": "b"}}}, {"formats": {"paid_at": "%d.%m.%Y"}}])
def test_values_and_formats_of_a_column_that_is_not_mapped_are_no_silent_nothing(
    make: Make, orders: Source, block: dict[str, Any]
) -> None:
    project = make({"a.csv": HEADER + lines(range(3))}, orders(**block))
    assert "nothing is mapped to" in str(check(project).problems[0])


def test_a_date_of_never_does_not_stop_the_tables_from_opening(make: Make, orders: Source) -> None:
    text = HEADER + "1,a,0001-01-01 00:00,5\n2,b,9999-12-31 23:00,5\n3,c,2024-01-05 12:00,5\n"
    project = make({"a.csv": text}, orders(), time_zone="America/New_York")
    load(project)
    tables = open_tables(project)
    days = tables["orders"].order_by("order_id").to_pyarrow()["ordered_on"].to_pylist()
    assert (tables.as_of, days[1], tables.later["orders"]) == (dt.date(2024, 1, 5), dt.date(2024, 1, 5), 1)
