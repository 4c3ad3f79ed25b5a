from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.load import load
from customer_analytics.tables.store import open_tables

Make = Callable[..., Project]
Source = Callable[..., dict[str, Any]]
ZONE = ZoneInfo("America/New_York")
TIMES = ["2024-03-09 23:30", "2024-03-10 23:59:59", "2024-11-03 00:30", "2024-11-03 23:30", "2024-12-31 20:00"]


@pytest.fixture
def shop(make: Make, orders: Source) -> Project:
    """Orders around clock changes, customers of two regions, lines, events and a signup without a time."""
    text = "no,who,when,total,store\n" + "".join(
        f"{i},C{i % 3},{time},{i + 1},{'North' if i % 2 else 'South'}\n" for i, time in enumerate(TIMES)
    )
    customers = "customer_id,signed_up_at,region\nC0,2024-01-01,East\nC1,,West\nC2,2025-01-01,East\n"
    lines = "order_id,product_id,quantity,unit_price\n0,P,1,1\n1,P,2,1\n1,Q,1,1\n2,Q,1,1\n"
    events = "customer_id,event,occurred_at\nC0,view,2024-05-01\nC1,view,2024-06-01\n"
    files = {"orders.csv": text, "customers.csv": customers, "lines.csv": lines, "events.csv": events}
    sources = [
        orders("data/raw/orders.csv"),
        {"table": "customers", "files": "data/raw/customers.csv"},
        {"table": "order_lines", "files": "data/raw/lines.csv"},
        {"table": "events", "files": "data/raw/events.csv"},
    ]
    project = make(files, *sources, time_zone="America/New_York")
    load(project)
    return project


def test_companion_day_is_the_day_in_the_clients_zone(shop: Project) -> None:
    orders = open_tables(shop)["orders"].order_by("ordered_at").to_pyarrow().to_pylist()
    assert [row["ordered_on"] for row in orders] == [dt.date.fromisoformat(time[:10]) for time in TIMES]
    utc = [
        dt.datetime.fromisoformat(time).replace(tzinfo=ZONE).astimezone(dt.UTC).replace(tzinfo=None) for time in TIMES
    ]
    assert [row["ordered_at"] for row in orders] == utc


def test_zone_is_written_out_only_within_the_data(shop: Project) -> None:
    tables = open_tables(shop)
    views = tables.backend.raw_sql("SELECT sql FROM duckdb_views() WHERE view_name = 'asof_orders'").fetchall()
    assert 1 <= str(views).count("WHEN") <= 3


def test_as_of_day_ends_at_local_midnight(shop: Project) -> None:
    tables = open_tables(shop, as_of=dt.date(2024, 3, 10))
    assert tables["orders"].count().execute() == 2
    assert (tables.reference_day, tables.later["orders"]) == (dt.date(2024, 3, 11), 3)
    assert open_tables(shop, as_of=dt.date(2024, 3, 9))["orders"].count().execute() == 1


def test_customers_without_a_time_stay_and_later_ones_go(shop: Project) -> None:
    tables = open_tables(shop)
    assert tables.as_of == dt.date(2024, 12, 31)
    assert sorted(tables["customers"].to_pyarrow()["customer_id"].to_pylist()) == ["C0", "C1"]


def test_one_order_in_the_far_future_does_not_move_the_as_of_day(make: Make, orders: Source) -> None:
    text = "no,who,when,total\n1,A,2024-01-05,1\n2,B,2099-01-01,1\n"
    project = make({"a.csv": text}, orders())
    load(project)
    tables = open_tables(project)
    assert (tables.as_of, tables.later["orders"]) == (dt.date(2024, 1, 5), 1)


def test_subset_of_customers_takes_everything_of_theirs(shop: Project) -> None:
    tables = open_tables(shop, subset="region=West")
    assert tables["customers"].to_pyarrow()["customer_id"].to_pylist() == ["C1"]
    assert sorted(tables["orders"].to_pyarrow()["order_id"].to_pylist()) == ["1", "4"]
    assert sorted(tables["order_lines"].to_pyarrow()["product_id"].to_pylist()) == ["P", "Q"]
    assert tables["events"].to_pyarrow()["customer_id"].to_pylist() == ["C1"]


def test_subset_of_orders_takes_their_lines_and_who_placed_them(shop: Project) -> None:
    tables = open_tables(shop, subset="store=North")
    assert sorted(tables["orders"].to_pyarrow()["order_id"].to_pylist()) == ["1", "3"]
    assert tables["order_lines"].to_pyarrow()["order_id"].to_pylist() == ["1", "1"]
    assert sorted(tables["customers"].to_pyarrow()["customer_id"].to_pylist()) == ["C0", "C1"]


def test_subsets_of_a_column_part_the_orders(shop: Project) -> None:
    whole = open_tables(shop)["orders"].count().execute()
    parts = [open_tables(shop, subset=f"store={value}")["orders"].count().execute() for value in ("North", "South")]
    assert sum(parts) == whole


@pytest.mark.parametrize(("subset", "words"), [("regoin=West", "'region'"), ("region", "column=value"), ("=x", "form")])
def test_subset_that_names_nothing_is_refused(shop: Project, subset: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        open_tables(shop, subset=subset)


def test_tables_that_were_never_loaded(make: Make, orders: Source) -> None:
    with pytest.raises(UserError, match="analytics load"):
        open_tables(make({}, orders()))


def test_local_gives_wall_clock_hours(shop: Project) -> None:
    tables = open_tables(shop)
    orders = tables["orders"]
    hours = orders.select(hour=tables.local(orders.ordered_at).hour()).to_pyarrow()["hour"].to_pylist()
    assert sorted(hours) == [0, 20, 23, 23, 23]


def _split(shop: Project, where: Callable[[dict[str, Any]], str]) -> None:
    """The events as a folder of files, one for each name that `where` gives a row."""
    single = shop.tables / "events.parquet"
    table = pq.read_table(single)
    single.unlink()
    places = [where(row) for row in table.to_pylist()]
    for place in dict.fromkeys(places):
        target = shop.tables / "events" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table.filter([own == place for own in places]), target)
    (shop.tables / "events" / "_SUCCESS").touch()


@pytest.mark.parametrize(
    ("pattern", "more"),
    [
        ("{occurred_at:%Y-%m-%d}.parquet", set()),
        ("day={occurred_at:%Y-%m-%d}/part-0.parquet", set()),
        ("year={occurred_at:%Y}/month={occurred_at:%m}/part-0.parquet", set()),
        ("place={customer_id}/day={occurred_at:%Y-%m-%d}/part-0.parquet", {"place"}),
    ],
)
def test_a_folder_of_files_is_the_table_that_they_hold(shop: Project, pattern: str, more: set[str]) -> None:
    one = open_tables(shop)["events"].to_pandas().sort_values("occurred_at", ignore_index=True)
    _split(shop, lambda row: pattern.format(**row))
    many = open_tables(shop)["events"]
    assert set(many.columns) - set(one.columns) == more  # a day in a folder's name only repeats the time
    found = many.to_pandas().sort_values("occurred_at", ignore_index=True)
    assert found[list(one.columns)].equals(one)
    if more:
        assert list(found["place"]) == ["C0", "C1"]


def test_an_empty_folder_is_no_table(shop: Project) -> None:
    (shop.tables / "events.parquet").unlink()
    (shop.tables / "events").mkdir()
    assert "events" not in open_tables(shop).tables
