"""Ten million touches: every campaign with its arms, outcomes before and after, effects and money, against SQL by hand.

`python benchmarks/campaign_evaluation.py [TOUCHES]`, with the generated project's `src` on the path; `python3 tasks.py
bench` does both. Touches, orders and customers are drawn in the engine from numbers that follow from each row's place,
so that no two runs differ. Each measurement runs in a process of its own, so that its peak memory is its own. The arms'
means and effects are compared with a query written by hand before the figures count.

The client: twenty campaigns of half a million touches each, two or three arms, a million customers, four million
orders with amounts and discounts; every message has its times. `prepared` ends with the units and the sums that
statistics are worked out from, `caused` adds every effect of every campaign, `by_hand` is one query for the means of
orders and revenue.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from _memory import peak_memory

TOUCHES, CAMPAIGNS, WINDOW = 10_000_000, 20, 14
LIMIT = 2_000_000_000  # bytes
SECONDS = 300  # of processors, which a busy machine changes little
LAST = dt.date(2025, 12, 31)
DRAW = "CREATE MACRO u(x, k) AS (hash((x % 1099511627776) * 64 + k) % 1000000007 + 0.5) / 1000000008.0"
MADE = {
    "customers": """
        SELECT 'C' || (100000000 + i) AS customer_id, TIMESTAMP '2023-01-01' + to_hours((u(i, 1) * 17000)::BIGINT)
            AS signed_up_at, ['search', 'social', 'friend'][1 + (u(i, 2) * 3)::INT % 3] AS acquisition_channel
        FROM range({customers}) t(i)""",
    "orders": """
        SELECT 'O' || i AS order_id, 'C' || (100000000 + (u(i, 3) ^ 2 * {customers})::BIGINT % {customers})
            AS customer_id, TIMESTAMP '2024-01-01' + to_seconds((u(i, 4) * 730 * 86400)::BIGINT) AS ordered_at,
            (5 + 120 * u(i, 5) ^ 3)::DECIMAL(18, 4) AS amount, (4 * (u(i, 6) < .3)::INT)::DECIMAL(18, 4) AS discount
        FROM range({orders}) t(i)""",
    "campaigns": """
        SELECT 'K' || (100 + i) AS campaign_id, 'Campaign ' || i AS name, 'email' AS channel, '10 % off' AS offer,
            start AS started_at, start + INTERVAL 30 DAY AS ended_at, 500::DECIMAL(18, 4) AS cost
        FROM (SELECT i, TIMESTAMP '2024-06-01 09:00:00' + to_days((i * 25)::INT) AS start FROM range({campaigns}) t(i))
        """,
    "touches": """
        SELECT 'K' || (100 + c) AS campaign_id, 'C' || (100000000 + i) AS customer_id,
            ['control', 'voucher', 'gift'][1 + ((u(i * 64 + c, 7) * (2 + c % 2))::INT % (2 + c % 2))] AS arm,
            assigned_at,
            CASE WHEN arm <> 'control' THEN assigned_at + to_seconds((3600 + u(i, 8) * 900)::BIGINT) END AS sent_at,
            sent_at + INTERVAL 20 SECOND AS delivered_at,
            CASE WHEN u(i * 64 + c, 9) < .3 THEN delivered_at + INTERVAL 3 HOUR END AS opened_at,
            CASE WHEN u(i * 64 + c, 9) < .05 THEN opened_at + INTERVAL 1 MINUTE END AS clicked_at,
            CASE WHEN u(i * 64 + c, 10) < .002 THEN sent_at + INTERVAL 1 DAY END AS unsubscribed_at
        FROM (SELECT i, c, TIMESTAMP '2024-06-01 09:00:00' + to_days((c * 25)::INT) AS assigned_at
              FROM range({customers}) t(i), range({campaigns}) s(c) WHERE u(i * 64 + c, 11) < .5)""",
}  # fmt: skip
BY_HAND = """
    WITH unit AS (
        SELECT campaign_id, customer_id, min(arm) AS arm, min(assigned_at) AS start FROM touches
        GROUP BY ALL HAVING count(DISTINCT arm) = 1
    ), bought AS (
        SELECT campaign_id, unit.customer_id, count(*) AS orders, sum(amount) AS revenue FROM unit JOIN orders
            ON orders.customer_id = unit.customer_id AND ordered_at >= start AND ordered_at < start + INTERVAL 14 DAY
        WHERE amount > 0 GROUP BY ALL
    )
    SELECT campaign_id, arm, count(*) AS n, count(orders) AS converted, sum(coalesce(orders, 0)) AS orders,
        sum(coalesce(revenue, 0))::DOUBLE AS revenue, sum(coalesce(revenue, 0)::DOUBLE ^ 2) AS squares
    FROM unit LEFT JOIN bought USING (campaign_id, customer_id) GROUP BY ALL"""
Answer = dict[str, list[float]]


def make(folder: Path, touches: int) -> None:
    """Write the tables as Parquet files, as `analytics load` leaves them."""
    import duckdb

    sizes = {"customers": touches // 10, "orders": touches * 2 // 5, "campaigns": CAMPAIGNS}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false; SET memory_limit = '4GB'")
        connection.execute(DRAW)
        for name, sql in MADE.items():
            connection.execute(f"COPY ({sql.format(**sizes)}) TO '{folder / name}.parquet' (FORMAT parquet)")


def opened(folder: Path) -> Any:
    """The tables as the store opens them."""
    import ibis

    from customer_analytics.tables.store import Tables

    backend = ibis.duckdb.connect()
    tables = {}
    for name in MADE:
        table = backend.read_parquet(str(folder / f"{name}.parquet"), table_name=name)
        days = {column[:-3] + "_on": table[column].date() for column in table.columns if column.endswith("_at")}
        tables[name] = table.mutate(**days)
    return Tables(backend, LAST, ZoneInfo("UTC"), tables)


def prepared(folder: Path) -> Answer:
    """The product, up to the units and the sums."""
    from customer_analytics.analysis.campaigns import prepare
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters

    campaigns = prepare(opened(folder), None, CampaignEvaluationParameters())
    return _answer(campaigns)


def caused(folder: Path) -> Answer:
    """The product, up to every effect."""
    from customer_analytics.analysis.campaigns import prepare
    from customer_analytics.analysis.experiment import experiments
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters

    parameters = CampaignEvaluationParameters()
    campaigns = prepare(opened(folder), None, parameters)
    found = experiments(campaigns, parameters)
    answer = _answer(campaigns)
    for row in found.effects.itertuples():
        if row.outcome == "orders":
            answer[f"{row.campaign} {row.arm} effect"] = [row.effect]
    return answer


def _answer(campaigns: Any) -> Answer:
    """Campaign and arm -> n, converted, orders, revenue and squares of revenue."""
    columns = tuple(campaigns.outcome(name).column for name in ("converted", "orders", "revenue"))
    answer = {}
    for row in campaigns.arms.itertuples():
        n, sums, products = campaigns.totals(row.code, row.number, columns)
        answer[f"{row.campaign} {row.arm}"] = [n, *sums.tolist(), float(products[2, 2])]
    return answer


def by_hand(folder: Path) -> Answer:
    """One query for the arms, and the effects from it."""
    import duckdb

    with duckdb.connect() as connection:
        for name in MADE:
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM '{folder / name}.parquet'")
        rows = connection.execute(BY_HAND).fetchall()
    answer = {f"{campaign} {arm}": [float(value) for value in values] for campaign, arm, *values in rows}
    for key, values in list(answer.items()):
        campaign, arm = key.split()
        if arm != "control":
            control = answer[f"{campaign} control"]
            answer[f"{key} effect"] = [values[2] / values[0] - control[2] / control[0]]
    return answer


JOBS: dict[str, Callable[[Path], Answer]] = {job.__name__: job for job in (prepared, caused, by_hand)}


def measure(job: str, folder: Path) -> tuple[dict[str, float], Answer]:
    """Run one job in a fresh process; the time is of the job itself, after the imports."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", job, str(folder)], stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        sys.exit(f"{job} did not work.")
    told = json.loads(done.stdout.decode("utf-8").splitlines()[-1])
    return told, told.pop("answer")


def main(touches: int) -> int:
    """Make the client, compare the answers, then the figures. Exit code 1: an answer or a limit is not met."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        folder = Path(temporary)
        subprocess.run([sys.executable, __file__, "--make", str(folder), str(touches)], check=True)
        found = {job: measure(job, folder) for job in JOBS}
    wrong = []
    for job, (seen, answer) in found.items():
        print(f"{job:10} {seen['seconds']:7.1f} s  {seen['processor']:7.1f} processor s  {seen['peak'] / 1e9:5.2f} GB")
        differing = [key for key, values in answer.items() if not _same(values, found["by_hand"][1].get(key))]
        wrong += [f"{job} differs from by_hand in {len(differing)} answers, {differing[:3]}"] if differing else []
        if job != "by_hand" and (seen["peak"] > LIMIT or seen["processor"] > SECONDS):
            wrong.append(f"{job} takes {seen['processor']:.0f} processor s and {seen['peak'] / 1e9:.2f} GB")
    rows = sum(values[0] for key, values in found["by_hand"][1].items() if not key.endswith("effect"))
    print(f"{rows:,.0f} touches, {len(found['caused'][1])} answers")
    print("\n".join(wrong) or "All answers agree, all limits are met.")
    return 1 if wrong else 0


def _same(values: list[float], other: list[float] | None) -> bool:
    return other is not None and all(
        math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-12) for one, two in zip(values, other, strict=True)
    )


def timed(job: str, folder: Path) -> None:
    """Import everything, then measure the job alone."""
    import ibis

    import customer_analytics.analysis.campaigns
    import customer_analytics.analysis.experiment

    assert customer_analytics.analysis.campaigns and customer_analytics.analysis.experiment
    ibis.duckdb.connect().create_table("warm", {"up": [1]}).count().to_pandas()  # the first query imports more
    began, worked = time.monotonic(), time.process_time()
    answer = JOBS[job](folder)
    spent = {"seconds": time.monotonic() - began, "processor": time.process_time() - worked, "peak": peak_memory()}
    print(json.dumps(spent | {"answer": answer}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        timed(sys.argv[2], Path(sys.argv[3]))
    elif sys.argv[1:2] == ["--make"]:
        make(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else TOUCHES))
