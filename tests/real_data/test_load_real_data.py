"""The loader on data that nobody here made, against facts that others printed (datasets/README.md)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from support import DATASETS, ENGAGEMENTS, make_project

from customer_analytics.engagement import Project
from customer_analytics.tables.load import load
from customer_analytics.tables.load_log import LoadLog, read_load_log
from customer_analytics.tables.store import open_tables

RealProject = Callable[[str], Project]


def one(project: Project, query: str) -> tuple[object, ...]:
    """One row of SQL over the Parquet files, independent of the store. {name} is a table's file."""
    names = {path.stem: f"'{path.as_posix()}'" for path in project.tables.glob("*.parquet")}
    found = duckdb.connect().execute(query.format(**names)).fetchone()
    assert found is not None
    return found


def reconciles(log: LoadLog) -> None:
    for table in log.tables.values():
        assert table.rows_in == table.rows_kept + sum(table.rows_set_aside.values())
        if table.money_in is not None and table.money_kept is not None:
            assert table.money_in == table.money_kept + sum(table.money_set_aside.values())


def test_online_retail_as_exported(real_project: RealProject) -> None:
    project = real_project("online_retail")
    log = read_load_log(project)
    reconciles(log)
    lines = log.tables["order_lines"]
    assert (lines.rows_in, lines.rows_kept, len(lines.sources[0].files)) == (541_909, 541_909, 305)
    facts = """select count(*) filter (customer_id is null), count(distinct customer_id), count(distinct order_id),
        count(distinct order_id) filter (customer_id is not null), count(*) filter (starts_with(order_id, 'C')),
        count(distinct order_id) filter (starts_with(order_id, 'C')), count(*) filter (quantity < 0),
        count(*) filter (unit_price = 0), count(*) filter (product_name is null) from {order_lines}"""
    assert one(project, facts) == (135_080, 4_372, 25_900, 22_190, 9_288, 3_836, 10_624, 2_515, 1_454)
    assert one(project, "select count(*), count(distinct order_id) from {orders}") == (25_900, 25_900)
    assert one(project, "select count(*) from {customers}") == (4_372,)
    assert one(project, "select min(customer_id), max(customer_id) from {customers}") == ("12346", "18287")


def test_online_retail_money_is_that_of_the_files_to_the_cent(real_project: RealProject) -> None:
    total = Decimal(0)
    for path in sorted((DATASETS / "online_retail" / "by_day").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            total += sum(Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]) for row in csv.DictReader(file))
    for name in ("online_retail", "online_retail_sales"):
        assert read_load_log(real_project(name)).tables["order_lines"].money_in == total


def test_online_retail_sales_to_known_customers(real_project: RealProject) -> None:
    project = real_project("online_retail_sales")
    log = read_load_log(project)
    reconciles(log)
    lines = log.tables["order_lines"]
    assert dict(lines.rows_set_aside) == {"no customer": 135_080, "cancellation or return": 8_905, "no price": 40}
    assert lines.rows_kept == 397_884
    assert one(project, "select count(distinct customer_id) from {order_lines}") == (4_338,)
    with (project.tables / "set_aside" / "order_lines.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 135_080 + 8_905 + 40
    for row in rows[:: len(rows) // 50]:
        with (project.folder / row["file"]).open(encoding="utf-8", newline="") as file:
            line = next(csv.reader([file.readlines()[int(row["line"]) - 1]]))
        assert line[:3] == [row["InvoiceNo"], row["StockCode"], row["Description"]]


def test_online_retail_without_the_price_filter(tmp_path: Path) -> None:
    project = make_project(tmp_path, "online_retail_sales", load_now=False)
    text = (ENGAGEMENTS / "online_retail_sales.yml").read_text(encoding="utf-8")
    (tmp_path / "engagement.yml").write_text(text[: text.index("      - reason: no price")], encoding="utf-8")
    project = Project.find(tmp_path)
    assert load(project).tables["order_lines"].rows_kept == 397_924
    assert one(project, "select count(distinct customer_id) from {order_lines}") == (4_339,)


def test_online_retail_exact_duplicates(tmp_path: Path) -> None:
    project = make_project(tmp_path, "online_retail", load_now=False)
    text = (tmp_path / "engagement.yml").read_text(encoding="utf-8")
    (tmp_path / "engagement.yml").write_text(text + "    duplicates: set_aside\n", encoding="utf-8")
    log = load(Project.find(tmp_path))
    reconciles(log)
    assert dict(log.tables["order_lines"].rows_set_aside) == {"exact duplicate": 5_268}
    assert log.tables["order_lines"].rows_kept == 541_909 - 5_268
    assert project.folder == tmp_path


def test_cdnow(real_project: RealProject) -> None:
    project = real_project("cdnow")
    log = read_load_log(project)
    reconciles(log)
    orders = log.tables["orders"]
    assert (orders.rows_in, orders.money_in) == (69_659, Decimal("2500315.63"))
    facts = """select count(distinct customer_id), count(*) filter (amount = 0), count(distinct order_id),
        min(order_id::int), max(order_id::int), min(customer_id) from {orders}"""
    assert one(project, facts) == (23_570, 80, 69_659, 1, 69_659, "00001")
    days = open_tables(project)["orders"].ordered_on
    assert [str(days.min().execute())[:10], str(days.max().execute())[:10]] == ["1997-01-01", "1998-06-30"]


def test_cdnow_exact_duplicates(tmp_path: Path) -> None:
    project = make_project(tmp_path, "cdnow", load_now=False)
    text = (project.folder / "engagement.yml").read_text(encoding="utf-8")
    (tmp_path / "engagement.yml").write_text(text + "    duplicates: set_aside\n", encoding="utf-8")
    log = load(Project.find(tmp_path))
    reconciles(log)
    assert dict(log.tables["orders"].rows_set_aside) == {"exact duplicate": 255}


def test_cdnow_sample(real_project: RealProject) -> None:
    project = real_project("cdnow_sample")
    assert one(project, "select count(*), count(distinct customer_id) from {orders}") == (6_919, 2_357)


def test_tmall_orders_in_gb18030(real_project: RealProject) -> None:
    project = real_project("tmall_orders")
    log = read_load_log(project)
    reconciles(log)
    orders = log.tables["orders"]
    assert (orders.sources[0].encoding, orders.rows_in) == ("gb18030", 28_010)
    assert orders.money_in == Decimal("2995760.61")
    facts = """select sum(received), sum(refund), count(paid_at), count(*) filter (received > 0),
        count(*) filter (refund > 0), max(amount) from {orders}"""
    expected = (Decimal("1902487.15"), Decimal("572335.92"), 24_087, 18_955, 5_646, Decimal("188320"))
    assert one(project, facts) == expected
    assert one(project, 'select count(distinct "收货地址") > 20, max("收货地址") = \'黑龙江省\' from {orders}') == (
        True,
        True,
    )
    assert not open_tables(project).has("orders", "customer_id")


def test_complete_journey(real_project: RealProject) -> None:
    project = real_project("completejourney")
    log = read_load_log(project)
    reconciles(log)
    assert log.tables["order_lines"].rows_in == 1_469_307
    assert log.tables["order_lines"].money_in == Decimal("4596039.58")
    assert one(project, "select count(*) from {orders}") == (155_848,)
    facts = """select count(distinct product_id), count(*) filter (quantity = 0), count(*) filter (amount = 0)
        from {order_lines}"""
    # 11,226 zero sales as published, and 20 lines with dust of floats such as 1.8e-15.
    assert one(project, facts) == (68_509, 8_869, 11_226 + 20)
    assert one(project, "select count(*) from {customers}") == (801,)
    assert one(project, "select count(*), count(distinct customer_id) from {touches}") == (6_589, 1_559)
    assert one(project, "select count(*), count(distinct customer_id) from {events}") == (2_102, 410)
    kinds = "select count(*), count(*) filter (name = 'Type A'), count(*) filter (name = 'Type B') from {campaigns}"
    assert one(project, kinds) == (27, 4, 17)
    assert one(project, "select max(ordered_at)::varchar from {orders}") == ("2018-01-01 04:01:20",)
    assert str(open_tables(project).as_of) == "2017-12-31"  # in the shops' own time zone


def test_groceries(real_project: RealProject) -> None:
    project = real_project("groceries")
    assert one(project, "select count(*), count(distinct order_id) from {order_lines}") == (43_367, 9_835)
    top = "select list(n order by n desc)[:5] from (select count(*) n from {order_lines} group by product_id)"
    assert one(project, top) == ([2_513, 1_903, 1_809, 1_715, 1_372],)
    tables = open_tables(project)
    assert tables.has("orders", "order_id") and not tables.has("orders", "ordered_at")


def test_web_events(real_project: RealProject) -> None:
    project = real_project("web_events")
    log = read_load_log(project)
    reconciles(log)
    assert one(project, "select count(*), count(distinct customer_id) from {events}") == (16_959, 2_000)
    reach = """select count(distinct customer_id) filter (event = 'session_start'),
        count(distinct customer_id) filter (event = 'view_item'),
        count(distinct customer_id) filter (event = 'purchase') from {events}"""
    assert one(project, reach) == (2_000, 1_925, 536)
    assert log.tables["orders"].rows_kept == 659


def test_cookie_cats(real_project: RealProject) -> None:
    project = real_project("cookie_cats")
    arms = "select count(*) filter (arm = 'gate_30'), count(*) filter (arm = 'gate_40') from {touches}"
    assert one(project, arms) == (44_700, 45_489)


@pytest.mark.parametrize("name", ["cdnow", "tmall_orders"])
def test_raw_files_stay_as_they_were(real_project: RealProject, name: str) -> None:
    project = real_project(name)
    for file in read_load_log(project).tables["orders"].sources[0].files:
        assert (project.folder / file.name).stat().st_size == file.size
