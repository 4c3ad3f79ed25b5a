"""Loading an export: CSV to clean Parquet, beside what only turns the file into Parquet without looking at a value.

The product types every value, checks it, counts rows and money, hashes the file, finds the orders of the lines and the
customers of the orders. The goal is half the speed of a bare copy by the engine: at most twice its time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from contest import MILLION, Answer, Contest, Job

ENGAGEMENT = """\
client: Benchmark
consultancy: Benchmark
time_zone: Europe/London
sources:
  - table: order_lines
    files: data/raw/lines.csv
    columns: {order_id: InvoiceNo, customer_id: CustomerID, ordered_at: InvoiceDate, product_id: StockCode,
              product_name: Description, quantity: Quantity, unit_price: UnitPrice}
"""
CANCELLATIONS = """\
    set_aside:
      - reason: cancellation
        when: [{column: InvoiceNo, starts_with: C}]
"""
CSV, WITH_ASIDE = Path("data", "raw", "lines.csv"), "with_set_aside"
# Shaped as Online Retail: some lines without a customer, some cancellations, prices with cents, moments to the minute.
LINES = """
    COPY (
        SELECT
            CASE WHEN n % 50 = 0 THEN 'C' ELSE '' END || (500000 + n // 20)::VARCHAR AS "InvoiceNo",
            (10000 + hash(n) % 4000)::VARCHAR AS "StockCode",
            'PRODUCT NUMBER ' || (hash(n) % 4000)::VARCHAR AS "Description",
            1 + hash(n + 1) % 24 AS "Quantity",
            strftime(TIMESTAMP '2010-12-01' + INTERVAL (n // 20) MINUTE, '%Y-%m-%d %H:%M:%S') AS "InvoiceDate",
            (1 + hash(n + 2) % 2000) / 100 AS "UnitPrice",
            CASE WHEN hash(n + 3) % 4 > 0 THEN (10000 + hash(n // 20) % 200000)::VARCHAR END AS "CustomerID",
            'United Kingdom' AS "Country"
        FROM range({rows}) t(n)
    ) TO '{path}' (HEADER, DELIMITER ',')
"""


def make(folder: Path, rows: int) -> None:
    """Write an export of order lines, and two projects that read it: one keeps every row, one sets some aside."""
    import duckdb

    for project, settings in ((folder, ENGAGEMENT), (folder / WITH_ASIDE, ENGAGEMENT + CANCELLATIONS)):
        (project / CSV).parent.mkdir(parents=True)
        (project / "engagement.yml").write_text(settings, encoding="utf-8", newline="\n")
    with duckdb.connect() as connection:
        connection.execute(LINES.format(rows=rows, path=folder / CSV))
    (folder / WITH_ASIDE / CSV).hardlink_to(folder / CSV)


def _load(project: Path) -> Any:
    from customer_analytics.engagement import Project
    from customer_analytics.tables.load import load

    return load(Project.find(project)).tables["order_lines"]


def _product(folder: Path) -> Answer:
    """The product, every row kept."""
    _load(folder)
    return _sums(folder / "data" / "tables" / "order_lines.parquet", ("quantity", "unit_price", "customer_id"))


def _product_aside(folder: Path) -> Answer:
    """The product, where one row in fifty is set aside with its reason, line and money."""
    table = _load(folder / WITH_ASIDE)
    return {"rows": table.rows_kept + sum(table.rows_set_aside.values())}


def _duckdb(folder: Path) -> Answer:
    """The engine alone: types guessed from the first rows, nothing checked."""
    import duckdb

    copy = folder / "copy.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM read_csv('{folder / CSV}')) TO '{copy}' (FORMAT parquet)")
    return _sums(copy, ("Quantity", "UnitPrice", "CustomerID"))


def _pandas(folder: Path) -> Answer:
    import pandas as pd

    copy = folder / "pandas.parquet"
    pd.read_csv(folder / CSV, parse_dates=["InvoiceDate"]).to_parquet(copy)
    return _sums(copy, ("Quantity", "UnitPrice", "CustomerID"))


def _polars(folder: Path) -> Answer:
    import polars as pl

    copy = folder / "polars.parquet"
    lines = pl.scan_csv(folder / CSV, try_parse_dates=True, schema_overrides={"InvoiceNo": pl.String})
    lines.sink_parquet(copy)
    sums = pl.scan_parquet(copy).select(
        rows=pl.len(), quantity=pl.sum("Quantity"), unit_price=pl.sum("UnitPrice"), customers=pl.count("CustomerID")
    )
    return {name: float(value) for name, value in sums.collect().row(0, named=True).items()}


def _sums(path: Path, columns: tuple[str, str, str]) -> Answer:
    """Rows, units, sum of prices and rows with a customer."""
    import duckdb

    quantity, price, customer = columns
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT count(*), sum({quantity}), sum({price}), count({customer}) FROM read_parquet('{path}')"
        ).fetchone()
    assert found is not None
    return dict(zip(("rows", "quantity", "unit_price", "customers"), map(float, found), strict=True))


ONLY_COPIES = "turns the file into Parquet and checks nothing"
CONTEST = Contest(
    name="load",
    title="Loading a CSV",
    question="An export of order lines as CSV: typed, checked, counted, and written as Parquet.",
    unit="lines",
    make=make,
    jobs=(
        Job("the product", _product, "ours"),
        Job("the product, 2 % set aside", _product_aside, "ours", part=lambda key: key == "rows"),
        Job("DuckDB COPY", _duckdb, "sql", note=ONLY_COPIES),
        Job("pandas", _pandas, "peer", largest=10 * MILLION, reason="takes more than 8 GB", note=ONLY_COPIES),
        Job("Polars", _polars, "peer", environment="polars", note=ONLY_COPIES),
    ),
    sizes=(MILLION, 10 * MILLION),
    goal=2.0,
    memory={10 * MILLION: 2_000_000_000},
    other_goals={"the product, 2 % set aside": ("DuckDB COPY", 2.0)},
)
