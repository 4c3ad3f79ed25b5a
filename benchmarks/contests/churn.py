"""Churn, from the tables to the score of every customer.

Orders, lines, events, messages, feedback and customers are drawn in the engine from numbers that follow from each row's
place, so that no two runs differ.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from contest import MILLION, Answer, Contest, Job

DAYS = 730
LAST = dt.date(2024, 12, 31)

# u(x, k): a number in (0, 1) that follows from x and k alone.
DRAW = "CREATE MACRO u(x, k) AS (hash((x % 1099511627776) * 64 + k) % 1000000007 + 0.5) / 1000000008.0"
MADE = {
    "customers": """
        SELECT 'C' || (100000000 + i) AS customer_id, start + to_seconds(CAST(born * 86400 AS BIGINT)) AS signed_up_at,
               ['search', 'social', 'friend', 'deal site'][1 + CAST(floor(4 * u(i, 1)) AS INT)] AS acquisition_channel,
               ['f', 'm', 'x'][1 + CAST(floor(3 * u(i, 2)) AS INT)] AS gender,
               'R' || CAST(floor(9 * u(i, 3)) AS INT) AS region, CAST(1945 + 60 * u(i, 4) AS INT) AS birth_year,
               u(i, 5) < 0.7 AS consent
        FROM life""",
    "orders": """
        SELECT 'O' || (i * 1000 + n) AS order_id, 'C' || (100000000 + i) AS customer_id,
               start + to_seconds(CAST(day * 86400 AS BIGINT)) AS ordered_at,
               CASE WHEN u(i * 1000 + n, 6) < 0.96 THEN start + to_seconds(CAST(day * 86400 + 600 AS BIGINT)) END
                 AS paid_at,
               CAST(5 + 120 * u(i * 1000 + n, 7) ^ 2 AS DECIMAL(18, 4)) AS amount,
               CAST(CASE WHEN u(i * 1000 + n, 8) < 0.3 THEN 4 ELSE 0 END AS DECIMAL(18, 4)) AS discount,
               ['web', 'app', 'store'][1 + CAST(floor(3 * u(i * 1000 + n, 9)) AS INT)] AS channel,
               ['card', 'wallet'][1 + CAST(floor(2 * u(i * 1000 + n, 10)) AS INT)] AS payment_method
        FROM (SELECT *, born + (gone - born) * u(i * 1000 + n, 11) AS day
              FROM (SELECT *, unnest(range(1 + CAST(floor(rate * (gone - born)) AS INT))) AS n FROM life))
        ORDER BY ordered_at""",
    "order_lines": """
        SELECT order_id, 'P' || CAST(floor(500 * u(hash(order_id), 12 + n)) AS INT) AS product_id,
               'K' || CAST(floor(12 * u(hash(order_id), 15 + n)) AS INT) AS category
        FROM (SELECT order_id, unnest(range(1 + CAST(hash(order_id) % 3 AS INT))) AS n FROM orders)""",
    "events": """
        SELECT 'C' || (100000000 + i) AS customer_id, NULL::VARCHAR AS visitor_id,
               ['view', 'search', 'add_to_cart', 'payment_failed'][1 + CAST(floor(4 * u(i * 1000 + n, 20) ^ 2) AS INT)]
                 AS event,
               start + to_seconds(CAST((born + (gone - born) * u(i * 1000 + n // 4, 21)) * 86400 + n % 4 AS BIGINT))
                 AS occurred_at,
               's' || (i * 1000 + n // 4) AS session_id
        FROM (SELECT *, unnest(range(CAST(floor(3 * rate * (gone - born)) AS INT))) AS n FROM life)
        ORDER BY occurred_at""",
    "feedback": """
        SELECT 'C' || (100000000 + i) AS customer_id, start + to_seconds(CAST(day * 86400 AS BIGINT)) AS given_at,
               1 + floor(5 * u(i, 30)) AS rating, CASE WHEN u(i, 31) < 0.2 THEN 'complaint' ELSE 'price' END AS topic
        FROM (SELECT *, born + (gone - born) * u(i, 32) AS day FROM life) WHERE u(i, 33) < 0.5""",
    "touches": """
        SELECT 'M' || n AS campaign_id, 'C' || (100000000 + i) AS customer_id,
               start + to_seconds(CAST(day * 86400 AS BIGINT)) AS sent_at,
               CASE WHEN u(i * 1000 + n, 40) < 0.4 THEN start + to_seconds(CAST(day * 86400 + 9000 AS BIGINT)) END
                 AS opened_at,
               CASE WHEN u(i * 1000 + n, 41) < 0.005 THEN start + to_seconds(CAST(day * 86400 + 9900 AS BIGINT)) END
                 AS unsubscribed_at
        FROM (SELECT *, n * 80.0 + 10 AS day FROM (SELECT *, unnest(range(9)) AS n FROM life)) WHERE day > born""",
}
# Who: born and gone in days of the history, with orders a day in between; the deal site and the rare leave sooner.
LIFE = f"""
    CREATE TABLE life AS
    SELECT i, TIMESTAMP '{LAST - dt.timedelta(days=DAYS - 1)}' AS start, born, rate,
           least({DAYS} - 0.001, born - ln(u(i, 52)) * (CASE WHEN floor(4 * u(i, 1)) = 3 THEN 160 ELSE 420 END)) AS gone
    FROM (SELECT range AS i, {DAYS - 20} * u(range, 50) AS born, -ln(u(range, 51)) * 0.045 AS rate FROM range({{n}}))"""


def make(folder: Path, rows: int) -> None:
    """Draw the tables in DuckDB, and write them as Parquet files."""
    import duckdb

    with duckdb.connect() as engine:
        engine.execute("SET memory_limit = '4GB'")
        engine.execute(f"SET temp_directory = '{(folder / 'spill').as_posix()}'")
        engine.execute(DRAW)
        engine.execute(LIFE.format(n=rows))
        for name, query in MADE.items():
            path = (folder / f"{name}.parquet").as_posix()
            engine.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
            engine.execute(f"CREATE VIEW {name} AS SELECT * FROM '{path}'")


def tables_of(folder: Path):  # type: ignore[no-untyped-def]  # Tables, imported where the package is
    """The tables as the store would open them: each time with its calendar day."""
    from customer_analytics.tables.engines import connect
    from customer_analytics.tables.store import Tables

    backend = connect("duckdb")
    made = {}
    for name in MADE:
        table = backend.read_parquet(str(folder / f"{name}.parquet"), table_name=f"canonical_{name}")
        days = {column[:-3] + "_on": table[column].date() for column in table.columns if column.endswith("_at")}
        made[name] = table.mutate(**days)
    first = dt.datetime.combine(LAST - dt.timedelta(days=DAYS - 1), dt.time())
    return Tables(backend, LAST, ZoneInfo("UTC"), made, first)


def _features(folder: Path) -> Answer:
    """The study, and the features of the past cut-offs and of everybody who is here now."""
    from customer_analytics.analysis.churn.samples import samples
    from customer_analytics.analysis.churn.study import study
    from customer_analytics.engagement.parameters import ChurnParameters

    tables, parameters = tables_of(folder), ChurnParameters()
    return {"here now": len(samples(tables, study(tables, parameters), parameters).now.frame)}


def _scores(folder: Path) -> Answer:
    """From the tables to a probability for everybody who is here, on the stated sample for training."""
    from customer_analytics.analysis.churn.rules import rules
    from customer_analytics.analysis.churn.samples import samples
    from customer_analytics.analysis.churn.study import study
    from customer_analytics.analysis.model_checks.screen import screen
    from customer_analytics.analysis.scoring import analyse
    from customer_analytics.engagement.parameters import ChurnParameters

    tables, parameters = tables_of(folder), ChurnParameters()
    found = study(tables, parameters)
    taken = samples(tables, found, parameters)
    kept = screen(taken, found, parameters.seed).kept
    complete = found.windows.gap_days + found.windows.horizon_days
    return {"here now": len(analyse(kept, rules(kept, found, parameters), parameters, complete).now)}


CONTEST = Contest(
    name="churn",
    title="Churn",
    question="Features of everybody at the past cut-offs and now, and a tested probability for everybody who is here.",
    unit="customers",
    make=make,
    jobs=(
        Job("the product, features", _features, "ours", rounds=1),
        Job("the product, scores", _scores, "ours", rounds=1, note="learned from a stated sample"),
    ),
    sizes=(100_000, MILLION),
    goal=None,
    memory={MILLION: 6_000_000_000},
)
