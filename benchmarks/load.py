"""Loading a CSV of ten million order lines: time and peak memory, beside a bare DuckDB copy of the same file.

`python benchmarks/load.py [ROWS]`, with the generated project's `src` on the path; `python3 tasks.py bench` does both.
Each measurement runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _memory import peak_memory

ROWS = 10_000_000
LIMIT = 2_000_000_000  # bytes that a load of ten million rows may take
ENGAGEMENT = """\
client: Benchmark
consultancy: Benchmark
time_zone: Europe/London
sources:
  - table: order_lines
    files: data/raw/lines.csv
    columns: {order_id: InvoiceNo, customer_id: CustomerID, ordered_at: InvoiceDate, product_id: StockCode,
              product_name: Description, quantity: Quantity, unit_price: UnitPrice}
    set_aside:
      - reason: cancellation
        when: [{column: InvoiceNo, starts_with: C}]
"""
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


def our_load(folder: Path) -> int:
    """Load the project; rows kept."""
    from customer_analytics.engagement import Project
    from customer_analytics.tables.load import load

    load(Project.find(folder))
    return rows_of(folder / "data" / "tables" / "order_lines.parquet")


def bare_copy(folder: Path) -> int:
    """What DuckDB alone needs to turn the file into Parquet; rows."""
    import duckdb

    csv, parquet = folder / "data" / "raw" / "lines.csv", folder / "bare.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM read_csv('{csv}')) TO '{parquet}' (FORMAT parquet)")
    return rows_of(parquet)


def rows_of(parquet: Path) -> int:
    """Rows of a Parquet file."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(parquet).num_rows)


def measure(what: str, folder: Path) -> dict[str, float]:
    """Run one of the two in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", what, str(folder)], stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        sys.exit(f"{what} did not work.")
    measured: dict[str, float] = json.loads(done.stdout.decode("utf-8").splitlines()[-1])
    print(
        f"{what:12} {measured['seconds']:7.1f} s {measured['peak'] / 1e9:6.2f} GB {measured['rows']:>12,.0f} rows",
        flush=True,
    )
    return measured


def main(rows: int) -> int:
    """Make the file, measure both, say how they compare. Exit code 1 when a load takes too much memory."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        folder = Path(temporary)
        raw = folder / "data" / "raw"
        raw.mkdir(parents=True)
        (folder / "engagement.yml").write_text(ENGAGEMENT, encoding="utf-8", newline="\n")
        with duckdb.connect() as connection:
            connection.execute(LINES.format(rows=rows, path=raw / "lines.csv"))
        print(f"CSV of {rows:,} lines, {(raw / 'lines.csv').stat().st_size / 1e9:.2f} GB")
        bare, ours = measure("bare_copy", folder), measure("our_load", folder)
    print(f"our_load takes {ours['seconds'] / bare['seconds']:.1f} times the time of the bare copy")
    return 1 if ours["peak"] > LIMIT else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        began = time.monotonic()
        loaded = {"our_load": our_load, "bare_copy": bare_copy}[sys.argv[2]](Path(sys.argv[3]))
        print(json.dumps({"seconds": time.monotonic() - began, "peak": peak_memory(), "rows": loaded}))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
