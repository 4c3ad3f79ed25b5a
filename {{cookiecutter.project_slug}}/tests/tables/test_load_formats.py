from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from customer_analytics.engagement import Project
from customer_analytics.tables.load import load

Make = Callable[..., Project]
Rows = Callable[[Project, str], list[dict[str, Any]]]
Source = Callable[..., dict[str, Any]]

EXPECTED = [
    {"order_id": "007", "customer_id": "A1", "ordered_at": dt.datetime(2024, 3, 5, 10), "amount": Decimal("12.5000")},
    {"order_id": "008", "customer_id": "A2", "ordered_at": dt.datetime(2024, 3, 6), "amount": Decimal("-3.0000")},
]
CSV = "no,who,when,total\n007,A1,2024-03-05 10:00:00,12.50\n008,A2,2024-03-06,-3\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.csv", CSV.encode()),
        ("windows.csv", CSV.replace("\n", "\r\n").encode()),
        ("semicolon.csv", CSV.replace(",", ";").encode()),
        ("tabs.tsv", CSV.replace(",", "\t").encode()),
        ("bars.txt", CSV.replace(",", "|").encode()),
        ("bom.csv", CSV.encode("utf-8-sig")),
        ("utf16.csv", CSV.encode("utf-16")),
        ("no_end.csv", CSV.rstrip("\n").encode()),
        ("empty_lines.csv", CSV.replace("\n", "\n\n").encode()),
    ],
)
def test_delimited_text_is_recognised(make: Make, orders: Source, rows: Rows, name: str, content: bytes) -> None:
    project = make({name: content}, orders(f"data/raw/{name}"))
    load(project)
    assert rows(project, "orders") == EXPECTED


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_chinese_text_survives_every_encoding(make: Make, rows: Rows, encoding: str) -> None:
    text = "商品编号 ,商品名称　,分类\n" + "".join(f"{i},白色心形吊灯{i},家居；灯具\n" for i in range(50))
    source = {
        "table": "products",
        "files": "data/raw/商品.csv",
        "columns": {"product_id": "商品编号", "name": "商品名称", "category": "分类"},
    }
    project = make({"商品.csv": text.encode(encoding)}, source)
    load(project)
    assert rows(project, "products")[7] == {"product_id": "7", "name": "白色心形吊灯7", "category": "家居；灯具"}


def test_western_text_is_not_taken_for_chinese(make: Make, rows: Rows) -> None:
    text = "product_id,name\n" + "".join(f"{i},Café crème à Montréal größer\n" for i in range(20))
    project = make({"p.csv": text.encode("latin-1")}, {"table": "products", "files": "data/raw/p.csv"})
    load(project)
    assert rows(project, "products")[0]["name"] == "Café crème à Montréal größer"


def test_values_with_quotes_line_breaks_and_delimiters(make: Make, rows: Rows) -> None:
    text = 'product_id,name\n1,"a, b"\n2,"say ""hi"""\n3,"two\nlines"\n4,<script>alert(1)</script>\n5,=1+1\n'
    project = make({"p.csv": text}, {"table": "products", "files": "data/raw/p.csv"})
    load(project)
    names = [row["name"] for row in rows(project, "products")]
    assert names == ["a, b", 'say "hi"', "two\nlines", "<script>alert(1)</script>", "=1+1"]


def test_fixed_width_is_cut_at_characters(make: Make, rows: Rows) -> None:
    text = "ab 张三 12\nc  李  345\n"
    columns = [
        {"name": "no", "start": 1, "end": 3},
        {"name": "n", "start": 4, "end": 6},
        {"name": "m", "start": 7, "end": 9},
    ]
    source = {
        "table": "products",
        "files": "data/raw/f.txt",
        "format": "fixed_width",
        "header": False,
        "fixed_columns": columns,
        "columns": {"product_id": "no", "name": "n", "margin": "m"},
    }
    project = make({"f.txt": text}, source)
    load(project)
    assert rows(project, "products") == [
        {"product_id": "c", "name": "李", "margin": 345.0},
        {"product_id": "ab", "name": "张三", "margin": 12.0},
    ]


def test_several_sheets_of_a_workbook(make: Make, orders: Source, rows: Rows, tmp_path: Path) -> None:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    with xlsxwriter.Workbook(tmp_path / "data" / "raw" / "book.xlsx") as book:
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for number in range(2):
            sheet = book.add_worksheet(f"part {number}")
            sheet.write_row(0, 0, ["no", "who", "when", "total"])
            sheet.write_row(1, 0, [f"00{number + 7}", f"A{number + 1}"])
            sheet.write_datetime(1, 2, dt.datetime(2024, 3, 5 + number, 10 * (1 - number)), day)
            sheet.write_number(1, 3, [12.5, -3][number])
        hidden = book.add_worksheet("hidden")
        hidden.write_row(0, 0, ["something", "else"])
        hidden.hide()
    project = make({}, orders("data/raw/book.xlsx"))
    log = load(project)
    assert rows(project, "orders") == EXPECTED
    assert log.tables["orders"].sources[0].format == "excel"


def test_days_as_spreadsheet_serial_numbers(make: Make, orders: Source, rows: Rows) -> None:
    text = "no,who,when,total\n007,A1,45356.4166666667,12.5\n008,A2,45357,-3\n"
    project = make({"a.csv": text}, orders())
    load(project)
    assert rows(project, "orders") == EXPECTED


def test_json_lines_with_differing_keys(make: Make, orders: Source, rows: Rows) -> None:
    text = (
        '{"no": "007", "who": "A1", "when": "2024-03-05T10:00:00Z", "total": 12.50}\n'
        '{"total": "-3", "no": "008", "who": "A2", "when": "2024-03-06", "note": {"a": 1}}\n'
    )
    project = make({"a.jsonl": text}, orders("data/raw/a.jsonl"))
    load(project)
    found = rows(project, "orders")
    assert [row.pop("note") for row in found] == [None, '{"a":1}']
    assert found == EXPECTED


def test_typed_parquet(make: Make, orders: Source, rows: Rows, tmp_path: Path) -> None:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    table = pa.table(
        {
            "no": ["007", "008"],
            "who": ["A1", "A2"],
            "when": [dt.datetime(2024, 3, 5, 10), dt.datetime(2024, 3, 6)],
            "total": [12.5, -3.0],
        }
    )
    pq.write_table(table, tmp_path / "data" / "raw" / "a.parquet")
    project = make({}, orders("data/raw/a.parquet"))
    load(project)
    assert rows(project, "orders") == EXPECTED


def test_parquet_times_with_a_zone_are_moments(make: Make, orders: Source, rows: Rows, tmp_path: Path) -> None:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    when = pa.array([dt.datetime(2024, 3, 5, 10)], pa.timestamp("us", "UTC"))
    table = pa.table({"no": ["1"], "who": ["A"], "when": when, "total": [1]})
    pq.write_table(table, tmp_path / "data" / "raw" / "a.parquet")
    project = make({}, orders("data/raw/a.parquet"), time_zone="Asia/Shanghai")
    load(project)
    assert rows(project, "orders")[0]["ordered_at"] == dt.datetime(2024, 3, 5, 10)


def test_ragged_baskets_become_lines(make: Make, rows: Rows) -> None:
    text = 'milk,bread\n"butter, salted"\n\nmilk , eggs,beer\n'
    project = make({"b.csv": text}, {"table": "order_lines", "files": "data/raw/b.csv", "format": "baskets"})
    log = load(project)
    lines = [(row["order_id"], row["product_id"]) for row in rows(project, "order_lines")]
    assert sorted(lines) == [
        ("1", "bread"),
        ("1", "milk"),
        ("2", "butter, salted"),
        ("3", "beer"),
        ("3", "eggs"),
        ("3", "milk"),
    ]
    assert [row["order_id"] for row in rows(project, "orders")] == ["1", "2", "3"]
    assert log.tables["orders"].derived


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_database_file(make: Make, orders: Source, rows: Rows, tmp_path: Path, kind: str) -> None:
    statements = [
        'create table sales ("no" text, who text, "when" text, total real)',
        "insert into sales values ('007', 'A1', '2024-03-05 10:00:00', 12.5), ('008', 'A2', '2024-03-06', -3)",
    ]
    connection: Any = (sqlite3 if kind == "sqlite" else duckdb).connect(str(tmp_path / "crm.db"))
    for statement in statements:
        connection.execute(statement)
    if kind == "sqlite":
        connection.commit()
    connection.close()
    source = orders(url=f"{kind}:///crm.db", database_table="sales")
    del source["files"]
    project = make({}, source)
    first = load(project)
    assert rows(project, "orders") == EXPECTED
    assert load(project).fingerprint == first.fingerprint


def test_files_of_a_folder_are_joined_by_column_name(make: Make, orders: Source, rows: Rows) -> None:
    files = {
        "a.csv": "no,who,when,total\n007,A1,2024-03-05 10:00:00,12.50\n",
        "b.csv": "total,when,note,no,who\n-3,2024-03-06,late,008,A2\n",
    }
    project = make(files, orders())
    load(project)
    found = rows(project, "orders")
    assert [row.pop("note") for row in found] == [None, "late"]
    assert found == EXPECTED


def test_several_sources_fill_one_table(make: Make, orders: Source, rows: Rows) -> None:
    shop = CSV.splitlines(keepends=True)
    web = "Nr;Kunde;Datum;Summe;Kanal\n008;A2;06.03.2024;-3,00;web\n"
    second = {
        "table": "orders",
        "files": "data/raw/web.csv",
        "columns": {
            "order_id": "Nr",
            "customer_id": "Kunde",
            "ordered_at": "Datum",
            "amount": "Summe",
            "channel": "Kanal",
        },
    }
    project = make({"shop.csv": "".join(shop[:2]), "web.csv": web}, orders("data/raw/shop.csv"), second)
    log = load(project)
    found = rows(project, "orders")
    assert [row.pop("channel") for row in found] == [None, "web"]
    assert found == EXPECTED
    assert (log.tables["orders"].rows_in, log.tables["orders"].money_in) == (2, Decimal("9.5"))


def test_value_mapping_constants_and_attributes(make: Make, rows: Rows) -> None:
    text = "order_id,customer_id,ordered_at,state,Amount,Staff\n1,A,2024-03-05,已支付,5,Kim\n2,B,2024-03-06,x,6,Lee\n"
    source = {
        "table": "orders",
        "files": "data/raw/a.csv",
        "columns": {"status": "state"},
        "values": {"status": {"已支付": "paid"}},
        "constants": {"channel": "shop"},
    }
    project = make({"a.csv": text}, source)
    load(project)
    first, second = rows(project, "orders")
    assert (first["status"], second["status"], first["channel"]) == ("paid", "x", "shop")
    assert (first["Staff"], first["Amount_as_exported"]) == ("Kim", "5")


def test_headers_that_differ_by_case_only_are_both_kept(make: Make, rows: Rows) -> None:
    project = make({"p.csv": "product_id,Size,SIZE\n1,a,b\n"}, {"table": "products", "files": "data/raw/p.csv"})
    load(project)
    assert rows(project, "products") == [{"product_id": "1", "Size": "a", "SIZE_as_exported": "b"}]


def test_raw_files_are_never_touched(make: Make, orders: Source, tmp_path: Path) -> None:
    project = make({"a.csv": CSV}, orders())
    path = tmp_path / "data" / "raw" / "a.csv"
    path.chmod(0o444)
    before = path.read_bytes(), path.stat().st_mtime_ns, sorted(p.name for p in path.parent.iterdir())
    load(project)
    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(p.name for p in path.parent.iterdir())) == before


def test_same_input_gives_the_same_tables(make: Make, orders: Source, tmp_path: Path) -> None:
    text = "no,who,when,total\n" + "".join(f"{i},C{i % 97},2024-01-{i % 28 + 1:02},{i}.5\n" for i in range(30_000))
    project = make({"a.csv": text}, orders())
    engine = ibis.duckdb.connect()
    found = []
    for _ in range(2):
        log = load(project)
        opened = [engine.read_parquet(str(path)) for path in sorted(project.tables.glob("*.parquet"))]
        found.append((log.fingerprint, [table.order_by(table.columns).to_pyarrow() for table in opened]))
    assert found[0] == found[1]
    assert {row["order_id"] for row in found[0][1][1].to_pylist()} == {str(i) for i in range(30_000)}
