"""An ordered funnel of four steps, seven days from entry, on 10,000,000 events: against SQL by hand, pandas and
retentioneering.

`python benchmarks/funnel.py [EVENTS]`, with the generated project's `src` on the path, or `python3 tasks.py bench`.
Each contestant runs in processes of its own, in turns, after a small run that loads its libraries, and says what it
counted: the answers are compared before the times. Times are processor seconds, so that a busy machine changes them
little; `wall` is the clock. retentioneering has no window, so it is compared with our funnel without one; it runs where
FUNNEL_PEER names a Python that has it (`pip install retentioneering==5.2 "mcp<2"` in an environment of its own).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent))

EVENTS, ROUNDS = 10_000_000, 3
STEPS = ("page_view", "view_item", "add_to_cart", "purchase")
AS_OF = dt.date(2025, 6, 30)
END = f"TIMESTAMP '{AS_OF + dt.timedelta(days=1)}'"
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


def by_hand(place: str, days: float | None) -> str:
    """The fastest of five shapes that were tried by hand: entries, then the rows near them as lists."""
    within = "" if days is None else f"AND occurred_at <= entered + INTERVAL {days * 86400:.0f} SECOND"
    mature = "" if days is None else f"WHERE entered + INTERVAL {days * 86400:.0f} SECOND <= {END}"
    return f"""
        WITH entries AS (
            SELECT customer_id, min(occurred_at) AS entered FROM '{place}'
            WHERE event = '{STEPS[0]}' AND occurred_at < {END} GROUP BY 1),
        near AS (
            SELECT customer_id, entered, event, occurred_at FROM '{place}' JOIN entries USING (customer_id)
            WHERE event IN {STEPS[1:]} AND occurred_at < {END}
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


def ours(place: str, days: float | None) -> tuple[int, ...]:
    """The product's engine: entries and counts by step."""
    from customer_analytics.analysis.funnel.counts import count
    from customer_analytics.analysis.funnel.definition import Definition, Step
    from customer_analytics.analysis.funnel.rows import Rows

    steps = tuple(Step(number, name, name, (name,)) for number, name in enumerate(STEPS, 1))
    definition = Definition(steps, window_seconds=None if days is None else days * 86400)
    return count(Rows(tables_of(place), definition)).reached


def tables_of(place: str):
    """The events as open_tables would open them."""
    import ibis

    from customer_analytics.tables.store import Tables, connect

    backend = connect("duckdb")
    table = backend.read_parquet(place)
    table = table.filter(
        table.occurred_at < ibis.timestamp(dt.datetime.combine(AS_OF + dt.timedelta(days=1), dt.time()))
    )
    events = table.mutate(occurred_on=table.occurred_at.date())
    return Tables(backend, AS_OF, ZoneInfo("UTC"), {"events": events}, dt.datetime(2025, 1, 1))


def whole(place: str, days: float | None) -> tuple[int, ...]:
    """Everything that the report asks of the funnel: analyse() with its curves, sensitivity and reconciliation."""
    from customer_analytics.analysis.funnel import analyse
    from customer_analytics.engagement.parameters import FunnelParameters

    result = analyse(tables_of(place), FunnelParameters(steps=STEPS, window_days=days or 36_500))
    return tuple(int(reached) for reached in result.steps["reached"])


def sql(place: str, days: float | None) -> tuple[int, ...]:
    """DuckDB by hand."""
    import duckdb

    return tuple(duckdb.connect().execute(by_hand(place, days)).fetchone())


def pandas(place: str, days: float | None) -> tuple[int, ...]:
    """The usual way in pandas: the first event of a step after the one before, by merge and groupby."""
    import pandas as pd

    frame = pd.read_parquet(place, columns=["customer_id", "event", "occurred_at"])
    end = pd.Timestamp(AS_OF) + pd.Timedelta(days=1)
    frame = frame[frame["occurred_at"] < end]
    entered = frame[frame["event"] == STEPS[0]].groupby("customer_id")["occurred_at"].min().rename("entered")
    if days is not None:
        entered = entered[entered + pd.Timedelta(days=days) <= end]
    before, reached = entered.rename("before"), [len(entered)]
    for step in STEPS[1:]:
        rows = frame.loc[frame["event"] == step, ["customer_id", "occurred_at"]]
        rows = rows.merge(before, on="customer_id").merge(entered, on="customer_id")
        rows = rows[rows["occurred_at"] >= rows["before"] - pd.Timedelta(seconds=1)]
        if days is not None:
            rows = rows[rows["occurred_at"] <= rows["entered"] + pd.Timedelta(days=days)]
        before = rows.groupby("customer_id")["occurred_at"].min().rename("before")
        reached.append(len(before))
    return tuple(reached)


def retentioneering(place: str, days: float | None) -> tuple[int, ...]:
    """retentioneering 5.2: builds its stream, then the funnel; it has no window."""
    import pandas as pd
    from retentioneering import Eventstream

    frame = pd.read_parquet(place, columns=["customer_id", "event", "occurred_at"])
    frame = frame[frame["occurred_at"] < pd.Timestamp(AS_OF) + pd.Timedelta(days=1)]
    stream = Eventstream(
        frame, schema={"path_cols": ["customer_id"], "event_col": "event", "timestamp_col": "occurred_at"}
    )
    return tuple(step["unique_paths"] for step in stream.funnel_data(steps=list(STEPS))["steps"])


CONTESTANTS = {each.__name__: each for each in (ours, whole, sql, pandas, retentioneering)}


def run_one(name: str, place: str, days: str) -> None:
    """One contestant in this process: its answer, seconds and memory as one line of JSON."""
    from _memory import peak_memory

    work, small = CONTESTANTS[name], Path(place).with_name("small.parquet")
    work(str(small), float(days) if days != "none" else None)  # imports are no part of the comparison
    start, clock = time.process_time(), time.perf_counter()
    answer = work(place, float(days) if days != "none" else None)
    seconds, wall = time.process_time() - start, time.perf_counter() - clock
    print(json.dumps({"answer": list(answer), "seconds": seconds, "wall": wall, "memory": peak_memory()}))


def measured(name: str, place: Path, days: str) -> dict:
    """A contestant in a process of its own."""
    python = os.environ.get("FUNNEL_PEER", sys.executable) if name == "retentioneering" else sys.executable
    environment = {**os.environ, "RETENTIONEERING_NO_TRACK": "1"}
    command = [python, __file__, "--one", name, str(place), days]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, encoding="utf-8")
    return json.loads(done.stdout.splitlines()[-1])


def compare(place: Path, days: str, names: list[str], rounds: int) -> dict[str, dict]:
    """Each contestant in turns; the medians."""
    runs: dict[str, list[dict]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            runs[name].append(measured(name, place, days))
    answers = {tuple(run["answer"]) for name in names for run in runs[name]}
    assert len(answers) == 1, {name: runs[name][0]["answer"] for name in names}
    print(f"window {days} days; reached: {', '.join(f'{n:,}' for n in answers.pop())}")
    found = {}
    for name in names:
        found[name] = {key: statistics.median(run[key] for run in runs[name]) for key in ("seconds", "wall", "memory")}
        line = found[name]
        print(f"  {name:16} {line['seconds']:6.2f} s  wall {line['wall']:6.2f} s  {line['memory'] / 1e6:7,.0f} MB")
    return found


def main() -> None:
    """Print the figures."""
    import duckdb

    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    large = events > EVENTS
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "events.parquet"
        for number, file in ((events, place), (5000, place.with_name("small.parquet"))):
            make = MAKE.format(events=number, people=number // 10)
            duckdb.connect().execute(f"COPY ({make}) TO '{file.as_posix()}' (FORMAT parquet)")
        print(f"{events:,} events")
        windowed = compare(place, "7", ["ours", "sql"] if large else ["ours", "sql", "whole", "pandas"], ROUNDS)
        print(f"ours is {windowed['ours']['seconds'] / windowed['sql']['seconds']:.2f} times the SQL by hand")
        if not large and os.environ.get("FUNNEL_PEER"):
            endless = compare(place, "none", ["ours", "sql", "retentioneering"], 1)
            times = endless["retentioneering"]["seconds"] / endless["ours"]["seconds"]
            print(f"retentioneering takes {times:.1f} times as long as ours")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        run_one(*sys.argv[2:5])
    else:
        main()
