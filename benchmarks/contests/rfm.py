"""Recency, frequency and money with scores by rank, from orders."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from contest import Answer, Contest, Job

FIRST, LAST, DAYS, BINS = dt.date(2024, 1, 1), dt.date(2025, 12, 30), 730, 5
FILE = "orders.parquet"
MAKE = """
    SELECT 'O' || i AS order_id, 'C' || (100000000 + ((hash(i, 1) % 1000003) / 1000003.0) ^ 2 * {people})::BIGINT
            AS customer_id,
        TIMESTAMP '{first}' + to_seconds((hash(i, 2) % (86400 * {days}))::BIGINT) AS ordered_at,
        (1 + hash(i, 3) % 20000 / 100)::DECIMAL(18, 4) AS amount
    FROM range({rows}) t(i)"""
TOTALS = ("customers", "recency", "orders", "money")
LIFE = ("gaps", "first", "days")


def make(folder: Path, rows: int) -> None:
    """Write the orders as one Parquet file: a tenth as many customers, the first ones with most orders."""
    import duckdb

    query = MAKE.format(rows=rows, people=max(rows // 10, 1), first=FIRST, days=DAYS)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false; SET memory_limit = '4GB'")
        connection.execute(f"COPY ({query}) TO '{(folder / FILE).as_posix()}' (FORMAT parquet)")


def _engine(folder: Path) -> Answer:
    """The product: a row a customer and day, a row a customer, scores."""
    from customer_analytics.analysis.rfm.customers import Window, customer_days, customer_table, day_number, measures
    from customer_analytics.analysis.rfm.scores import fit
    from customer_analytics.tables.engines import connect
    from customer_analytics.tables.store import Tables

    backend = connect("duckdb")
    orders = backend.read_parquet(str(folder / FILE), table_name="orders")
    tables = Tables(backend, LAST, ZoneInfo("UTC"), {"orders": orders.mutate(ordered_on=orders.ordered_at.date())})
    window = Window("now", day_number(FIRST), day_number(LAST) + 1)
    crossed = customer_table(customer_days(tables), [window], landing_after=window.start, future=None)
    customers = measures(crossed, window, "orders")
    scores = fit(customers, BINS, "independent").score(customers)
    life = {
        "gaps": int(crossed["longest_gap"].sum()), "first": int(crossed["first_day"].sum()),
        "days": int(crossed["lifetime"].sum()),
    }  # fmt: skip
    return _answer(customers["recency_days"], customers["frequency"], customers["monetary"], scores) | life


def _answer(recency, frequency, money, scores) -> dict[str, float]:  # type: ignore[no-untyped-def]  # columns of pandas
    """Sums over all customers, and how many have each score."""
    found = {
        "customers": len(recency), "recency": int(recency.sum()), "orders": int(frequency.sum()),
        "money": float(round(money.sum(), 2)),
    }  # fmt: skip
    for name in scores:
        found |= {f"{name} {score}": int(n) for score, n in scores[name].value_counts().items()}
    return found


BY_HAND = """
    CREATE TEMP TABLE customers AS
    WITH days AS (
        SELECT customer_id, ordered_at::DATE AS day, sum(amount) AS net, count(*) AS purchases
        FROM '{file}' GROUP BY ALL
    ), followed AS (SELECT *, lead(day) OVER (PARTITION BY customer_id ORDER BY day) - day AS gap FROM days)
    SELECT customer_id, DATE '{end}' - max(day) AS recency, sum(purchases) AS orders, sum(net)::DOUBLE AS money,
        max(gap) AS gap, min(day) - DATE '1970-01-01' AS first, count(*) AS days
    FROM followed GROUP BY customer_id;
    CREATE TEMP TABLE scored AS
    SELECT *, 1 + {bins} * (rank() OVER (ORDER BY recency DESC) - 1) // n AS r,
        1 + {bins} * (rank() OVER (ORDER BY orders) - 1) // n AS f,
        1 + {bins} * (rank() OVER (ORDER BY money) - 1) // n AS m
    FROM customers, (SELECT count(*) AS n FROM customers);"""


def _by_hand(folder: Path) -> Answer:
    """The same by hand: two tables, the scores by rank over all customers."""
    import duckdb

    with duckdb.connect() as connection:
        end = LAST + dt.timedelta(days=1)
        connection.execute(BY_HAND.format(file=(folder / FILE).as_posix(), end=end, bins=BINS))
        sums = "count(*), sum(recency), sum(orders), round(sum(money), 2), sum(gap), sum(first), sum(days)"
        row = connection.execute(f"SELECT {sums} FROM scored").fetchone() or ()
        found = dict(zip((*TOTALS, *LIFE), row, strict=True))
        for name in "rfm":
            counted = connection.execute(f"SELECT {name}, count(*) FROM scored GROUP BY 1").fetchall()
            found |= {f"{name} {score}": n for score, n in counted}
    return {key: float(value) for key, value in found.items()}


def _pandas(folder: Path) -> Answer:
    """One groupby and three ranks, without days and the gaps between them."""
    import pandas as pd

    orders = pd.read_parquet(folder / FILE, columns=["customer_id", "ordered_at", "amount"])
    orders["amount"] = orders["amount"].astype(float)
    customers = orders.groupby("customer_id").agg(
        last=("ordered_at", "max"), frequency=("amount", "size"), money=("amount", "sum")
    )
    recency = (pd.Timestamp(LAST) + pd.Timedelta(days=1) - customers["last"].dt.normalize()).dt.days
    money, n = customers["money"].round(4), len(customers)
    scores = pd.DataFrame(
        {name: 1 + BINS * (values.rank(method="min").astype(int) - 1) // n
         for name, values in (("r", -recency), ("f", customers["frequency"]), ("m", money))}
    )  # fmt: skip
    return _answer(recency, customers["frequency"], money, scores)


def _polars(folder: Path) -> Answer:
    """The same in Polars, lazily."""
    import polars as pl

    days = (pl.lit(LAST + dt.timedelta(days=1)) - pl.col("ordered_at").max().dt.date()).dt.total_days()
    grouped = pl.scan_parquet(folder / FILE).group_by("customer_id")
    money = pl.col("amount").sum().cast(pl.Float64)
    customers = grouped.agg(recency=days, orders=pl.len(), money=money).collect(engine="streaming")
    signed = {"r": -pl.col("recency"), "f": pl.col("orders").cast(pl.Int64), "m": pl.col("money")}
    scores = customers.select(
        **{name: 1 + BINS * (value.rank("min").cast(pl.Int64) - 1) // pl.len() for name, value in signed.items()}
    )
    totals = customers.select(pl.len(), pl.col("recency").sum(), pl.col("orders").sum(), pl.col("money").sum()).row(0)
    found = dict(zip(TOTALS, totals, strict=True))
    for name in signed:
        found |= {f"{name} {score}": n for score, n in scores[name].value_counts().iter_rows()}
    return {key: round(float(value), 2) for key, value in found.items()}


def _openretailscience(folder: Path) -> Answer:
    """openretailscience on Ibis: its scores split equal customers by their id, so that only the measures compare."""
    import ibis
    from openretailscience.segmentation.rfm import RFMSegmentation

    orders = ibis.duckdb.connect().read_parquet(folder / FILE)
    orders = orders.rename(transaction_id="order_id", transaction_date="ordered_at", unit_spend="amount")
    found = RFMSegmentation(orders, current_date=LAST + dt.timedelta(days=1), r_segments=5, f_segments=5, m_segments=5)
    table = found.df
    money = round(float(table["monetary"].astype(float).sum()), 2)
    sums = {"recency": int(table["recency_days"].sum()), "orders": int(table["frequency"].sum())}
    return {"customers": len(table), "money": money} | sums


def _without_life(key: str) -> bool:
    return key not in LIFE


def _sums(key: str) -> bool:
    return key in TOTALS


CONTEST = Contest(
    name="rfm",
    title="Recency, frequency, money",
    question="First and last purchase of each customer, days, orders, money, the longest gap, and three scores.",
    unit="orders",
    make=make,
    jobs=(
        Job("the product", _engine, "ours"),
        Job("DuckDB SQL by hand", _by_hand, "sql"),
        Job("pandas", _pandas, "peer", part=_without_life, note="without first day, days and gaps"),
        Job("Polars", _polars, "peer", environment="polars", part=_without_life,
            note="without first day, days and gaps"),
        Job("openretailscience", _openretailscience, "peer", environment="openretailscience", part=_sums,
            note="without first day, days and gaps; its scores split equal customers"),
    ),
)  # fmt: skip
