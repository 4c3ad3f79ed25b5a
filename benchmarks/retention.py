"""Retention of ten million events: cohorts and lifecycle against the best SQL by hand and pandas; the whole report.

`python benchmarks/retention.py [EVENTS]`, with the generated project's `src` on the path; `python3 tasks.py bench` does
it. The answers are compared before the times. Each measurement runs in a process of its own, several times in turn, so
that its peak memory is its own; the ratio of the medians of processor seconds counts, which a busy machine changes
little (both use all cores alike).

The events come in visits of five within a few minutes. A twentieth as many people as events begin over a year and come
back after exponential gaps.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from _memory import peak_memory

EVENTS, REPEATS = 10_000_000, 5
FIRST, DAYS = dt.date(2024, 1, 1), 364  # 52 weeks from Monday
LAST = FIRST + dt.timedelta(days=DAYS - 1)
RATIO = 1.1  # of the hand-written SQL's median
LIMITS = {10_000_000: 600_000_000, 50_000_000: 1_500_000_000}  # bytes, of Python with everything in it
EVENTS_SQL = """
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
SQL_COHORTS = """
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
SQL_BOUNDED = """
    WITH weeks AS (
        SELECT DISTINCT customer_id, datediff('day', DATE '2024-01-01', occurred_at::DATE) // 7 AS week FROM events
    ), starts AS (SELECT customer_id, min(week) AS cohort FROM weeks GROUP BY customer_id)
    SELECT cohort, week - cohort AS period, count(*) AS active
    FROM weeks JOIN starts USING (customer_id) GROUP BY ALL"""
SQL_LIFECYCLE = """
    WITH masks AS (
        SELECT customer_id, bit_or(1::BIGINT << (month(occurred_at) - 1)::INT) AS m FROM events GROUP BY customer_id
    ), counted AS (SELECT m, count(*) AS n FROM masks GROUP BY m)
    SELECT k AS period, sum(n) FILTER ((m >> k) & 1 = 1) AS active,
        sum(n) FILTER ((m >> k) & 1 = 1 AND m & ((1::BIGINT << k) - 1) = 0) AS new,
        sum(n) FILTER ((m >> k) & 1 = 1 AND (m << 1 >> k) & 1 = 1) AS returning,
        sum(n) FILTER ((m >> k) & 1 = 1 AND (m << 1 >> k) & 1 = 0 AND m & ((1::BIGINT << k) - 1) > 0) AS resurrecting,
        sum(n) FILTER ((m >> k) & 1 = 0 AND (m << 1 >> k) & 1 = 1) AS dormant
    FROM counted, (SELECT range::INT AS k FROM range(12)) GROUP BY k ORDER BY k"""
MEASURES = ("active", "unbounded", "on_or_before", "continued")
Answer = dict[str, int]


def make(path: Path, events: int) -> None:
    """Write the events as one Parquet file, in the order of the visits."""
    import duckdb

    sql = EVENTS_SQL.format(people=events // 20, visits=events * 27 // 100, days=DAYS, first=FIRST)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM ({sql}) LIMIT {events}) TO '{path}' (FORMAT parquet)")


def tables_of(path: Path):  # type: ignore[no-untyped-def]  # Tables, imported where the package is
    """The events as the store would open them."""
    import ibis

    from customer_analytics.tables.store import Tables

    backend = ibis.duckdb.connect()
    events = backend.read_parquet(str(path), table_name="events")
    tables = {"events": events.mutate(occurred_on=events.occurred_at.date())}
    return Tables(backend, LAST, ZoneInfo("UTC"), tables)


def engine_steps(path: Path, period: str):  # type: ignore[no-untyped-def]  # a frame of steps
    """The product's counted steps, straight from the events."""
    from customer_analytics.analysis.retention.cohort_steps import Span, first_activity_steps
    from customer_analytics.analysis.retention.periods import number_of_date
    from customer_analytics.analysis.retention.result import EPOCH
    from customer_analytics.analysis.stream.person_days import event_rows

    tables = tables_of(path)
    span = Span((FIRST - EPOCH).days, (LAST - EPOCH).days + 1, period)
    rows = event_rows(tables)
    active = rows.select("person_id", period=number_of_date(rows.on, period))
    steps = first_activity_steps(tables.backend, active, span)
    assert steps is not None
    return steps, span


def engine_cohorts(path: Path) -> Answer:
    """Weekly cohorts with bounded and unbounded retention, returned by, and active in two periods running."""
    from customer_analytics.analysis.retention.counts import count_steps

    steps, span = engine_steps(path, "week")
    counts = count_steps(steps, span.many - 1)
    found = {}
    for row, cohort in enumerate((counts.cohorts - span.first_number).tolist()):
        for age in range(span.many - cohort):
            cells = {name: int(getattr(counts, name)[row, age]) for name in MEASURES}
            if not age:  # nobody is active before the start, nor comes back in it
                cells = {"active": cells["active"], "unbounded": cells["unbounded"]}
            found |= {f"{cohort} {age} {name}": people for name, people in cells.items() if people}
    return found


def engine_lifecycle(path: Path) -> Answer:
    """New, returning, resurrecting and dormant people by month."""
    from customer_analytics.analysis.retention.lifecycle import lifecycle_table, moves_of_steps

    steps, span = engine_steps(path, "month")
    table = lifecycle_table(moves_of_steps(steps), span.first_number, span.last_number, span.complete_until)
    names = ("active", "new", "returning", "resurrecting", "dormant")
    rows = table.to_dict("records")
    return {f"{row['number'] - span.first_number} {name}": int(row[name]) for row in rows for name in names}


def _sql(path: Path, sql: str) -> list[tuple[int, ...]]:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW events AS SELECT * FROM '{path}'")
        return connection.execute(sql).fetchall()


def sql_cohorts(path: Path) -> Answer:
    """The same answers from the best hand-written SQL that we know: one bit mask a person."""
    rows = _sql(path, SQL_COHORTS)
    return {
        f"{row[0]} {row[1]} {name}": int(people)
        for row in rows
        for name, people in zip(MEASURES, row[2:], strict=True)
        if people
    }


def sql_bounded(path: Path) -> Answer:
    """Bounded retention alone, by the usual SQL: distinct weeks of people, joined to their first one."""
    return {f"{cohort} {period} active": active for cohort, period, active in _sql(path, SQL_BOUNDED)}


def sql_lifecycle(path: Path) -> Answer:
    """The lifecycle by hand, from one bit mask a person."""
    names = ("active", "new", "returning", "resurrecting", "dormant")
    rows = _sql(path, SQL_LIFECYCLE)
    return {f"{row[0]} {name}": int(value or 0) for row in rows for name, value in zip(names, row[1:], strict=True)}


def pandas_bounded(path: Path) -> Answer:
    """Bounded retention alone, as a notebook would have it."""
    import pandas as pd

    events = pd.read_parquet(path, columns=["customer_id", "occurred_at"])
    events["week"] = (events["occurred_at"].dt.normalize() - pd.Timestamp("2024-01-01")).dt.days // 7
    weeks = events[["customer_id", "week"]].drop_duplicates()
    cohort = weeks.groupby("customer_id")["week"].transform("min")
    counted = weeks.groupby([cohort.rename("cohort"), (weeks["week"] - cohort).rename("period")]).size()
    return {f"{cohort} {period} active": int(n) for (cohort, period), n in counted.items()}


def whole_report(path: Path) -> Answer:
    """Everything that the retention report needs of these events: analyse() with its defaults."""
    from customer_analytics.analysis.retention import analyse
    from customer_analytics.engagement.parameters import RetentionParameters

    result = analyse(tables_of(path), RetentionParameters())
    return {"people": result.size}


JOBS: dict[str, Callable[[Path], Answer]] = {
    function.__name__: function
    for function in (
        engine_cohorts,
        sql_cohorts,
        sql_bounded,
        pandas_bounded,
        engine_lifecycle,
        sql_lifecycle,
        whole_report,
    )
}
SAME = (("engine_cohorts", "sql_cohorts"), ("engine_lifecycle", "sql_lifecycle"))  # ours, the best SQL
PART = ("sql_bounded", "pandas_bounded")  # of what the cohorts are
ONCE = ("pandas_bounded", "whole_report")


def measure(job: str, path: Path) -> tuple[dict[str, float], Answer]:
    """Run one job in a fresh process; the time is of the job itself, after the imports."""
    done = subprocess.run([sys.executable, __file__, "--measure", job, str(path)], stdout=subprocess.PIPE, check=False)
    if done.returncode:
        sys.exit(f"{job} did not work.")
    told = json.loads(done.stdout.decode("utf-8").splitlines()[-1])
    return {name: told[name] for name in ("seconds", "processor", "peak")}, told["answer"]


def main(events: int) -> int:
    """Make the events, compare the answers, then the times. Exit code 1: an answer, a ratio or a limit is not met."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        path = Path(temporary) / "events.parquet"
        make(path, events)
        print(f"{events:,} events", flush=True)
        times: dict[str, dict[str, list[float]]] = {job: {"seconds": [], "processor": []} for job in JOBS}
        peaks: dict[str, float] = dict.fromkeys(JOBS, 0.0)
        answers: dict[str, Answer] = {}
        for turn in range(REPEATS):
            for job in JOBS:
                if turn and job in ONCE:
                    continue
                measured, answers[job] = measure(job, path)
                for clock, own in times[job].items():
                    own.append(measured[clock])
                peaks[job] = max(peaks[job], measured["peak"])
    wrong = [f"{best} differs from {ours}" for ours, best in SAME if answers[ours] != answers[best]]
    bounded = {cell: people for cell, people in answers["engine_cohorts"].items() if cell.endswith(" active")}
    wrong += [f"{part} differs from engine_cohorts" for part in PART if answers[part] != bounded]
    medians = {job: statistics.median(own["processor"]) for job, own in times.items()}
    for job in JOBS:
        wall = statistics.median(times[job]["seconds"])
        print(f"{job:18} {medians[job]:7.2f} processor s {wall:7.2f} s {peaks[job] / 1e9:6.2f} GB")
    for ours, best in SAME:
        ratio = medians[ours] / medians[best]
        print(f"{ours} / {best}: {ratio:.2f}")
        if ratio > RATIO:
            wrong.append(f"{ours} takes {ratio:.2f} times {best}")
    limit = LIMITS.get(events)
    ours = ("engine_cohorts", "engine_lifecycle", "whole_report")
    wrong += [f"{job} takes {peaks[job] / 1e9:.2f} GB" for job in ours if limit is not None and peaks[job] > limit]
    print("\n".join(wrong) or "All answers agree, all limits are met.")
    return 1 if wrong else 0


def timed(job: str, path: Path) -> None:
    """Import everything, then measure the job alone."""
    import duckdb
    import ibis
    import pandas

    import customer_analytics.analysis.retention

    assert customer_analytics.analysis.retention and duckdb and pandas
    ibis.duckdb.connect().create_table("warm", {"up": [1]}).count().to_pandas()  # the first query imports more
    began, worked = time.monotonic(), time.process_time()
    answer = JOBS[job](path)
    spent = {"seconds": time.monotonic() - began, "processor": time.process_time() - worked, "peak": peak_memory()}
    print(json.dumps(spent | {"answer": answer}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        timed(sys.argv[2], Path(sys.argv[3]))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS))
