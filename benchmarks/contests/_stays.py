"""Events of people who come back over a year, for cohorts and the lifecycle; and both in several ways.

The events come in visits of five within a few minutes. A twentieth as many people as events begin over the year and
come back after exponential gaps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from contest import Answer

FIRST, DAYS = dt.date(2024, 1, 1), 364  # 52 weeks from Monday
LAST = FIRST + dt.timedelta(days=DAYS - 1)
FILE = "events.parquet"
EVENTS = """
    WITH visits AS (
        SELECT s, hash(s, 1) % {people} AS p, (hash(s, 2) % 1000000 + 1) / 1000001.0 AS u
        FROM range({visits}) t(s)
    ), timed AS (
        SELECT s, p, (hash(p, 3) % {days}) + floor(-45 * ln(u)) AS day, hash(s, 4) % 80000 AS second FROM visits
    )
    SELECT 'C' || (10000000 + p) AS customer_id, ['view', 'search', 'cart', 'pay', 'view'][1 + k] AS event,
        TIMESTAMP '{first}' + to_days(day::INT) + to_seconds((second + 40 * k)::BIGINT) AS occurred_at,
        ['ads', 'direct', 'mail'][(1 + hash(p, 5) % 3)::BIGINT] AS channel
    FROM timed, range(5) r(k) WHERE day < {days}"""
WEEKS = """
    WITH masks AS (
        SELECT customer_id, bit_or(1::BIGINT << (datediff('day', DATE '2024-01-01', occurred_at::DATE) // 7)::INT) AS m
        FROM events GROUP BY customer_id
    ), counted AS (
        SELECT m >> (log2(m & -m))::INT AS m, log2(m & -m)::INT AS cohort, count(*) AS n FROM masks GROUP BY ALL
    )
    SELECT cohort, k AS period, sum(n) FILTER ((m >> k) & 1 = 1) AS active, sum(n) FILTER (m >> k > 0) AS unbounded,
        sum(n) FILTER ((m >> 1) & ((1::BIGINT << k) - 1) > 0) AS on_or_before,
        sum(n) FILTER (((m << 1) >> k) & 3 = 3) AS continued
    FROM counted, (SELECT range::INT AS k FROM range(52)) WHERE cohort + k < 52 GROUP BY ALL"""
MONTHS = """
    WITH months AS (
        SELECT DISTINCT customer_id, month(occurred_at) - 1 AS month FROM events WHERE occurred_at < '2024-12-01'),
    starts AS (SELECT customer_id, min(month) AS cohort FROM months GROUP BY customer_id)
    SELECT cohort, month - cohort AS period, count(*) AS active
    FROM months JOIN starts USING (customer_id) GROUP BY ALL"""
LIFECYCLE = """
    WITH masks AS (
        SELECT customer_id, bit_or(1::BIGINT << (month(occurred_at) - 1)::INT) AS m FROM events GROUP BY customer_id
    ), counted AS (SELECT m, count(*) AS n FROM masks GROUP BY m)
    SELECT k AS period, sum(n) FILTER ((m >> k) & 1 = 1) AS active,
        sum(n) FILTER ((m >> k) & 1 = 1 AND m & ((1::BIGINT << k) - 1) = 0) AS new,
        sum(n) FILTER ((m >> k) & 1 = 1 AND (m << 1 >> k) & 1 = 1) AS returning,
        sum(n) FILTER ((m >> k) & 1 = 1 AND (m << 1 >> k) & 1 = 0 AND m & ((1::BIGINT << k) - 1) > 0) AS resurrecting,
        sum(n) FILTER ((m >> k) & 1 = 0 AND (m << 1 >> k) & 1 = 1) AS dormant
    FROM counted, (SELECT range::INT AS k FROM range(12)) GROUP BY k ORDER BY k"""
LAST_MONTH = dt.datetime(2024, 12, 1)  # it is not complete
MEASURES = ("active", "unbounded", "on_or_before", "continued")
STATES = ("active", "new", "returning", "resurrecting", "dormant")


def make(folder: Path, rows: int) -> None:
    """Write the events as one Parquet file, in the order of the visits."""
    import duckdb

    query = EVENTS.format(people=max(rows // 20, 1), visits=rows * 27 // 100, days=DAYS, first=FIRST)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false; SET memory_limit = '4GB'")
        connection.execute(f"COPY (SELECT * FROM ({query}) LIMIT {rows}) TO '{(folder / FILE).as_posix()}'")


def tables_of(folder: Path):  # type: ignore[no-untyped-def]  # Tables, imported where the package is
    """The events as the store would open them."""
    from customer_analytics.tables.engines import connect
    from customer_analytics.tables.store import Tables

    backend = connect("duckdb")
    events = backend.read_parquet(str(folder / FILE), table_name="events")
    tables = {"events": events.mutate(occurred_on=events.occurred_at.date())}
    return Tables(backend, LAST, ZoneInfo("UTC"), tables)


def steps_of(tables, period: str, days: tuple[dt.date, dt.date] = (FIRST, LAST)):  # type: ignore[no-untyped-def]
    """The product's counted steps, straight from the events of Tables, and their span."""
    from customer_analytics.analysis.retention.cohort_steps import Span, first_activity_steps
    from customer_analytics.analysis.retention.periods import number_of_date
    from customer_analytics.analysis.retention.result import EPOCH
    from customer_analytics.analysis.stream.person_days import event_rows

    span = Span((days[0] - EPOCH).days, (days[1] - EPOCH).days + 1, period)
    rows = event_rows(tables)
    active = rows.select("person_id", period=number_of_date(rows.on, period))
    steps = first_activity_steps(tables.backend, active, span)
    assert steps is not None
    return steps, span


def cohorts(found, measures: Iterable[str] = MEASURES) -> Answer:  # type: ignore[no-untyped-def]  # of steps_of
    """The product's cohorts: people by first period, age and measure."""
    from customer_analytics.analysis.retention.counts import count_steps

    steps, span = found
    counts = count_steps(steps, span.many - 1)
    found: dict[str, float] = {}
    for row, cohort in enumerate((counts.cohorts - span.first_number).tolist()):
        for age in range(span.many - cohort):
            cells = {name: int(getattr(counts, name)[row, age]) for name in measures}
            if not age:  # nobody is active before the start, nor comes back in it
                cells = {name: people for name, people in cells.items() if name in ("active", "unbounded")}
            found |= {f"{cohort} {age} {name}": people for name, people in cells.items() if people}
    return found


def lifecycle(found) -> Answer:  # type: ignore[no-untyped-def]  # of steps_of
    """The product's new, returning, resurrecting and dormant people by month."""
    from customer_analytics.analysis.retention.lifecycle import lifecycle_table, moves_of_steps

    steps, span = found
    table = lifecycle_table(moves_of_steps(steps), span.first_number, span.last_number, span.complete_until)
    rows = table.to_dict("records")
    return {f"{row['number'] - span.first_number} {name}": int(row[name]) for row in rows for name in STATES}


def by_hand(folder: Path, query: str, names: tuple[str, ...], keys: int) -> Answer:
    """A query's numbers under the names of its columns; the first `keys` columns say whose they are."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW events AS SELECT * FROM '{(folder / FILE).as_posix()}'")
        rows = connection.execute(query).fetchall()
    return {
        " ".join([*map(str, row[:keys]), name]): int(people or 0)
        for row in rows
        for name, people in zip(names, row[keys:], strict=True)
        if people or keys == 1
    }


def pandas_cohorts(folder: Path, days: int) -> Answer:
    """Bounded retention by periods of so many days, as a notebook would have it."""
    import pandas as pd

    events = pd.read_parquet(folder / FILE, columns=["customer_id", "occurred_at"])
    events["period"] = (events["occurred_at"].dt.normalize() - pd.Timestamp(FIRST)).dt.days // days
    periods = events[["customer_id", "period"]].drop_duplicates()
    cohort = periods.groupby("customer_id")["period"].transform("min")
    counted = periods.groupby([cohort.rename("cohort"), (periods["period"] - cohort).rename("age")]).size()
    return {f"{cohort} {age} active": int(n) for (cohort, age), n in counted.items()}


def polars_cohorts(folder: Path, days: int) -> Answer:
    """Bounded retention by periods of so many days, in Polars."""
    import polars as pl

    period = (pl.col("occurred_at").dt.date() - FIRST).dt.total_days() // days
    periods = pl.scan_parquet(folder / FILE).select("customer_id", period.alias("period")).unique()
    starts = periods.group_by("customer_id").agg(pl.col("period").min().alias("cohort"))
    ages = periods.join(starts, on="customer_id").with_columns(age=pl.col("period") - pl.col("cohort"))
    counted = ages.group_by("cohort", "age").len().collect()
    return {f"{cohort} {age} active": int(n) for cohort, age, n in counted.iter_rows()}
