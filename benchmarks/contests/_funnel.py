"""An ordered funnel of four steps over events, in several ways; with a window of seven days or without any."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from contest import Answer

STEPS = ("page_view", "view_item", "add_to_cart", "purchase")
AS_OF = dt.date(2025, 6, 30)
END = dt.datetime.combine(AS_OF + dt.timedelta(days=1), dt.time())
SPAN = (dt.date(2025, 1, 1), AS_OF)
FILE = "events.parquet"
# Visits of five events within minutes; the place in the visit and the luck of the visit decide what each event is.
MAKE = """
    SELECT 'C' || lpad(((hash(s, 1) % {people})::BIGINT)::VARCHAR, 8, '0') AS customer_id,
        CASE place WHEN 0 THEN 'page_view' WHEN 1 THEN 'view_item'
            WHEN 2 THEN CASE WHEN luck < 50 THEN 'search' ELSE 'view_item' END
            WHEN 3 THEN CASE WHEN luck < 45 THEN 'add_to_cart' ELSE 'page_view' END
            ELSE CASE WHEN luck < 18 THEN 'purchase' ELSE 'page_view' END END AS event,
        TIMESTAMP '2025-01-01' + to_microseconds(
            ((hash(s, 3) % 15552000)::BIGINT + place * 40 + (hash(n, 4) % 30)::BIGINT) * 1000000 + n % 1000000
        ) AS occurred_at,
        's' || s AS session_id, ['ios', 'android', 'desktop'][(1 + hash(s, 5) % 3)::BIGINT] AS device
    FROM (SELECT n, n // 5 AS s, n % 5 AS place, (hash(n // 5, 2) % 100)::BIGINT AS luck FROM range({events}) t(n))
"""


def make(folder: Path, rows: int) -> None:
    """Write the events as one Parquet file."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false; SET memory_limit = '4GB'")
        query = MAKE.format(events=rows, people=max(rows // 10, 1))
        connection.execute(f"COPY ({query}) TO '{(folder / FILE).as_posix()}' (FORMAT parquet)")


def tables_of(folder: Path, settings=None, scratch=None):  # type: ignore[no-untyped-def]  # Tables
    """The events as open_tables would open them, with settings of the engine and a folder for what it spills."""
    import ibis

    from customer_analytics.tables.engines import connect
    from customer_analytics.tables.store import Tables

    backend = connect("duckdb", settings, scratch)
    table = backend.read_parquet(str(folder / FILE))
    table = table.filter(table.occurred_at < ibis.timestamp(END))
    events = table.mutate(occurred_on=table.occurred_at.date())
    return Tables(backend, AS_OF, ZoneInfo("UTC"), {"events": events}, dt.datetime(2025, 1, 1), scratch=scratch)


def engine(folder: Path, days: float | None, tables=None) -> Answer:  # type: ignore[no-untyped-def]  # Tables
    """The product: entries and counts by step."""
    from customer_analytics.analysis.funnel.counts import count
    from customer_analytics.analysis.funnel.definition import Definition, Step
    from customer_analytics.analysis.funnel.rows import Rows

    steps = tuple(Step(number, name, name, (name,)) for number, name in enumerate(STEPS, 1))
    definition = Definition(steps, window_seconds=None if days is None else days * 86400)
    return reached(count(Rows(tables or tables_of(folder), definition)).reached)


def reached(counts) -> Answer:  # type: ignore[no-untyped-def]  # four numbers
    """Counts by step as an answer."""
    return {step: int(n) for step, n in zip(STEPS, counts, strict=True)}


def by_hand(folder: Path, days: float | None) -> Answer:
    """The fastest of five shapes that were tried by hand: entries, then the rows near them as lists."""
    import duckdb

    place = (folder / FILE).as_posix()
    within = "" if days is None else f"AND occurred_at <= entered + INTERVAL {days * 86400:.0f} SECOND"
    mature = "" if days is None else f"WHERE entered + INTERVAL {days * 86400:.0f} SECOND <= TIMESTAMP '{END}'"
    query = f"""
        WITH entries AS (
            SELECT customer_id, min(occurred_at) AS entered FROM '{place}'
            WHERE event = '{STEPS[0]}' AND occurred_at < TIMESTAMP '{END}' GROUP BY 1),
        near AS (
            SELECT customer_id, entered, event, occurred_at FROM '{place}' JOIN entries USING (customer_id)
            WHERE event IN {STEPS[1:]} AND occurred_at < TIMESTAMP '{END}'
                AND occurred_at >= entered - INTERVAL 1 SECOND {within}),
        lists AS (
            SELECT customer_id, min(entered) AS entered, min(occurred_at) FILTER (event = '{STEPS[1]}') AS second,
                list(occurred_at) FILTER (event = '{STEPS[2]}') AS thirds,
                list(occurred_at) FILTER (event = '{STEPS[3]}') AS fourths
            FROM near GROUP BY 1),
        third AS (
            SELECT entered, second, fourths,
                list_min(list_filter(thirds, moment -> moment >= second - INTERVAL 1 SECOND)) AS third FROM lists),
        fourth AS (
            SELECT entered, second, third,
                list_min(list_filter(fourths, moment -> moment >= third - INTERVAL 1 SECOND)) AS fourth FROM third)
        SELECT (SELECT count(*) FROM entries {mature}), count(second), count(third), count(fourth)
        FROM fourth {mature}"""
    with duckdb.connect() as connection:
        return reached(connection.execute(query).fetchone())


def pandas(folder: Path, days: float | None) -> Answer:
    """The usual way in pandas: the first event of a step after the one before, by merge and groupby."""
    import pandas as pd

    frame = pd.read_parquet(folder / FILE, columns=["customer_id", "event", "occurred_at"])
    frame = frame[frame["occurred_at"] < END]
    entered = frame[frame["event"] == STEPS[0]].groupby("customer_id")["occurred_at"].min().rename("entered")
    if days is not None:
        entered = entered[entered + pd.Timedelta(days=days) <= END]
    before, counts = entered.rename("before"), [len(entered)]
    for step in STEPS[1:]:
        rows = frame.loc[frame["event"] == step, ["customer_id", "occurred_at"]]
        rows = rows.merge(before, on="customer_id").merge(entered, on="customer_id")
        rows = rows[rows["occurred_at"] >= rows["before"] - pd.Timedelta(seconds=1)]
        if days is not None:
            rows = rows[rows["occurred_at"] <= rows["entered"] + pd.Timedelta(days=days)]
        before = rows.groupby("customer_id")["occurred_at"].min().rename("before")
        counts.append(len(before))
    return reached(counts)


def polars(folder: Path, days: float | None) -> Answer:
    """The same in Polars, lazily: each step is one join and one group."""
    import polars as pl

    at = pl.col("occurred_at")
    rows = pl.scan_parquet(folder / FILE).select("customer_id", "event", "occurred_at").filter(at < END)
    entered = rows.filter(pl.col("event") == STEPS[0]).group_by("customer_id").agg(at.min().alias("entered"))
    if days is not None:
        entered = entered.filter(pl.col("entered") + pl.duration(days=days) <= END)
    before = entered.with_columns(before="entered")
    steps = [before]
    for step in STEPS[1:]:
        near = rows.filter(pl.col("event") == step).join(before, on="customer_id")
        near = near.filter(at >= pl.col("before") - pl.duration(seconds=1))
        if days is not None:
            near = near.filter(at <= pl.col("entered") + pl.duration(days=days))
        before = near.group_by("customer_id").agg(pl.col("entered").min(), at.min().alias("before"))
        steps.append(before)
    return reached([frame.item() for frame in pl.collect_all([step.select(pl.len()) for step in steps])])
