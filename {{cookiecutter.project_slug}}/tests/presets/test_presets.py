"""`analytics init`: every preset loads files with the true headings of its platform, and the money is theirs."""

from __future__ import annotations

import csv
import io
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import platform_exports
import pytest
from platform_exports import EXPORTS

from customer_analytics.cli import app
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.settings import Source
from customer_analytics.presets.init import KEPT_AS, initialise
from customer_analytics.presets.known import fitted
from customer_analytics.presets.model import NAMES, presets
from customer_analytics.tables.check import check
from customer_analytics.tables.load import load

# The template's own data lie beside its repository, or where the variable says; in a baked project the test skips.
DATASETS = os.environ.get("CUSTOMER_ANALYTICS_DATASETS") or Path(__file__).resolve().parents[4] / "shared" / "datasets"
TMALL = Path(DATASETS) / "tmall_orders" / "tmall_order_report.csv"
BEGIN = (
    "# our file\nclient: Test\nconsultancy: Test\ntime_zone: Europe/Berlin\n# no sources yet\nsources: []\n# the end\n"
)


def project_with(folder: Path, files: dict[str, Any]) -> Project:
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    for name, content in files.items():
        (raw / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "engagement.yml").write_text(BEGIN, encoding="utf-8", newline="\n")
    return Project.find(folder)


def table(project: Project, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        ibis.duckdb.connect().read_parquet(str(project.tables / f"{name}.parquet")).to_pyarrow().to_pylist()
    )
    return found


def total(rows: list[dict[str, Any]], column: str) -> Decimal:
    return sum((row[column] or Decimal(0) for row in rows), Decimal(0))


def read(files: dict[str, Any], name: str) -> list[dict[str, str]]:
    """The file by Python's own reader: the independent route."""
    content = files[name]
    text = content.decode("gb18030") if isinstance(content, bytes) else content
    return list(csv.DictReader(io.StringIO(text)))


def summed(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column].lstrip("`")) for row in rows if row[column]), Decimal(0))


def initialised(folder: Path, files: dict[str, Any], name: str | None) -> Project:
    initialise(project_with(folder, files), name, force=False)
    project = Project.find(folder)
    assert not check(project).problems
    load(project)
    return project


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_is_valid_without_and_with_files(name: str) -> None:
    preset = presets()[name]
    for export in preset.exports:
        for one in fitted(preset, export, None):
            Source.model_validate(one.source)
        mapped = {heading for raw in export.sources for heading in _headings(raw)}
        assert set(export.has) & mapped, f"{export.name}: known by headings that it does not use"
    assert all(address.startswith("https://") for address in preset.headings)


def _headings(source: dict[str, Any]) -> set[str]:
    return {name for value in source["columns"].values() for name in (value if isinstance(value, list) else [value])}


@pytest.mark.parametrize("name", NAMES)
def test_named_or_recognised_the_mapping_is_the_same_and_nothing_else_changes(tmp_path: Path, name: str) -> None:
    texts = []
    for preset_name in (name, None):
        folder = tmp_path / str(preset_name)
        initialise(project_with(folder, EXPORTS[name]()), preset_name, force=False)
        texts.append((folder / "engagement.yml").read_text(encoding="utf-8"))
        assert not check(Project.find(folder)).problems
    named, looked = texts
    assert sorted(named.split("\n")) == sorted(looked.split("\n"))
    assert named.startswith(BEGIN.split("sources", maxsplit=1)[0])
    assert named.endswith("# the end\n")
    assert presets()[name].title in named


def test_shopify_money_and_lines(tmp_path: Path) -> None:
    files = platform_exports.shopify()
    project = initialised(tmp_path, files, "shopify")
    rows = read(files, "orders_export_1.csv")
    orders = table(project, "orders")
    assert len(orders) == len({row["Name"] for row in rows})
    assert total(orders, "amount") == summed(rows, "Total")
    assert total(orders, "refund") == summed(rows, "Refunded Amount")
    assert {row["status"] for row in orders} == {"paid", "refunded", "unpaid", "cancelled"}
    lines = table(project, "order_lines")
    expected = sum(Decimal(row["Lineitem quantity"]) * Decimal(row["Lineitem price"]) for row in rows)
    assert (len(lines), total(lines, "amount")) == (len(rows), expected)
    assert "Nobody Real" not in str(orders + lines)
    assert {row["consent"] for row in table(project, "customers")} == {True, False}
    assert min(row["ordered_at"] for row in orders).hour == 7  # 9 o'clock at +0200


def test_woocommerce_money(tmp_path: Path) -> None:
    files = platform_exports.woocommerce()
    project = initialised(tmp_path, files, "woocommerce")
    orders = table(project, "orders")
    assert total(orders, "amount") == summed(read(files, "orders.csv"), "total_sales")
    assert total(orders, "refund") == summed(read(files, "orders.csv"), "refunded")
    assert total(table(project, "order_lines"), "amount") == summed(read(files, "lines.csv"), "product_gross_revenue")


def test_taobao_in_gbk(tmp_path: Path) -> None:
    files = platform_exports.taobao()
    project = initialised(tmp_path, files, "tmall")
    orders = table(project, "orders")
    rows = read(files, "订单报表.csv")
    assert total(orders, "amount") == summed(rows, "总金额")
    assert {row["status"] for row in orders} == {"paid", "unpaid", "cancelled"}
    assert "某省某路" not in str(orders)
    assert min(row["ordered_at"] for row in orders).hour == 1  # 9 o'clock in China


def test_wechat_payments_refunds_and_sums(tmp_path: Path) -> None:
    files = platform_exports.wechat()
    project = initialised(tmp_path, files, "wechat_miniprogram")
    rows = [row for row in read(files, "bill.csv") if row["交易状态"]]
    orders = table(project, "orders")
    assert len(orders) == len(rows)
    assert total(orders, "amount") == summed(rows, "订单金额")
    assert total(orders, "refund") == summed(rows, "退款金额")
    assert len({row["order_id"] for row in orders}) == len(orders)


def test_stripe_contracts_and_payments(tmp_path: Path) -> None:
    files = platform_exports.stripe()
    project = initialised(tmp_path, files, "stripe")
    contracts = table(project, "subscriptions")
    rows = [row for row in read(files, "subscriptions.csv") if row["Status"] != "incomplete_expired"]
    assert len(contracts) == len(rows)
    assert sum(row["ended"] for row in contracts) == sum(row["Status"] == "canceled" for row in rows)
    assert all((row["ended_at"] is not None) == row["ended"] for row in contracts)
    paid = [row for row in read(files, "unified_payments.csv") if row["Status"] == "Paid"]
    assert total(table(project, "orders"), "amount") == summed(paid, "Amount")


def test_hubspot_deals(tmp_path: Path) -> None:
    files = platform_exports.hubspot()
    project = initialised(tmp_path, files, "hubspot")
    orders = table(project, "orders")
    assert total(orders, "amount") == summed(read(files, "hubspot-crm-exports-deals.csv"), "Amount")
    assert {row["status"] for row in orders} == {"paid", "unpaid", "cancelled"}
    assert "example.com" not in str(table(project, "customers"))


def test_ga4_flat(tmp_path: Path) -> None:
    files = platform_exports.ga4()
    project = initialised(tmp_path, files, "ga4")
    events = table(project, "events")
    assert len(events) == len(read(files, "events.csv"))
    assert min(row["occurred_at"] for row in events) == platform_exports.START
    assert total(table(project, "orders"), "amount") == summed(read(files, "purchases.csv"), "purchase_revenue")


def test_ga4_nested_json(tmp_path: Path) -> None:
    project = initialised(tmp_path, platform_exports.ga4_nested(), None)
    events = table(project, "events")
    assert len(events) == 20
    assert json.loads(events[0]["properties"])[0]["key"] == "ga_session_id"


@pytest.mark.skipif(not TMALL.exists(), reason="the public file is not there")
def test_the_published_tmall_file(tmp_path: Path) -> None:
    project = initialised(tmp_path, {"tmall_order_report.csv": TMALL.read_bytes()}, None)
    orders = table(project, "orders")
    assert (len(orders), total(orders, "amount")) == (28_010, Decimal("2995760.61"))
    assert (total(orders, "received"), total(orders, "refund")) == (Decimal("1902487.15"), Decimal("572335.92"))
    assert sum(row["paid_at"] is not None for row in orders) == 24_087


def test_an_unknown_export_is_proposed_with_questions(tmp_path: Path) -> None:
    """The headings of Online Retail, in a folder of daily files."""
    head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country,Customer Name\n"
    files = {f"day-{n}.csv": head + f"{n}01,A,Cup,2,2024-01-0{n} 10:00:00,2.50,7,Norway,X Y\n" for n in (1, 2, 3)}
    files["day-3.csv"] += "C301,A,Cup,-1,2024-01-03 11:00:00,2.50,7,Norway,X Y\n"
    files["day-1.csv"] += "C101,A,Cup,-1,2024-01-01 11:00:00,2.50,7,Norway,X Y\n"
    project = initialised(tmp_path, files, None)
    (source,) = project.engagement.sources
    assert (source.table, source.files, source.attributes) == ("order_lines", "data/raw/*.csv", ["Country"])
    text = (tmp_path / "engagement.yml").read_text(encoding="utf-8")
    assert "QUESTION: some order numbers begin with C" in text
    assert "Left out as personal: Customer Name" in text
    assert total(table(project, "order_lines"), "amount") == Decimal("10.0000")


def test_what_no_table_is_known_by_is_named(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"odd.csv": "alpha,beta\n1,2\n"})
    with pytest.raises(UserError, match="no table could be told from its headings: alpha, beta"):
        initialise(project, None, force=False)
    assert (tmp_path / "engagement.yml").read_text(encoding="utf-8") == BEGIN


def test_own_sources_stay_unless_forced_and_a_copy_is_kept(tmp_path: Path) -> None:
    initialise(project_with(tmp_path, platform_exports.shopify()), "shopify", force=False)
    before = (tmp_path / "engagement.yml").read_bytes()
    with pytest.raises(UserError, match="it has sources already"):
        initialise(Project.find(tmp_path), "hubspot", force=False)
    assert (tmp_path / "engagement.yml").read_bytes() == before
    made = initialise(Project.find(tmp_path), "hubspot", force=True)
    assert made.kept == KEPT_AS
    assert (tmp_path / KEPT_AS).read_bytes() == before


def test_a_wrong_name_and_an_empty_folder_say_what_to_do(tmp_path: Path) -> None:
    project = project_with(tmp_path, {})
    with pytest.raises(UserError, match="Did you mean shopify"):
        initialise(project, "shopfy", force=False)
    with pytest.raises(UserError, match="analytics init --list"):
        initialise(project, None, force=False)


def test_without_files_a_preset_writes_their_usual_names(tmp_path: Path) -> None:
    made = initialise(project_with(tmp_path, {}), "shopify", force=False)
    assert made.missing == ["data/raw/orders_export*.csv (orders)"]
    assert [source.table for source in Project.find(tmp_path).engagement.sources] == ["orders", "order_lines"]


def test_the_command_shows_what_it_wrote_and_what_is_left_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project_with(tmp_path, platform_exports.shopify() | {"odd.csv": "alpha,beta\n1,2\n"})
    monkeypatch.chdir(tmp_path)
    app(["init", "--list"], standalone_mode=False)
    listed = capsys.readouterr().out
    assert all(name in listed for name in NAMES)
    app(["init", "--from", "Shopify"], standalone_mode=False)
    shown = capsys.readouterr().out
    assert "data/raw/orders_export_1.csv" in shown
    assert "Not mapped: data/raw/odd.csv (alpha, beta)" in shown
    assert "1 question(s)" in shown
    assert "Next: analytics check" in shown
