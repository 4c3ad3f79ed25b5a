"""Campaigns with their arms, outcomes before and after, and effects, from touches.

The client: twenty campaigns, each sent to half of the customers, two or three arms, a tenth as many customers as
touches, and four tenths as many orders, with amounts and discounts; every message has its times.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from contest import MILLION, Answer, Contest, Job

CAMPAIGNS = 20
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
NUMBERS = ("n", "converted", "orders", "revenue", "squares")


def make(folder: Path, rows: int) -> None:
    """Write the tables as Parquet files, as `analytics load` leaves them."""
    import duckdb

    sizes = {"customers": max(rows // 10, 20), "orders": rows * 2 // 5, "campaigns": CAMPAIGNS}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false; SET memory_limit = '4GB'")
        connection.execute(DRAW)
        for name, sql in MADE.items():
            connection.execute(f"COPY ({sql.format(**sizes)}) TO '{folder / name}.parquet' (FORMAT parquet)")


def opened(folder: Path) -> Any:
    """The tables as the store opens them."""
    from customer_analytics.tables.engines import connect
    from customer_analytics.tables.store import Tables

    backend = connect("duckdb")
    tables = {}
    for name in MADE:
        table = backend.read_parquet(str(folder / f"{name}.parquet"), table_name=name)
        days = {column[:-3] + "_on": table[column].date() for column in table.columns if column.endswith("_at")}
        tables[name] = table.mutate(**days)
    return Tables(backend, LAST, ZoneInfo("UTC"), tables)


def _engine(folder: Path) -> Answer:
    """The product, up to the units and the sums that statistics are worked out from."""
    from customer_analytics.analysis.campaigns import prepare
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters

    return _sums(prepare(opened(folder), None, CampaignEvaluationParameters()))


def _with_effects(folder: Path) -> Answer:
    """The product, up to every effect of every campaign."""
    from customer_analytics.analysis.campaigns import prepare
    from customer_analytics.analysis.experiment import experiments
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters

    parameters = CampaignEvaluationParameters()
    campaigns = prepare(opened(folder), None, parameters)
    experiments(campaigns, parameters)
    return _sums(campaigns)


def _whole(folder: Path) -> Answer:
    """Everything that the report needs."""
    from customer_analytics.analysis.campaigns.result import analyse
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters

    return _sums(analyse(opened(folder), None, CampaignEvaluationParameters()).campaigns)


def _sums(campaigns: Any) -> Answer:
    """The numbers of each campaign and arm."""
    columns = tuple(campaigns.outcome(name).column for name in ("converted", "orders", "revenue"))
    answer: dict[str, float] = {}
    for row in campaigns.arms.itertuples():
        n, sums, products = campaigns.totals(row.code, row.number, columns)
        values = (n, *sums.tolist(), float(products[2, 2]))
        answer |= {f"{row.campaign} {row.arm} {name}": value for name, value in zip(NUMBERS, values, strict=True)}
    return answer


def _by_hand(folder: Path) -> Answer:
    """One query for the arms, which knows no outcome before, no other outcome and no block for resampling."""
    import duckdb

    with duckdb.connect() as connection:
        for name in MADE:
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM '{(folder / name).as_posix()}.parquet'")
        rows = connection.execute(BY_HAND).fetchall()
    return {
        f"{campaign} {arm} {name}": float(value)
        for campaign, arm, *values in rows
        for name, value in zip(NUMBERS, values, strict=True)
    }


CONTEST = Contest(
    name="campaigns",
    title="Campaigns",
    question="Orders and revenue of everyone assigned to an arm of twenty campaigns; ours with all outcomes, before "
    "and after, in 200 blocks for resampling.",
    unit="touches",
    make=make,
    jobs=(
        Job("the product, sums", _engine, "ours"),
        Job("the product, effects", _with_effects, "ours"),
        Job("the product, whole analysis", _whole, "ours", rounds=1),
        Job("DuckDB SQL by hand, a part", _by_hand, "sql", note="means of two outcomes, nothing before, no blocks"),
    ),
    sizes=(MILLION, 10 * MILLION),
    goal=None,
    memory={10 * MILLION: 2_000_000_000},
    warm_rows=20_000,
)
